"""Pages and counts of documents, their payments, and their numbers."""

from typing import Any, Final

import msgspec

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.columns import COLUMNS, ORDERS, SORTED, TALLIED
from billhook.documents.model.document import Document, PaymentOf
from billhook.documents.model.numbering import MAIN, Series, standard
from billhook.documents.service.narrowing import narrowed
from billhook.documents.service.terms import Told, told
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import invalid
from billhook.units import Unit
from billhook.web import Compiled, Query, Tally

SORTED_AT_MOST: Final = 5_000
"""How many documents are sorted by a name that no index has in order."""
SORTED_BY_ID: Final = 50_000
"""Up to here it is quicker to find all that match by an index of theirs, and to sort their ids, than to go by ids."""

_TALLY: Final = Tally(
    COLUMNS,
    TALLIED,
    ORDERS,
    store.tally_text,
    store.count_tally,
    store.marks_text,
    store.list_marks,
    store.ids_text,
    store.count_documents,
)


async def page(tx: Tx, query: Query) -> tuple[list[Document], int]:
    """Return a page of the organization's documents, and how many there are in all.

    A page behind the first is found by ids alone, and only its own rows are fetched. Raises Invalid.
    """
    Compiled.of(query, COLUMNS, first=3, tie="id")  # refuses what is no query before anything is looked up
    by_terms = None if query.deleted else await told(tx, _TALLY, query.where)
    query = _TALLY.ordered(await _nearer(tx, query, by_terms))
    compiled = Compiled.of(query, COLUMNS, first=3, tie="id")
    tallied = not query.deleted and _TALLY.tells(query.where)
    begin = None
    if by_terms is not None and (not query.order or query.order[0][0] == "id"):
        begin = by_terms.begin(_TALLY, query, 3)
    elif tallied and (query.where or query.skip):
        begin = await _TALLY.begin(tx, query, 3)
    where, said = compiled.where, compiled.arguments
    skip, total = query.skip, by_terms.total if by_terms is not None else None
    if begin is not None:
        where, said, skip, total = begin.sql, begin.arguments, begin.skip, begin.total
    elif total is None and (query.where or query.skip):
        total = await _count(tx, query)
    if begin is None and query.order and query.order[0][0] not in SORTED:
        total = await _few_enough(tx, query, total)
    if total is not None and total <= query.skip:
        return [], total
    rest, arguments = ("" if query.deleted else " and deleted_at is null") + where, [tx.shard, tx.organization, *said]
    tail = f" order by {compiled.order} limit {compiled.limit}"
    if begin is None and not (tallied or query.order) and total is not None and total <= SORTED_BY_ID:
        rest = f" and id = any(array(select id from ({store.ids_text}{rest} offset 0) d{tail} offset {skip}))"
    elif query.skip:
        rest = f" and id = any(array({store.ids_text}{rest}{tail} offset {skip}))"
    run = store.list_documents.anew if compiled.ranged else store.list_documents
    rows = await run(tx, store.LIST_DOCUMENTS + rest + tail, arguments)
    if total is None and len(rows) < query.limit:
        return rows, len(rows)
    return rows, await _count(tx, query) if total is None else total


async def _nearer(tx: Tx, query: Query, by_terms: Told | None) -> Query:
    """Return a query with the ids of what can match, where few can."""
    if query.deleted:
        return query
    if by_terms is None:
        near = await narrowed(tx, query.where)
    else:
        near = by_terms.where(query.where)
    return query if near is query.where else msgspec.structs.replace(query, where=near)


async def _few_enough(tx: Tx, query: Query, total: int | None) -> int:
    """Return how many documents are to be sorted without an index. Raises Invalid when they are too many for that."""
    found = await _count(tx, query) if total is None else total
    if found > SORTED_AT_MOST:
        names = ", ".join(SORTED)
        message = f"`{query.order[0][0]}` sorts {SORTED_AT_MOST} documents at most, and {found} match"
        raise invalid("filter", "filter.order", "too_many", f"{message}; filter first, or sort by one of {names}")
    return found


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many documents of the organization match: by the tally where it can tell, else by a look at them."""
    Compiled.of_where(where, COLUMNS, first=3)  # refuses what is no condition before anything is looked up
    if not deleted:
        if (by_terms := await told(tx, _TALLY, where)) is not None:
            return by_terms.total
        where = await narrowed(tx, where)
    return await _count(tx, Query(where=where, deleted=deleted))


async def _count(tx: Tx, query: Query) -> int:
    if not query.deleted and _TALLY.tells(query.where):
        return await _TALLY.count(tx, query.where)
    compiled = Compiled.of_where(query.where, COLUMNS, first=3)
    arguments = [tx.shard, tx.organization, *compiled.arguments]
    text = store.COUNT_DOCUMENTS + ("" if query.deleted else " and deleted_at is null") + compiled.where
    run = store.count_documents.anew if compiled.ranged else store.count_documents
    return (await run(tx, text, arguments))[0]


async def gather(tx: Tx, at_least: int) -> None:
    """Gather the changes of documents into the tallies of the organizations that so many wait in."""
    for due in await store.tallies_due(tx, at_least):
        tx.enter(due.organization_id)
        await store.gather_tally(tx)


async def payments_of(tx: Tx, document_ids: list[Id]) -> dict[Id, list[PaymentOf]]:
    """Return the payments of documents, by document: one round trip for a page."""
    found: dict[Id, list[PaymentOf]] = {document_id: [] for document_id in document_ids}
    for payment in await store.payments_of(tx, document_ids):
        found[payment.document_id].append(payment)
    return found


async def number_is_free(tx: Tx, type: str, number: str, *, incoming: bool, ignored: str | None) -> bool:
    """Tell whether a number may be given to a document of a type."""
    known = Id(ignored) if ignored and ids.is_id(ignored) else None
    return not await store.number_taken(tx, type, incoming, number, known)


async def last_number(
    tx: Tx, type: str, *, incoming: bool, zone: str, date: Any = None, unit: Unit | None = None
) -> tuple[str | None, str]:
    """Return the last number of a type in the year of a date (default: today), and the one that would be next."""
    series = Series(unit.id, f"{unit.prefix}-") if unit else MAIN
    year = time.day(date or tx.now, zone).year
    last = await store.last_number(tx, type, series.key(incoming=incoming), year)
    return (standard(year, last, series.prefix) if last else None), standard(year, (last or 0) + 1, series.prefix)
