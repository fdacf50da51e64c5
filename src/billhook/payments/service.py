"""What can be done with payments, each inside one unit of work."""

from datetime import datetime
from typing import Any, Final

from billhook.db import Tx, Unique, constraint_of
from billhook.documents.model.document import PAYABLE
from billhook.documents.model.payments import faults_of_date, faults_of_said
from billhook.documents.model.problems import StillDraft
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, Problem, invalid
from billhook.organizations import Entered, admit
from billhook.payments import store
from billhook.payments.columns import ORDERS, PAYMENTS, TALLIED
from billhook.payments.credit import keeping_credit, take_credit_back
from billhook.payments.model import (
    Ground,
    NewPayment,
    NotPayable,
    Payment,
    SettledNote,
    currency_of,
    faults_of_document,
)
from billhook.web import Listing, Query, Tally

CHANGEABLE: Final = ("type", "amount", "date", "note", "tag", "transaction_id", "custom")
"""What of a payment may change; its document and its currency stay."""
_ATTEMPTS = 3

_LISTED: Final = Listing(
    store.LIST_PAYMENTS,
    store.list_payments,
    store.COUNT_PAYMENTS,
    store.count_payments,
    PAYMENTS,
    softly=True,
    tally=Tally(
        PAYMENTS,
        TALLIED,
        ORDERS,
        store.tally_text,
        store.count_tally,
        store.marks_text,
        store.list_marks,
        store.ids_text,
        store.count_payments,
    ),
)


async def enter(tx: Tx, payment_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a payment belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(payment_id) or tx.account is None:
        raise NotYours
    found = await store.enter_payment(tx, Id(payment_id), ids.shard_of(payment_id), tx.account)
    return admit(tx, found, write=write)


async def record(tx: Tx, new: NewPayment) -> Payment:
    """Record a payment of the organization that was entered, on a document if one is named. Two round trips.

    The same payment again (transaction id, type, document, currency and amount) returns the one there is. Raises
    Invalid (all faults at once), StillDraft, NotPayable, CreditInUse.
    """
    return await _record(tx, new, document_must_be_named=False)


async def record_for(tx: Tx, document_id: str, new: NewPayment) -> Payment:
    """Record a payment of a document of the organization that was entered; its amount defaults to what is due.

    Raises what `record` raises, and NotYours.
    """
    fields = {name: getattr(new, name) for name in NewPayment.__struct_fields__}
    return await _record(tx, NewPayment(**fields | {"document_id": document_id}), document_must_be_named=True)


async def _record(tx: Tx, new: NewPayment, *, document_must_be_named: bool) -> Payment:
    for _ in range(_ATTEMPTS):
        ground = await _ground(tx, new)
        if document_must_be_named and ground.type is None:
            raise NotYours
        _check(new, ground, tx.now)
        if ground.same is not None:
            found = await store.select_payment(tx, ground.same, deleted=False)
            if found is None:  # deleted since: its transaction id is free again
                continue
            return _repeated(new, ground, found)
        recorded = await _write(tx, new, ground)
        if recorded is not None:
            return recorded
    raise _id_is_taken(new.type)


async def _ground(tx: Tx, new: NewPayment) -> Ground:
    named = Id(new.document_id) if new.document_id and ids.is_id(new.document_id) else None
    ground = await store.ground(tx, named, new.type, new.transaction_id)
    if ground is None:
        raise NotYours
    return ground


def _check(new: NewPayment, ground: Ground, now: datetime) -> None:
    if ground.draft:
        raise StillDraft
    if ground.type is not None and ground.type not in PAYABLE:
        raise NotPayable(type=ground.type)
    if ground.settled and ground.same is None:
        raise SettledNote
    faults = faults_of_document(ground, new) + faults_of_date(new.date, now)
    exponent = currency_of(ground, new)[1]
    faults += faults_of_said(type=new.type, amount=new.amount, transaction_id=new.transaction_id, exponent=exponent)
    if new.amount is None and new.document_id is None:
        faults.append(Fault("amount", "presence", "can't be blank: there is no document to tell what is due"))
    if faults:
        raise Invalid("Payment", faults)


def _repeated(new: NewPayment, ground: Ground, found: Payment) -> Payment:
    currency, exponent = currency_of(ground, new)
    amount = found.amount if new.amount is None else money.to_minor(new.amount, exponent)
    if (found.document_id, found.currency, found.amount) != (new.document_id, currency, amount):
        raise _id_is_taken(new.type, found.id)
    return found


def _id_is_taken(type: str, payment_id: Id | None = None) -> Problem:
    which = f": {payment_id}" if payment_id else ""
    return invalid("Payment", "transactionId", "uniqueness", f"is that of another payment of type {type}{which}")


async def _write(tx: Tx, new: NewPayment, ground: Ground) -> Payment | None:
    """Write a payment; None when somebody else has just used its transaction id. Raises Invalid."""
    currency, exponent = currency_of(ground, new)
    try:
        with keeping_credit():
            recorded = await store.record(
                tx,
                document=Id(new.document_id) if new.document_id else None,
                id=ids.new(tx.shard),
                type=new.type,
                amount=None if new.amount is None else money.to_minor(new.amount, exponent),
                currency=currency,
                exponent=exponent,
                date=new.date or tx.now,
                note=new.note,
                tag=new.tag,
                transaction_id=new.transaction_id,
                custom=new.custom,
                limit=money.MAX_MINOR,
                at_most_due=new.at_most_due,
                entry=ids.new(tx.shard),
                kind="refund" if new.refund else "payment",
                surcharge=money.to_minor(new.surcharge, exponent),
                surcharge_entry=ids.new(tx.shard),
            )
    except Unique as error:
        if constraint_of(error) != "payment_transaction":
            raise
        return None
    if recorded is not None:
        return recorded
    if new.transaction_id is not None and (await _ground(tx, new)).same is not None:
        return None  # nothing was due any more because the same payment was recorded by another call
    if new.at_most_due and new.amount is not None:
        raise invalid("Payment", "amount", "numericality", "is more than what remains to be paid")
    raise _nothing_due() if new.amount is None else _too_large()


def _nothing_due() -> Problem:
    message = "can't be blank: nothing is due on the document; say how much was paid"
    return invalid("Payment", "amount", "presence", message)


def _too_large() -> Problem:
    message = f"makes the document's total too large: it has to stay below {money.MAX_MINOR} minor units"
    return invalid("Payment", "amount", "numericality", message)


async def read(tx: Tx, payment_id: str, *, deleted: bool = False) -> Payment:
    """Return a payment of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    payment = await store.select_payment(tx, Id(payment_id), deleted)
    if payment is None:
        raise NotYours
    return payment


async def page(tx: Tx, query: Query, *, document_id: str | None = None) -> tuple[list[Payment], int]:
    """Return a page of the organization's payments, or of one document's, and how many there are in all."""
    only, own = _only(tx, document_id)
    return await _LISTED.page(tx, query, *own, only=only)


async def count(tx: Tx, where: dict[str, Any], *, document_id: str | None = None, deleted: bool = False) -> int:
    """Return how many payments of the organization, or of one document, match."""
    only, own = _only(tx, document_id)
    return await _LISTED.count(tx, where, *own, only=only, deleted=deleted)


async def gather(tx: Tx, at_least: int) -> None:
    """Gather the changes of payments into the tallies of the organizations that so many wait in."""
    for due in await store.tallies_due(tx, at_least):
        tx.enter(due.organization_id)
        await store.gather_tally(tx)


def _only(tx: Tx, document_id: str | None) -> tuple[str, list[Any]]:
    """Return the condition that stands before a filter, and the statement's own arguments."""
    own: list[Any] = [tx.shard, tx.organization]
    return ("", own) if document_id is None else (" and document_id = $3", [*own, Id(document_id)])


async def change(tx: Tx, payment_id: str, said: dict[str, Any]) -> Payment:
    """Change what is said of a payment: fields of `NewPayment`, the amount in major units. One read, one write.

    The journal takes back what it said of the money and says it anew. Raises Invalid, CreditInUse, NotYours.
    """
    before = await read(tx, payment_id)
    _check_change(before, said, tx.now)
    fields = {name: said.get(name) for name in CHANGEABLE}
    if fields["amount"] is not None:
        fields["amount"] = money.to_minor(fields["amount"], before.exponent)
    try:
        with keeping_credit():
            after = await store.change(
                tx,
                payment=before.id,
                said=[name for name in CHANGEABLE if name in said],
                limit=money.MAX_MINOR,
                reversal=ids.new(tx.shard),
                entry=ids.new(tx.shard),
                **fields,
            )
    except Unique as error:
        if constraint_of(error) != "payment_transaction":
            raise
        raise _id_is_taken(said.get("type", before.type)) from None
    if after is None:
        await read(tx, payment_id)  # raises, if somebody has deleted it meanwhile
        raise _too_large()
    return after


def _check_change(before: Payment, said: dict[str, Any], now: datetime) -> None:
    kept = {"documentId": before.document_id, "currencyId": before.currency}
    fields = {"documentId": "document_id", "currencyId": "currency"}
    faults = [
        Fault(path, "immutable", "cannot be changed; delete the payment and record it anew")
        for path, present in kept.items()
        if said.get(fields[path], present) != present
    ]
    there = {"type": before.type, "amount": money.to_major(before.amount, before.exponent), "date": before.date}
    new = {name: said[name] for name in there if said.get(name, there[name]) != there[name]}
    if before.credit_id is not None:
        message = "cannot be changed of applied credit; delete the payment and apply it anew"
        faults += [Fault(name, "immutable", message) for name in new]
    faults += faults_of_said(
        type=new.get("type"),
        amount=new.get("amount"),
        transaction_id=said.get("transaction_id"),
        exponent=before.exponent,
    )
    faults += faults_of_date(new.get("date"), now)
    if faults:
        raise Invalid("Payment", faults)


async def delete(tx: Tx, payment_id: str) -> int:
    """Delete a payment, softly, and take it back in the journal; 0 when it was deleted before.

    A part of an application of credit goes with all of it. Raises CreditInUse.
    """
    with keeping_credit():
        deleted = await store.delete(
            tx, Id(payment_id), reversal=ids.new(tx.shard), surcharge_reversal=ids.new(tx.shard)
        )
    return deleted or await take_credit_back(tx, payment_id)
