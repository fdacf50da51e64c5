"""Lines and items: a line takes what it does not say from its item, and becomes one where it is to be saved."""

import asyncio
from typing import Any

import pytest

from tests.integration import catalog_desk
from tests.integration.catalog_desk import Shop
from tests.integration.payment_desk import faults, ok
from tests.world import World

shop = catalog_desk.shop

SUIT = {
    "name": "Space suit",
    "description": "One size",
    "price": 100,
    "unit": "piece",
    "SKU": "SUIT-1",
    "EAN": "4006381333931",
    "classification": "goods",
    "onBehalf": "BE0403170701",
    "taxExemptionCode": "E1",
    "taxExemptionReason": "moon law",
    "trackInventory": True,
    "custom": {"color": "white"},
    "l10n": {"name_de": "Raumanzug"},
    "_data": [{"id": "1", "name": "Weight", "value": 80}],
}


async def test_a_line_takes_all_that_it_does_not_say(shop: Shop) -> None:
    item = await shop.item(**SUIT, _itemTaxes=[{"rate": 21}])
    for named in ({"itemId": item["id"]}, {"SKU": "SUIT-1"}):
        document = await shop.invoice({"load": True, "quantity": 2} | named)
        [line] = document["_documentItems"]
        assert {name: line[name] for name in SUIT} == SUIT
        assert line["itemId"] == item["id"]
        assert [tax["taxId"] for tax in line["_documentItemTaxes"]] == item["taxIds"]
        assert document["totalWithTax"] == 242


async def test_what_a_line_says_wins(shop: Shop) -> None:
    item = await shop.item(**SUIT, _itemTaxes=[{"rate": 21}])
    said = {
        "name": "Old suit",
        "description": "",
        "price": 7,
        "unit": "box",
        "_documentItemTaxes": [],
        "custom": {"a": 1},
    }
    document = await shop.invoice(said | {"load": True, "itemId": item["id"]})
    [line] = document["_documentItems"]
    assert {name: line[name] for name in said} == said
    assert (line["EAN"], document["totalWithTax"]) == (SUIT["EAN"], 7)
    gross = await shop.invoice({"load": True, "itemId": item["id"], "priceGross": 12.1})
    assert (gross["total"], gross["totalWithTax"]) == (10, 12.1)


async def test_a_gross_price_of_an_item_is_the_gross_of_the_line(shop: Shop) -> None:
    item = await shop.item(priceGross=9.99, price=1, _itemTaxes=[{"rate": 21}])
    document = await shop.invoice({"load": True, "itemId": item["id"], "quantity": 3})
    assert document["totalWithTax"] == 29.97


async def test_an_issued_document_keeps_its_lines(shop: Shop) -> None:
    item = await shop.item(**SUIT)
    document = await shop.invoice({"load": True, "itemId": item["id"]})
    ok(await shop.alice.patch(f"/Items/{item['id']}", {"name": "Helmet", "price": 1}))
    ok(await shop.alice.delete(f"/Items/{item['id']}"))
    again = ok(await shop.alice.get(f"/Documents/{document['id']}"))
    assert again["_documentItems"] == document["_documentItems"]
    refused = await shop.alice.post(shop.documents, {"_documentClient": {"name": "x"}, "_documentItems": [
        {"load": True, "itemId": item["id"]}, {"load": True, "SKU": "SUIT-1"}, {"load": True, "itemId": "x"}]})  # fmt: skip
    assert set(faults(refused)) == {f"_documentItems.{n}.itemId" for n in range(3)}


async def test_a_stranger_item_is_nobodys(shop: Shop, world: World) -> None:
    item = await shop.item(**SUIT)
    bob = await world.actor("bob")
    path = f"/Organizations/{(await world.organization(bob))['id']}/documents"
    line = {"load": True, "itemId": item["id"]}
    refused = await bob.post(path, {"_documentClient": {"name": "x"}, "_documentItems": [line]})
    assert faults(refused) == {"_documentItems.0.itemId": ["inclusion"]}


async def test_an_item_whose_tax_has_no_rate_yet_is_not_sold_without_it(shop: Shop) -> None:
    tax = await shop.tax(_taxRates=[{"rate": 5, "dateValidFrom": "2026-06-01"}])
    item = await shop.item(price=100, taxIds=[tax["id"]])
    line = {"load": True, "itemId": item["id"]}
    body = {"_documentClient": {"name": "x"}, "_documentItems": [line], "date": "2026-05-31"}
    assert faults(await shop.alice.post(shop.documents, body)) == {"_documentItems.0.itemId": ["date"]}
    assert (await shop.invoice(line, date="2026-06-01"))["totalWithTax"] == 105


async def test_a_saved_line_becomes_an_item(shop: Shop) -> None:
    vat = await shop.vat()
    said = SUIT | {"save": True, "_documentItemTaxes": [{"rate": 21}]}
    document = await shop.invoice(said, {"name": "Heading", "isSeparator": True, "save": True})
    [item] = await shop.list(shop.items)
    assert {name: item[name] for name in SUIT} == SUIT
    assert item["taxIds"] == [vat["id"]]
    assert [line.get("itemId") for line in document["_documentItems"]] == [item["id"], None]


async def test_a_saved_gross_line_keeps_its_gross_price(shop: Shop) -> None:
    await shop.invoice({"name": "a", "priceGross": 121, "save": True, "_documentItemTaxes": [{"rate": 21}]})
    [item] = await shop.list(shop.items)
    assert (item["price"], item["priceGross"]) == (100, 121)


async def test_a_saved_line_whose_item_is_there_is_linked_to_it(shop: Shop) -> None:
    item = await shop.item(**SUIT)
    special = {"name": "Suit for friends", "SKU": "SUIT-1", "price": 1, "save": True}
    document = await shop.invoice(special, special, special | {"SKU": "NEW"}, special | {"SKU": "NEW"})
    linked = [line["itemId"] for line in document["_documentItems"]]
    assert linked[:2] == [item["id"]] * 2
    assert linked[2] == linked[3] != item["id"]
    assert ok(await shop.alice.get(f"/Items/{item['id']}")) == item
    assert await shop.count(shop.items) == 2


async def test_a_draft_saves_its_lines_once(shop: Shop) -> None:
    draft = await shop.invoice({"name": "a", "price": 1, "save": True}, draft=True)
    path = f"/Documents/{draft['id']}"
    for said in ({"reference": "PO 7"}, {"custom": {"a": 1}}, {"reference": "PO 8"}):
        changed = ok(await shop.alice.patch(path, said))
        assert changed["_documentItems"][0]["itemId"] == draft["_documentItems"][0]["itemId"]
    ok(await shop.alice.patch(path, {"_documentItems": [{"name": "b", "price": 2, "save": True}]}))
    ok(await shop.alice.post(f"{path}/issue"))
    assert [item["name"] for item in await shop.list(shop.items, order="name")] == ["a", "b"]


async def test_documents_at_once_save_one_item(shop: Shop) -> None:
    line = {"name": "a", "price": 1, "SKU": "A", "save": True}
    documents = await asyncio.gather(*[shop.invoice(line, line | {"SKU": "B"}) for _ in range(6)])
    assert await shop.count(shop.items) == 2
    assert len({line["itemId"] for document in documents for line in document["_documentItems"]}) == 2
    assert sorted(document["number"][-1] for document in documents) == list("123456")


@pytest.mark.parametrize(
    ("said", "found"),
    [({"SKU": "A 1"}, {"SKU": ["format"]}), ({"name": "x" * 501}, {"name": ["length"]})],
)
async def test_what_cannot_be_an_item_is_not_saved(shop: Shop, said: dict[str, Any], found: dict[str, Any]) -> None:
    line = {"name": "a", "price": 1, "save": True} | said
    refused = await shop.alice.post(shop.documents, {"_documentClient": {"name": "x"}, "_documentItems": [line]})
    assert faults(refused) == {f"_documentItems.0.{name}": codes for name, codes in found.items()}
    assert await shop.count(shop.items) == await shop.count(shop.documents) == 0
    assert (await shop.invoice(line | {"save": False}))["_documentItems"][0]["name"] == line["name"]
