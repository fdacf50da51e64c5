"""What becomes of a document: an estimate is answered, another document is made of it, it is duplicated."""

from typing import Any

import msgspec

from billhook.db import Tx, Unique
from billhook.documents import store
from billhook.documents.model.copying import CONVERTS, copied, fitted
from billhook.documents.model.dates import dates_of
from billhook.documents.model.document import Document, Type
from billhook.documents.model.new import NewDocument
from billhook.documents.model.problems import (
    AlreadyConverted,
    EstimateExpired,
    EstimateRejected,
    IsCanceled,
    NotAnEstimate,
    NotConvertible,
    StillDraft,
    TypeFixed,
)
from billhook.documents.model.reopen import amended
from billhook.documents.service.entering import read
from billhook.documents.service.issuing import Made, ground_of, issue, issue_once, quicker
from billhook.documents.service.relations import referring
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours


async def decide(tx: Tx, document_id: str, *, accepted: bool, by_client: bool = False) -> Document:
    """Note that an estimate was accepted or rejected; the answer may change until something is made of it.

    A client cannot accept what is no longer valid. Raises NotYours, NotAnEstimate, StillDraft, IsCanceled,
    EstimateExpired, AlreadyConverted.
    """
    async with tx.atomic():
        document = await _held(tx, document_id)
        if document.type != Type.ESTIMATE:
            raise NotAnEstimate
        if accepted and by_client and document.is_expired(tx.now):
            raise EstimateExpired
        if not accepted:
            await _refuse_converted(tx, document)
        await store.decide(tx, document=document.id, accepted=accepted)
        return await read(tx, document.id)


async def convert(tx: Tx, document_id: str, said: dict[str, Any], *, again: bool = False) -> Made:
    """Make an invoice (or what `type` says) of an estimate or a delivery note, changed by what is said.

    Both refer to each other. It happens once, unless asked for again; a document that was canceled does not count.
    Raises NotYours, StillDraft, IsCanceled, NotConvertible, EstimateRejected, AlreadyConverted; what `issue` raises.
    """
    new = NewDocument()
    try:
        async with tx.atomic():
            document = await _held(tx, document_id)
            wanted = str(said.get("type") or Type.INVOICE)
            if wanted not in CONVERTS.get(document.type, ()):
                raise NotConvertible(type=document.type, wanted=wanted)
            if document.rejected_at is not None:
                raise EstimateRejected
            if not again:
                await _refuse_converted(tx, document, type=wanted, unique_id=said.get("unique_id"))
            new = await _copy(tx, document, said | {"type": wanted})
            linked = (*new.document_ids, document.id)
            new = msgspec.structs.replace(new, document_ids=linked, previous_document_id=document.id)
            return await issue_once(tx, new)
    except Unique as error:
        return await quicker(tx, new, error)


async def duplicate(tx: Tx, document_id: str, said: dict[str, Any]) -> Made:
    """Make a document like another one, changed by what is said; a draft, unless `draft: false` is said.

    It has today's dates and the next number, and neither payments nor links. Raises NotYours, TypeFixed and what
    `issue` raises.
    """
    document = await read(tx, document_id)
    if said.get("type", document.type) != document.type:
        raise TypeFixed
    return await issue(tx, await _copy(tx, document, {"draft": True} | said | {"type": document.type}))


async def _copy(tx: Tx, document: Document, said: dict[str, Any]) -> NewDocument:
    new = amended(copied(document, type=said["type"]), document, said)
    ground = await ground_of(tx, new)
    dates = dates_of(new, ground.settings, ground.timezone, tx.now)
    return fitted(new, document, ground, dates.day)


async def _held(tx: Tx, document_id: str) -> Document:
    """Hold an issued document. Raises NotYours, StillDraft, IsCanceled."""
    document = await store.lock_document(tx, Id(document_id))
    if document is None:
        raise NotYours
    if document.draft:
        raise StillDraft
    if document.canceled:
        raise IsCanceled
    return document


async def _refuse_converted(
    tx: Tx, document: Document, *, type: str | None = None, unique_id: str | None = None
) -> None:
    """Raise AlreadyConverted when a live document was made of this one; the same call again is no second one."""
    for other in (await referring(tx, [document]))[document.id]:
        made_of_it = other.previous_document_id == document.id and other.type == (type or other.type)
        is_same_call = unique_id is not None and other.unique_id == unique_id
        if made_of_it and not other.canceled and not is_same_call:
            raise AlreadyConverted(number=other.number or "A draft", document_id=other.id)
