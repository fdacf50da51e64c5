"""Credit of a client: what was paid too much, applied to another document and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from billhook.db import Check, Tx, Unique, constraint_of
from billhook.documents.model.document import PAYABLE, Document
from billhook.documents.model.payments import MAX_TRANSACTION_ID, faults_of_date, is_amount, wrong_amount
from billhook.documents.model.problems import StillDraft
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, Problem, invalid
from billhook.payments import store
from billhook.payments.model import (
    CreditGround,
    CreditInUse,
    NewCredit,
    NotPayable,
    Payment,
    TakesNoCredit,
)

MOST_SOURCES: Final = 1_000
"""An application of credit comes from so many documents at most, the oldest first."""
_ATTEMPTS: Final = 5


@contextmanager
def keeping_credit() -> Iterator[None]:
    """Turn the database's refusal of credit that would be gone into CreditInUse."""
    try:
        yield
    except Check as error:
        if constraint_of(error) != "credit_in_use":
            raise
        raise CreditInUse from None


async def apply_credit(tx: Tx, document_id: str, new: NewCredit) -> Payment:
    """Apply credit of a document's client to it, as much as is owed and free unless an amount is said.

    The same again (transaction id, document, amount) returns the payment there is. Raises Invalid (all faults at
    once), StillDraft, NotPayable, TakesNoCredit, CreditInUse, NotYours.
    """
    for _ in range(_ATTEMPTS):
        ground = await store.credit_ground(tx, Id(document_id), new.transaction_id)
        if ground is None:
            raise NotYours
        client = _check(new, ground, tx.now)
        amount = None if new.amount is None else money.to_minor(new.amount, ground.exponent)
        if ground.same is not None:
            found = await store.select_payment(tx, ground.same, deleted=False)
            if found is None:  # taken back since: its transaction id is free again
                continue
            if found.document_id != document_id or amount not in (None, abs(found.amount)):
                raise _id_is_taken()
            return found
        sources = await store.sources(tx, Id(document_id), client, ground.currency, MOST_SOURCES)
        free = sum(source.free for source in sources)
        if not sources or ground.owed <= 0 or (amount or 0) > min(ground.owed, free):
            raise _not_so_much(ground, free)
        applied = await _apply(tx, Id(document_id), amount, new, [source.id for source in sources])
        if applied is not None:
            return applied
    raise invalid("Payment", "amount", "credit", "cannot be had: others are just applying the same credit; try again")


async def apply_balance(tx: Tx, document: Document) -> Payment | None:
    """Let a client's balance pay of a document that was just issued what it can; None where there is none."""
    if document.client_id is None or document.total_due <= 0:
        return None
    sources = await store.sources(tx, document.id, document.client_id, document.currency, MOST_SOURCES)
    if not sources:
        return None
    return await apply_credit(tx, document.id, NewCredit())


async def _apply(tx: Tx, document: Id, amount: int | None, new: NewCredit, sources: list[Id]) -> Payment | None:
    """Write an application; None when others have taken the credit meanwhile, or have used its transaction id."""
    try:
        with keeping_credit():
            return await store.apply_credit(
                tx,
                document=document,
                sources=sources,
                source_payments=[ids.new(tx.shard) for _ in sources],
                source_entries=[ids.new(tx.shard) for _ in sources],
                amount=amount,
                id=ids.new(tx.shard),
                entry=ids.new(tx.shard),
                date=new.date or tx.now,
                note=new.note,
                tag=new.tag,
                transaction_id=new.transaction_id,
                custom=new.custom,
            )
    except Unique as error:
        if constraint_of(error) != "payment_transaction":
            raise
        return None


def _check(new: NewCredit, ground: CreditGround, now: datetime) -> Id:
    """Return whose credit it is. Raises what a document or an amount is refused for."""
    if ground.draft:
        raise StillDraft
    if ground.type not in PAYABLE:
        raise NotPayable(type=ground.type)
    if ground.incoming or ground.client_id is None:
        raise TakesNoCredit
    faults = faults_of_date(new.date, now)
    if new.amount is not None and (new.amount <= 0 or not is_amount(new.amount, ground.exponent)):
        faults.append(Fault("amount", "numericality", f"must be more than zero, and {wrong_amount(ground.exponent)}"))
    if len(new.transaction_id or "") > MAX_TRANSACTION_ID:
        faults.append(Fault("transactionId", "length", f"must have at most {MAX_TRANSACTION_ID} characters"))
    if faults:
        raise Invalid("Payment", faults)
    return ground.client_id


def _id_is_taken() -> Problem:
    return invalid("Payment", "transactionId", "uniqueness", "is that of another payment of type credit")


def _not_so_much(ground: CreditGround, free: int) -> Problem:
    owed, free_major = (money.to_major(max(minor, 0), ground.exponent) for minor in (ground.owed, free))
    message = f"cannot be had: the document is owed {owed} {ground.currency}, the client's free credit is {free_major}"
    return invalid("Payment", "amount", "credit", message)


async def take_credit_back(tx: Tx, payment_id: str) -> int:
    """Take back the application of credit that a payment is part of; 0 when there is none. Raises CreditInUse."""
    parts = await store.parts_of_credit(tx, Id(payment_id))
    if not parts:
        return 0
    with keeping_credit():
        taken = await store.take_credit_back(tx, parts=parts, reversals=[ids.new(tx.shard) for _ in parts])
    return 1 if taken else 0
