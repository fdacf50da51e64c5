"""Documents in another currency: rates imported, taken or said, frozen with the document; converted to the minor unit.

The rates of these tests are of 2001, so that no other test meets them.
"""

import asyncio
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from pypdf import PdfReader

from billhook.kernel import ids
from tests.integration.payment_desk import faults, ok
from tests.integration.program import billhook, refusal
from tests.integration.test_outgoing import server
from tests.world import Actor, World

HISTORICAL = (
    "Date,USD,JPY,GBP,CYP,\n"
    "2001-11-23,0.8782,108.95,0.6241,0.57450,\n"
    "2001-11-22,0.8796,108.65,0.6239,0.57450,\n"
    "2001-11-16,0.8842,108.19,0.6184,0.57450,\n"
    "1999-01-04,1.1789,133.73,0.7111,0.58231,\n"
)
CENTRAL_BANK = "European Central Bank"


@pytest.fixture(scope="module")
def _rates(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("rates") / "eurofxref-hist.csv"
    path.write_text(HISTORICAL)
    done = billhook("rates", "import", path, database_url=database_url)
    assert done.stdout == "16 rates up to 2001-11-23 read, 16 of them new or changed\n", done.stderr
    again = billhook("rates", "import", path, database_url=database_url)
    assert again.stdout == "16 rates up to 2001-11-23 read, 0 of them new or changed\n"


pytestmark = pytest.mark.usefixtures("_rates")


class Seller:
    """Alice, who sells abroad in the name of an agency that keeps its books in euros."""

    def __init__(self, alice: Actor, organization: dict[str, Any]) -> None:
        self.alice = alice
        self.url = f"/Organizations/{organization['id']}/Documents"

    async def sell(self, currency: str, day: str, **changes: Any) -> dict[str, Any]:
        made = await self.alice.post(self.url, World.rocket_man(currencyId=currency, date=day, **changes))
        assert made.status_code == 200, made.text
        return json.loads(made.text, parse_float=Decimal)


@pytest.fixture
async def seller(world: World) -> Seller:
    alice = await world.actor()
    return Seller(alice, await world.organization(alice))


def converted(document: dict[str, Any]) -> tuple[Any, Any]:
    return document.get("totalConverted"), document.get("totalWithTaxConverted")


async def test_the_newest_rate_that_is_not_after_the_document(seller: Seller) -> None:
    for day, of, rate, totals in (
        ("2001-11-23", "2001-11-23", "1.13869278069", ("11386.93", "13778.18")),
        ("2001-11-25", "2001-11-23", "1.13869278069", ("11386.93", "13778.18")),  # a Sunday
        ("2001-11-22T23:30:00Z", "2001-11-23", "1.13869278069", ("11386.93", "13778.18")),  # the 23rd in Brussels
        ("2001-11-22T12:00:00Z", "2001-11-22", "1.13688040018", ("11368.8", "13756.25")),
        ("2001-11-21", "2001-11-16", "1.13096584483", ("11309.66", "13684.69")),
    ):
        document = await seller.sell("USD", day)
        told = document["_documentConversionRate"]
        assert (told["from"], told["to"], told["source"]) == ("USD", "EUR", CENTRAL_BANK)
        assert (told["date"], told["rate"]) == (f"{of}T00:00:00.000Z", Decimal(rate))
        assert converted(document) == tuple(map(Decimal, totals))
        read = json.loads((await seller.alice.get(f"/Documents/{document['id']}")).text, parse_float=Decimal)
        assert read["_documentConversionRate"] == told


async def test_digits_are_those_of_each_currency(seller: Seller, world: World) -> None:
    yen = await seller.sell("jpy", "2001-11-23")
    assert converted(yen) == (Decimal("91.79"), Decimal("111.06"))
    british = await world.organization(seller.alice, country="United Kingdom")
    body = World.rocket_man(currencyId="JPY", date="2001-11-23")
    made = ok(await seller.alice.post(f"/Organizations/{british['id']}/Documents", body))
    assert made["_documentConversionRate"]["to"] == "GBP"
    assert converted(made) == (57.28, 69.31)  # 10,000 and 12,100 yen at 0.6241 / 108.95


async def test_where_no_rate_is_known_nothing_is_converted(seller: Seller) -> None:
    for currency, day in (("USD", "1998-12-31"), ("USD", "2000-06-01"), ("KWD", "2001-11-23"), ("EUR", "2001-11-23")):
        document = await seller.sell(currency, day)
        assert not {"_documentConversionRate", "totalConverted", "totalWithTaxConverted"} & set(document)


async def test_a_rate_that_is_said_holds(seller: Seller) -> None:
    said = {"rate": 1.25, "source": "customs", "date": "2001-11-01", "from": "usd", "to": "EUR"}
    document = await seller.sell("USD", "2001-11-23", _documentConversionRate=said)
    told = document["_documentConversionRate"]
    assert {name: told[name] for name in said} == said | {"date": "2001-11-01T00:00:00.000Z", "from": "USD"}
    assert converted(document) == (12_500, 15_125)
    bare = await seller.sell("KWD", "2001-11-23", _documentConversionRate={"rate": 3.2541})
    assert bare["_documentConversionRate"]["source"] == "manual"
    assert bare["_documentConversionRate"]["date"] == "2001-11-23T00:00:00.000Z"
    assert converted(bare) == (32_541, Decimal("39374.61"))


@pytest.mark.parametrize("rate", ["0.95", "1", "0.924812725423", "16250.12345"])
async def test_a_converted_document_is_printed_and_shown(seller: Seller, rate: str) -> None:
    document = await seller.sell("USD", "2001-11-23", _documentConversionRate={"rate": float(rate)})
    paper = await seller.alice.get(f"/Documents/{document['id']}/pdf?l=en")
    assert paper.status_code == 200, paper.text
    link = (await seller.alice.post(f"/Documents/{document['id']}/share")).json()["url"]
    async with httpx.AsyncClient() as browser:
        page = await browser.get(link, params={"l": "en"})
    assert page.status_code == 200
    text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    assert f"1 USD = {Decimal(rate):,f} EUR" in " ".join(text.split())


async def test_what_cannot_be_said_of_a_rate(seller: Seller) -> None:
    path = "_documentConversionRate"
    for currency, said, wrong in (
        ("EUR", {"rate": 1}, {path: ["mismatch"]}),
        ("USD", {"source": "x"}, {f"{path}.rate": ["presence"]}),
        ("USD", {"rate": 0}, {f"{path}.rate": ["numericality"]}),
        ("USD", {"rate": -1.5}, {f"{path}.rate": ["numericality"]}),
        ("USD", {"rate": 10**12}, {f"{path}.rate": ["numericality"]}),
        ("USD", {"rate": 1.123456789012}, {f"{path}.rate": ["numericality"]}),
        ("USD", {"rate": 1, "from": "GBP", "to": "USD"}, {f"{path}.from": ["mismatch"], f"{path}.to": ["mismatch"]}),
        ("USD", {"rate": 1, "source": "x" * 201}, {f"{path}.source": ["length"]}),
    ):
        answer = await seller.alice.post(
            seller.url, World.rocket_man(currencyId=currency, _documentConversionRate=said)
        )
        assert faults(answer) == wrong, said


async def test_a_draft_is_converted_anew_until_it_is_issued(seller: Seller, database_url: str) -> None:
    draft = await seller.sell("GBP", "2000-03-01", draft=True)
    assert converted(draft) == (None, None)
    url = f"/Documents/{draft['id']}"
    moved = ok(await seller.alice.patch(url, {"date": "2001-11-24"}))
    assert moved["totalConverted"] == 16_023.07  # 10,000 pounds at 1 / 0.6241
    mine = ok(await seller.alice.patch(url, {"_documentConversionRate": {"rate": 1.5}}))
    assert mine["totalConverted"] == 15_000
    back = ok(await seller.alice.patch(url, {"_documentConversionRate": None}))
    assert back["totalConverted"] == 16_023.07
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute("update exchange.rate set rate = 0.5 where currency = 'GBP' and day = '2001-11-23'")
        issued = ok(await seller.alice.post(f"{url}/issue"))
        assert issued["totalConverted"] == 20_000
        with pytest.raises(asyncpg.PostgresError, match="not converted anew"):
            await owner.execute(
                "update documents.document set conversion = null where id = $1", ids.to_uuid(draft["id"])
            )
    finally:
        await owner.execute("update exchange.rate set rate = 0.6241 where currency = 'GBP' and day = '2001-11-23'")
        await owner.close()
    assert ok(await seller.alice.get(url))["totalConverted"] == 20_000


async def test_a_credit_note_is_converted_as_its_invoice_was(seller: Seller) -> None:
    invoice = await seller.sell("USD", "2001-11-16")
    note = ok(await seller.alice.post(f"/Documents/{invoice['id']}/credit", {"amount": 100, "date": "2001-11-23"}))
    assert note["_documentConversionRate"]["date"] == "2001-11-16T00:00:00.000Z"
    assert note["totalWithTaxConverted"] == 113.1


async def test_converted_totals_are_filtered_and_sorted(seller: Seller) -> None:
    await seller.sell("EUR", "2001-11-23")
    for currency in ("USD", "JPY"):
        await seller.sell(currency, "2001-11-23")
    found = ok(await seller.alice.get(f"{seller.url}?filter[where][totalWithTaxConverted][gt]=112"))
    assert [document["currencyId"] for document in found] == ["USD"]
    ordered = "filter[order]=totalConverted ASC&filter[where][totalConverted][gt]=0"
    found = ok(await seller.alice.get(f"{seller.url}?{ordered}"))
    assert [document["currencyId"] for document in found] == ["JPY", "USD"]


async def test_rates_are_imported_from_where_they_are_published(database_url: str, tmp_path: Path) -> None:
    body = b"Date, USD, \n02 January 2003, 1.0446, \n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    settings = {"database_url": database_url, "allow_private_addresses": "true"}

    async def imported(url: str, **settings: str) -> Any:
        return await asyncio.to_thread(billhook, "rates", "import", url, **settings)

    async with server(answer) as url:
        assert "not in the public internet" in refusal(await imported(url, database_url=database_url))
        done = await imported(url, **settings)
        assert done.stdout == "2 rates up to 2003-01-02 read, 2 of them new or changed\n", done.stderr
    async with server(b"HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n") as url:
        assert "it answers 301; it is at /new now" in refusal(await imported(url, **settings))
    assert "only http:// and https://" in refusal(await imported("ftp://127.0.0.1/x", **settings))
    assert "cannot be had" in refusal(billhook("rates", "import", tmp_path / "none", database_url=database_url))
    (tmp_path / "page.html").write_text("<html>")
    assert "cannot be read" in refusal(billhook("rates", "import", tmp_path / "page.html", database_url=database_url))
