"""The statements of the payments room."""

from datetime import datetime
from typing import Any

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered
from billhook.payments.model import (
    Balance,
    CreditGround,
    Entry,
    Ground,
    Head,
    Payment,
    Source,
    Surcharged,
    Unbalanced,
    Uneven,
)
from billhook.web import Due, Mark

sql = Statements(__package__)

Custom = dict[str, Any]


@sql.enter
async def enter_payment(tx: Tx, payment: Id, payment_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def ground(tx: Tx, document: Id | None, type: str, transaction_id: str | None) -> Ground | None: ...


@sql.one
async def record(
    tx: Tx,
    document: Id | None,
    id: Id,
    type: str,
    amount: int | None,
    currency: str,
    exponent: int,
    date: datetime,
    note: str | None,
    tag: str | None,
    transaction_id: str | None,
    custom: Custom,
    limit: int,
    at_most_due: bool,
    entry: Id,
    kind: str,
    surcharge: int,
    surcharge_entry: Id,
) -> Payment | None: ...


@sql.one
async def select_payment(tx: Tx, payment: Id, deleted: bool) -> Payment | None: ...


@sql.one
async def change(
    tx: Tx,
    payment: Id,
    said: list[str],
    type: str | None,
    amount: int | None,
    date: datetime | None,
    note: str | None,
    tag: str | None,
    transaction_id: str | None,
    custom: Custom | None,
    limit: int,
    reversal: Id,
    entry: Id,
) -> Payment | None: ...


@sql.one
async def delete(tx: Tx, payment: Id, reversal: Id, surcharge_reversal: Id) -> int: ...


@sql.one
async def credit_ground(tx: Tx, document: Id, transaction_id: str | None) -> CreditGround | None: ...


@sql.many
async def sources(tx: Tx, document: Id, client: Id, currency: str, most: int) -> list[Source]: ...


@sql.one
async def apply_credit(
    tx: Tx,
    document: Id,
    sources: list[Id],
    source_payments: list[Id],
    source_entries: list[Id],
    amount: int | None,
    id: Id,
    entry: Id,
    date: datetime,
    note: str | None,
    tag: str | None,
    transaction_id: str | None,
    custom: Custom,
) -> Payment | None: ...


@sql.many
async def parts_of_credit(tx: Tx, payment: Id) -> list[Id]: ...


@sql.one
async def take_credit_back(tx: Tx, parts: list[Id], reversals: list[Id]) -> int: ...


@sql.many
async def balances(tx: Tx, client: Id) -> list[Balance]: ...


@sql.one
async def head(tx: Tx) -> Head: ...


@sql.many
async def entries_after(tx: Tx, after: int, until: int, most: int) -> list[Entry]: ...


@sql.many
async def unbalanced(tx: Tx, most: int) -> list[Unbalanced]: ...


@sql.many
async def surcharged(tx: Tx, most: int) -> list[Surcharged]: ...


@sql.many
async def uneven(tx: Tx, most: int) -> list[Uneven]: ...


@sql.many
async def tallies_due(tx: Tx, at_least: int) -> list[Due]: ...


@sql.one
async def gather_tally(tx: Tx) -> bool: ...


list_payments = sql.dynamic(Payment)
count_payments = sql.dynamic(int)
count_tally = sql.dynamic(int)
list_marks = sql.dynamic(Mark)
tally_text, marks_text, ids_text = sql.text("tally"), sql.text("marks"), sql.text("some_payments")
list_entries = sql.dynamic(Entry)
count_entries = sql.dynamic(int)
LIST_PAYMENTS = sql.text("list_payments")
COUNT_PAYMENTS = sql.text("count_payments")
LIST_ENTRIES = sql.text("list_entries")
COUNT_ENTRIES = sql.text("count_entries")

sql.finish()
