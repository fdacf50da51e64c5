"""What can be done with documents, each inside one unit of work."""

import re
from typing import Any

import msgspec

from billhook import jobs
from billhook.db import Tx, Unique, constraint_of
from billhook.documents import events, store
from billhook.documents.columns import COLUMNS
from billhook.documents.model import parties
from billhook.documents.model import sending as mailing
from billhook.documents.model.compose import Composed, compose
from billhook.documents.model.document import Document, Payment, PaymentOf, Type
from billhook.documents.model.ground import Ground
from billhook.documents.model.new import NewDocument, Sending
from billhook.documents.model.numbering import counting, standard
from billhook.documents.model.problems import AlreadyIssued, Issued, StillDraft, TypeFixed, UniqueIdTaken
from billhook.documents.model.reopen import amended
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, Problem, invalid
from billhook.organizations import Entered, admit
from billhook.web import Compiled, Query

MUTABLE = frozenset({"custom", "sent_snail_mail"})
"""What may change on an issued document."""
_LINK = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")


async def enter(tx: Tx, document_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a document belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(document_id) or tx.account is None:
        raise NotYours
    found = await store.enter_document(tx, Id(document_id), ids.shard_of(document_id), tx.account)
    return admit(tx, found, write=write)


async def enter_shared(tx: Tx, link: str) -> Id:
    """Enter the tenant behind a public link and return its document's id. Raises NotYours."""
    found = await store.enter_shared(tx, link) if _LINK.match(link) else None
    if found is None:
        raise NotYours
    tx.entered(found.organization_id)
    return found.document_id


class Made(msgspec.Struct, frozen=True):
    """A document that was just made, with the payments it came with."""

    document: Document
    payments: list[PaymentOf]


async def issue(tx: Tx, new: NewDocument) -> Made:
    """Create a document, and issue it unless it is a draft. Two round trips: one read, one statement that writes.

    Raises Invalid (all faults at once), TotalsTooLarge, UniqueIdTaken. A repeated `unique_id` of the same account
    returns the document there is.
    """
    ground = await _ground(tx, new)
    if ground.same_unique_id is not None:
        return await _repeated(tx, ground.same_unique_id)
    composed = _composed(tx, new, ground, None)
    try:
        number = await store.issue(tx, **_columns(composed), **_born_with(composed), jobs=_jobs(tx, composed, new))
    except Unique as error:
        if new.unique_id is not None:  # the same call, twice at once: the other one was quicker
            found = (await _ground(tx, new)).same_unique_id
            if found is not None:
                return await _repeated(tx, found)
        raise _taken(error) from None
    jobs.wake(tx)
    return Made(
        msgspec.structs.replace(composed.document, number=number),
        [_payment_of(payment, composed.document) for payment in composed.payments],
    )


def _payment_of(payment: Payment, document: Document) -> PaymentOf:
    fields = msgspec.structs.asdict(payment)
    return PaymentOf(
        document_id=document.id,
        exponent=document.exponent,
        created_at=document.created_at,
        updated_at=document.updated_at,
        **fields,
    )


async def _ground(tx: Tx, new: NewDocument) -> Ground:
    wanted = [line for line in new.lines if line.load]
    said_id = new.client_id
    ground = await store.ground(
        tx,
        client_id=Id(said_id) if said_id and ids.is_id(said_id) else None,
        client_email=new.client.get("email"),
        item_ids=[Id(line.item_id) for line in wanted if line.item_id and ids.is_id(line.item_id)],
        skus=[line.sku for line in wanted if line.sku],
        document_ids=[Id(document_id) for document_id in new.referenced if ids.is_id(document_id)],
        unique_id=new.unique_id,
    )
    if ground is None:
        raise NotYours
    return ground


async def _repeated(tx: Tx, document_id: Id) -> Made:
    document = await store.select_document(tx, document_id)
    if document is None or document.account_id != tx.account:
        raise UniqueIdTaken(document_id=document_id)
    return Made(document, await store.payments_of(tx, [document_id]))


def _composed(tx: Tx, new: NewDocument, ground: Ground, document_id: Id | None) -> Composed:
    if tx.organization is None or tx.account is None:
        raise NotYours
    return compose(
        new,
        ground,
        organization_id=tx.organization,
        account_id=tx.account,
        document_id=document_id,
        now=tx.now,
    )


_WRITTEN = (
    "id", "date_year", "date", "date_service", "date_service_to", "date_due", "date_valid_till", "date_paid",
    "date_received", "reference", "currency", "exponent", "decimal_places", "rounding", "locale", "timezone", "total",
    "total_discount", "total_with_tax", "note", "tax_clause", "footer", "signature", "issuer", "client", "client_id",
    "lines", "taxes", "reverse_taxes", "has_unit", "options", "custom", "l10n", "data", "document_ids",
    "previous_document_id",
)  # fmt: skip


def _columns(composed: Composed) -> dict[str, Any]:
    """Return the columns that a draft and an issued document have alike, and their client's."""
    document, client = composed.document, composed.client.party
    return {name: getattr(document, name) for name in _WRITTEN} | {
        "own_number": composed.counting.own,
        "client_name": client.name,
        "client_email": client.email,
        "client_country_code": client.country_code,
        "client_identity": parties.identity_of(client),
        "client_custom": client.custom,
        "client_is_new": composed.client.is_new,
        "said": composed.said if document.draft else None,
    }


def _born_with(composed: Composed) -> dict[str, Any]:
    """Return what is only said once: type and number, who issued it when, payments and their journal entries."""
    document, paid = composed.document, composed.payments
    shard = ids.shard_of(document.id)
    return {
        "type": document.type,
        "draft": document.draft,
        "incoming": document.incoming,
        "total_paid": document.total_paid,
        "unique_id": document.unique_id,
        "issued_at": document.issued_at,
        "series": composed.counting.series,
        "counter_year": composed.counting.year,
        "own_sequence": composed.counting.own_sequence,
        "counts": composed.counting.counts,
        "payments": [_payment_row(payment) for payment in paid],
        "entries": _entries(composed, shard),
    }


def _payment_row(payment: Payment) -> store.PaymentRow:
    return store.PaymentRow(
        ids.to_hex(payment.id),
        payment.type,
        payment.amount,
        payment.date,
        payment.note,
        payment.tag,
        payment.transaction_id,
        payment.custom,
    )


def _entries(composed: Composed, shard: int) -> list[store.EntryRow]:
    """Return what the journal says of a new document: the charge, then each payment against it, in the order of ids."""
    document, entries = composed.document, []
    if composed.charge:
        charge = store.EntryRow(ids.to_hex(ids.new(shard)), None, "charge", None, composed.charge, document.date)
        entries.append(charge)
    for payment in composed.payments:
        entry, paid, amount = ids.to_hex(ids.new(shard)), ids.to_hex(payment.id), -document.direction * payment.amount
        entries.append(store.EntryRow(entry, paid, "payment", payment.type, amount, payment.date))
    return entries


def _jobs(tx: Tx, composed: Composed, new: NewDocument) -> list[dict[str, Any]]:
    document = composed.document
    if document.draft:
        return []
    announced = [{"kind": events.ISSUED, "payload": {"document_id": document.id}}]
    if new.sending is not None:
        announced.append({"kind": events.SENDING, "payload": sending_payload(tx, document.id, new.sending)})
    return announced


def sending_payload(tx: Tx, document_id: Id, sending: Sending) -> dict[str, Any]:
    """Return the payload of `events.SENDING`."""
    return {"document_id": document_id, "account_id": tx.account, **msgspec.structs.asdict(sending)}


def _taken(error: Unique) -> Problem:
    constraint = constraint_of(error)
    if constraint == "document_number":
        message = "is taken by another document of this type; leave it out for the next number"
        return invalid("Document", "number", "uniqueness", message)
    if constraint == "payment_transaction":
        return invalid("Document", "payments.transactionId", "uniqueness", "is taken by another payment of this type")
    raise error


async def read(tx: Tx, document_id: str) -> Document:
    """Return a document of the organization that was entered. Raises NotYours."""
    document = await store.select_document(tx, Id(document_id))
    if document is None:
        raise NotYours
    return document


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
        if said.get("payments") or said.get("sending"):
            message = "cannot be said here: issue the draft, then pay or send it"
            raise invalid("Document", "payments" if said.get("payments") else "send", "draft", message)
        if not document.draft:
            return await _annotate(tx, document, said)
        return await _redraft(tx, document, said, whole)


async def _annotate(tx: Tx, document: Document, said: dict[str, Any]) -> Document:
    refused = {name for name in set(said) - MUTABLE - {"options_said"} if getattr(document, name, None) != said[name]}
    if refused:
        raise Issued(fields=", ".join(sorted(refused)))
    await store.annotate(tx, document.id, said.get("custom"), said.get("sent_snail_mail"))
    return await read(tx, document.id)


async def _redraft(tx: Tx, draft: Document, said: dict[str, Any], whole: NewDocument | None) -> Document:
    new = whole if whole is not None else amended(await _said(tx, draft), draft, said)
    new = msgspec.structs.replace(new, draft=True, type=draft.type, payments=(), sending=None)
    composed = _composed(tx, new, await _ground(tx, new), draft.id)
    await store.replace_draft(tx, **_columns(composed))
    if said.get("draft") is False:
        return await _issue_draft(tx, await read(tx, draft.id))
    return await read(tx, draft.id)


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
    numbered = counting(draft=False, own=draft.number, date_year=draft.date_year, incoming=draft.incoming)
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
            counts=numbered.counts,
            entry=ids.new(tx.shard),
            charge=issued.charge,
            jobs=[{"kind": events.ISSUED, "payload": {"document_id": draft.id}}],
        )
    except Unique as error:
        raise _taken(error) from None
    jobs.wake(tx)
    return await read(tx, draft.id)


def _nobody(draft: Document) -> parties.Client:
    return parties.Client(draft.client, draft.client_id or Id(""), is_new=False)


async def request_sending(tx: Tx, document_id: str, sending: Sending) -> None:
    """Put the mailing of a document into the outbox. Raises StillDraft, Invalid (no address to send to)."""
    document = await read(tx, document_id)
    if document.draft:
        raise StillDraft
    faults = mailing.faults_of(sending)
    if not sending.recipients and not document.client.email:
        message = "can't be blank: the document's client has no e-mail address"
        faults.append(Fault("recipients", "presence", message))
    if faults:
        raise Invalid("Send", faults)
    await jobs.enqueue(tx, events.SENDING, sending_payload(tx, document.id, sending))


async def share(tx: Tx, document_id: str, *, regenerate: bool = False) -> str:
    """Return the document's public link id (128 random bits), made on the first call. Raises StillDraft."""
    if (await read(tx, document_id)).draft:
        raise StillDraft
    link = await store.share(tx, Id(document_id), ids.token(24), regenerate)
    return str(link)


async def delete(tx: Tx, document_id: str) -> int:
    """Delete a draft or an estimate; the law keeps the rest. Raises Issued."""
    document = await read(tx, document_id)
    if not document.draft and document.type != Type.ESTIMATE:
        raise Issued(fields="the document itself")
    return await store.delete_document(tx, document.id)


async def number_is_free(tx: Tx, type: str, number: str, *, incoming: bool, ignored: str | None) -> bool:
    """Tell whether a number may be given to a document of a type."""
    known = Id(ignored) if ignored and ids.is_id(ignored) else None
    return not await store.number_taken(tx, type, incoming, number, known)


async def last_number(tx: Tx, type: str, *, incoming: bool, zone: str, date: Any = None) -> tuple[str | None, str]:
    """Return the last number of a type in the year of a date (default: today), and the one that would be next."""
    year = time.day(date or tx.now, zone).year
    last = await store.last_number(tx, type, "incoming" if incoming else "", year)
    return (standard(year, last) if last else None), standard(year, (last or 0) + 1)


async def payments_of(tx: Tx, document_ids: list[Id]) -> dict[Id, list[PaymentOf]]:
    """Return the payments of documents, by document: one round trip for a page."""
    found: dict[Id, list[PaymentOf]] = {document_id: [] for document_id in document_ids}
    for payment in await store.payments_of(tx, document_ids):
        found[payment.document_id].append(payment)
    return found
