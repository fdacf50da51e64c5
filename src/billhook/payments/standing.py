"""How a document stands, told from what happened to it: credited before it was paid or after, paid, left."""

from collections.abc import Sequence

import msgspec

from billhook.documents.model.document import Document, PaymentOf
from billhook.kernel.ids import Id

CREDIT = "credit"
"""The type of payments that are applied credit."""


class Standing(msgspec.Struct, frozen=True):
    """How a document stands, in minor units.

    `pre_payment` and `post_payment` are what credit notes took off what was owed, and what they gave back of what was
    paid; `applied` is balance of the client that pays part of it; `remaining` is what the document says is due.
    """

    pre_payment: int
    post_payment: int
    applied: int
    due: int
    paid: int
    remaining: int


class Share(msgspec.Struct, frozen=True):
    """How much of a credit note took off what was owed, and how much gave back of what was paid; in minor units."""

    pre_payment: int
    post_payment: int


def shares(document: Document, payments: Sequence[PaymentOf], notes: Sequence[Document]) -> dict[Id, Share]:
    """Return the shares of the credit notes over a document, in the order in which everything happened."""
    owed, found = document.total_with_tax, dict[Id, Share]()
    happened = [(note.created_at, note.id, note.total_with_tax, True) for note in notes if not note.draft]
    happened += [(payment.created_at, payment.id, payment.amount, False) for payment in payments]
    for _, its, amount, is_note in sorted(happened):
        if is_note:
            taken = max(0, min(amount, owed))
            found[its] = Share(taken, amount - taken)
        owed -= amount
    return found


def standing(document: Document, payments: Sequence[PaymentOf], notes: Sequence[Document]) -> Standing:
    """Return how a document stands after its live payments and the credit notes over it."""
    parts = shares(document, payments, notes).values()
    pre, post = sum(part.pre_payment for part in parts), sum(part.post_payment for part in parts)
    credit = [payment.amount for payment in payments if payment.type == CREDIT]
    money = [payment.amount for payment in payments if payment.type != CREDIT]
    applied = sum(amount for amount in credit if amount > 0)
    given_back = -sum(amount for amount in (*credit, *money) if amount < 0)
    received = sum(amount for amount in money if amount > 0)
    return Standing(
        pre_payment=pre,
        post_payment=post,
        applied=applied,
        due=document.total_with_tax - pre - applied,
        paid=received - max(0, given_back - post),
        remaining=0 if document.draft else max(0, document.total_due),
    )
