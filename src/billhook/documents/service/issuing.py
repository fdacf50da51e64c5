"""Creating and issuing a document: one read, and one statement that writes."""

from datetime import timedelta
from typing import Any

import msgspec

from billhook import jobs
from billhook.clients.model import checks_of
from billhook.db import Tx, Unique, constraint_of
from billhook.documents import events, store
from billhook.documents.model import links, parties
from billhook.documents.model.compose import Composed, compose
from billhook.documents.model.credit_note import Wanted, note_of, sums_of
from billhook.documents.model.document import Document, Payment, PaymentOf
from billhook.documents.model.ground import Ground
from billhook.documents.model.links import NOTHING, Linked
from billhook.documents.model.new import NewDocument
from billhook.documents.model.numbering import prefix_of
from billhook.documents.model.problems import UniqueIdTaken
from billhook.documents.model.received import oriented
from billhook.documents.service.entering import read
from billhook.documents.service.linking import hold, settle
from billhook.documents.service.sending import sending_payload
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, Problem, invalid


class Made(msgspec.Struct, frozen=True):
    """A document that was just made, with the payments it came with."""

    document: Document
    payments: list[PaymentOf]


async def issue(tx: Tx, new: NewDocument) -> Made:
    """Create a document, and issue it unless it is a draft. Two round trips: one read, one statement that writes.

    Only what takes from other documents (a credit note from its invoice, an invoice from advances) holds those first.
    Raises Invalid (all faults at once), TotalsTooLarge, UniqueIdTaken. A repeated `unique_id` of the same account
    returns the document there is.
    """
    try:
        return await issue_once(tx, new)
    except Unique as error:
        if constraint_of(error) != "item_sku":
            return await quicker(tx, new, error)
    try:  # an item with the SKU of a line to be saved was made meanwhile; now it is there to be linked
        return await issue_once(tx, new)
    except Unique as error:
        return await quicker(tx, new, error)


async def issue_once(tx: Tx, new: NewDocument) -> Made:
    """Do what `issue` does, for who already works in a transaction: Unique is raised as it comes."""
    new = oriented(new)
    ground = await ground_of(tx, new)
    if ground.same_unique_id is not None:
        return await repeated(tx, ground.same_unique_id)
    credited = None if new.draft else links.credited_by(new, ground)
    if credited is None and not new.advance_ids:
        return await written(tx, composed_of(tx, new, ground, None))
    async with tx.atomic():
        linked = await hold(tx, new, credited)
        if linked.credited is not None and linked.credited.unit_id is not None and not new.lines:
            new = msgspec.structs.replace(new, unit_id=linked.credited.unit_id)
            ground = await ground_of(tx, new)  # it is numbered as the unit that issued the invoice counts
        made = await written(tx, linked_of(tx, new, ground, linked))
        await settle(tx, made.document, linked.credited)
        return made if linked.credited is None else Made(await read(tx, made.document.id), made.payments)


def linked_of(tx: Tx, new: NewDocument, ground: Ground, linked: Linked) -> Composed:
    """Return a document that takes from others; a credit note that says no lines is over all that is left."""
    if linked.credited is None or new.lines or tx.account is None:
        return composed_of(tx, new, ground, None, linked)
    sums = sums_of(linked, Wanted())
    return note_of(linked, linked.credited, sums, new, ground, account_id=tx.account, now=tx.now)


async def written(tx: Tx, composed: Composed) -> Made:
    """Write a document in one statement. Raises Unique."""
    number = await store.issue(
        tx, **columns_of(composed), **_born_with(composed), jobs=_jobs(tx, composed, composed.said)
    )
    jobs.wake(tx)
    return Made(
        msgspec.structs.replace(composed.document, number=number),
        [_payment_of(payment, composed.document) for payment in composed.payments],
    )


async def quicker(tx: Tx, new: NewDocument, error: Unique) -> Made:
    """Return the document that the same call, sent twice at once, has made before us. Raises what `taken` says."""
    if new.unique_id is not None:
        found = (await ground_of(tx, new)).same_unique_id
        if found is not None:
            return await repeated(tx, found)
    raise taken(error) from None


def _payment_of(payment: Payment, document: Document) -> PaymentOf:
    fields = msgspec.structs.asdict(payment)
    return PaymentOf(
        document_id=document.id,
        exponent=document.exponent,
        created_at=document.created_at,
        updated_at=document.updated_at,
        **fields,
    )


async def ground_of(tx: Tx, new: NewDocument) -> Ground:
    """Return all that a document stands on, in one read. Raises NotYours."""
    wanted = [line for line in new.lines if line.load]
    sought = [line for line in new.lines if line.load or line.save]
    said_id = new.client_id
    ground = await store.ground(
        tx,
        client_id=Id(said_id) if said_id and ids.is_id(said_id) else None,
        client_email=new.client.get("email"),
        item_ids=[Id(line.item_id) for line in wanted if line.item_id and ids.is_id(line.item_id)],
        skus=[line.sku for line in sought if line.sku],
        unit_id=Id(new.unit_id) if new.unit_id and ids.is_id(new.unit_id) else None,
        number_prefix=prefix_of(new.number),
        document_ids=[Id(document_id) for document_id in new.referenced if ids.is_id(document_id)],
        currency=(new.currency or "").upper() or None,
        until=(new.date or tx.now).date() + timedelta(days=1),  # whatever the organization's zone is
        unique_id=new.unique_id,
    )
    if ground is None:
        raise NotYours
    return ground


async def repeated(tx: Tx, document_id: Id) -> Made:
    """Return the document that has a unique id already. Raises UniqueIdTaken when it is another account's."""
    document = await store.select_document(tx, document_id)
    if document is None or document.account_id != tx.account:
        raise UniqueIdTaken(document_id=document_id)
    return Made(document, await store.payments_of(tx, [document_id]))


def composed_of(tx: Tx, new: NewDocument, ground: Ground, document_id: Id | None, linked: Linked = NOTHING) -> Composed:
    """Return the document that was asked for, ready to be written. Raises what `compose` raises."""
    if tx.organization is None or tx.account is None:
        raise NotYours
    return compose(
        new,
        ground,
        organization_id=tx.organization,
        account_id=tx.account,
        document_id=document_id,
        now=tx.now,
        linked=linked,
    )


_WRITTEN = (
    "id", "unit_id", "date_year", "date", "date_service", "date_service_to", "date_due", "date_valid_till", "date_paid",
    "date_received", "reference", "currency", "exponent", "decimal_places", "rounding", "locale", "timezone", "total",
    "total_discount", "total_with_tax", "note", "tax_clause", "footer", "signature", "issuer", "client", "client_id",
    "lines", "taxes", "reverse_taxes", "has_unit", "options", "custom", "l10n", "data", "document_ids",
    "previous_document_id", "advance_ids", "refers_to", "conversion",
)  # fmt: skip


def columns_of(composed: Composed) -> dict[str, Any]:
    """Return the columns that a draft and an issued document have alike, and their client's."""
    document, client = composed.document, composed.client.party
    return {name: getattr(document, name) for name in _WRITTEN} | {
        "own_number": composed.counting.own,
        "client_name": client.name,
        "client_email": client.email,
        "client_country_code": client.country_code,
        "client_identity": parties.identity_of(client),
        "client_contact": client.contact,
        "client_is_end_customer": bool(client.is_end_customer),
        "client_checks": checks_of(client, document.created_at) if composed.client.is_new else (),
        "client_custom": client.custom,
        "client_data": client.data,
        "client_is_new": composed.client.is_new,
        "kept_items": list(composed.kept_items),
        "used_taxes": sorted({tax.tax_id for line in document.lines for tax in line.taxes if tax.tax_id}),
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
        "number_prefix": composed.counting.prefix,
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


def taken(error: Unique) -> Problem:
    """Return the refusal that a broken uniqueness means; anything else is raised as it is."""
    constraint = constraint_of(error)
    if constraint == "document_received":
        message = "is that of another document received from this supplier"
        return invalid("Document", "number", "uniqueness", message)
    if constraint == "document_number":
        message = "is taken by another document of this type; leave it out for the next number"
        return invalid("Document", "number", "uniqueness", message)
    if constraint == "payment_transaction":
        return invalid("Document", "payments.transactionId", "uniqueness", "is taken by another payment of this type")
    if constraint == "item_sku":
        message = "is that of an item which another call has made at this moment; send it again"
        return invalid("Document", "_documentItems.SKU", "uniqueness", message)
    raise error
