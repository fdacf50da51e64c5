"""What can be done with recurrences, each inside one unit of work."""

from datetime import date, timedelta
from typing import Any, Final

from billhook import documents, jobs, organizations
from billhook.db import Tx, Unique
from billhook.documents import events as document_events
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours
from billhook.organizations import Entered, admit
from billhook.recurring import store
from billhook.recurring.columns import RECURRENCES
from billhook.recurring.model import (
    NewRecurrence,
    NotRepeatable,
    Period,
    Recurrence,
    RecurrenceExists,
    document_of,
    faults_of,
    next_after,
    why_not,
)
from billhook.web import Listing, Query

MOST_SHOWN: Final = 100
"""How many of the documents made are shown with a recurrence: the newest."""
HOLD: Final = timedelta(minutes=15)
"""How long a recurrence that was handed out is left alone; longer than a job may take before it is done again."""

_LISTED: Final = Listing(
    store.LIST_RECURRENCES,
    store.list_recurrences,
    store.COUNT_RECURRENCES,
    store.count_recurrences,
    RECURRENCES,
    softly=True,
)


async def enter(tx: Tx, recurrence_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a recurrence belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(recurrence_id) or tx.account is None:
        raise NotYours
    found = await store.enter_recurrence(tx, Id(recurrence_id), ids.shard_of(recurrence_id), tx.account)
    return admit(tx, found, write=write)


async def create(tx: Tx, document_id: str, new: NewRecurrence) -> Recurrence:
    """Let a document of the organization that was entered recur; the same asked for again returns what there is.

    Raises Invalid (all faults at once), NotRepeatable, RecurrenceExists, NotYours.
    """
    today, zone = await _today(tx)
    columns = _columns(new, zone)
    if (there_is := await store.recurrence_of(tx, Id(document_id))) is not None:
        return _same(there_is, columns)
    await _check(tx, document_id, new, today=today, zone=zone)
    try:
        return await store.insert_recurrence(tx, id=ids.new(tx.shard), document=Id(document_id), **columns)
    except Unique:  # the same call, twice at once: the other one was quicker
        if (there_is := await store.recurrence_of(tx, Id(document_id))) is None:
            raise
        return _same(there_is, columns)


def _same(there_is: Recurrence, columns: dict[str, Any]) -> Recurrence:
    if any(getattr(there_is, name) != value for name, value in columns.items()):
        raise RecurrenceExists(recurrence_id=there_is.id)
    return there_is


async def _check(
    tx: Tx, document_id: str, new: NewRecurrence, *, today: date, zone: str, before: Recurrence | None = None
) -> None:
    faults = faults_of(new, today=today, zone=zone, before=before)
    if faults:
        raise Invalid("Recurrence", faults)
    why = why_not(await documents.read(tx, document_id), auto_send=new.auto_send)
    if why is not None:
        raise NotRepeatable(why=why)


async def _today(tx: Tx) -> tuple[date, str]:
    zone = (await organizations.read(tx)).timezone
    return time.day(tx.now, zone), zone


def _columns(new: NewRecurrence, zone: str) -> dict[str, Any]:
    fields = {name: getattr(new, name) for name in NewRecurrence.__struct_fields__}
    return fields | {"first_date": time.day(new.first_date, zone), "periods": int(new.periods)}


async def read(tx: Tx, recurrence_id: str) -> Recurrence:
    """Return a recurrence of the organization that was entered. Raises NotYours."""
    found = await store.select_recurrence(tx, Id(recurrence_id))
    if found is None:
        raise NotYours
    return found


async def of_document(tx: Tx, document_id: str) -> Recurrence | None:
    """Return the recurrence of a document of the organization that was entered; None when it has none."""
    return await store.recurrence_of(tx, Id(document_id))


async def page(tx: Tx, query: Query) -> tuple[list[Recurrence], int]:
    """Return a page of the organization's recurrences, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many recurrences of the organization match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization, deleted=deleted)


async def made_of(tx: Tx, recurrences: list[Recurrence]) -> dict[Id, list[Period]]:
    """Return the newest 100 periods there are documents of, oldest first, by recurrence: one round trip a page."""
    found: dict[Id, list[Period]] = {recurrence.id: [] for recurrence in recurrences}
    for period in await store.made_of(tx, list(found), MOST_SHOWN):
        found[period.recurrence_id].append(period)
    return found


async def change(tx: Tx, recurrence_id: str, new: NewRecurrence) -> Recurrence:
    """Replace what was agreed; once a document was made its days stand. Raises Invalid, NotRepeatable, NotYours."""
    async with tx.atomic():
        before = await store.lock_recurrence(tx, Id(recurrence_id))
        if before is None:
            raise NotYours
        today, zone = await _today(tx)
        await _check(tx, before.document_id, new, today=today, zone=zone, before=before)
        said = _columns(new, zone)
        following = next_after(new.type, said["first_date"], said["periods"], before.made)
        return await store.update_recurrence(tx, recurrence=before.id, next_date=following, **said)


async def delete(tx: Tx, recurrence_id: str) -> int:
    """Stop a recurrence; the documents it made stay. 0 when it was stopped before."""
    return await store.delete_recurrence(tx, Id(recurrence_id))


async def hand_out(tx: Tx, most: int) -> int:
    """Put recurrences that are due, of all organizations, into the outbox; return how many it were."""
    found = await store.hand_out(tx, hold_until=tx.now + HOLD, most=most)
    if found:
        jobs.wake(tx)
    return found


async def make_next(tx: Tx, recurrence_id: Id) -> bool:
    """Make the document of the next period if that has begun: all of it happens, once, or nothing.

    Returns whether there was something to make. Raises what `documents.issue` raises, NotYours (its pattern is gone).
    """
    async with tx.atomic():
        recurrence = await store.take(tx, recurrence_id)
        if recurrence is None or recurrence.next_date is None:
            return False
        day, nth = recurrence.next_date, recurrence.made + 1
        pattern = await documents.read(tx, recurrence.document_id)
        client_changed = await store.client_changed(tx, pattern.id)
        made = await documents.issue(tx, document_of(pattern, recurrence, day, client_changed=client_changed))
        following = next_after(recurrence.type, recurrence.first_date, recurrence.periods, nth)
        await store.note_made(
            tx, recurrence=recurrence.id, date=day, iteration=nth, document=made.document.id, next_date=following
        )
        if recurrence.notify:
            payload = {"document_id": made.document.id, "account_id": recurrence.account_id, "name": recurrence.name}
            await jobs.enqueue(tx, document_events.RECURRED, payload)
    return True


async def note_failed(tx: Tx, recurrence_id: Id, why: str) -> None:
    """Note what the next period failed with, and put it off."""
    await store.note_failed(tx, recurrence_id, why)
