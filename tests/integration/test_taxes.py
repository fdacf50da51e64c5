"""Taxes and their dated rates: kept, changed, deleted only while nobody needs them; the clause of a sale."""

import asyncio
from typing import Any

import pytest

from tests.integration import catalog_desk
from tests.integration.catalog_desk import Shop
from tests.integration.payment_desk import code, faults, ok
from tests.world import World

shop = catalog_desk.shop


def rates_of(tax: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(rate["dateValidFrom"][:10], rate["rate"]) for rate in tax["_taxRates"]]


async def test_a_tax_is_kept_with_its_rates_newest_first(shop: Shop) -> None:
    rates = [{"rate": 5}, {"rate": 6.25, "dateValidFrom": "2026-01-01"}, {"rate": 5.5, "dateValidFrom": "2020-07-01"}]
    made = await shop.tax(abbreviation="CT", classification="city", taxNumber="7", custom={"a": 1}, _taxRates=rates)
    assert rates_of(made) == [("2026-01-01", 6.25), ("2020-07-01", 5.5), ("1970-01-01", 5)]
    assert (made["country"], made["countryAlpha2Code"]) == ("Belgium", "BE")
    assert (made["recoverable"], made["compound"]) == (True, False)
    assert (made["abbreviation"], made["taxNumber"], made["custom"]) == ("CT", "7", {"a": 1})
    assert ok(await shop.alice.get(f"/Taxes/{made['id']}")) == made
    assert made in await shop.list(shop.taxes)
    assert (await shop.tax(country="Allemagne"))["countryAlpha2Code"] == "DE"


async def test_an_organization_begins_with_the_taxes_of_its_country(shop: Shop) -> None:
    listed = await shop.list(shop.taxes, order="id")
    assert {tax["classification"] for tax in listed} >= {"standard", "reduced"}
    assert {tax["country"] for tax in listed} == {"Belgium"}
    assert await shop.count(shop.taxes) == len(listed)


@pytest.mark.parametrize(
    ("said", "field", "fault"),
    [
        ({"name": None}, "name", "presence"),
        ({"_taxRates": []}, "_taxRates", "presence"),
        ({"_taxRates": [{}]}, "_taxRates.0.rate", "presence"),
        ({"_taxRates": [{"rate": 1001}]}, "_taxRates.0.rate", "numericality"),
        ({"_taxRates": [{"rate": 1}, {"rate": 2}]}, "_taxRates.1.dateValidFrom", "uniqueness"),
        ({"_taxRates": [{"rate": 1, "dateValidFrom": "soon"}]}, "_taxRates.0.dateValidFrom", "type"),
        (
            {"_taxRates": [{"rate": 1, "dateValidFrom": f"{1900 + n}-01-01"} for n in range(201)]},
            "_taxRates",
            "too_many",
        ),
        ({"countryAlpha2Code": "Q9"}, "countryAlpha2Code", "inclusion"),
    ],
)
async def test_what_is_refused_leaves_nothing(shop: Shop, said: dict[str, Any], field: str, fault: str) -> None:
    before = await shop.count(shop.taxes)
    body = {"name": "City tax", "_taxRates": [{"rate": 5}]} | said
    assert faults(await shop.alice.post(shop.taxes, body)) == {field: [fault]}
    assert await shop.count(shop.taxes) == before


async def test_rates_are_added_and_removed(shop: Shop) -> None:
    made = await shop.tax()
    path = f"/Taxes/{made['id']}/taxRates"
    added = ok(await shop.alice.post(path, {"rate": 7, "dateValidFrom": "2027-01-01", "custom": {"law": "2026/7"}}))
    assert (added["rate"], added["dateValidFrom"], added["custom"]) == (
        7,
        "2027-01-01T00:00:00.000Z",
        {"law": "2026/7"},
    )
    assert faults(await shop.alice.post(path, {"rate": 8, "dateValidFrom": "2027-01-01"})) == {
        "dateValidFrom": ["uniqueness"]
    }
    assert faults(await shop.alice.post(path, {"dateValidFrom": "2028-01-01"})) == {"rate": ["presence"]}
    now = ok(await shop.alice.get(f"/Taxes/{made['id']}"))
    assert rates_of(now) == [("2027-01-01", 7), ("1970-01-01", 5)]
    assert (await shop.alice.delete(f"{path}/{added['id']}")).status_code == 204
    assert code(await shop.alice.delete(f"{path}/{added['id']}")) == "MODEL_NOT_FOUND"
    last = made["_taxRates"][0]["id"]
    assert faults(await shop.alice.delete(f"{path}/{last}")) == {"_taxRates": ["presence"]}
    assert rates_of(ok(await shop.alice.get(f"/Taxes/{made['id']}"))) == [("1970-01-01", 5)]


async def test_rates_added_at_once_are_all_kept(shop: Shop) -> None:
    made = await shop.tax()
    calls = [
        shop.alice.post(f"/Taxes/{made['id']}/taxRates", {"rate": n, "dateValidFrom": f"20{n}-01-01"})
        for n in range(20, 28)
    ]
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}
    assert len(ok(await shop.alice.get(f"/Taxes/{made['id']}"))["_taxRates"]) == 9


async def test_put_replaces_and_keeps_rates_with_a_known_id(shop: Shop) -> None:
    made = await shop.tax(abbreviation="CT", classification="city", compound=True)
    path, old = f"/Taxes/{made['id']}", made["_taxRates"][0]
    kept = [{"id": old["id"], "rate": 5}, {"id": "nobody's", "rate": 6, "dateValidFrom": "2026-01-01"}]
    put = ok(await shop.alice.put(path, {"name": "Moon tax", "_taxRates": kept}))
    assert rates_of(put) == [("2026-01-01", 6), ("1970-01-01", 5)]
    assert put["_taxRates"][1] == old
    assert put["_taxRates"][0]["id"] not in (old["id"], "nobody's")
    assert (put["abbreviation"], put["classification"], put["compound"], put["country"]) == ("", "", False, "Belgium")
    patched = ok(await shop.alice.patch(path, {"abbreviation": "MT"}))
    assert (patched["name"], patched["_taxRates"]) == ("Moon tax", put["_taxRates"])
    assert faults(await shop.alice.put(path, {"name": "x"})) == {"_taxRates": ["presence"]}
    assert ok(await shop.alice.post(f"{path}/replace", {"name": "y", "_taxRates": kept[:1]}))["name"] == "y"


async def test_a_tax_somebody_needs_stays(shop: Shop) -> None:
    on_paper, on_item, free = await shop.tax(), await shop.tax(), await shop.tax()
    await shop.invoice({"name": "a", "price": 1, "_documentItemTaxes": [{"taxId": on_paper["id"]}]}, draft=True)
    item = await shop.item(taxIds=[on_item["id"]])
    for tax, users in ((on_paper, "documents"), (on_item, "items")):
        refused = await shop.alice.delete(f"/Taxes/{tax['id']}")
        assert (code(refused), users in refused.text) == ("TAX_IN_USE", True)
        assert ok(await shop.alice.get(f"/Taxes/{tax['id']}")) == tax
    ok(await shop.alice.delete(f"/Items/{item['id']}"))
    for tax in (on_item, free):
        assert [ok(await shop.alice.delete(f"/Taxes/{tax['id']}"))["count"] for _ in range(2)] == [1, 0]
        assert code(await shop.alice.get(f"/Taxes/{tax['id']}")) == "AUTHORIZATION_REQUIRED"
    gone = await shop.list(shop.taxes, deleted=True, where={"deletedAt": {"exists": True}})
    assert {tax["deletedId"] for tax in gone} == {on_item["id"], free["id"]}


async def test_documents_keep_the_rate_of_their_day(shop: Shop) -> None:
    made = await shop.tax(_taxRates=[{"rate": 5}, {"rate": 10, "dateValidFrom": "2026-02-01"}])
    line = {"name": "a", "price": 100, "_documentItemTaxes": [{"taxId": made["id"]}]}
    old = await shop.invoice(line, date="2026-01-31")
    new = await shop.invoice(line, date="2026-02-01")
    assert (old["totalWithTax"], new["totalWithTax"]) == (105, 110)
    ok(await shop.alice.put(f"/Taxes/{made['id']}", {"name": "Other", "_taxRates": [{"rate": 20}]}))
    assert ok(await shop.alice.get(f"/Documents/{old['id']}"))["totalWithTax"] == 105
    assert (await shop.invoice(line, date="2026-02-01"))["totalWithTax"] == 120


SALES: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"country": "Belgium"}, {}, "domestic", "BE"),
    ({"country": "Belgium"}, {"country": "België", "taxNumber": "BE0403170701"}, "domestic", "BE"),
    ({"country": "Belgium"}, {"country": "France", "taxNumber": "FR40303265045"}, "eu-reverse-charge", "FR"),
    ({"country": "Belgium"}, {"country": "France"}, "eu-consumer", "FR"),
    ({"country": "BE"}, {"country": "France", "taxNumber": "1", "isEndCustomer": True}, "eu-consumer", "FR"),
    ({"country": "BE"}, {"country": "France", "taxNumber": "1", "taxSubject": False}, "eu-consumer", "FR"),
    ({"country": "Belgium"}, {"countryAlpha2Code": "US", "taxNumber": "1"}, "export", "US"),
    ({"country": "Norway"}, {"country": "France", "taxNumber": "1"}, "export", "FR"),
]


@pytest.mark.parametrize(("issuer", "client", "clause", "there"), SALES)
async def test_the_clause_of_a_sale(
    shop: Shop, issuer: dict[str, Any], client: dict[str, Any], clause: str, there: str
) -> None:
    answer = ok(await shop.alice.post("/Taxes/clause-type", {"_documentIssuer": issuer, "_documentClient": client}))
    assert (answer["taxClauseType"], answer["clientCountry"]["alpha2Code"]) == (clause, there)


async def test_the_clause_of_a_sale_between_those_who_are_stored(shop: Shop, world: World) -> None:
    said = {"name": "Étoile", "country": "France", "taxNumber": "FR40303265045"}
    client = ok(await shop.alice.post(f"{shop.own}/clients", said))
    named = {"organizationId": shop.organization["id"], "clientId": client["id"]}
    answer = ok(await shop.alice.post("/Taxes/clause-type", named))
    assert (answer["taxClauseType"], answer["issuerCountry"]["alpha2Code"]) == ("eu-reverse-charge", "BE")
    moved = ok(await shop.alice.post("/Taxes/clause-type", named | {"_documentClient": {"country": "Japan"}}))
    assert moved["taxClauseType"] == "export"
    assert faults(await shop.alice.post("/Taxes/clause-type", {})) == {"_documentIssuer.country": ["presence"]}
    nowhere = {"_documentIssuer": {"country": "Atlantis"}}
    assert faults(await shop.alice.post("/Taxes/clause-type", nowhere)) == {"_documentIssuer.country": ["inclusion"]}
    bob = await world.actor("bob")
    for body in (named, {"clientId": client["id"], "_documentIssuer": {"country": "BE"}}):
        assert code(await bob.post("/Taxes/clause-type", body)) == "AUTHORIZATION_REQUIRED"
