"""The statements of the recurring room."""

from datetime import date, datetime
from typing import Any

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered
from billhook.recurring.model import Period, Recurrence

sql = Statements(__package__)

Custom = dict[str, Any]


@sql.enter
async def enter_recurrence(tx: Tx, recurrence: Id, recurrence_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def insert_recurrence(
    tx: Tx,
    id: Id,
    document: Id,
    name: str,
    type: str,
    first_date: date,
    periods: int,
    auto_send: bool,
    notify: bool,
    save_as_draft: bool,
    custom: Custom,
) -> Recurrence: ...


@sql.one
async def select_recurrence(tx: Tx, recurrence: Id) -> Recurrence | None: ...


@sql.one
async def lock_recurrence(tx: Tx, recurrence: Id) -> Recurrence | None: ...


@sql.one
async def recurrence_of(tx: Tx, document: Id) -> Recurrence | None: ...


@sql.one
async def update_recurrence(
    tx: Tx,
    recurrence: Id,
    name: str,
    type: str,
    first_date: date,
    periods: int,
    auto_send: bool,
    notify: bool,
    save_as_draft: bool,
    custom: Custom,
    next_date: date | None,
) -> Recurrence: ...


@sql.run
async def delete_recurrence(tx: Tx, recurrence: Id) -> int: ...


@sql.many
async def made_of(tx: Tx, recurrences: list[Id], most: int) -> list[Period]: ...


@sql.run
async def hand_out(tx: Tx, hold_until: datetime, most: int) -> int: ...


@sql.one
async def take(tx: Tx, recurrence: Id) -> Recurrence | None: ...


@sql.one
async def client_changed(tx: Tx, document: Id) -> bool: ...


@sql.run
async def note_made(
    tx: Tx, recurrence: Id, date: date, iteration: int, document: Id, next_date: date | None
) -> int: ...


@sql.run
async def note_failed(tx: Tx, recurrence: Id, error: str) -> int: ...


list_recurrences = sql.dynamic(Recurrence)
count_recurrences = sql.dynamic(int)
LIST_RECURRENCES = sql.text("list_recurrences")
COUNT_RECURRENCES = sql.text("count_recurrences")

sql.finish()
