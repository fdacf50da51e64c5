"""Holding what a new document takes from, and settling a credit note with its invoice."""

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.model.document import Document, Type
from billhook.documents.model.links import Linked
from billhook.documents.model.new import NewDocument
from billhook.documents.model.problems import AdvanceDeducted, IsCanceled
from billhook.kernel import ids
from billhook.kernel.ids import Id


async def hold(tx: Tx, new: NewDocument, credited: Id | None) -> Linked:
    """Hold the invoice that a credit note credits and the advances that an invoice deducts, until the transaction ends.

    Held before the counter and the chain are taken, in the order of ids; what is left of them is read after that.
    Raises IsCanceled and AdvanceDeducted of what is to be credited.
    """
    advances = [Id(advance_id) for advance_id in dict.fromkeys(new.advance_ids) if ids.is_id(advance_id)]
    held = await store.lock_documents(tx, [*advances, *([credited] if credited else [])])
    invoice = next((document for document in held if document.id == credited), None)
    if invoice is not None:
        await _refuse_gone(tx, invoice)
    return Linked(
        credited=invoice,
        notes=tuple(await store.notes_of(tx, invoice.id)) if invoice else (),
        advances=tuple(document for document in held if document.id in advances),
        deducted_by={found.advance_id: found.number for found in await store.deducting(tx, advances)}
        if advances
        else {},
    )


async def _refuse_gone(tx: Tx, invoice: Document) -> None:
    if invoice.canceled:
        raise IsCanceled
    found = await store.deducting(tx, [invoice.id]) if invoice.type == Type.ADVANCE else []
    if found:  # it was given back there
        raise AdvanceDeducted(number=found[0].number)


async def settle(tx: Tx, note: Document, invoice: Document | None, *, cancels: bool = False) -> None:
    """Settle a credit note with the invoice it credits, which is held: what was paid back with the note is left out."""
    if invoice is not None:
        amount = note.total_with_tax - note.total_paid
        await store.settle(
            tx,
            note=note.id,
            invoice=invoice.id,
            amount=amount,
            cancels=cancels,
            invoice_entry=ids.new(tx.shard),
            note_entry=ids.new(tx.shard),
        )
