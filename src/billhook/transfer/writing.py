"""Writing a file that was checked: all of its rows in one transaction, its progress noted beside it."""

from collections.abc import Awaitable, Callable
from typing import Final

from billhook.db import Database, Tx
from billhook.jobs import Postponed
from billhook.kernel.ids import Id
from billhook.transfer import store
from billhook.transfer.importing import look
from billhook.transfer.model import BadRow, Import

SLICE_LINES: Final = 5_000

Slice = Callable[[int, int], Awaitable[int]]
Progress = Callable[[int], Awaitable[None]]


async def write(database: Database, organization: Id, import_id: Id) -> None:
    """Write an import that was accepted; one that is over is left alone. Raises Postponed while another is written.

    What has changed since the check is looked at again: if a row is no longer good, nothing is written.
    """
    async with database.open(None, organization) as tx:
        found = await store.select_import(tx, import_id)
        currency = await store.currency(tx)
    if found is None or found.state != "importing":
        return

    async def note(done: int) -> None:
        async with database.open(None, organization) as beside:
            await store.note_progress(beside, import_id, done)

    async with database.open(None, organization) as tx, tx.atomic():
        if not await store.try_hold(tx):
            raise Postponed(why="another import of the organization is being written")
        if found.type == "payment":
            await store.hold_documents(tx, import_id)
        faults = await look(tx, import_id, found.type, currency)
        if faults:
            await store.finish_import(tx, import_id, "failed", 0, 0, 0, 0, tuple(faults))
            return
        counts = await store.counts(tx, import_id)
        await _write_all(tx, found, note)
        updated, skipped = (0, counts.known) if found.type == "payment" else (counts.known, 0)
        created = counts.rows - counts.known
        await store.finish_import(tx, import_id, "done", counts.rows, created, updated, skipped, ())


async def give_up(database: Database, organization: Id, import_id: Id) -> None:
    """Note that an import could not be written at all."""
    why = BadRow(0, "", "failed", "could not be written; nothing was imported, send the file again")
    async with database.open(None, organization) as tx:
        await store.finish_import(tx, import_id, "failed", 0, 0, 0, 0, (why,))


async def _write_all(tx: Tx, found: Import, note: Progress) -> None:
    """Write the rows slice by slice. Payments come before the journal: that is the order in which locks are taken."""
    import_id = found.id
    last = await store.last_line(tx, import_id)
    if found.type != "payment":
        await store.join_by_hash(tx, on=True)
    if found.type == "client":
        await _slices(lambda after, until: store.write_clients(tx, import_id, after, until), last, found.rows, note)
    elif found.type == "item":
        await _slices(lambda after, until: store.write_items(tx, import_id, after, until), last, found.rows, note)
    else:
        half = found.rows // 2
        await _slices(
            lambda after, until: store.write_payments(tx, import_id, found.account_id, after, until), last, half, note
        )
        await store.pay_documents(tx, import_id)

        async def second(done: int) -> None:
            await note(half + done)

        await _slices(lambda after, until: store.write_entries(tx, import_id, after, until), last, half, second)


async def _slices(write_slice: Slice, last: int, rows: int, note: Progress) -> None:
    """Write lines up to the last; rows is how much of the progress that is."""
    for after in range(0, last, SLICE_LINES):
        await write_slice(after, after + SLICE_LINES)
        await note(rows * min(after + SLICE_LINES, last) // last)
