"""The filter language over HTTP, on documents: the right rows, how many there are, and what of them."""

import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest

from billhook.db import Database
from billhook.kernel.time import MovableClock
from tests.world import Actor, World

RED, BLUE = {"color": "red", "size": 5}, {"color": "Blue", "it's": "yes"}
ADA = {"name": "Ada", "country": "Belgium", "email": "ada@example.com"}
BOB = {"name": "Bob & Sons", "country": "United Kingdom", "city": "Leeds"}


def line(price: float) -> list[dict[str, Any]]:
    return [{"name": "Suit", "price": price, "_documentItemTaxes": [{"rate": 0}]}]


DOCUMENTS: dict[str, dict[str, Any]] = {
    "A": {"date": "2026-01-10", "_documentItems": line(100), "_documentClient": ADA, "custom": RED, "note": "First"},
    "B": {
        "date": "2026-02-10",
        "_documentItems": line(200.5),
        "_documentClient": BOB,
        "custom": BLUE,
        "payments": [{"type": "card"}],
    },
    "C": {"type": "estimate", "date": "2026-03-10T12:00:00Z", "_documentItems": line(300), "_documentClient": ADA},
    "D": {"draft": True, "date": "2026-04-10", "_documentItems": line(400), "_documentClient": ADA},
    "E": {"date": "2026-05-10", "_documentItems": line(500), "_documentClient": BOB, "currencyId": "JPY"},
    "F": {"type": "estimate", "date": "2026-06-10", "_documentItems": line(600), "_documentClient": ADA},
}
"""By their reference; F is deleted."""


class Shelf(NamedTuple):
    """An organization with the documents above."""

    alice: Actor
    path: str
    ids: dict[str, str]

    async def list(self, filter: Any = None, **params: str) -> httpx.Response:
        sent = params if filter is None else {"filter": json.dumps(filter), **params}
        return await self.alice.get(self.path, params=sent)

    async def found(self, filter: Any) -> str:
        """The references of the documents that a filter finds, in their order."""
        answer = await self.list(filter)
        assert answer.status_code == 200, answer.text
        rows = answer.json()
        assert answer.headers["x-total-count"] == str(len(rows))
        return "".join(row["reference"] for row in rows)


@pytest.fixture(scope="module")
async def shelf(base_url: str, database: Database, clock: MovableClock) -> AsyncIterator[Shelf]:
    async with World(base_url, database, clock) as world:
        alice = await world.actor()
        organization = await world.organization(alice)
        made = {
            name: (await world.invoice(alice, organization, reference=name, **said))["id"]
            for name, said in DOCUMENTS.items()
        }
        assert (await alice.delete(f"/Documents/{made['F']}")).json() == {"count": 1}
        yield Shelf(alice, f"/Organizations/{organization['id']}/documents", made)


WHERES: list[tuple[dict[str, Any], str]] = [
    ({}, "ABCDE"),
    ({"type": "invoice"}, "ABDE"),
    ({"type": "invoice", "draft": False}, "ABE"),
    ({"draft": True}, "D"),
    ({"paidInFull": True}, "B"),
    ({"type": {"neq": "invoice"}}, "C"),
    ({"type": {"inq": ["estimate", "advance"]}}, "C"),
    ({"type": ["estimate"]}, "C"),
    ({"type": {"nin": ["estimate"]}}, "ABDE"),
    ({"number": None}, "D"),
    ({"number": {"neq": None}}, "ABCE"),
    ({"number": {"exists": False}}, "D"),
    ({"number": {"inq": ["2026-00001", None]}}, "ACD"),
    ({"total": 200.5}, "B"),
    ({"total": "200.50"}, "B"),
    ({"total": {"gt": 200.5}}, "CDE"),
    ({"total": {"gte": 200.5}}, "BCDE"),
    ({"total": {"lt": 200.5}}, "A"),
    ({"total": {"lte": 200.5}}, "AB"),
    ({"total": {"between": [200, 400]}}, "BCD"),
    ({"totalDue": 0}, "B"),
    ({"totalPaid": {"gt": 0}}, "B"),
    ({"currencyId": "JPY", "total": 500}, "E"),
    ({"date": "2026-02-10"}, "B"),
    ({"date": "2026-03-10T12:00:00.000Z"}, "C"),
    ({"date": {"gte": "2026-02-10", "lt": "2026-04-10"}}, "BC"),
    ({"date": {"between": ["2026-01-10", "2026-02-10"]}}, "AB"),
    ({"dateYear": 2026}, "ABCDE"),
    ({"dateYear": {"lt": 2026}}, ""),
    ({"note": {"like": "Fir"}}, "A"),
    ({"note": {"like": "fir"}}, ""),
    ({"note": {"like": "fir", "options": "i"}}, "A"),
    ({"note": {"ilike": "f.rst"}}, "A"),
    ({"note": {"like": "F%"}}, "A"),
    ({"note": {"regexp": "/^fir/i"}}, "A"),
    ({"note": {"nlike": "First"}}, "BCDE"),
    ({"custom.color": "red"}, "A"),
    ({"custom.size": 5}, "A"),
    ({"custom.it's": "yes"}, "B"),
    ({"custom.color": "red", "custom.size": {"eq": 5}, "type": "invoice"}, "A"),
    ({"and": [{"custom.color": "red"}, {"_documentClient.name": "Bob & Sons"}]}, ""),
    ({"custom.color": {"neq": "red"}}, "BCDE"),
    ({"or": [{"custom.color": "red"}, {"custom.color": "Blue"}]}, "AB"),
    ({"custom.color": ""}, ""),
    ({"_documentClient.email": "ada@example.com", "draft": False}, "AC"),
    ({"_documentClient.email": "ada@example.com", "id": "0" * 24}, ""),
    ({"totalWithTax": {"between": [100, 300]}}, "ABC"),
    ({"totalWithTax": {"gt": 200.499, "lt": 500}}, "BCD"),
    ({"totalWithTax": 200.5}, "B"),
    ({"dateDue": {"lt": "2026-03-01"}}, "A"),
    ({"dateDue": {"neq": "2026-02-09"}}, "BCDE"),
    ({"dateDue": {"between": ["2026-02-09", "2026-03-12"]}}, "AB"),
    ({"dateDue": None}, "C"),
    ({"totalWithTax": {"neq": 200.5}}, "ACDE"),
    ({"totalWithTax": {"lte": 1e20}}, "ABCDE"),
    ({"totalWithTax": {"gte": -1e20}}, "ABCDE"),
    ({"custom.color": {"ilike": "bl"}}, "B"),
    ({"custom.color": {"exists": True}}, "AB"),
    ({"custom.nothing": None}, "ABCDE"),
    ({"_documentClient.name": "Ada"}, "ACD"),
    ({"_documentClient.countryAlpha2Code": "GB"}, "BE"),
    ({"_documentClient.city": "Leeds"}, "BE"),
    ({"reference": {"inq": ["A", "E"]}}, "AE"),
    ({"or": [{"reference": "A"}, {"reference": "C"}]}, "AC"),
    ({"and": [{"type": "invoice"}, {"or": [{"draft": True}, {"total": {"lt": 150}}]}]}, "AD"),
    ({"or": [{"and": [{"type": "estimate"}, {"draft": False}]}, {"custom.color": "red"}]}, "AC"),
    ({"id": "0" * 24}, ""),
    ({"id": "not an id"}, ""),
]


@pytest.mark.parametrize(("where", "references"), WHERES, ids=lambda value: str(value)[:60])
async def test_finds_the_right_rows(shelf: Shelf, where: dict[str, Any], references: str) -> None:
    assert await shelf.found({"where": where, "order": "reference ASC"}) == references
    counted = await shelf.alice.get(f"{shelf.path}/count", params={"where": json.dumps(where)})
    assert counted.json() == {"count": len(references)}


BRACKETS = [
    ("filter[where][type]=invoice", "ABDE"),
    ("filter[where][draft]=true", "D"),
    ("filter[where][draft]=false&filter[where][type]=invoice", "ABE"),
    ("filter[where][total][gte]=300", "CDE"),
    ("filter[where][total][between][0]=200&filter[where][total][between][1]=400", "BCD"),
    ("filter[where][reference][inq][]=A&filter[where][reference][inq][]=B", "AB"),
    ("filter[where][custom.color]=red", "A"),
    ("filter[where][or][0][reference]=A&filter[where][or][1][reference]=E", "AE"),
    ("filter[where][_documentClient.name]=Bob %26 Sons", "BE"),
]


@pytest.mark.parametrize(("text", "references"), BRACKETS)
async def test_brackets_mean_the_same(shelf: Shelf, text: str, references: str) -> None:
    rows = (await shelf.alice.get(f"{shelf.path}?{text}&filter[order]=reference ASC")).json()
    assert "".join(row["reference"] for row in rows) == references
    counted = await shelf.alice.get(f"{shelf.path}/count?{text.replace('filter[where]', 'where')}")
    assert counted.json() == {"count": len(references)}


ORDERS: list[tuple[Any, str]] = [
    ("date DESC", "EDCBA"),
    ("date ASC", "ABCDE"),
    ("date", "ABCDE"),
    (["type ASC", "date DESC"], "CEDBA"),
    ("type ASC, date DESC", "CEDBA"),
    ({"date": "DESC"}, "EDCBA"),
    ("total DESC", "EDCBA"),
    ("id DESC", "EDCBA"),
    (None, "ABCDE"),
    ("dateYear DESC", "EDCBA"),
]


@pytest.mark.parametrize(("order", "references"), ORDERS, ids=str)
async def test_sorts(shelf: Shelf, order: Any, references: str) -> None:
    assert await shelf.found({"order": order}) == references


PAGES = [
    ({"limit": 2}, "AB"),
    ({"limit": 2, "skip": 2}, "CD"),
    ({"limit": 2, "offset": 4}, "E"),
    ({"skip": 4}, "E"),
    ({"skip": 5}, ""),
    ({"limit": "3"}, "ABC"),
]


@pytest.mark.parametrize(("filter", "references"), PAGES, ids=str)
async def test_pages(shelf: Shelf, filter: dict[str, Any], references: str) -> None:
    answer = await shelf.list(filter)
    assert "".join(row["reference"] for row in answer.json()) == references
    assert answer.headers["x-total-count"] == "5"


async def test_deleted_rows_are_seen_only_when_asked_for(shelf: Shelf) -> None:
    assert await shelf.found({"where": {"type": "estimate"}}) == "C"
    assert await shelf.found({"where": {"type": "estimate"}, "deleted": True}) == "CF"
    answer = await shelf.list({"where": {"deletedAt": {"neq": None}}, "deleted": True})
    assert [row["_isDeleted"] for row in answer.json()] == [True]


async def test_a_page_has_at_most_a_hundred_rows(shelf: Shelf) -> None:
    world_organization = await shelf.alice.post(
        f"/Accounts/{shelf.alice.id}/Organizations", {"name": "Many", "country": "BE"}
    )
    path = f"/Organizations/{world_organization.json()['id']}/documents"
    body = {"draft": True, "type": "estimate", "_documentClient": ADA, "_documentItems": line(1)}
    for _ in range(103):
        assert (await shelf.alice.post(path, body)).status_code == 200
    for limit in ({}, {"limit": 500}, {"limit": 0}):
        answer = await shelf.alice.get(path, params={"filter": json.dumps(limit)})
        assert (len(answer.json()), answer.headers["x-total-count"]) == (100, "103")
    rest = await shelf.alice.get(path, params={"filter[skip]": "100"})
    assert (len(rest.json()), rest.headers["x-total-count"]) == (3, "103")


async def test_answers_with_the_fields_that_are_wanted(shelf: Shelf) -> None:
    for fields in (["id", "total"], {"id": True, "total": True}):
        rows = (await shelf.list({"fields": fields, "limit": 2})).json()
        assert [set(row) for row in rows] == [{"id", "total"}] * 2
        one = await shelf.alice.get(f"/Documents/{shelf.ids['A']}", params={"filter": json.dumps({"fields": fields})})
        assert one.json() == {"id": shelf.ids["A"], "total": 100}
    whole = (await shelf.list({"limit": 1})).json()[0]
    wrong = await shelf.list({"fields": ["id", "totl"]})
    assert wrong.status_code == 422
    assert wrong.json()["error"]["details"]["codes"] == {"filter.fields.totl": ["unknown_field"]}
    assert "did you mean `total`" in wrong.json()["error"]["message"]
    without = (await shelf.list({"limit": 1, "fields": {"note": False, "_documentItems": False}})).json()[0]
    assert set(whole) - set(without) == {"note", "_documentItems"}


async def test_includes_what_hangs_on_it(shelf: Shelf) -> None:
    rows = (await shelf.list({"include": ["payments", "organization"], "order": "reference ASC"})).json()
    assert [len(row["payments"]) for row in rows] == [0, 1, 0, 0, 0]
    assert rows[1]["payments"][0]["amount"] == 200.5
    assert {row["organization"]["id"] for row in rows} == {row["organizationId"] for row in rows}
    plain = (await shelf.list({"limit": 1})).json()[0]
    assert not {"payments", "organization"} & set(plain)
    picked = (await shelf.list({"include": "payments", "fields": ["payments"], "limit": 1})).json()
    assert picked == [{"payments": []}]


REFUSED = [
    ({"where": {"totl": 1}}, "filter.where.totl", "did you mean `total`?"),
    ({"where": {"total": {"over": 1}}}, "filter.where.total.over", "no operator"),
    ({"where": {"total": "much"}}, "filter.where.total", "not a value of type number"),
    ({"where": {"note": {"regexp": "("}}}, None, "regular expression"),
    ({"order": "zzzzz"}, "filter.order", "known:"),
    ({"include": "secrets"}, "filter.include", "cannot be included here"),
    ({"limit": -1}, "filter.limit", "whole number"),
    ({"were": {}}, "filter.were", "not part of a filter"),
]


@pytest.mark.parametrize(("filter", "path", "words"), REFUSED, ids=str)
async def test_says_what_it_does_not_understand(shelf: Shelf, filter: Any, path: str | None, words: str) -> None:
    answer = await shelf.list(filter)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert words in error["message"]
    if path:
        assert list(error["details"]["codes"]) == [path]


async def test_a_filter_that_is_not_json_is_refused(shelf: Shelf) -> None:
    for text in ("{", "[1]", "5", '{"where": 5}'):
        assert (await shelf.alice.get(shelf.path, params={"filter": text})).status_code == 422
    assert (await shelf.alice.get(f"{shelf.path}?filter=%ff")).status_code == 400
