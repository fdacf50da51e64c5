"""Which documents refer to which: each relation of a page in one round trip."""

from collections.abc import Sequence
from typing import Final

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.model.document import Document
from billhook.kernel.ids import Id

MOST: Final = 1_000
"""Documents that are read of one relation of a page."""
_REFERRING: Final = " and (previous_document_id = any($3) or document_ids && $3 and document_ids <> '{}')"


async def referenced(tx: Tx, rows: Sequence[Document]) -> dict[Id, list[Document]]:
    """Return the documents that each of these refers to: the previous one first, then in the order they are named."""
    named = {row.id: _named(row) for row in rows}
    wanted = sorted({document_id for some in named.values() for document_id in some})
    found = {document.id: document for document in await _read(tx, " and id = any($3)", wanted)}
    return {
        row_id: [found[document_id] for document_id in some if document_id in found] for row_id, some in named.items()
    }


async def referring(tx: Tx, rows: Sequence[Document]) -> dict[Id, list[Document]]:
    """Return the documents that refer to each of these, oldest first."""
    found = await _read(tx, _REFERRING, [row.id for row in rows])
    return {row.id: [document for document in found if row.id in _named(document)] for row in rows}


def _named(document: Document) -> list[Id]:
    previous = [document.previous_document_id] if document.previous_document_id else []
    return list(dict.fromkeys([*previous, *document.document_ids]))


async def _read(tx: Tx, condition: str, wanted: list[Id]) -> list[Document]:
    if not wanted:
        return []
    text = f"{store.LIST_DOCUMENTS} and deleted_at is null{condition} order by id limit {MOST}"
    return await store.list_documents(tx, text, [tx.shard, tx.organization, wanted])
