"""What it takes to show invoices: each with its payments, attempts online, credit notes; a few round trips a page."""

from collections.abc import Sequence

import msgspec

from billhook import documents, processing
from billhook.db import Tx
from billhook.documents import Document, PaymentOf
from billhook.payments import Standing, standing
from billhook.processing import Method, OnlinePayment


class Paper(msgspec.Struct, frozen=True):
    """An invoice with what belongs to it."""

    document: Document
    payments: list[PaymentOf]
    online: list[OnlinePayment]
    notes: list[Document]
    method: Method | None
    """What its customer is charged by as soon as it is issued."""

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing(self.document, self.payments, self.notes)


async def papers_of(tx: Tx, rows: Sequence[Document]) -> list[Paper]:
    """Return invoices of the organization that was entered, with what belongs to them."""
    if not rows:
        return []
    own = [row.id for row in rows]
    recorded = await documents.payments_of(tx, own)
    online = await processing.of_documents(tx, own)
    referring = await documents.referring(tx, rows)
    methods = await processing.methods_of(tx, [row.client_id for row in rows if row.client_id])
    return [
        Paper(
            row,
            recorded[row.id],
            online[row.id],
            [note for note in referring[row.id] if is_note_of(note, row)],
            next((m for m in methods.get(row.client_id, []) if m.automatic), None) if row.client_id else None,
        )
        for row in rows
    ]


def is_note_of(note: Document, invoice: Document) -> bool:
    """Tell whether a document is a credit note over an invoice."""
    return note.type == documents.Type.CREDIT_NOTE and note.previous_document_id == invoice.id and not note.draft
