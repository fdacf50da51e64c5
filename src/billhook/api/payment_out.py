"""What payments look like on the wire: every key of the seed's object that is set."""

from decimal import Decimal
from typing import Any

from billhook.api.wire import Out, iso, major
from billhook.payments import Payment


class PaymentOut(Out, kw_only=True):
    """A payment, in major units of its currency."""

    amount: Decimal | int
    type: str
    tag: str | None = None
    date: str
    note: str | None = None
    transaction_id: str | None = None
    id: str
    document_id: str | None = None
    credit_id: str | None = None
    organization_id: str
    currency_id: str
    surcharge: Decimal | int | None = None
    deleted_at: str | None = None
    is_deleted: bool
    deleted_id: str | None = None
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None


def payment_out(payment: Payment) -> PaymentOut:
    """Return the wire form of a payment."""
    is_deleted = payment.deleted_at is not None
    return PaymentOut(
        amount=major(payment.amount, payment.exponent),
        type=payment.type,
        tag=payment.tag,
        date=iso(payment.date) or "",
        note=payment.note,
        transaction_id=payment.transaction_id,
        id=payment.id,
        document_id=payment.document_id,
        credit_id=payment.credit_id,
        organization_id=payment.organization_id,
        currency_id=payment.currency,
        surcharge=major(payment.surcharge, payment.exponent) if payment.surcharge else None,
        deleted_at=iso(payment.deleted_at),
        is_deleted=is_deleted,
        deleted_id=payment.id if is_deleted else None,
        created_at=iso(payment.created_at) or "",
        updated_at=iso(payment.updated_at) or "",
        custom=payment.custom,
    )
