"""Taking a file in: every row is checked first, and then all of them are written, or none."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import BinaryIO, Final

from billhook import jobs
from billhook.db import Database, Tx
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours
from billhook.organizations import Entered, admit
from billhook.transfer import events, store
from billhook.transfer.model import MAX_FAULTS, MAX_ROWS, Asking, BadRow, Checked, Import, Line, refused
from billhook.transfer.reading import Table, bad_file, form_of, opened
from billhook.transfer.shapes import SHAPES, Context
from billhook.transfer.values import Form

BATCH_ROWS: Final = 1_000


class _Faults:
    """The first faults of a file, and how many there are beyond."""

    def __init__(self) -> None:
        self.listed: list[BadRow] = []
        self.more = 0

    def add(self, found: list[BadRow]) -> None:
        """Take faults; what is too much is only counted."""
        room = MAX_FAULTS - len(self.listed)
        self.listed += found[:room]
        self.more += len(found[room:])

    def check(self) -> None:
        """Raise Invalid if there is any fault, in the order of lines."""
        if self.listed:
            raise refused(sorted(self.listed, key=lambda fault: fault.line), self.more)


async def enter_import(tx: Tx, import_id: str) -> Entered:
    """Begin to act for the organization of an import. Raises what `organizations.enter` raises."""
    if not ids.is_id(import_id) or tx.account is None:
        raise NotYours
    return admit(tx, await store.enter_import(tx, Id(import_id), ids.shard_of(import_id), tx.account))


async def read_import(tx: Tx, import_id: str) -> Import:
    """Return an import of the organization that was entered. Raises NotYours."""
    found = await store.select_import(tx, Id(import_id))
    if found is None:
        raise NotYours
    return found


async def take_in(database: Database, account: Id, organization: Id, asking: Asking, file: BinaryIO) -> Checked:
    """Check a file; unless it is a dry run, the worker is told to write it. Nothing is left of a file with a fault.

    Raises Invalid with every bad row, the first MAX_FAULTS of them in words.
    """
    import_id = ids.new(ids.shard_of(organization))
    shape = SHAPES[asking.type]
    table = await asyncio.to_thread(opened, file, shape.known(), encoding=asking.encoding, separator=asking.separator)
    seen = await asyncio.to_thread(form_of, table, shape.numbers, shape.days)
    form = Form(asking.form.decimal or seen.decimal, _first(asking.form.day_first, seen.day_first))
    try:
        async with database.open(account, organization) as tx:
            currency = await store.begin_import(tx, import_id, asking.type, asking.file_name)
            context = Context(form, currency, tx.now)
        faults = _Faults()
        await _keep(database, organization, import_id, table, asking.type, context, faults)
        async with database.open(account, organization) as tx:
            faults.add(await look(tx, import_id, asking.type, currency))
            faults.check()
            return await _accept(tx, import_id, asking, table)
    finally:  # of what was accepted, this forgets nothing
        async with database.open(account, organization) as tx:
            await store.forget_import(tx, import_id)


def _first(said: bool | None, seen: bool | None) -> bool | None:
    return seen if said is None else said


async def _keep(
    database: Database, organization: Id, import_id: Id, table: Table, type: str, context: Context, faults: _Faults
) -> None:
    """Read a file and keep its rows, many at once; what is wrong with them is added to the faults."""
    shard, rows, kept = ids.shard_of(import_id), table.rows(), 0
    while True:
        read, found = await asyncio.to_thread(_batch, rows, type, context, shard)
        if not read and not found:
            break
        faults.add(found)
        kept += len(read)
        if kept > MAX_ROWS:
            raise bad_file("too_many", f"has more than {MAX_ROWS} rows; send it in parts")
        async with database.open(None, organization) as tx:
            await store.keep_lines(tx, import_id, tuple(read))
    if not kept and not faults.listed:
        raise bad_file("presence", "has no row but its first line")


def _batch(
    rows: Iterator[tuple[int, dict[str, str]]], type: str, context: Context, shard: int
) -> tuple[list[Line], list[BadRow]]:
    """Read some rows: those that are good, and what is wrong with the others."""
    shape, good, bad = SHAPES[type], list[Line](), list[BadRow]()
    for line, cells in itertools.islice(rows, BATCH_ROWS):
        read, faults = shape.row(cells, context)
        bad += [BadRow(line, fault.path, fault.code, fault.message) for fault in faults]
        if read is not None:
            entry, own = ids.new(shard), ids.new(shard)
            good.append(Line(line, ids.to_hex(own), ids.to_hex(entry), read.key, read.content))
    return good, bad


async def look(tx: Tx, import_id: Id, type: str, currency: str) -> list[BadRow]:
    """Find what the rows of an import are the same as, and what only the database knows to be wrong with them."""
    if type == "payment":
        await store.resolve_payments(tx, import_id, currency, money.MAX_MINOR)
    match, bad = _LOOK[type]
    async with tx.atomic():
        await store.join_by_hash(tx, on=True)
        await match(tx, import_id)
        found = await store.repeated(tx, import_id, MAX_FAULTS)
        if bad is not store.bad_payments:  # that one looks documents up, of which there may be many more than rows
            found += await bad(tx, import_id, MAX_FAULTS)
        await store.join_by_hash(tx, on=False)
    return found + await bad(tx, import_id, MAX_FAULTS) if bad is store.bad_payments else found


_LOOK: Final = {
    "client": (store.match_clients, store.unknown_ids),
    "item": (store.match_items, store.bad_items),
    "payment": (store.match_payments, store.bad_payments),
}


async def _accept(tx: Tx, import_id: Id, asking: Asking, table: Table) -> Checked:
    counts = await store.counts(tx, import_id)
    if not asking.dry_run:
        await store.accept_import(tx, import_id, counts.rows, events.IMPORTING)
        jobs.wake(tx)
    updated, skipped = (0, counts.known) if asking.type == "payment" else (counts.known, 0)
    return Checked(
        id=None if asking.dry_run else import_id,
        type=asking.type,
        rows=counts.rows,
        created=counts.rows - counts.known,
        updated=updated,
        skipped=skipped,
        ignored=table.ignored,
    )
