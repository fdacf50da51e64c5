"""The nouns: a payment, an entry of the journal and its place in the chain. Amounts are whole minor units."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.kernel import money, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem

FIRST_HASH: Final = bytes(32)
"""What stands before the first entry of a chain."""


class NotPayable(Problem):
    """A document of type {type} cannot be paid."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_PAYABLE"


class SettledNote(Problem):
    """The credit note was settled with its invoice; record what is paid back as a payment below zero on the invoice."""

    kind = Kind.INVALID
    code = "CREDIT_NOTE_IS_SETTLED"


class CreditInUse(Problem):
    """Credit of this document is applied to another one, which would then be paid with nothing: take that back first.
    The document's payments of type `credit` name it in `creditId`; delete that payment.
    """

    kind = Kind.CONFLICT
    code = "CREDIT_IN_USE"


class TakesNoCredit(Problem):
    """Credit is applied to what a client owes; this document was received, or has no client."""

    code = "DOCUMENT_TAKES_NO_CREDIT"


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
    refund: bool = False
    """Whether it is money that goes back: then its amount is below zero, and the journal calls it a refund."""
    at_most_due: bool = False
    """Whether it may not be more than what is due at the moment the document is held."""
    surcharge: Decimal = Decimal(0)
    """What was paid on top because of the method, in major units: it pays nothing off. Below zero when it goes back."""


class NewCredit(msgspec.Struct, frozen=True, kw_only=True):
    """Credit to be applied; without an amount (major units) it is as much as is owed and free, without a date now."""

    amount: Decimal | None = None
    date: datetime | None = None
    note: str | None = None
    tag: str | None = None
    transaction_id: str | None = None
    custom: dict[str, Any] = {}


class Payment(msgspec.Struct, frozen=True):
    """One payment, as stored; `document_id` is None while nobody has said what it is for.

    `credit_id` is set on the parts of an application of credit: the id of the part on the document it was applied to.
    """

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
    credit_id: Id | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime
    surcharge: int
    """What was paid on top of the amount because of the method; no part of what the document was paid."""


class Ground(msgspec.Struct, frozen=True):
    """What a new payment stands on. All of the document is None where there is none; `same` has its transaction id."""

    organization_currency: str
    type: str | None
    draft: bool | None
    currency: str | None
    exponent: int | None
    settled: bool
    same: Id | None


class CreditGround(msgspec.Struct, frozen=True):
    """What an application of credit stands on; `owed` is what the client owes for the document, in minor units."""

    type: str
    draft: bool
    incoming: bool
    client_id: Id | None
    currency: str
    exponent: int
    owed: int
    same: Id | None


class Source(msgspec.Struct, frozen=True):
    """A document that has credit for its client, in minor units."""

    id: Id
    free: int


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
    """What a client owes in a currency; below zero, what is owed to it. Sums are exact whatever their size.

    `credit` is what it has that was not applied to anything yet; so `amount + credit` is due.
    """

    currency: str
    exponent: int
    amount: Decimal
    credit: Decimal


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
    credit_applied: int
    given: Decimal


class Uneven(msgspec.Struct, frozen=True):
    """An application of credit whose parts do not cancel out; `rest` in minor units, None where a document is gone."""

    credit_id: Id
    rest: Decimal | None


class Surcharged(msgspec.Struct, frozen=True):
    """A payment whose surcharge is not what the journal says, in minor units."""

    id: Id
    surcharge: int
    entered: Decimal


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
