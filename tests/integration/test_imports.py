"""Imports: every bad row at once and nothing of it, or all of it once, however often it is sent."""

import asyncio
import csv
import io
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from billhook import transfer
from billhook.db import Database
from billhook.jobs import Job, Worker
from billhook.transfer import writing
from tests.integration.payment_desk import Desk, code, desk, faults, ok
from tests.world import Actor

__all__ = ["desk"]

CLIENTS = """Name;E-mail;Country;VAT number;isEndCustomer;Shoe size
Ada Lovelace;ada@example.com;Belgique;BE0403170701;no;38
Bob & Söhne;;Germany;;yes;
"No mail, no number";;;;;
"""
ITEMS = 'sku,name,price,unit\nA-1,Space suit,"1,234.50",piece\nA-2,Helmet,0.125,\n'


class Importer:
    """Alice sends files; the worker writes what was accepted."""

    def __init__(self, desk: Desk, worker: Worker) -> None:
        self.desk = desk
        self.worker = worker
        self.path = f"/Organizations/{desk.organization['id']}"

    async def send(self, type: str, text: str | bytes, by: Actor | None = None, **params: Any) -> Any:
        content = text.encode() if isinstance(text, str) else text
        files = {"file": (f"{type}s.csv", content, "text/csv")}
        return await (by or self.desk.alice).post(f"{self.path}/import", params={"type": type, **params}, files=files)

    async def imported(self, type: str, text: str | bytes, **params: Any) -> tuple[int, int, int]:
        """Send a file and have it written; return how much was created, updated, skipped."""
        accepted = ok(await self.send(type, text, **params))
        assert accepted["success"] is True
        await self.worker.drain()
        found = ok(await self.desk.alice.get(f"/Imports/{accepted['id']}"))
        assert found["state"] == "done", found
        assert found["done"] == found["rows"] == accepted["rows"]
        return found["created"], found["updated"], found["skipped"]

    async def rows(self, type: str) -> list[dict[str, str]]:
        answer = await self.desk.alice.get(f"{self.path}/export", params={"type": type, "format": "csv"})
        return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.fixture
async def importer(desk: Desk, database: Database) -> Importer:
    async def leave(_: Job) -> None:
        """Papers and mails are no matter here."""

    return Importer(desk, Worker(database, defaultdict(lambda: leave, transfer.handlers(database))))


async def test_clients_once_however_often_they_are_sent(importer: Importer) -> None:
    assert await importer.imported("client", CLIENTS) == (3, 0, 0)
    assert await importer.imported("clients", CLIENTS.replace("Ada Lovelace", "Ada King")) == (0, 3, 0)
    rows = {row["name"]: row for row in await importer.rows("client")}
    assert set(rows) == {"Rocket man", "Ada King", "Bob & Söhne", "No mail, no number"}
    ada = rows["Ada King"]
    assert (ada["countryAlpha2Code"], ada["taxNumber"], ada["email"]) == ("BE", "BE0403170701", "ada@example.com")
    assert rows["Bob & Söhne"]["isEndCustomer"] == "true"
    assert (await importer.desk.alice.get(f"{importer.path}/clients/count")).json() == {"count": 4}


async def test_what_a_row_does_not_say_stays(importer: Importer) -> None:
    await importer.imported("client", "name,email,city,phone\nAda,ada@example.com,London,+44 1\n")
    await importer.imported("client", "EMAIL,city,name\nADA@example.com,,Ada King\n")
    ada = next(row for row in await importer.rows("client") if "Ada" in row["name"])
    assert (ada["name"], ada["city"], ada["phone"]) == ("Ada King", "London", "'+44 1")


async def test_what_is_known_of_numbers_and_country_goes_with_them(importer: Importer) -> None:
    async def after(names: str, values: str) -> tuple[str, str | None, dict[str, str]]:
        await importer.imported("client", f"name,email,{names}\nAda,ada@example.com,{values}\n")
        found = ok(await importer.desk.alice.get(f"{importer.path}/clients?filter[where][name]=Ada"))[0]
        marks = {check["field"]: check["value"] for check in found["_checks"] if not check["valid"]}
        return found["country"], found.get("countryAlpha2Code"), marks

    wrong = {"taxNumber": "BE0403170702", "IBAN": "BE00"}
    assert await after("country,taxNumber,IBAN", "Belgium,BE0403170702,BE00") == ("Belgium", "BE", wrong)
    assert await after("city", "Ghent") == ("Belgium", "BE", wrong)
    assert await after("IBAN", "BE01") == ("Belgium", "BE", wrong | {"IBAN": "BE01"})
    assert await after("IBAN", "BE68539007547034") == ("Belgium", "BE", {"taxNumber": "BE0403170702"})
    lost = {"taxNumber": "BE0403170702", "country": "Atlantis"}
    assert await after("country", "Atlantis") == ("Atlantis", None, lost)
    assert await after("taxNumber", "BE0403170701") == ("Atlantis", None, {"country": "Atlantis"})
    assert await after("country", "Germany") == ("Germany", "DE", {})


async def test_an_export_can_be_sent_back(importer: Importer) -> None:
    await importer.imported("client", CLIENTS)
    await importer.imported("item", ITEMS)
    await importer.desk.pay(amount=42, date="2026-04-01", note="-5 %")
    for kind in ("client", "item", "payment"):
        before = await importer.desk.alice.get(f"{importer.path}/export?type={kind}&format=csv")
        created, _, _ = await importer.imported(kind, before.text)
        assert created == 0
        assert (await importer.desk.alice.get(f"{importer.path}/export?type={kind}&format=csv")).text == before.text


@pytest.mark.parametrize("type", ["client", "item", "payment"])
async def test_a_workbook_that_was_exported_can_be_sent_back(importer: Importer, type: str) -> None:
    await importer.imported("client", CLIENTS)
    await importer.imported("item", ITEMS + "A-3,Boots,1.234,pair\n", decimal="point")
    await importer.imported("payment", payments(importer.desk))
    before = await importer.rows(type)
    exported = await importer.desk.alice.get(f"{importer.path}/export", params={"type": type})
    created, updated, skipped = await importer.imported(type, exported.content)
    assert (created, updated + skipped) == (0, len(before))
    after = await importer.rows(type)
    for row in [*before, *after]:
        row["price"] = Decimal(row.get("price") or 0)  # a cell of Excel knows no 1234.50, only 1234.5
    assert after == before


async def test_bad_rows_of_a_workbook_are_named_by_their_rows(importer: Importer) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "d.m.yyyy"})
    sheet.write_row(2, 1, ["Date", "Type", "Amount"])
    sheet.write_row(4, 1, ["", "bank", 12.345])
    sheet.write_datetime(4, 1, datetime(2026, 4, 30, tzinfo=UTC).replace(tzinfo=None), day)
    sheet.write_row(7, 1, ["soon", "gold", True])
    book.close()
    assert faults(await importer.send("payment", file.getvalue())) == {
        "5.amount": ["numericality"], "8.date": ["format"], "8.type": ["inclusion"], "8.amount": ["format"],
    }  # fmt: skip


async def test_items_by_their_sku(importer: Importer) -> None:
    assert await importer.imported("item", ITEMS) == (2, 0, 0)
    assert await importer.imported("item", "SKU;name;price\nA-2;Helmet;0,5\nA-3;Boots;7\n") == (1, 1, 0)
    prices = {row["SKU"]: (row["name"], row["price"], row["unit"]) for row in await importer.rows("item")}
    assert prices == {
        "A-1": ("Space suit", "1234.50", "piece"),
        "A-2": ("Helmet", "0.5", ""),
        "A-3": ("Boots", "7", ""),
    }


async def test_of_two_prices_the_one_that_is_said_holds(importer: Importer) -> None:
    await importer.imported("item", "SKU,name,priceGross\nB-1,Boots,12.1\n")
    await importer.imported("item", "SKU,name,price\nB-1,Boots,11\n")
    await importer.imported("item", "SKU,name,unit\nB-1,Boots,pair\n")
    (boots,) = await importer.rows("item")
    assert (boots["price"], boots["priceGross"], boots["unit"]) == ("11", "", "pair")


def payments(desk: Desk) -> str:
    number = desk.invoice["number"]
    return (
        "Date,Type,Amount,Document number,Transaction ID,Note\n"
        f'30/4/2026,bank,"1,000.50",{number},T-1,\n'
        f"1/5/2026,Cash,10,{number},,first\n"
        f"1/5/2026,cash,10,{number},,first\n"
        "2/5/2026,card,5,,,\n"
    )


async def test_payments_once_however_often_they_are_sent(importer: Importer) -> None:
    desk = importer.desk
    assert await importer.imported("payment", payments(desk)) == (4, 0, 0)
    assert await desk.totals() == (1020.5, 11079.5, False)
    assert await importer.imported("payment", payments(desk)) == (0, 0, 4)
    more = payments(desk) + f"1/5/2026,cash,10,{desk.invoice['number']},,first\n"
    assert await importer.imported("payment", more) == (1, 0, 4)
    assert await desk.totals() == (1030.5, 11069.5, False)
    journal = ok(await desk.alice.get(f"/Documents/{desk.invoice['id']}/journal"))
    assert [(entry["kind"], entry["amount"]) for entry in journal] == [
        ("charge", 12100), ("payment", -1000.5), ("payment", -10), ("payment", -10), ("payment", -10),
    ]  # fmt: skip
    balance = ok(await desk.alice.get(f"/Clients/{desk.invoice['clientId']}/balance"))["balances"]
    assert balance[0]["balance"] == 11069.5


@pytest.mark.parametrize("zone", ["Europe/Brussels", "Pacific/Auckland", "America/Los_Angeles"])
async def test_payments_of_an_hour_are_the_same_on_their_day(importer: Importer, zone: str) -> None:
    """A payment that was recorded as it came has an hour, and its export only a day: sent back, it books nothing."""
    desk = importer.desk
    ok(await desk.alice.patch(importer.path, {"timezone": zone}))
    for hour in ("01:30", "13:45", "13:50", "23:59"):
        await desk.pay(amount=42, date=f"2026-04-01T{hour}:00Z")
    before = await desk.alice.get(f"{importer.path}/export?type=payment&format=csv")
    assert await importer.imported("payment", before.text) == (0, 0, 4)
    again = before.text + before.text.splitlines()[-1] + "\n"
    assert await importer.imported("payment", again) == (1, 0, 4)


async def test_a_dry_run_says_what_would_be_and_does_nothing(importer: Importer) -> None:
    found = ok(await importer.send("client", CLIENTS, dryRun=True))
    assert found == {
        "success": True, "dryRun": True, "type": "client", "rows": 3, "created": 3, "updated": 0, "skipped": 0,
        "ignoredColumns": ["Shoe size"],
    }  # fmt: skip
    assert len(await importer.rows("client")) == 1


async def test_every_bad_row_at_once_and_nothing_of_it(importer: Importer) -> None:
    number = importer.desk.invoice["number"]
    draft = (await importer.desk.alice.post(
        f"{importer.path}/documents", {"type": "estimate", "_documentClient": {"name": "A", "country": "Belgium"}, "_documentItems": [{"name": "x", "price": 1}]}
    )).json()  # fmt: skip
    text = (
        "date,type,amount,documentNumber,documentType,currency,transactionId\n"
        "yesterday,gold,many,,,,\n"
        '3/4/2026,bank,"1,234",,,,\n'
        "2026-04-30,bank,0.005," + number + ",,,\n"
        "2026-04-30,bank,1,9999-1,,,\n"
        "2026-04-30,bank,1," + number + ",,USD,\n"
        "2026-04-30,bank,1," + draft["number"] + ",estimate,,\n"
        "2026-04-30,bank,1,,,,T-9\n"
        "2026-04-30,bank,2,,,,T-9\n"
        ",,,,,euro,\n"
        "2026-04-30,bank,3,,,,T-8\n"
        "2126-04-30,bank,3,,,,\n"
    )
    ok(
        await importer.desk.alice.post(
            importer.desk.all, {"type": "bank", "amount": 4, "date": "2026-01-01", "transactionId": "T-8"}
        )
    )
    expected = {
        "2.date": ["format"], "2.type": ["inclusion"], "2.amount": ["format"],
        "3.date": ["ambiguous"],
        "4.amount": ["numericality"], "5.documentNumber": ["inclusion"], "6.currencyId": ["mismatch"],
        "7.documentNumber": ["inclusion"], "9.transactionId": ["uniqueness"],
        "10.date": ["presence"], "10.type": ["presence"], "10.amount": ["presence"], "10.currencyId": ["inclusion"],
        "11.transactionId": ["uniqueness"], "12.date": ["date"],
    }  # fmt: skip
    before = await importer.rows("payment")
    for params in ({"dryRun": True}, {}):
        assert faults(await importer.send("payment", text, **params)) == expected
    assert await importer.rows("payment") == before


async def test_faults_are_bounded(importer: Importer) -> None:
    refused = await importer.send("client", "name,email\n" + "x,no\n" * 2_500)
    found = faults(refused)
    assert len(found) == 101
    assert (found["2.email"], found[""]) == (["format"], ["too_many"])
    assert "2400 more" in refused.text


@pytest.mark.parametrize(
    ("type", "params", "text", "expected"),
    [
        ("invoice", {"encoding": "morse", "dates": "x", "decimal": "x", "separator": "x"}, CLIENTS,
         {"type", "encoding", "dates", "decimal", "separator"}),
        ("client", {}, "name\n", {"file"}),
        ("client", {}, "", {"file"}),
        ("client", {}, b"name\n\xff\xfe\xfd\n", {"file"}),
        ("client", {}, "name,email\nA,a@example.com\nB,A@example.com\n", {"3.email"}),
        ("client", {}, "id,name\n" + "0" * 24 + ",A\nx,B\n", {"2.id", "3.id"}),
        ("item", {}, "id,SKU,name\n{B-1},C-1,Boots\n,C-1,Coat\n", {"3.SKU"}),
        ("item", {}, "id,SKU,name\n{B-1},C-1,Boots\n{B-2},C-1,Coat\n", {"3.SKU"}),
        ("item", {}, "id,SKU,name\n{B-1},,Boots\n,B-1,Coat\n", {"3.SKU"}),
        ("item", {}, "SKU,name\n,Boots\nB-1,Coat\n", {"3.SKU"}),
        ("item", {}, "name,taxIds\nA," + "0" * 24 + "\n", {"2.taxIds"}),
        ("item", {}, 'name,price\nA,"1,234"\n', {"2.price"}),
    ],
)  # fmt: skip
async def test_what_cannot_be_imported(
    importer: Importer, type: str, params: Any, text: Any, expected: set[str]
) -> None:
    if type == "item":
        await importer.imported("item", "SKU,name\nB-1,Boots\nB-2,Coat\n")
        text = text.format(**{row["SKU"]: row["id"] for row in await importer.rows("item")})
    assert set(faults(await importer.send(type, text, **params))) == expected


async def test_other_encodings_have_to_be_said(importer: Importer) -> None:
    text = "name;email\nŽiga Čuk;ziga@example.com\n".encode("cp1250")
    assert set(faults(await importer.send("client", text))) == {"file"}
    ok(await importer.send("client", text, encoding="windows-1250"))
    await importer.worker.drain()
    assert "Žiga Čuk" in {row["name"] for row in await importer.rows("client")}


async def test_a_raw_body_is_taken_too(importer: Importer) -> None:
    path = f"{importer.path}/import?type=client&dryRun=true"
    answer = await importer.desk.alice.post(path, content=CLIENTS.encode(), headers={"content-type": "text/csv"})
    assert ok(answer)["rows"] == 3


async def test_what_changed_since_the_check_stops_all_of_it(importer: Importer) -> None:
    """The file was good when it was sent; before it is written, one of its transaction ids is used for another."""
    desk = importer.desk
    accepted = ok(await importer.send("payment", payments(desk)))
    await desk.pay(amount=7, transactionId="T-1")
    await importer.worker.drain()
    found = ok(await desk.alice.get(f"/Imports/{accepted['id']}"))
    assert (found["state"], found["created"]) == ("failed", 0)
    assert [(fault["line"], fault["column"], fault["code"]) for fault in found["faults"]] == [
        (2, "transactionId", "uniqueness")
    ]
    assert (await desk.totals())[0] == 7


async def test_progress_is_seen_and_a_crash_leaves_nothing(importer: Importer, monkeypatch: Any) -> None:
    """The worker breaks off in the middle: nothing is there; the next run writes all of it, once."""
    monkeypatch.setattr(writing, "SLICE_LINES", 2)
    seen = []
    write = writing.store.write_clients

    async def breaks_off(tx: Any, import_id: Any, after: int, until: int) -> int:
        if after:
            seen.append(ok(await importer.desk.alice.get(f"/Imports/{import_id}")))
            raise ConnectionError("broken off")
        return await write(tx, import_id, after, until)

    monkeypatch.setattr(writing.store, "write_clients", breaks_off)
    accepted = ok(await importer.send("client", CLIENTS))
    await importer.worker.work_once()
    assert [(one["state"], one["done"], one["rows"]) for one in seen] == [("importing", 1, 3)]
    assert len(await importer.rows("client")) == 1
    monkeypatch.setattr(writing.store, "write_clients", write)
    importer.desk.alice.http.timeout = 30
    await asyncio.gather(
        *[writing.write(importer.worker.database, importer.desk.organization["id"], accepted["id"]) for _ in range(1)]
    )
    await writing.write(importer.worker.database, importer.desk.organization["id"], accepted["id"])
    assert ok(await importer.desk.alice.get(f"/Imports/{accepted['id']}"))["state"] == "done"
    assert len(await importer.rows("client")) == 4


async def test_imports_and_payments_at_once_keep_the_books(importer: Importer) -> None:
    desk = importer.desk
    number = desk.invoice["number"]
    files = ["date,type,amount,documentNumber,transactionId\n" + "".join(
        f"2026-04-30,bank,0.01,{number},F{n}-{row}\n" for row in range(60)) for n in range(3)]  # fmt: skip

    async def one_by_one() -> None:
        for _ in range(20):
            await desk.pay(amount=0.01)

    await asyncio.gather(
        *[importer.send("payment", text) for text in files], one_by_one(), importer.worker.drain(), one_by_one()
    )
    for _ in range(100):
        if not await importer.worker.work_once():
            break
    paid = (await desk.totals())[0]
    journal = ok(await desk.alice.get(f"/Documents/{desk.invoice['id']}/journal?filter[limit]=100"))
    assert journal[0]["amount"] == 12100
    counted = ok(await desk.alice.get(f"/Documents/{desk.invoice['id']}/payments/count"))["count"]
    assert paid == pytest.approx(counted / 100)
    assert counted >= 40 + 60


async def test_strangers_and_readers_import_nothing(importer: Importer, world: Any) -> None:
    bob = await world.actor("bob")
    assert (await importer.send("client", CLIENTS, by=bob)).status_code == 401
    accepted = ok(await importer.send("client", CLIENTS))
    refused = await bob.get(f"/Imports/{accepted['id']}")
    assert (refused.status_code, code(refused)) == (401, "AUTHORIZATION_REQUIRED")
    await importer.worker.drain()
