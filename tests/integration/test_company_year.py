"""A company's year on a moved clock: what it issued, was paid and is owed, beside a table that was worked out by hand.

Net, in EUR unless said otherwise; 21 % on top. The pattern of the hosting is an invoice itself.

    2 Jan   hosting (the pattern)          100      never paid
    15 Jan  project                     10 000      paid 5 000 on 20 Jan, 7 100 on 10 Feb
    5 Mar   goods, 10 at 100             1 000      two credited on 20 Mar (-200); the rest, 968, paid on 25 Mar
    10 Apr  talk                           200      paid 300 instead of 242 on 12 Apr: 58 too much
    2 May   book                            50      the 58, and 2.50 by card on 3 May
    1 Jun   abroad, in USD, no tax         500 USD  at 0.9, so 450 EUR; paid on 15 Jun
    7 Jul   mistake                        300      canceled on 8 Jul (-300)
    31 Jan … 31 Dec  hosting          12 x 100      January to June paid on the 15th of the month after
    31 Dec  23:30 in Brussels               70      never paid
    1 Jan   00:30 in Brussels               30      of the next year
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from billhook import organizations, payments
from tests.integration.post_office import House, a_house
from tests.world import Actor

SOLD = {  # net, invoices less credit notes
    "EUR": [10_200, 100, 900, 300, 150, 100, 100, 100, 100, 100, 100, 170],
    "USD": [0, 0, 0, 0, 0, 500, 0, 0, 0, 0, 0, 0],
}
PAID = {  # by day of payment; what was applied as credit came in before
    ("EUR", "bank"): ["5000", "7221", "1089", "421", "121", "121", "121", "0", "0", "0", "0", "0"],
    ("EUR", "card"): ["0", "0", "0", "0", "2.5", "0", "0", "0", "0", "0", "0", "0"],
    ("USD", "bank"): ["0", "0", "0", "0", "0", "500", "0", "0", "0", "0", "0", "0"],
}
OWED = Decimal("931.7")  # 7 x 121 of the hosting and 84.70 of the last day
OVERDUE = 726  # the pattern, and the hosting of July to November: the terms are 30 days
NUMBERS = 20  # of the year's invoices


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"year_{worker_name}") as house:
        yield house


class Books:
    """The company's desk: every call has to be accepted, and happens on the day it is said to."""

    def __init__(self, house: House, alice: Actor, organization: dict[str, Any]) -> None:
        self.house, self.alice, self.organization = house, alice, organization
        self.path = f"/Organizations/{organization['id']}"

    async def on(self, instant: str) -> None:
        """Let the time come, and the worker do what was due until then."""
        self.house.clock.move_to(datetime.fromisoformat(instant).replace(tzinfo=UTC))
        await self.house.worker().drain()

    async def get(self, path: str) -> Any:
        answer = await self.alice.get(path)
        assert answer.status_code == 200, answer.text
        return msgspec.json.Decoder(float_hook=Decimal).decode(answer.content)

    async def post(self, path: str, body: Any = None) -> Any:
        answer = await self.alice.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def invoice(self, net: int, *, quantity: int = 1, rate: int = 21, **said: Any) -> dict[str, Any]:
        line = {"name": "Work", "quantity": quantity, "price": net, "_documentItemTaxes": [{"rate": rate}]}
        body = self.house.world.rocket_man(_documentItems=[line if rate else line | {"_documentItemTaxes": []}], **said)
        made: dict[str, Any] = await self.post(f"{self.path}/Documents", body)
        return made

    async def paid(self, document: dict[str, Any], amount: float | str | None = None, type: str = "bank") -> Any:
        body = {"type": type} | ({} if amount is None else {"amount": amount})
        return await self.post(f"/Documents/{document['id']}/payments", body)

    async def hosting(self) -> list[dict[str, Any]]:
        """The invoices that came by themselves, in order."""
        found = await self.get(f"{self.path}/Documents?filter[where][note]=Hosting&filter[order]=date ASC")
        return list(found)


@pytest.fixture(scope="module")
async def books(house: House) -> Books:
    house.clock.move_to(datetime(2030, 1, 2, 9, tzinfo=UTC))
    alice = await house.world.actor()
    alice.token = (await alice.post(f"/Accounts/{alice.id}/accessTokens", {"ttl": -1})).json()["id"]
    books = Books(
        house, alice, await house.world.organization(alice, timezone="Europe/Brussels", IBAN="BE68539007547034")
    )
    await live(books)
    return books


async def live(books: Books) -> None:
    pattern = await books.invoice(100, note="Hosting")
    await books.post(
        f"/Documents/{pattern['id']}/recurrence",
        {"name": "Hosting", "type": "month", "dateFirst": "2030-01-31", "numRecurrences": 12, "notify": False},
    )
    await books.on("2030-01-15T10:00")
    project = await books.invoice(10_000)
    await books.on("2030-01-20T10:00")
    await books.paid(project, 5_000)
    await books.on("2030-02-10T10:00")
    await books.paid(project)
    await books.on("2030-02-15T10:00")
    await pay_hosting(books, 1)
    await books.on("2030-03-05T10:00")
    goods = await books.invoice(100, quantity=10)
    await books.on("2030-03-15T10:00")
    await pay_hosting(books, 2)
    await books.on("2030-03-20T10:00")
    line = goods["_documentItems"][0]["id"]
    await books.post(f"/Documents/{goods['id']}/credit", {"lines": [{"id": line, "quantity": 2}]})
    await books.on("2030-03-25T10:00")
    assert (await books.paid(goods))["amount"] == 968
    await spring(books)
    await books.on("2030-07-07T10:00")
    mistake = await books.invoice(300)
    await books.on("2030-07-08T10:00")
    await books.post(f"/Documents/{mistake['id']}/cancel")
    await books.on("2030-07-15T10:00")
    await pay_hosting(books, 6)
    await books.on("2030-12-31T22:30")
    await books.invoice(70)
    await books.on("2030-12-31T22:45")


async def spring(books: Books) -> None:
    await books.on("2030-04-10T10:00")
    talk = await books.invoice(200)
    await books.on("2030-04-12T10:00")
    await books.paid(talk, 300)
    await books.on("2030-04-15T10:00")
    await pay_hosting(books, 3)
    await books.on("2030-05-02T10:00")
    book = await books.invoice(50)
    assert (await books.post(f"/Documents/{book['id']}/apply-credit"))["amount"] == 58
    await books.on("2030-05-03T10:00")
    assert (await books.paid(book, type="card"))["amount"] == 2.5
    await books.on("2030-05-15T10:00")
    await pay_hosting(books, 4)
    await books.on("2030-06-01T10:00")
    abroad = await books.invoice(500, rate=0, currencyId="USD", _documentConversionRate={"rate": 0.9})
    await books.on("2030-06-15T10:00")
    await books.paid(abroad)
    await pay_hosting(books, 5)


async def pay_hosting(books: Books, month: int) -> None:
    """Pay the hosting of a month; the pattern stands before January's."""
    await books.paid((await books.hosting())[month])


async def test_what_was_sold_is_the_table_s(books: Books) -> None:
    year = "from=2030-01-01&to=2030-12-31&dist=month"
    stats = await books.get(f"{books.path}/document-total-stats?type=invoice&{year}")
    sold = {row["currency"]: [period["value"] for period in row["series"]] for row in stats["stats"]}
    assert sold == SOLD
    assert {row["currency"]: row["total"] for row in stats["total"]} == {c: sum(months) for c, months in SOLD.items()}


async def test_what_was_sold_abroad_is_told_in_our_currency_too(books: Books) -> None:
    [abroad] = await books.get(f"{books.path}/Documents?filter[where][currencyId]=USD")
    assert (abroad["totalWithTax"], abroad["totalWithTaxConverted"]) == (500, 450)


async def test_what_was_paid_is_the_table_s(books: Books) -> None:
    year = "from=2030-01-01&to=2030-12-31&dist=month"
    stats = await books.get(f"{books.path}/payment-total-stats?{year}")
    paid = {(row["currency"], row["type"]): [period["value"] for period in row["series"]] for row in stats["stats"]}
    applied = paid.pop(("EUR", "credit"), [0] * 12)
    assert set(applied) == {0}
    assert paid == {key: [Decimal(month) for month in months] for key, months in PAID.items()}


async def test_what_is_owed_is_the_table_s(books: Books) -> None:
    stats = await books.get(f"{books.path}/total-stats")
    assert stats["totalDue"] == [{"currency": "EUR", "value": OWED}]
    assert stats["totalOverdue"] == [{"currency": "EUR", "value": OVERDUE}]
    clients = {document["clientId"] for document in await books.get(f"{books.path}/Documents")}
    [client] = clients
    balances = {row["currencyId"]: row for row in (await books.get(f"/Clients/{client}/balance"))["balances"]}
    assert (balances["EUR"]["balance"], balances["USD"]["balance"]) == (OWED, 0)


async def test_the_journal_of_the_year_proves_itself(books: Books) -> None:
    async with books.house.database.open(books.alice.id) as tx:
        await organizations.enter(tx, books.organization["id"])
        assert await payments.verify(tx) == []


async def test_numbers_begin_anew_with_the_year_of_the_place(books: Books) -> None:
    await books.on("2030-12-31T23:30")
    assert (await books.invoice(30))["number"] == "2031-00001"
    wanted = "filter[where][type]=invoice&filter[where][dateYear]=2030&filter[order]=number ASC"
    numbers = [document["number"] for document in await books.get(f"{books.path}/Documents?{wanted}")]
    assert numbers == [f"2030-{n:05}" for n in range(1, NUMBERS + 1)]
    notes = await books.get(f"{books.path}/Documents?filter[where][type]=credit-note&filter[order]=number ASC")
    assert [note["number"] for note in notes] == ["2030-00001", "2030-00002"]
    assert [note["totalWithTax"] for note in notes] == [242, 363]
