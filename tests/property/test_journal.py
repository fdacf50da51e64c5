"""Whatever is done to the payments of documents, totals, journal and balance say what a naive ledger says."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import World

from billhook import documents, organizations, payments
from billhook.db import Database, Tx
from billhook.documents import NewDocument, NewLine
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours
from billhook.kernel.time import MovableClock
from billhook.payments import NewPayment
from billhook.web import Query

DOCUMENTS = (
    {"type": "invoice", "currency": "EUR"},
    {"type": "advance", "currency": "KWD"},
    {"type": "credit-note", "currency": "EUR"},
    {"type": "invoice", "currency": "JPY", "incoming": True},
)
"""What is paid in each example, each over 100 of its currency."""
SIGN = (1, 1, -1, -1)
EXPONENT = {"EUR": 2, "KWD": 3, "JPY": 0}
PRICE = 100

which = st.integers(0, 30)
minors = st.integers(-(10**6), 10**6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(0, len(DOCUMENTS) - 1), minors),
        st.tuples(st.just("pay the rest"), st.integers(0, len(DOCUMENTS) - 1), st.none()),
        st.tuples(st.just("change"), which, minors),
        st.tuples(st.just("change its type"), which, st.sampled_from(["bank", "cash"])),
        st.tuples(st.just("annotate"), which, st.text(st.characters(codec="ascii", categories=["L"]), max_size=5)),
        st.tuples(st.just("delete"), which, st.none()),
    ),
    max_size=25,
)


class Paid(NamedTuple):
    """A payment as the naive ledger has it."""

    id: Id
    document: int
    amount: int
    type: str


class House(NamedTuple):
    """Whose documents are paid."""

    database: Database
    account: Id
    organization: Id


@pytest.fixture(scope="module")
async def house(base_url: str, database: Database) -> AsyncIterator[House]:
    async with World(base_url, database, MovableClock()) as world:
        alice = await world.actor()
        organization = await world.organization(alice)
        yield House(database, Id(alice.id), Id(organization["id"]))


class Ledger:
    """The payments of some documents, in the plainest way there is."""

    def __init__(self, tx: Tx, owed: list[documents.Document]) -> None:
        self.tx = tx
        self.owed = owed
        self.paid: list[Paid] = []
        self.entries = [[SIGN[at] * document.total_with_tax] for at, document in enumerate(owed)]

    def total(self, document: int) -> int:
        return sum(paid.amount for paid in self.paid if paid.document == document)

    def major(self, document: int, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self.owed[document].exponent)

    async def pay(self, document: int, minor: int | None) -> None:
        due = self.owed[document].total_with_tax - self.total(document)
        amount = None if minor is None else self.major(document, minor)
        new = NewPayment(type="card", amount=amount)
        if minor == 0 or (minor is None and due <= 0):
            with pytest.raises(Invalid):
                await payments.record_for(self.tx, self.owed[document].id, new)
            return
        made = await payments.record_for(self.tx, self.owed[document].id, new)
        assert made.amount == (due if minor is None else minor)
        self.paid.append(Paid(made.id, document, made.amount, "card"))
        self.entries[document].append(-SIGN[document] * made.amount)

    async def change(self, paid: Paid, **said: Any) -> None:
        fields = said | ({"amount": self.major(paid.document, said["amount"])} if "amount" in said else {})
        if said.get("amount") == 0:
            with pytest.raises(Invalid):
                await payments.change(self.tx, paid.id, fields)
            return
        made = await payments.change(self.tx, paid.id, fields)
        changed = paid._replace(**{name: said[name] for name in ("amount", "type") if name in said})
        assert (made.amount, made.type) == (changed.amount, changed.type)
        self.paid[self.paid.index(paid)] = changed
        if changed != paid:
            self.entries[paid.document] += [SIGN[paid.document] * paid.amount, -SIGN[paid.document] * made.amount]

    async def delete(self, paid: Paid) -> None:
        assert await payments.delete(self.tx, paid.id) == 1
        assert await payments.delete(self.tx, paid.id) == 0
        with pytest.raises(NotYours):
            await payments.change(self.tx, paid.id, {"note": "x"})
        self.paid.remove(paid)
        self.entries[paid.document].append(SIGN[paid.document] * paid.amount)

    async def step(self, what: str, at: int, value: Any) -> None:
        if what.startswith("pay"):
            await self.pay(at, value)
        elif self.paid:
            paid = self.paid[at % len(self.paid)]
            named = {"change": "amount", "change its type": "type", "annotate": "note"}
            await (self.delete(paid) if what == "delete" else self.change(paid, **{named[what]: value}))


async def issue(tx: Tx, **fields: Any) -> documents.Document:
    line = NewLine(name="Suit", price=Decimal(PRICE), taxes=())
    return (await documents.issue(tx, NewDocument(client={"name": "Rocket man"}, lines=(line,), **fields))).document


@settings(max_examples=50, deadline=None)
@given(steps=steps)
async def test_the_journal_says_what_a_naive_ledger_says(house: House, steps: list[tuple[str, int, Any]]) -> None:
    async with house.database.open(house.account) as tx:
        await organizations.enter(tx, house.organization)
        client = (await issue(tx, type="estimate")).client_id
        ledger = Ledger(tx, [await issue(tx, client_id=client, **fields) for fields in DOCUMENTS])
        for step in steps:
            await ledger.step(*step)
        balances: dict[str, int] = {}
        for at, document in enumerate(ledger.owed):
            after = await documents.read(tx, document.id)
            assert after.total_paid == ledger.total(at)
            entries, _ = await payments.page_of_journal(tx, Query(), document_id=document.id)
            assert [entry.amount for entry in entries] == ledger.entries[at]
            balances[document.currency] = balances.get(document.currency, 0) + sum(ledger.entries[at])
            live, count = await payments.page(tx, Query(), document_id=document.id)
            assert sorted((row.id, row.amount, row.type) for row in live) == sorted(
                (paid.id, paid.amount, paid.type) for paid in ledger.paid if paid.document == at
            )
            assert count == len(live)
        assert client is not None
        assert {row.currency: row.amount for row in await payments.balances(tx, client)} == balances
        assert await payments.verify(tx) == []
