"""Payments of an invoice as the billing API shows them: recorded by hand, or attempted online."""

from decimal import Decimal
from typing import Any, Literal

import msgspec

from billhook.billing_api.wire import Amount, MoneyAmountOut, Out, iso, major, rate, shown
from billhook.documents import Document, PaymentOf
from billhook.kernel import ids, money, time
from billhook.payments import CREDIT
from billhook.processing import REFUND_OF, OnlinePayment, OnlineRefund

Status = Literal["canceled", "failed", "pending", "processing", "succeeded"]
_STATUS: dict[str, Status] = {
    "initiated": "pending",
    "requires_action": "pending",
    "processing": "processing",
    "succeeded": "succeeded",
    "captured": "succeeded",
    "failed": "failed",
    "expired": "canceled",
    "canceled": "canceled",
}


class GatewayOut(Out, kw_only=True):
    """The payment gateway that collected it, and what was charged."""

    gateway: str
    label: str
    mask: str
    title: str


class ExternalOut(Out, kw_only=True):
    """Present where the payment was recorded by hand."""


class MethodOut(Out, kw_only=True):
    """How it was paid: exactly one of the two, as `type` says."""

    type: Literal["external", "paymentGateway"]
    external: ExternalOut | None = None
    payment_gateway: GatewayOut | None = None


class PriceOut(Out, kw_only=True):
    """What was paid."""

    type: Literal["money"]
    money: MoneyAmountOut


class RefundOut(Out, kw_only=True):
    """What went back, and when."""

    create_date: str
    currency_code: str
    gross_amount: Amount
    id: str


class RefundsOut(Out, kw_only=True):
    """Everything that went back."""

    type: Literal["money"]
    money: list[RefundOut]


class DisputeOut(Out, kw_only=True):
    """That the payer's bank took it back, and since when."""

    create_date: str


class SurchargeMoneyOut(Out, kw_only=True):
    """What was paid on top; `rate` is the percentage as a decimal. The amount is what counts."""

    amount: Amount
    currency_code: str
    percentage: Amount | None = None
    rate: Amount | None = None


class SurchargeOut(Out, kw_only=True):
    """What was paid on top of the price because of the method: no part of the invoice."""

    type: Literal["money"]
    money: SurchargeMoneyOut


class InvoicePaymentOut(Out, kw_only=True):
    """A payment of an invoice; `transactionRef` names it."""

    create_date: str
    method: MethodOut
    price: PriceOut
    refundable: bool
    status: Status
    transaction_ref: str
    dispute: DisputeOut | None = None
    refunds: RefundsOut | None = None
    surcharge: SurchargeOut | None = None


def payments_out(document: Document, recorded: list[PaymentOf], online: list[OnlinePayment]) -> list[InvoicePaymentOut]:
    """Return the payments of an invoice in the order they began; what went back stands with what it gives back."""
    booked = {attempt.payment_id for attempt in online}
    booked |= {ids.from_bytes(bytes.fromhex(r.payment_id)) for a in online for r in a.refunds if r.payment_id}
    by_hand = [p for p in recorded if p.id not in booked and p.type != CREDIT]
    live = {payment.id for payment in recorded}
    back = _given_back(by_hand)
    shown_now = [(p.created_at, external_out(document, p, back.get(p.id, []))) for p in by_hand if p.amount > 0]
    shown_now += [(attempt.created_at, online_out(attempt, live)) for attempt in online]
    return [out for _, out in sorted(shown_now, key=lambda pair: pair[0])]


def _given_back(by_hand: list[PaymentOf]) -> dict[Any, list[PaymentOf]]:
    """Return what gives back what: as it says, else the first payments that have so much left."""
    left = {p.id: p.amount for p in by_hand if p.amount > 0}
    found: dict[Any, list[PaymentOf]] = {}
    for refund in by_hand:
        if refund.amount >= 0 or not left:
            continue
        named = refund.custom.get(REFUND_OF)
        fitting = [key for key, rest in left.items() if rest >= -refund.amount]
        key = named if named in left else (fitting or list(left))[0]
        left[key] += refund.amount
        found.setdefault(key, []).append(refund)
    return found


def external_out(document: Document, payment: PaymentOf, back: list[PaymentOf]) -> InvoicePaymentOut:
    """Return a payment that was recorded by hand, with what was given back of it."""
    currency, exponent = document.currency, document.exponent
    refunds = [
        RefundOut(
            create_date=time.iso(refund.created_at),
            currency_code=currency,
            gross_amount=major(-refund.amount, exponent),
            id=shown(refund.id),
        )
        for refund in back
    ]
    return InvoicePaymentOut(
        create_date=time.iso(payment.created_at),
        method=MethodOut(type="external", external=ExternalOut()),
        price=_price(payment.amount, currency, exponent),
        refundable=payment.amount + sum(refund.amount for refund in back) > 0,
        status="succeeded",
        transaction_ref=shown(payment.id),
        refunds=RefundsOut(type="money", money=refunds) if refunds else None,
    )


def online_out(attempt: OnlinePayment, live: set[ids.Id]) -> InvoicePaymentOut:
    """Return an attempt to pay online. One whose booking was deleted since counts as canceled."""
    status = _STATUS[attempt.status]
    if attempt.payment_id is not None and attempt.payment_id not in live:
        status = "canceled"
    gone = sum(refund.amount for refund in attempt.refunds if refund.status != "failed")
    refunds = [_refund(attempt, refund) for refund in attempt.refunds if refund.status == "succeeded"]
    return InvoicePaymentOut(
        create_date=time.iso(attempt.created_at),
        method=MethodOut(type="paymentGateway", payment_gateway=_gateway(attempt)),
        price=_price(attempt.amount, attempt.currency, attempt.exponent),
        refundable=status == "succeeded" and attempt.amount - gone - attempt.disputed > 0,
        status=status,
        transaction_ref=shown(attempt.id),
        dispute=DisputeOut(create_date=iso(attempt.disputed_at) or "") if attempt.disputed_at else None,
        refunds=RefundsOut(type="money", money=refunds) if refunds else None,
        surcharge=_surcharge(attempt),
    )


def _surcharge(attempt: OnlinePayment) -> SurchargeOut | None:
    if not attempt.surcharge:
        return None
    percentage = attempt.surcharge_percentage
    money_out = SurchargeMoneyOut(
        amount=major(attempt.surcharge, attempt.exponent),
        currency_code=attempt.currency,
        percentage=None if percentage is None else Amount(money.plain(percentage)),
        rate=None if percentage is None else rate(percentage),
    )
    return SurchargeOut(type="money", money=money_out)


def _refund(attempt: OnlinePayment, refund: OnlineRefund) -> RefundOut:
    return RefundOut(
        create_date=time.iso(refund.created_at),
        currency_code=attempt.currency,
        gross_amount=major(refund.amount, attempt.exponent),
        id=shown(ids.from_bytes(bytes.fromhex(refund.id))),
    )


def _gateway(attempt: OnlinePayment) -> GatewayOut:
    return GatewayOut(
        gateway=attempt.gateway, label=attempt.label, mask=mask_of(attempt.label), title=attempt.gateway.capitalize()
    )


def mask_of(label: str) -> str:
    """Return the digits that a label such as `Visa 4242` ends with, hidden before them."""
    digits = label.rpartition(" ")[2]
    return f"•••• {digits}" if digits.isdigit() else ""


def _price(amount: int, currency: str, exponent: int) -> PriceOut:
    return PriceOut(type="money", money=MoneyAmountOut(currency_code=currency, gross_amount=major(amount, exponent)))


class DeprecatedRefundOut(Out, kw_only=True):
    """What went back, in the words of before."""

    amount: Amount
    create_date: str
    currency_code: str | msgspec.UnsetType = msgspec.UNSET
    id: str | msgspec.UnsetType = msgspec.UNSET


class TransactionMethodOut(Out, kw_only=True):
    """How it was paid, in the words of before."""

    type: str
    label: str


class TransactionOut(Out, kw_only=True):
    """The last payment, in the words of before; read `payments`."""

    amount: Amount
    create_date: str
    id: str
    status: Status
    payment_method: TransactionMethodOut
    refund: DeprecatedRefundOut | None = None
    refunds: list[DeprecatedRefundOut] | None = None


def transaction_out(payment: InvoicePaymentOut) -> TransactionOut:
    """Return a payment in the words of before."""
    back = payment.refunds.money if payment.refunds else []
    gateway = payment.method.payment_gateway
    refunds = [
        DeprecatedRefundOut(amount=r.gross_amount, create_date=r.create_date, currency_code=r.currency_code, id=r.id)
        for r in back
    ]
    total = sum((r.gross_amount for r in back), Decimal(0))
    return TransactionOut(
        amount=payment.price.money.gross_amount,
        create_date=payment.create_date,
        id=payment.transaction_ref,
        status=payment.status,
        payment_method=TransactionMethodOut(
            type=gateway.gateway if gateway else "external", label=gateway.label if gateway else "External"
        ),
        refund=DeprecatedRefundOut(amount=total, create_date=back[-1].create_date) if back else None,
        refunds=refunds or None,
    )
