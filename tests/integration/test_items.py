"""Items kept, found, changed, deleted: prices, taxes, article numbers."""

import asyncio
import json
from typing import Any

import pytest

from tests.integration import catalog_desk
from tests.integration.catalog_desk import Shop
from tests.integration.payment_desk import code, faults, ok
from tests.world import World

shop = catalog_desk.shop

SUIT = {
    "name": "Space suit",
    "type": "sold",
    "description": "One size",
    "price": 99.5,
    "purchasePrice": 12.345678901,
    "classification": "goods",
    "unit": "piece",
    "SKU": "SUIT-1",
    "EAN": "4006381333931",
    "trackInventory": True,
    "onBehalf": "BE0403170701",
    "taxExemptionCode": "E1",
    "taxExemptionReason": "moon law",
    "_taxExemption": {"code": "E1"},
    "custom": {"color": "white"},
    "l10n": {"name_de": "Raumanzug"},
    "_data": [{"id": "1", "name": "Weight", "value": 80}],
}


async def test_an_item_is_kept_with_all_its_fields(shop: Shop) -> None:
    vat = await shop.vat()
    made = await shop.item(**SUIT, taxIds=[vat["id"]], purchaseTaxIds=[vat["id"]], _components=[{"amount": 2}])
    assert {name: made[name] for name in SUIT} == SUIT
    assert made["taxIds"] == made["purchaseTaxIds"] == [vat["id"]]
    assert [part["amount"] for part in made["_components"]] == [2]
    assert (made["organizationId"], made["_isDeleted"]) == (shop.organization["id"], False)
    assert ok(await shop.alice.get(f"/Items/{made['id']}")) == made
    assert await shop.list(shop.items) == [made]


async def test_taxes_are_named_by_id_rate_or_class(shop: Shop) -> None:
    vat = await shop.vat()
    for named in ({"rate": 21}, {"classification": "standard"}, {"taxId": vat["id"]}, {"rate": 21, "taxId": None}):
        assert (await shop.item(_itemTaxes=[named]))["taxIds"] == [vat["id"]], named
    assert (await shop.item(_itemTaxes=[{"rate": 21}], taxIds=[]))["taxIds"] == [vat["id"]]
    before = await shop.count(shop.items)
    said = {
        "name": "x",
        "_itemTaxes": [{"rate": 21}, {"rate": 3}, {"classification": "none"}, {"classification": "reduced"}],
    }
    refused = await shop.alice.post(shop.items, said)
    assert faults(refused) == {
        "_itemTaxes.1.rate": ["inclusion"],
        "_itemTaxes.2.classification": ["inclusion"],
        "_itemTaxes.3.classification": ["inclusion"],
    }
    assert "12 % and 6 %" in refused.text
    assert await shop.count(shop.items) == before


async def test_a_gross_price_wins_over_a_net_one(shop: Shop) -> None:
    made = await shop.item(price=1, priceGross=121, _itemTaxes=[{"rate": 21}])
    assert (made["price"], made["priceGross"]) == (100, 121)
    path = f"/Items/{made['id']}"
    dearer = ok(await shop.alice.patch(path, {"priceGross": 10}))
    assert (dearer["price"], dearer["priceGross"]) == (8.264462810, 10)
    untaxed = ok(await shop.alice.patch(path, {"taxIds": []}))
    assert (untaxed["price"], untaxed["priceGross"]) == (10, 10)
    net = ok(await shop.alice.patch(path, {"price": 7}))
    assert net["price"] == 7
    assert "priceGross" not in net


async def test_a_gross_price_holds_compound_taxes_too(shop: Shop) -> None:
    plain = await shop.tax(name="GST", _taxRates=[{"rate": 5}])
    compound = await shop.tax(name="QST", compound=True, _taxRates=[{"rate": 10}])
    made = await shop.item(priceGross=115.5, taxIds=[plain["id"], compound["id"]])
    assert made["price"] == 100


@pytest.mark.parametrize(
    ("said", "field", "fault"),
    [
        ({"name": ""}, "name", "presence"),
        ({"name": "x" * 501}, "name", "length"),
        ({"SKU": "SUIT 1"}, "SKU", "format"),
        ({"SKU": "x" * 201}, "SKU", "length"),
        ({"type": "lent"}, "type", "inclusion"),
        ({"price": 10**15}, "price", "numericality"),
        ({"price": "NaN"}, "", "type"),
        ({"taxIds": ["x"]}, "taxIds.0", "inclusion"),
        ({"_components": [{"amount": 0}]}, "_components.0.amount", "numericality"),
        ({"unitId": "x"}, "unitId", "format"),
    ],
)
async def test_what_is_refused_leaves_nothing(shop: Shop, said: dict[str, Any], field: str, fault: str) -> None:
    found = faults(await shop.alice.post(shop.items, {"name": "Space suit"} | said))
    assert list(found.values()) == [[fault]]
    assert field in found or not field
    assert await shop.count(shop.items) == 0


async def test_an_sku_is_one_items_as_long_as_it_lives(shop: Shop) -> None:
    made, other = await shop.item(SKU="A-1"), await shop.item(SKU="A-2")
    assert faults(await shop.alice.post(shop.items, {"name": "x", "SKU": "A-1"})) == {"SKU": ["uniqueness"]}
    assert faults(await shop.alice.patch(f"/Items/{other['id']}", {"SKU": "A-1"})) == {"SKU": ["uniqueness"]}
    assert ok(await shop.alice.get(f"/Items/{other['id']}")) == other
    assert ok(await shop.alice.delete(f"/Items/{made['id']}")) == {"count": 1}
    assert ok(await shop.alice.patch(f"/Items/{other['id']}", {"SKU": "A-1"}))["SKU"] == "A-1"
    without = [await shop.item(SKU=""), await shop.item(SKU=None), await shop.item()]
    assert not any("SKU" in item for item in without)


async def test_one_of_many_at_once_gets_the_sku(shop: Shop) -> None:
    calls = [shop.alice.post(shop.items, {"name": f"Suit {n}", "SKU": "S"}) for n in range(6)]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200, *[422] * 5]
    assert await shop.count(shop.items) == 1


async def test_put_replaces_and_patch_adds(shop: Shop) -> None:
    vat = await shop.vat()
    made = await shop.item(**SUIT, taxIds=[vat["id"]])
    path = f"/Items/{made['id']}"
    patched = ok(await shop.alice.patch(path, {"unit": None, "price": 100}))
    assert patched | {"unit": "piece", "price": 99.5, "updatedAt": 0} == made | {"updatedAt": 0}
    put = ok(await shop.alice.put(path, {"name": "Helmet"}))
    kept = {"name", "id", "organizationId", "createdAt"}
    assert {name for name in SUIT if name in put} - kept == {"description", "custom", "l10n", "_data"}
    assert (put["taxIds"], put["description"], put["createdAt"]) == ([], "", made["createdAt"])
    again = ok(await shop.alice.post(f"{path}/replace", SUIT | {"taxIds": [vat["id"]]}))
    assert again | {"updatedAt": 0} == made | {"updatedAt": 0}
    assert faults(await shop.alice.put(path, {"price": 1})) == {"name": ["presence"]}


async def test_items_are_listed_with_their_taxes(shop: Shop) -> None:
    vat = await shop.vat()
    await shop.item(name="B", price=2, taxIds=[vat["id"]])
    await shop.item(name="A", price=3)
    listed = await shop.list(shop.items, order="name", include="taxes", fields=["name", "taxes"])
    assert [(item["name"], item["taxes"]) for item in listed] == [("A", []), ("B", [vat])]
    assert [item["name"] for item in await shop.list(shop.items, where={"price": {"lt": 3}})] == ["B"]
    assert [item["name"] for item in await shop.list(shop.items, order="price DESC", limit=1)] == ["A"]
    where = {"where": json.dumps({"name": {"inq": ["A", "C"]}})}
    assert ok(await shop.alice.get(f"{shop.items}/count", params=where)) == {"count": 1}
    wrong = await shop.alice.get(shop.items, params={"filter": '{"include": "clients"}'})
    assert code(wrong) == "VALIDATION_FAILED"


async def test_a_deleted_item_is_hidden_not_gone(shop: Shop) -> None:
    made = await shop.item()
    path = f"/Items/{made['id']}"
    assert [ok(await shop.alice.delete(path))["count"] for _ in range(2)] == [1, 0]
    assert code(await shop.alice.get(path)) == "AUTHORIZATION_REQUIRED"
    assert await shop.list(shop.items) == []
    [gone] = await shop.list(shop.items, deleted=True)
    assert (gone["_isDeleted"], gone["deletedId"]) == (True, made["id"])


async def test_search_finds_items(shop: Shop) -> None:
    await shop.item(name="Café crème", SKU="CC-77/b", type="sold")
    await shop.item(name="Coffee beans", type="bought", description="for the café")
    await shop.item(name="Cup")

    async def found(term: str, path: str = "items/search", **more: Any) -> list[str]:
        answer = await shop.alice.get(f"{shop.own}/{path}", params={"term": term} | more)
        return [item["name"] for item in ok(answer)]

    assert await found("cafe") == ["Café crème", "Coffee beans"]
    assert await found("CC77B") == await found("77/b") == await found("cc-77") == ["Café crème"]
    assert await found("c", type="outgoing") == await found("c", "search-items", type="sold") == ["Café crème", "Cup"]
    assert await found("c", type="incoming") == ["Coffee beans", "Cup"]
    assert await found("offee") == []


async def test_a_stranger_gets_nothing(shop: Shop, world: World) -> None:
    made, bob = await shop.item(), await world.actor("bob")
    path = f"/Items/{made['id']}"
    calls = [bob.get(path), bob.put(path, SUIT), bob.patch(path, SUIT), bob.delete(path), bob.post(shop.items, SUIT)]
    assert {code(await call) for call in calls} == {"AUTHORIZATION_REQUIRED"}
    hers = await shop.vat()
    his = (await world.organization(bob))["id"]
    borrowed = await bob.post(f"/Organizations/{his}/items", {"name": "x", "taxIds": [hers["id"]]})
    assert faults(borrowed) == {"taxIds.0": ["inclusion"]}
