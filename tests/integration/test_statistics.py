"""Statistics against a table that was added up by hand, and the plans of their statements among many documents."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, NamedTuple

import asyncpg
import pytest

from billhook.db import Database, all_statements
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.time import MovableClock, parse
from tests.conftest import create_database
from tests.integration.payment_desk import faults, ok
from tests.world import Actor, World

YEAR = {"from": "2026-01-01", "to": "2026-12-31", "dist": "month"}


def sale(net: Any, rate: int = 21, **said: Any) -> dict[str, Any]:
    line = {"name": "Suit", "price": net, "_documentItemTaxes": [{"rate": rate}]}
    return {"_documentItems": [line]} | said


TABLE: list[dict[str, Any]] = [
    # The organization is in New York: 02:00 UTC on 1 February is still January there; midnight UTC is the day it names.
    sale(100, date="2026-01-10", dateDue="2026-01-20", payments=[{"type": "bank", "amount": 21, "date": "2026-02-01"}]),
    sale("200.50", date="2026-02-01T02:00:00Z", dateDue="2026-04-15"),
    sale(300, date="2026-02-01", dateDue="2026-04-30", payments=[{"type": "card", "date": "2026-04-02"}]),
    sale(50, date="2026-02-10", type="credit-note", payments=[{"type": "bank", "amount": 10, "date": "2026-04-03"}]),
    sale(
        40, date="2026-04-05", dateDue="2026-05-05", type="advance", payments=[{"type": "cash", "date": "2026-04-05"}]
    ),
    sale(5000, rate=0, date="2026-04-05", dateDue="2026-05-31", currencyId="JPY"),
    sale(1000, date="2026-04-06", type="estimate"),
    sale(1000, date="2026-04-06", type="delivery-note"),
    sale(1000, date="2026-04-06", draft=True),
    sale(70, date="2026-04-07", incoming=True, number="S-1", payments=[{"type": "bank", "date": "2026-04-07"}]),
    sale(9, date="2025-12-31", dateDue="2026-01-30", payments=[{"type": "coupon", "date": "2026-04-30T23:00:00Z"}]),
]
"""By hand, net: January 100 + 200.50, February 300 − 50, April 40 as an advance; 21 % on top of each; and 5000 yen."""


class Books(NamedTuple):
    """An organization with the table above, and today."""

    alice: Actor
    path: str

    async def ask(self, name: str, **params: Any) -> Any:
        return ok(await self.alice.get(f"{self.path}/{name}", params=params))


@pytest.fixture(scope="module")
async def books(base_url: str, database: Database, clock: MovableClock) -> AsyncIterator[Books]:
    offset = clock.offset
    clock.move_to(parse("2026-04-20T12:00:00Z"))
    async with World(base_url, database, clock) as world:
        alice = await world.actor()
        organization = await world.organization(alice, country="United States", timezone="America/New_York")
        for said in TABLE:
            await world.invoice(alice, organization, **({"currencyId": "EUR"} | said))
        loose = {"type": "bank", "amount": "0.01", "date": "2026-04-01", "currencyId": "EUR"}
        ok(await alice.post(f"/Organizations/{organization['id']}/payments", loose))
        yield Books(alice, f"/Organizations/{organization['id']}")
    clock.offset = offset


def filled(answer: Any) -> dict[str, dict[str, Any]]:
    """The periods of each series that are not nothing."""
    return {row["name"]: {p["name"]: p["value"] for p in row["series"] if p["value"]} for row in answer["stats"]}


async def test_sales_by_month_equal_the_table(books: Books) -> None:
    net = await books.ask("document-total-stats", type="invoice", **YEAR)
    assert filled(net) == {"EUR": {"2026-01": 300.5, "2026-02": 250}, "JPY": {"2026-04": 5000}}
    assert [len(row["series"]) for row in net["stats"]] == [12, 12]
    assert net["total"] == [{"currency": "EUR", "total": 550.5}, {"currency": "JPY", "total": 5000}]
    gross = await books.ask("document-total-stats", type="sales", gross=True, **YEAR)
    assert filled(gross)["EUR"] == {"2026-01": 363.61, "2026-02": 302.5, "2026-04": 48.4}
    everything = await books.ask("document-total-stats", type="sales", **(YEAR | {"dist": "year", "from": "1/1/2025"}))
    assert filled(everything)["EUR"] == {"2025": 9, "2026": 590.5}


@pytest.mark.parametrize(
    ("type", "incoming", "expected"),
    [
        ("credit-note", False, {"EUR": {"2026-02": 50}}),
        ("advance", False, {"EUR": {"2026-04": 40}}),
        ("estimate", False, {"EUR": {"2026-04": 1000}}),
        ("delivery-note", False, {"EUR": {"2026-04": 1000}}),
        ("invoice", True, {"EUR": {"2026-04": 70}}),
        ("estimate", True, {}),
    ],
)
async def test_each_type_by_itself(books: Books, type: str, incoming: bool, expected: Any) -> None:
    answer = await books.ask("document-total-stats", type=type, incoming=incoming, **YEAR)
    assert filled(answer) == expected


async def test_days_are_those_of_the_organizations_zone(books: Books) -> None:
    days = {"from": "2026-01-31", "to": "1/2/2026", "dist": "day"}
    answer = await books.ask("document-total-stats", type="invoice", **days)
    assert filled(answer)["EUR"] == {"2026-01-31": 200.5, "2026-02-01": 300}


async def test_what_clients_paid_by_type(books: Books) -> None:
    answer = await books.ask("payment-total-stats", **YEAR)
    assert filled(answer) == {
        "EUR bank": {"2026-02": 21, "2026-04": -9.99},
        "EUR card": {"2026-04": 363},
        "EUR cash": {"2026-04": 48.4},
        "EUR coupon": {"2026-04": 10.89},
    }
    assert answer["total"] == [{"currency": "EUR", "total": 433.3}]
    assert {colour["name"] for colour in answer["customColors"]} == set(filled(answer))


async def test_what_is_owed_today(books: Books) -> None:
    answer = await books.ask("total-stats")
    assert answer == {
        "totalOverdue": [{"currency": "EUR", "value": 342.61}],
        "totalDueThisMonth": [{"currency": "EUR", "value": 242.61}],
        "totalDue": [{"currency": "EUR", "value": 342.61}, {"currency": "JPY", "value": 5000}],
        "totalPaymentsThisMonth": [{"currency": "EUR", "value": 412.3}],
    }
    january = await books.ask("total-stats", date="15/1/2026")
    assert january["totalOverdue"] == []
    assert january["totalDueThisMonth"] == [{"currency": "EUR", "value": 100}]


async def test_counts_and_sums_by_type(books: Books) -> None:
    answer = await books.ask("business-stats", **{"from": "2026-01-01", "to": "2026-12-31"})
    counted = {(row["type"], row["currency"]): (row["count"], row["totalWithTax"]) for row in answer["documents"]}
    assert counted == {
        ("advance", "EUR"): (1, 48.4),
        ("credit-note", "EUR"): (1, 60.5),
        ("delivery-note", "EUR"): (1, 1210),
        ("estimate", "EUR"): (1, 1210),
        ("invoice", "EUR"): (3, 726.61),
        ("invoice", "JPY"): (1, 5000),
    }
    assert {row["type"]: (row["count"], row["total"]) for row in answer["payments"]} == {
        "bank": (3, 11.01),
        "card": (1, 363),
        "cash": (1, 48.4),
        "coupon": (1, 10.89),
    }
    nobody = await books.ask("business-stats", accountId="nobody")
    assert (nobody["documents"], nobody["payments"]) == ([], [])
    assert (nobody["fromDay"], nobody["toDay"]) == ("2026-01-01", "2026-04-20")
    assert await books.ask("this-month-invoices") == {"number": 1}


async def test_what_was_canceled(world: World) -> None:
    """By a credit note: counted, and taken off on the note's day. Without one: not counted. Advances likewise."""
    alice = await world.actor()
    organization = await world.organization(alice)
    books = Books(alice, f"/Organizations/{organization['id']}")
    day = {"date": "2026-01-10", "dateDue": "2026-01-20", "currencyId": "EUR"}
    kept = await world.invoice(alice, organization, **sale(1), **day)
    credited = await world.invoice(alice, organization, **sale(10), **day)
    voided = await world.invoice(alice, organization, **sale(100), **day)
    advance = await world.invoice(alice, organization, **sale(1000, type="advance"), **day)
    assert "creditNoteId" in ok(await alice.post(f"/Documents/{credited['id']}/cancel"))
    assert "creditNoteId" not in ok(await alice.post(f"/Documents/{voided['id']}/cancel?technical=true"))
    assert "creditNoteId" in ok(await alice.post(f"/Documents/{advance['id']}/cancel"))
    both = {"from": "2026-01-01", "to": (world.clock.now() + timedelta(days=1)).date().isoformat(), "dist": "month"}
    invoices = filled(await books.ask("document-total-stats", type="invoice", **both))["EUR"]
    assert (invoices.pop("2026-01"), list(invoices.values())) == (11, [-10])
    sales = await books.ask("document-total-stats", type="sales", **both)
    assert sales["total"] == [{"currency": "EUR", "total": 1}]
    assert (await books.ask("total-stats"))["totalDue"] == [{"currency": "EUR", "value": kept["totalDue"]}]


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("document-total-stats", YEAR | {"type": "receipt"}, {"type": ["inclusion"]}),
        ("document-total-stats", YEAR | {"type": "invoice", "dist": "hour"}, {"dist": ["inclusion"]}),
        ("payment-total-stats", YEAR | {"from": "x", "to": ""}, {"from": ["format"], "to": ["format"]}),
        ("payment-total-stats", YEAR | {"to": "2025-01-01"}, {"to": ["date"]}),
        ("payment-total-stats", YEAR | {"from": "1950-01-01", "dist": "day"}, {"dist": ["too_many"]}),
        ("payment-total-stats", {"from": "2026-01-01", "dist": "day"}, {"to": ["presence"]}),
        ("total-stats", {"date": "yesterday"}, {"date": ["format"]}),
    ],
)
async def test_what_cannot_be_asked_for(books: Books, name: str, params: Any, expected: Any) -> None:
    assert faults(await books.alice.get(f"{books.path}/{name}", params=params)) == expected


MANY = """
insert into documents.document (shard, id, organization_id, account_id, type, draft, date_year, date, date_due, currency,
  exponent, decimal_places, rounding, locale, timezone, total, total_discount, total_with_tax, total_paid, issuer, client,
  lines, taxes, reverse_taxes, has_unit, number, issued_at, created_at, updated_at)
select $1::int, gen_random_uuid(), $2::uuid, $2::uuid, (array['invoice', 'estimate', 'credit-note', 'invoice'])[1 + n % 4],
       false, 2026, at, at, 'EUR', 2, 2, 'document', 'en', 'UTC', 100, 0, 121, case when n % 20 = 0 then 0 else 121 end,
       '{}', '{}', jsonb_build_array(repeat('x', 300)), '[]', '[]', false, n::text, at, at, at
  from (select n, timestamptz '2016-01-01' + n * interval '3 hours' as at from generate_series(1, 20000) n) as many
"""
PAID = """
insert into payments.payment (shard, id, organization_id, account_id, document_id, type, amount, currency, exponent, date,
  note, created_at, updated_at)
select shard, id, organization_id, account_id, id, 'bank', 121, 'EUR', 2, date, repeat('x', 300), date, date
  from documents.document where organization_id = $1::uuid and total_paid > 0
"""
PLANS = {
    "document_sums": "document_issued",
    "documents_by_type": "document_issued",
    "invoices_issued": "document_issued",
    "payment_sums": "payment_summed",
    "payments_by_type": "payment_summed",
    "open_sums": "document_owed",
}
ASKED: dict[str, Any] = {
    "dist": "month",
    "zone": "Europe/Brussels",
    "types": ["invoice", "credit-note"],
    "incoming": False,
    "gross": True,
    "first": parse("2020-03-01").date(),
    "last": parse("2020-03-31").date(),
    "today": parse("2020-03-15").date(),
    "actor": None,
}


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


@pytest.fixture(scope="module")
async def crowded(worker_name: str) -> AsyncIterator[tuple[Database, Id]]:
    """A database with two organizations, each with more documents than a plan can take lightly; one of them."""
    url = await create_database(f"statistics_{worker_name}")
    organizations = [ids.new(shard) for shard in (61_001, 61_002)]
    owner = await asyncpg.connect(url)
    for organization in organizations:
        await owner.execute(MANY, ids.shard_of(organization), ids.to_uuid(organization))
        await owner.execute(PAID, ids.to_uuid(organization))
    await owner.execute("vacuum (analyze) documents.document")
    await owner.execute("vacuum (analyze) payments.payment")
    await owner.close()
    database = Database(url, connections=2)
    await database.connect()
    yield database, organizations[0]
    await database.close()


@pytest.mark.parametrize(("name", "index"), PLANS.items())
async def test_sums_are_read_from_indexes_alone(crowded: tuple[Database, Id], name: str, index: str) -> None:
    database, organization = crowded
    statement = next(s for s in all_statements() if (s.room, s.name) == ("statistics", name))
    known = ASKED | {"shard": ids.shard_of(organization), "organization_id": organization}
    async with database.open(organization=organization) as tx:
        sent = [known[parameter] for parameter in statement.parameters]
        rows = await tx.run("fetch", f"explain (format json) {statement.sql}", sent, enters=False)
    found = nodes(json.loads(rows[0][0])[0]["Plan"])
    scans = {node["Index Name"]: node["Node Type"] for node in found if "Index Name" in node}
    assert scans[index] == ("Index Scan" if index == "document_owed" else "Index Only Scan")
    assert "Seq Scan" not in {node["Node Type"] for node in found}
