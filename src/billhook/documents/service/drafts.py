"""Drafts: changed, issued, deleted; and the little that may change once issued."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from billhook import jobs
from billhook.db import Tx, Unique
from billhook.documents import events, store
from billhook.documents.model import links, parties
from billhook.documents.model.compose import Composed
from billhook.documents.model.conversion import conversion_of
from billhook.documents.model.document import Document, Type
from billhook.documents.model.lines import UNPRICED, is_unpriced
from billhook.documents.model.links import NOTHING
from billhook.documents.model.new import NewDocument, NewLine
from billhook.documents.model.numbering import MAIN, Counting, counting, prefix_of
from billhook.documents.model.problems import AlreadyIssued, Issued, TypeFixed
from billhook.documents.model.received import oriented
from billhook.documents.model.reopen import amended
from billhook.documents.service.entering import read
from billhook.documents.service.issuing import columns_of, composed_of, ground_of, taken
from billhook.documents.service.linking import hold, settle
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, invalid

MUTABLE = frozenset({"custom", "sent_snail_mail"})
"""What may change on an issued document."""


async def change(tx: Tx, document_id: str, said: dict[str, Any], *, whole: NewDocument | None = None) -> Document:
    """Change a document: a draft in anything but its type, an issued one only in MUTABLE.

    `said` holds the fields that were said; with `whole` the draft is replaced by it. A draft of which `draft: false`
    is said is issued. Raises Invalid, Issued, TypeFixed, NotYours.
    """
    async with tx.atomic():
        document = await store.lock_document(tx, Id(document_id))
        if document is None:
            raise NotYours
        if said.get("type", document.type) != document.type:
            raise TypeFixed
        _refuse_what_stays(document, said)
        if said.get("payments") or said.get("sending"):
            message = "cannot be said here: issue the draft, then pay or send it"
            raise invalid("Document", "payments" if said.get("payments") else "send", "draft", message)
        if not document.draft:
            return await _annotate(tx, document, said)
        return await _redraft(tx, document, said, whole)


def _refuse_what_stays(document: Document, said: dict[str, Any]) -> None:
    """Raise Invalid for what a draft keeps: which way it goes, and the id of the call that made it."""
    kept = {"incoming": ("incoming", document.incoming), "unique_id": ("uniqueId", document.unique_id)}
    faults = [
        Fault(path, "immutable", "cannot be changed; create another document")
        for name, (path, there) in kept.items()
        if document.draft and said.get(name, there) != there
    ]
    if faults:
        raise Invalid("Document", faults)


async def _annotate(tx: Tx, document: Document, said: dict[str, Any]) -> Document:
    refused = {name for name in set(said) - MUTABLE - {"options_said"} if getattr(document, name, None) != said[name]}
    if refused:
        raise Issued(fields=", ".join(sorted(refused)))
    await store.annotate(tx, document.id, said.get("custom"), said.get("sent_snail_mail"))
    return await read(tx, document.id)


async def _redraft(tx: Tx, draft: Document, said: dict[str, Any], whole: NewDocument | None) -> Document:
    new = whole if whole is not None else amended(await _said(tx, draft), draft, said)
    if whole is None and "lines" not in said:
        new = msgspec.structs.replace(new, lines=_as_before(new.lines, draft))
    kept = {"draft": True, "type": draft.type, "incoming": draft.incoming}
    new = oriented(msgspec.structs.replace(new, **kept, payments=(), sending=None))
    linked = await hold(tx, new, None) if new.advance_ids else NOTHING
    composed = composed_of(tx, new, await ground_of(tx, new), draft.id, linked)
    try:
        await store.replace_draft(tx, **columns_of(composed))
    except Unique as error:
        raise taken(error) from None
    if "sent_snail_mail" in said:
        await store.annotate(tx, draft.id, None, said["sent_snail_mail"])
    if said.get("draft") is False:
        return await _issue_draft(tx, await read(tx, draft.id))
    return await read(tx, draft.id)


def _as_before(lines: Sequence[NewLine], draft: Document) -> tuple[NewLine, ...]:
    """Return the lines of a draft as they were said, each with the id that it goes by."""
    there = [line.id for line in draft.lines[: len(lines)]]
    return tuple(msgspec.structs.replace(line, id=its) for line, its in zip(lines, there, strict=True))


async def change_lines(
    tx: Tx, document_id: str, edit: Callable[[tuple[NewLine, ...]], tuple[NewLine, ...]]
) -> Document:
    """Change the lines of a draft; those that stay go by the same ids. Raises Issued, Invalid, NotYours."""
    async with tx.atomic():
        draft = await store.lock_document(tx, Id(document_id))
        if draft is None:
            raise NotYours
        if not draft.draft:
            raise Issued(fields="_documentItems")
        lines = _as_before((await _said(tx, draft)).lines, draft)
        return await _redraft(tx, draft, {"lines": edit(lines)}, None)


async def _said(tx: Tx, draft: Document) -> NewDocument:
    found = await store.said_of_draft(tx, draft.id)
    if found is None:
        raise NotYours
    return found.said


async def issue_draft(tx: Tx, document_id: str) -> Document:
    """Issue a draft. Raises AlreadyIssued, Invalid, NotYours."""
    async with tx.atomic():
        document = await store.lock_document(tx, Id(document_id))
        if document is None:
            raise NotYours
        return await _issue_draft(tx, document)


async def _issue_draft(tx: Tx, draft: Document) -> Document:
    if not draft.draft:
        raise AlreadyIssued(number=draft.number)
    if not draft.lines:
        raise invalid("Document", "_documentItems", "presence", "can't be blank; a document has at least one line")
    said = await _said(tx, draft)
    if draft.type != Type.DELIVERY_NOTE:
        _refuse_unpriced(draft, said)
    draft, credited = await _linked(tx, draft)
    await _convert(tx, draft, said)
    numbered = await _counting(tx, draft)
    issued = Composed(msgspec.structs.replace(draft, draft=False), numbered, _nobody(draft), (), NewDocument())
    try:
        await store.issue_draft(
            tx,
            document=draft.id,
            type=draft.type,
            series=numbered.series,
            counter_year=numbered.year,
            own_sequence=numbered.own_sequence,
            own_number=numbered.own,
            number_prefix=numbered.prefix,
            counts=numbered.counts,
            entry=ids.new(tx.shard),
            charge=issued.charge,
            jobs=[{"kind": events.ISSUED, "payload": {"document_id": draft.id}}],
        )
    except Unique as error:
        raise taken(error) from None
    jobs.wake(tx)
    issued_now = await read(tx, draft.id)
    if credited is None:
        return issued_now
    await settle(tx, issued_now, credited)
    return await read(tx, draft.id)


async def _convert(tx: Tx, draft: Document, said: NewDocument) -> None:
    """Convert a draft in another currency at the rate that is known by now, unless it was said."""
    if said.currency is None or said.conversion is not None:
        return
    ground = await ground_of(tx, msgspec.structs.replace(said, date=draft.date))
    converted = conversion_of(None, ground, draft.currency, time.day(draft.date, draft.timezone), draft, tx.shard)
    if converted is not None or draft.conversion is not None:
        await store.convert(tx, draft.id, converted)


def _refuse_unpriced(draft: Document, said: NewDocument) -> None:
    """Raise Invalid naming the lines of a draft that nobody has said the price of; advances come after those."""
    lines = enumerate(zip(said.lines, draft.lines, strict=False))
    unpriced = [at for at, (line, stored) in lines if not (stored.price or line.load) and is_unpriced(line, None)]
    if unpriced:
        faults = [Fault(f"_documentItems.{at}.price", "presence", UNPRICED) for at in unpriced]
        raise Invalid("Document", faults)


async def _linked(tx: Tx, draft: Document) -> tuple[Document, Document | None]:
    """Hold what a draft takes from and derive it afresh: what was left then may be gone now. Return what it credits."""
    refers = draft.document_ids or draft.previous_document_id or draft.advance_ids
    if not refers or draft.type not in (Type.CREDIT_NOTE, Type.INVOICE):
        return draft, None
    said = await _said(tx, draft)
    new = msgspec.structs.replace(said, draft=True, type=draft.type, date=said.date or draft.date)
    ground = await ground_of(tx, new)
    credited = links.credited_by(new, ground)
    if credited is None and not new.advance_ids:
        return draft, None
    linked = await hold(tx, new, credited)
    await store.replace_draft(tx, **columns_of(composed_of(tx, new, ground, draft.id, linked)))
    return await read(tx, draft.id), linked.credited


async def _counting(tx: Tx, draft: Document) -> Counting:
    """Say which counter a draft takes that is issued. Raises Invalid (its unit was deleted)."""
    prefix = prefix_of(draft.number)
    known: list[store.UnitRow] = []
    if draft.unit_id is not None or prefix is not None:
        known = await store.known_units(tx, draft.unit_id, prefix)
    own = next((unit for unit in known if unit.id == draft.unit_id), None)
    if draft.unit_id is not None and own is None:
        raise invalid("Document", "unitId", "inclusion", "is no unit of this organization any more")
    return counting(
        draft=False,
        own=draft.number,
        date_year=draft.date_year,
        incoming=draft.incoming,
        series=own.series if own else MAIN,
        others=[unit.series for unit in known],
    )


def _nobody(draft: Document) -> parties.Client:
    return parties.Client(draft.client, draft.client_id or Id(""), is_new=False)


async def delete(tx: Tx, document_id: str) -> int:
    """Delete a draft or an estimate; the law keeps the rest. Raises Issued, NotYours."""
    async with tx.atomic():
        document = await store.lock_document(tx, Id(document_id))
        if document is None:
            raise NotYours
        if not document.draft and document.type != Type.ESTIMATE:
            raise Issued(fields="the document itself")
        return await store.delete_document(tx, document.id)
