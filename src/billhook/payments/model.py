"""The nouns: a payment, an entry of the journal and its place in the chain. Amounts are whole minor units."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.documents.model.payments import MAX_TRANSACTION_ID, TYPES
from billhook.kernel import money, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem

FIRST_HASH: Final = bytes(32)
"""What stands before the first entry of a chain."""


class NotPayable(Problem):
    """A document of type {type} cannot be paid."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_PAYABLE"


class NewPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as asked for; without an amount (major units) it is all that is due, without a date it was made now."""

    type: str
    amount: Decimal | None = None
    date: datetime | None = None
    document_id: str | None = None
    currency: str | None = None
    note: str | None = None
    tag: str | None = None
    transaction_id: str | None = None
    custom: dict[str, Any] = {}


class Payment(msgspec.Struct, frozen=True):
    """One payment, as stored; `document_id` is None while nobody has said what it is for."""

    id: Id
    organization_id: Id
    account_id: Id
    document_id: Id | None
    type: str
    amount: int
    currency: str
    exponent: int
    date: datetime
    note: str | None
    tag: str | None
    transaction_id: str | None
    custom: dict[str, Any]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Ground(msgspec.Struct, frozen=True):
    """What a new payment stands on. All of the document is None where there is none; `same` has its transaction id."""

    organization_currency: str
    type: str | None
    draft: bool | None
    currency: str | None
    exponent: int | None
    same: Id | None


class Entry(msgspec.Struct, frozen=True):
    """One entry of the journal: `amount` is by how much it changes what the client owes.

    `type` says how it was paid, `date` which day it is for, `at` when it was written; `hash` seals it and those before.
    """

    id: Id
    organization_id: Id
    sequence: int
    document_id: Id | None
    client_id: Id | None
    payment_id: Id | None
    kind: str
    type: str | None
    amount: int
    currency: str
    exponent: int
    date: datetime
    at: datetime
    hash: bytes


class Head(msgspec.Struct, frozen=True):
    """How far a chain has come, and the sequence of the last entry; all zero where nothing was ever entered."""

    sequence: int
    hash: bytes
    last: int


class Balance(msgspec.Struct, frozen=True):
    """What a client owes in a currency; below zero, what is owed to it. Sums are exact whatever their size."""

    currency: str
    exponent: int
    amount: Decimal


class Unbalanced(msgspec.Struct, frozen=True):
    """A document that differs from its journal or from its payments; all in minor units."""

    id: Id
    number: str
    total_paid: int
    entered: Decimal
    paid: Decimal
    charged: Decimal
    owed: Decimal
    total_credited: int
    credited: Decimal


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong: with `chain`, or with the `totals` of a document."""

    subject: str
    text: str


def canonical(entry: Entry) -> str:
    """Return the text of an entry that is hashed; `payments.canonical` in the database writes the same."""
    parts = (
        entry.sequence,
        entry.id,
        entry.organization_id,
        entry.document_id,
        entry.client_id,
        entry.payment_id,
        entry.kind,
        entry.type,
        entry.amount,
        entry.currency,
        entry.exponent,
        time.iso(entry.date),
        time.iso(entry.at),
    )
    return "|".join("" if part is None else str(part) for part in parts)


def sealed(before: bytes, entry: Entry) -> bytes:
    """Return the hash that an entry must have after the hash before it."""
    return hashlib.sha256(before + canonical(entry).encode()).digest()


def faults_of(*, type: str | None, amount: Decimal | None, transaction_id: str | None, exponent: int) -> list[Fault]:
    """Return what is wrong with the said parts of a payment, in wire paths; None is not said."""
    faults = []
    if type is not None and type not in TYPES:
        faults.append(Fault("type", "inclusion", f"must be one of {', '.join(TYPES)}"))
    if amount is not None and not _is_amount(amount, exponent):
        message = f"must be a number below 10^{17 - exponent} with at most {exponent} decimals in this currency"
        faults.append(Fault("amount", "numericality", message))
    if len(transaction_id or "") > MAX_TRANSACTION_ID:
        faults.append(Fault("transactionId", "length", f"must have at most {MAX_TRANSACTION_ID} characters"))
    return faults


def _is_amount(amount: Decimal, exponent: int) -> bool:
    return money.fits(amount, exponent) and abs(money.to_minor(amount, exponent)) < money.MAX_MINOR


def faults_of_document(ground: Ground, new: NewPayment) -> list[Fault]:
    """Return what is wrong with what a new payment says of its document, and of the currency that follows from it."""
    if new.document_id is not None and ground.type is None:
        return [Fault("documentId", "inclusion", "names no document of this organization")]
    said = new.currency.upper() if new.currency else None
    if said is None:
        return []
    if said not in money.EXPONENT_OF:
        return [Fault("currencyId", "inclusion", "is not a currency code such as EUR")]
    if ground.currency is not None and said != ground.currency:
        return [Fault("currencyId", "mismatch", f"must be {ground.currency}, the currency of the document")]
    return []


def currency_of(ground: Ground, new: NewPayment) -> tuple[str, int]:
    """Return the currency of a new payment and its exponent: the document's, else what was said, else ours."""
    if ground.currency is not None and ground.exponent is not None:
        return ground.currency, ground.exponent
    said = new.currency.upper() if new.currency else ground.organization_currency
    currency = said if said in money.EXPONENT_OF else ground.organization_currency
    return currency, money.exponent(currency)
