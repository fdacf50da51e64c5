"""Crediting an invoice, in whole or in part, and canceling: an issued invoice goes by a credit note."""

import msgspec

from billhook.db import Check, Tx, Unique, constraint_of
from billhook.documents import store
from billhook.documents.model import links
from billhook.documents.model.credit_note import Wanted, note_of, sums_of
from billhook.documents.model.document import OWED, Document, Type
from billhook.documents.model.links import Linked
from billhook.documents.model.new import NewDocument
from billhook.documents.model.problems import (
    AdvanceDeducted,
    CanceledForGood,
    CreditWasApplied,
    NotCancelable,
    NotCreditable,
    NotVoidable,
    StillDraft,
)
from billhook.documents.service.entering import read
from billhook.documents.service.issuing import Made, ground_of, quicker, repeated, taken, written
from billhook.documents.service.linking import hold, settle
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours


async def credit(tx: Tx, document_id: str, wanted: Wanted, new: NewDocument) -> Made:
    """Issue a credit note over an invoice or an advance: all that is left, some lines, or an amount.

    Of `new` date, number, texts, payments (what is paid back at once) and what is free are taken. A repeated
    `unique_id` returns the note there is. Raises Invalid (all faults at once), StillDraft, NotCreditable, NothingLeft,
    AdvanceDeducted, UniqueIdTaken, NotYours.
    """
    if new.unique_id is not None:
        found = (await ground_of(tx, new)).same_unique_id
        if found is not None:
            return await repeated(tx, found)
    try:
        async with tx.atomic():
            linked = await _held(tx, document_id)
            return await _credit(tx, linked, wanted, new)
    except Unique as error:
        return await quicker(tx, new, error)


async def _held(tx: Tx, document_id: str) -> Linked:
    """Hold a document that can be credited. Raises NotYours, StillDraft, NotCreditable and what `hold` raises."""
    linked = await hold(tx, NewDocument(), Id(document_id))
    if linked.credited is None:
        raise NotYours
    if linked.credited.type not in OWED:
        raise NotCreditable(type=linked.credited.type)
    if linked.credited.draft:
        raise StillDraft
    return linked


async def _credit(tx: Tx, linked: Linked, wanted: Wanted, new: NewDocument, *, cancels: bool = False) -> Made:
    invoice = linked.credited
    if invoice is None or tx.account is None:
        raise NotYours
    new = links.with_links(msgspec.structs.replace(new, type=Type.CREDIT_NOTE, unit_id=invoice.unit_id), invoice.id)
    ground = await ground_of(tx, new)
    if ground.same_unique_id is not None:
        return await repeated(tx, ground.same_unique_id)
    sums = sums_of(linked, wanted)
    made = await written(tx, note_of(linked, invoice, sums, new, ground, account_id=tx.account, now=tx.now))
    await settle(tx, made.document, invoice, cancels=cancels)
    return Made(await read(tx, made.document.id), made.payments)


async def cancel(tx: Tx, document_id: str, *, technical: bool = False) -> Id | None:
    """Cancel an issued document; return the id of the credit note that did it, if there is one.

    An invoice or an advance goes by a credit note over all that is left of it. Without one (`technical`) it goes only
    if nothing was paid or credited. Without one go documents that charge nothing, and those we received: a credit note
    for them is their issuer's. Canceling again changes nothing. Raises NotYours, StillDraft, NotCancelable,
    NotVoidable, AdvanceDeducted.
    """
    try:
        async with tx.atomic():
            document = await _held_to_cancel(tx, document_id)
            if document.canceled:
                notes = [] if document.incoming else await store.notes_of(tx, document.id)
                return notes[-1].id if notes else None
            if document.type in OWED and not technical and not document.incoming:
                return await _cancel_by_note(tx, document)
            if technical and not document.incoming and (document.total_paid or document.total_credited):
                raise NotVoidable
            amount = document.total_with_tax - document.total_credited if document.type in OWED else 0
            await store.void(tx, document=document.id, amount=amount, canceled=True, entry=ids.new(tx.shard))
            return None
    except Unique as error:
        raise taken(error) from None


async def _held_to_cancel(tx: Tx, document_id: str) -> Document:
    document = await store.lock_document(tx, Id(document_id))
    if document is None:
        raise NotYours
    if document.draft:
        raise StillDraft
    if document.type == Type.CREDIT_NOTE:
        raise NotCancelable
    found = await store.deducting(tx, [document.id]) if document.type == Type.ADVANCE else []
    if found:
        raise AdvanceDeducted(number=found[0].number)
    return document


async def _cancel_by_note(tx: Tx, document: Document) -> Id | None:
    linked = await _held(tx, document.id)
    if linked.notes and linked.rest is not None and linked.rest.is_nothing:
        await store.void(tx, document=document.id, amount=0, canceled=True, entry=ids.new(tx.shard))
        return linked.notes[-1].id
    made = await _credit(tx, linked, Wanted(), NewDocument(), cancels=True)
    return made.document.id


async def uncancel(tx: Tx, document_id: str) -> None:
    """Take a cancellation back; what was not canceled stays as it is.

    Raises NotYours, CanceledForGood (a credit note stays), AdvanceDeducted (another invoice deducts its advances now),
    CreditWasApplied (what was paid meanwhile pays another document).
    """
    async with tx.atomic():
        document = await _held_with_advances(tx, document_id)
        if not document.canceled:
            return
        if await store.notes_of(tx, document.id):
            raise CanceledForGood
        if document.advance_ids:
            for found in await store.deducting(tx, document.advance_ids):
                raise AdvanceDeducted(number=found.number)
        amount = -document.total_credited
        try:
            await store.void(tx, document=document.id, amount=amount, canceled=False, entry=ids.new(tx.shard))
        except Check as error:
            if constraint_of(error) != "credit_in_use":
                raise
            raise CreditWasApplied from None


async def _held_with_advances(tx: Tx, document_id: str) -> Document:
    """Hold a document and the advances it deducts, in the order of ids like whoever applies credit. Raises NotYours."""
    found = await read(tx, document_id)
    held = await store.lock_documents(tx, [found.id, *found.advance_ids])
    document = next((one for one in held if one.id == found.id), None)
    if document is None:
        raise NotYours
    return document
