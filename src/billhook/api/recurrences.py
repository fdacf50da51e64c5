"""Recurrences: let a document recur; read, list, change and stop it."""

from decimal import Decimal
from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from billhook import documents, organizations, recurring
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, listed
from billhook.api.wire import UNSET, Flag, Free, In, Out, given, iso
from billhook.kernel.problems import NotFound, invalid
from billhook.recurring import NewRecurrence, Planned, Recurrence
from billhook.recurring.model import Period, instant_of
from billhook.web import BillhookRequest, Instant, parse_query, parse_where


class RecurrenceIn(In, kw_only=True):
    """A recurrence as said: one document like this each `type`, `numRecurrences` times; 0 or -1 is without end."""

    name: str
    type: str
    date_first: Instant
    num_recurrences: Decimal
    auto_send: Flag = UNSET
    notify: Flag = UNSET
    save_as_draft: Flag = UNSET
    custom: Free = UNSET


class RecurrenceDateOut(Out, kw_only=True):
    """A period of a recurrence; `documentId` is there once its document was made."""

    id: str
    date: str
    iteration: int
    document_id: str | None = None
    created_at: str | None = None


class RecurrenceOut(Out, kw_only=True):
    """A recurrence. `lastError` says why the next document could not be made yet; it is tried again by itself."""

    id: str
    name: str
    type: str
    date_first: str
    num_recurrences: int
    auto_send: bool
    notify: bool
    save_as_draft: bool
    date_next: str | None = None
    failed_at: str | None = None
    last_error: str | None = None
    organization_id: str
    document_id: str
    account_id: str
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None
    deleted_at: str | None = None
    is_deleted: bool
    recurrence_dates: list[RecurrenceDateOut] | None


def _new(body: RecurrenceIn) -> NewRecurrence:
    return NewRecurrence(
        name=body.name,
        type=body.type,
        first_date=body.date_first,
        periods=body.num_recurrences,
        auto_send=given(body.auto_send, False),
        notify=given(body.notify, True),
        save_as_draft=given(body.save_as_draft, False),
        custom=given(body.custom, {}),
    )


def recurrence_out(recurrence: Recurrence, made: list[Period]) -> RecurrenceOut:
    """Return the wire form of a recurrence, with its plan."""
    return RecurrenceOut(
        id=recurrence.id,
        name=recurrence.name,
        type=recurrence.type,
        date_first=iso(instant_of(recurrence.first_date)) or "",
        num_recurrences=recurrence.periods,
        auto_send=recurrence.auto_send,
        notify=recurrence.notify,
        save_as_draft=recurrence.save_as_draft,
        date_next=iso(instant_of(recurrence.next_date)) if recurrence.next_date else None,
        failed_at=iso(recurrence.failed_at),
        last_error=recurrence.last_error,
        organization_id=recurrence.organization_id,
        document_id=recurrence.document_id,
        account_id=recurrence.account_id,
        created_at=iso(recurrence.created_at) or "",
        updated_at=iso(recurrence.updated_at) or "",
        custom=recurrence.custom,
        deleted_at=iso(recurrence.deleted_at),
        is_deleted=recurrence.deleted_at is not None,
        recurrence_dates=[_planned(recurrence, period) for period in recurring.plan(recurrence, made)],
    )


def _planned(recurrence: Recurrence, period: Planned) -> RecurrenceDateOut:
    return RecurrenceDateOut(
        id=f"{recurrence.id}-{period.iteration}",
        date=iso(instant_of(period.date)) or "",
        iteration=period.iteration,
        document_id=period.document_id,
        created_at=iso(period.created_at),
    )


@post("/Documents/{document_id:str}/recurrence", status_code=200, tags=["Recurrences"], summary="Let a document recur")
async def create(request: BillhookRequest, document_id: FromPath[str], data: JSONBody[RecurrenceIn]) -> RecurrenceOut:
    """Have a document like this one made each week, month or year from `dateFirst` on; the same twice is one."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        agreed = await recurring.create(tx, document_id, _new(data))
        made = await recurring.made_of(tx, [agreed])
    return recurrence_out(agreed, made[agreed.id])


@get("/Documents/{document_id:str}/recurrence", tags=["Recurrences"], summary="Read the recurrence of a document")
async def of_document(request: BillhookRequest, document_id: FromPath[str]) -> RecurrenceOut:
    """Return how a document recurs; 404 when it does not."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        found = await recurring.of_document(tx, document_id)
        if found is None:
            raise NotFound(what="recurrence of this document")
        made = await recurring.made_of(tx, [found])
    return recurrence_out(found, made[found.id])


@get("/Organizations/{organization_id:str}/recurrences", tags=["Recurrences"], summary="List recurrences")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[RecurrenceOut]:
    """Return a page of the organization's recurrences; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    if query.include:
        raise invalid("filter", "filter.include", "unknown_relation", "nothing can be included here")
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await recurring.page(tx, query)
        made = await recurring.made_of(tx, rows)
    return listed([recurrence_out(row, made[row.id]) for row in rows], total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/recurrences/count", tags=["Recurrences"], summary="Count recurrences")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's recurrences match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await recurring.count(tx, condition))


@get("/Recurrences/{recurrence_id:str}", tags=["Recurrences"], summary="Read a recurrence")
async def read(request: BillhookRequest, recurrence_id: FromPath[str]) -> RecurrenceOut:
    """Return a recurrence with its plan: the documents made so far (the newest 100), and the next 12 periods."""
    async with request.database.open(request.principal.account_id) as tx:
        await recurring.enter(tx, recurrence_id)
        found = await recurring.read(tx, recurrence_id)
        made = await recurring.made_of(tx, [found])
    return recurrence_out(found, made[found.id])


async def _replace(request: BillhookRequest, recurrence_id: str, data: RecurrenceIn) -> RecurrenceOut:
    async with request.database.open(request.principal.account_id) as tx:
        await recurring.enter(tx, recurrence_id, write=True)
        changed = await recurring.change(tx, recurrence_id, _new(data))
        made = await recurring.made_of(tx, [changed])
    return recurrence_out(changed, made[changed.id])


@put("/Recurrences/{recurrence_id:str}", tags=["Recurrences"], summary="Replace a recurrence")
async def replace(
    request: BillhookRequest, recurrence_id: FromPath[str], data: JSONBody[RecurrenceIn]
) -> RecurrenceOut:
    """Replace what was agreed; `type` and `dateFirst` stay once a document was made."""
    return await _replace(request, recurrence_id, data)


@post("/Recurrences/{recurrence_id:str}/replace", status_code=200, tags=["Recurrences"], summary="Replace a recurrence")
async def replace_by_post(
    request: BillhookRequest, recurrence_id: FromPath[str], data: JSONBody[RecurrenceIn]
) -> RecurrenceOut:
    """Replace a recurrence, for clients that cannot PUT."""
    return await _replace(request, recurrence_id, data)


@delete("/Recurrences/{recurrence_id:str}", status_code=200, tags=["Recurrences"], summary="Stop a recurrence")
async def remove(request: BillhookRequest, recurrence_id: FromPath[str]) -> Count:
    """Stop a recurrence; the documents it made stay. `count` is 0 when it was stopped before."""
    async with request.database.open(request.principal.account_id) as tx:
        await recurring.enter(tx, recurrence_id, write=True)
        return Count(await recurring.delete(tx, recurrence_id))


ROUTES = [create, of_document, page, count, read, replace, replace_by_post, remove]
