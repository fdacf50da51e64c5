"""Pages and counts of documents, their payments, and their numbers."""

from typing import Any

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.columns import COLUMNS
from billhook.documents.model.document import Document, PaymentOf
from billhook.documents.model.numbering import MAIN, Series, standard
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.units import Unit
from billhook.web import Compiled, Query


async def page(tx: Tx, query: Query) -> tuple[list[Document], int]:
    """Return a page of the organization's documents, and how many there are in all."""
    compiled = Compiled.of(query, COLUMNS, first=3, tie="id")
    deleted = "" if query.deleted else " and deleted_at is null"
    text = f"{store.LIST_DOCUMENTS}{deleted}{compiled.where} order by {compiled.order}"
    text += f" limit {compiled.limit} offset {compiled.skip}"
    rows = await store.list_documents(tx, text, [tx.shard, tx.organization, *compiled.arguments])
    if not query.skip and len(rows) < query.limit:
        return rows, len(rows)
    return rows, await count(tx, query.where, deleted=query.deleted)


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many documents of the organization match."""
    compiled = Compiled.of_where(where, COLUMNS, first=3)
    text = store.COUNT_DOCUMENTS + ("" if deleted else " and deleted_at is null") + compiled.where
    return (await store.count_documents(tx, text, [tx.shard, tx.organization, *compiled.arguments]))[0]


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
