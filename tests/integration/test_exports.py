"""Exports: the right rows, exact numbers, days of the zone, no formula, and memory that stays flat."""

import asyncio
import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import httpx
import pytest

from billhook.db import Database
from billhook.kernel.time import MovableClock
from billhook.transfer import exporting
from tests.integration.payment_desk import code, faults
from tests.world import Actor, World

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Office(NamedTuple):
    """An organization in New York with a few documents."""

    alice: Actor
    path: str

    async def export(self, type: str, **params: Any) -> httpx.Response:
        answer = await self.alice.get(f"{self.path}/export", params={"type": type, **params})
        assert answer.status_code == 200, answer.text
        return answer

    async def csv(self, type: str, **params: Any) -> list[dict[str, str]]:
        answer = await self.export(type, format="csv", **params)
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert answer.headers["x-total-count"] == str(len(rows))
        return rows

    async def xlsx(self, type: str, **params: Any) -> list[list[Any]]:
        return cells((await self.export(type, **params)).content)


def cells(content: bytes) -> list[list[Any]]:
    """The cells of a sheet as they are written: texts as texts, numbers as Decimals, days by their number."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iter(f"{SHEET}row"):
        found = {}
        for cell in row.iter(f"{SHEET}c"):
            column = re.sub(r"\d", "", cell.attrib["r"])
            assert cell.find(f"{SHEET}f") is None
            text = "".join(cell.itertext())
            found[column] = text if cell.get("t") in ("inlineStr", "s", "b") else Decimal(text or 0)
        rows.append([found.get(chr(65 + n)) for n in range(26)])
    return rows


@pytest.fixture(scope="module")
async def office(base_url: str, database: Database, clock: MovableClock) -> AsyncIterator[Office]:
    async with World(base_url, database, clock) as world:
        alice = await world.actor()
        organization = await world.organization(alice, country="United States", timezone="America/New_York")
        evil = {"name": "=HYPERLINK(1)", "country": "Belgium", "email": "evil@example.com"}
        line = [{"name": "Suit", "price": "0.1", "quantity": 3, "_documentItemTaxes": [{"rate": 21}]}]
        paid = [{"type": "bank", "date": "2026-02-01T03:00:00Z", "note": '+1, "and"\nmore'}]
        for said in (
            {"date": "2026-01-10", "currencyId": "EUR", "payments": paid},
            {"date": "2026-02-01T02:00:00Z", "currencyId": "EUR", "_documentItems": line, "_documentClient": evil},
            {"date": "2026-02-01", "currencyId": "JPY", "type": "estimate", "reference": "Grüße, 你好"},
            {"date": "2026-03-01", "draft": True},
        ):
            await world.invoice(alice, organization, **said)
        large = {"type": "cash", "amount": "999999999999999.99", "date": "2026-04-01", "currencyId": "EUR"}
        await alice.post(f"/Organizations/{organization['id']}/payments", large)
        yield Office(alice, f"/Organizations/{organization['id']}")


async def test_documents_as_csv(office: Office) -> None:
    rows = await office.csv("document")
    assert [(row["type"], row["date"], row["totalWithTax"], row["totalDue"], row["currencyId"]) for row in rows] == [
        ("invoice", "2026-01-10", "12100.00", "0.00", "EUR"),
        ("invoice", "2026-01-31", "0.36", "0.36", "EUR"),
        ("estimate", "2026-02-01", "12100", "12100", "JPY"),
        ("invoice", "2026-03-01", "12100.00", "12100.00", "USD"),
    ]
    assert [row["paidInFull"] for row in rows] == ["true", "false", "false", "false"]
    assert rows[1]["clientName"] == "'=HYPERLINK(1)"
    assert rows[2]["reference"] == "Grüße, 你好"
    assert (rows[3]["draft"], rows[3]["number"]) == ("true", "")


async def test_documents_as_excel(office: Office) -> None:
    header, *rows = await office.xlsx("documents")
    at = {name: n for n, name in enumerate(header)}
    assert [row[at["totalWithTax"]] for row in rows] == [
        Decimal("12100.00"), Decimal("0.36"), Decimal(12100), Decimal(12100),
    ]  # fmt: skip
    assert rows[1][at["clientName"]] == "=HYPERLINK(1)"
    assert rows[1][at["date"]] == 46053  # 31 January 2026, counted as Excel does
    assert rows[0][at["paidInFull"]] == "1"


async def test_what_excel_would_round_stays_a_text(office: Office) -> None:
    header, *rows = await office.xlsx("payment")
    amounts = [row[header.index("amount")] for row in rows]
    assert amounts == [Decimal(12100), "999999999999999.99"]


async def test_payments_with_what_they_are_for(office: Office) -> None:
    first, second = await office.csv("payment")
    assert (first["date"], first["amount"], first["documentNumber"]) == ("2026-01-31", "12100.00", "2026-00001")
    assert (first["clientName"], first["documentType"]) == ("Rocket man", "invoice")
    assert first["note"] == '\'+1, "and"\nmore'
    assert (second["amount"], second["documentId"]) == ("999999999999999.99", "")


async def test_clients_and_items(office: Office) -> None:
    assert {row["email"] for row in await office.csv("client")} == {"evil@example.com", "rocket.man@example.com"}
    assert await office.csv("item") == []


@pytest.mark.parametrize(
    ("params", "dates"),
    [
        ({"from": "2026-01-31", "to": "2026-01-31"}, ["2026-01-31"]),
        ({"from": "2026-02-01"}, ["2026-02-01", "2026-03-01"]),
        ({"to": "2026-01-31"}, ["2026-01-10", "2026-01-31"]),
        ({"where": json.dumps({"draft": False, "type": "invoice"})}, ["2026-01-10", "2026-01-31"]),
        ({"where[total][lt]": "1"}, ["2026-01-31"]),
        ({"options": json.dumps({"from": "2026-03-01"})}, ["2026-03-01"]),
        ({"where": json.dumps({"number": "none"})}, []),
    ],
)
async def test_only_what_is_asked_for(office: Office, params: dict[str, str], dates: list[str]) -> None:
    assert [row["date"] for row in await office.csv("document", **params)] == dates


async def test_a_form_for_every_spreadsheet(office: Office) -> None:
    answer = await office.export("client", format="csv", separator="semicolon", bom=True)
    assert answer.content.startswith(b"\xef\xbb\xbfid;name;address;")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="clients-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"])


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {"type": "taxes", "format": "pdf", "separator": "|", "from": "x", "to": "y"},
            {
                "type": ["inclusion"],
                "format": ["inclusion"],
                "separator": ["inclusion"],
                "from": ["format"],
                "to": ["format"],
            },
        ),
        ({"type": "document", "where": '{"secret": 1}'}, {"where.secret": ["unknown_field"]}),
        ({"type": "document", "options": "[]"}, {"options": ["json"]}),
    ],
)
async def test_what_cannot_be_exported(office: Office, params: dict[str, str], expected: Any) -> None:
    assert faults(await office.alice.get(f"{office.path}/export", params=params)) == expected


async def test_an_export_gives_its_connection_back(office: Office, database: Database, monkeypatch: Any) -> None:
    """Clients that go away in the middle, or stall, cost nothing that lasts."""
    monkeypatch.setattr(exporting, "BATCH_ROWS", 1)
    headers = {"Authorization": office.alice.token}
    for _ in range(database.connections + exporting.AT_ONCE):
        async with office.alice.http.stream(
            "GET", f"{office.path}/export?type=document&format=csv", headers=headers
        ) as got:
            assert got.status_code == 200
            async for _piece in got.aiter_raw(1):
                break
    together = await asyncio.gather(*[office.csv("document") for _ in range(exporting.AT_ONCE)])
    assert {len(rows) for rows in together} == {4}
    assert exporting.DESK.busy == 0


async def test_no_more_exports_than_there_are_places(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting.DESK, "busy", exporting.AT_ONCE)
    refused = await office.alice.get(f"{office.path}/export?type=document")
    assert (refused.status_code, code(refused)) == (503, "EXPORTS_BUSY")
