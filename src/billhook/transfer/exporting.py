"""Exports: rows come through a cursor and go out as they come, so memory stays flat whatever there is."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from billhook.db import Database, Tx
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, invalid
from billhook.transfer import columns, store
from billhook.transfer.model import MAX_EXCEL_ROWS, Asked, Busy, Format
from billhook.transfer.sheets import Excel, csv_lines, pieces
from billhook.transfer.tables import HEADERS
from billhook.web import Columns, Compiled

BATCH_ROWS: Final = 1_000
AT_ONCE: Final = 4
"""Exports that a process makes at the same time: each holds a database connection."""


class Table(msgspec.Struct, frozen=True):
    """One kind of export: its statement, what it is filtered by, and what reads it."""

    text: str
    columns: Columns
    stream: Callable[[Tx, str, list[Any], int], AsyncIterator[list[Any]]]


TABLES: Final[dict[str, Table]] = {
    "document": Table(store.EXPORT_DOCUMENTS, columns.DOCUMENTS, store.export_documents),
    "client": Table(store.EXPORT_CLIENTS, columns.CLIENTS, store.export_clients),
    "item": Table(store.EXPORT_ITEMS, columns.ITEMS, store.export_items),
    "payment": Table(store.EXPORT_PAYMENTS, columns.PAYMENTS, store.export_payments),
}


class _Desk:
    """How many files a process makes at the moment."""

    def __init__(self) -> None:
        self.busy = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Take a place while the block runs. Raises Busy."""
        self.check()
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    def check(self) -> None:
        """Raise Busy when there is no place."""
        if self.busy >= AT_ONCE:
            raise Busy


DESK: Final = _Desk()


class Ready(msgspec.Struct, frozen=True):
    """An export that may begin: how many rows it has now, and what makes it."""

    rows: int
    text: str
    arguments: list[Any]
    asked: Asked


async def prepare(tx: Tx, asked: Asked) -> Ready:
    """Return an export of the organization that was entered, ready to begin. Raises Invalid, Busy."""
    DESK.check()
    table, zone = TABLES[asked.type], await store.zone(tx)
    if zone is None:
        raise NotYours
    own = [tx.shard, tx.organization, zone, asked.first, asked.last]
    compiled = Compiled.of_where(asked.where, table.columns, first=len(own) + 1)
    arguments = [*own, *compiled.arguments]
    text = table.text + compiled.where
    rows = (await store.count_rows(tx, f"select count(*) from ({text}) as found", arguments))[0]
    if asked.format is Format.XLSX and rows > MAX_EXCEL_ROWS:
        message = f"a sheet of Excel has {MAX_EXCEL_ROWS} rows and this would be {rows}; take csv, or fewer days"
        raise invalid("query", "format", "too_many", message)
    return Ready(rows, f"{text} order by id", arguments, asked)


async def export(database: Database, account: Id, organization: Id, ready: Ready) -> AsyncGenerator[bytes, None]:
    """Yield the bytes of an export of an organization that the account was let into. Raises Busy."""
    make = _csv if ready.asked.format is Format.CSV else _excel
    async with DESK.place(), aclosing(make(database, account, organization, ready)) as made:
        async for piece in made:
            yield piece


async def _rows(
    database: Database, account: Id, organization: Id, ready: Ready
) -> AsyncGenerator[list[tuple[Any, ...]], None]:
    table = TABLES[ready.asked.type]
    async with database.open(account, organization) as tx, tx.atomic():
        async for rows in table.stream(tx, ready.text, ready.arguments, BATCH_ROWS):
            yield [msgspec.structs.astuple(row) for row in rows]


async def _csv(database: Database, account: Id, organization: Id, ready: Ready) -> AsyncGenerator[bytes, None]:
    """Yield lines as their rows come. Whoever takes them slowly holds a connection; hence the desk."""
    separator = ready.asked.separator
    mark = b"\xef\xbb\xbf" if ready.asked.bom else b""
    yield mark + csv_lines([HEADERS[ready.asked.type].split()], separator)
    async with aclosing(_rows(database, account, organization, ready)) as batches:
        async for rows in batches:
            yield await asyncio.to_thread(csv_lines, rows, separator)


async def _excel(database: Database, account: Id, organization: Id, ready: Ready) -> AsyncGenerator[bytes, None]:
    """Write the file beside the event loop, then yield it: Excel's format has its table of contents at the end."""
    with tempfile.TemporaryDirectory(prefix="billhook-export-") as folder:
        path = Path(folder) / "export.xlsx"
        file = Excel(path, f"{ready.asked.type}s", HEADERS[ready.asked.type].split())
        try:
            async with aclosing(_rows(database, account, organization, ready)) as batches:
                async for rows in batches:
                    await asyncio.to_thread(file.append, rows)
        finally:
            await asyncio.to_thread(file.close)
        for piece in pieces(path):
            yield piece
