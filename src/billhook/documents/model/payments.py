"""Payments that come with a document: checked, and amounts and dates filled in."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from billhook.documents.model.document import PAYABLE, Payment
from billhook.documents.model.new import NewDocument, NewPayment
from billhook.kernel import ids, money, time
from billhook.kernel.problems import Fault

TYPES: Final = ("bank", "online", "paypal", "cash", "card", "crypto", "coupon", "other")
MAX_PAYMENTS: Final = 100
MAX_TRANSACTION_ID: Final = 200


def faults_of(new: NewDocument, exponent: int) -> list[Fault]:
    """Return what is wrong with the payments of a new document, in wire paths."""
    if not new.payments:
        return []
    if new.draft:
        return [Fault("payments", "draft", "a draft cannot be paid; issue it, or leave out `draft`")]
    if new.type not in PAYABLE:
        return [Fault("payments", "type", f"a document of type {new.type} cannot be paid")]
    if len(new.payments) > MAX_PAYMENTS:
        return [Fault("payments", "too_many", f"a document comes with at most {MAX_PAYMENTS} payments")]
    faults = []
    for index, payment in enumerate(new.payments):
        faults += _faults_of_one(payment, f"payments.{index}", exponent)
    said = [payment.amount for payment in new.payments if payment.amount is not None]
    if not faults and abs(sum(money.to_minor(amount, exponent) for amount in said)) >= money.MAX_MINOR:
        message = f"come to {money.MAX_MINOR} minor units of the currency or more, which is too much"
        faults.append(Fault("payments", "numericality", message))
    return faults


def _faults_of_one(payment: NewPayment, at: str, exponent: int) -> list[Fault]:
    """Return what is wrong with a payment; money goes back only once there is a document (`payments.record`)."""
    faults = faults_of_said(
        type=payment.type, amount=payment.amount, transaction_id=payment.transaction_id, exponent=exponent
    )
    if payment.amount is not None and payment.amount < 0:
        faults.append(Fault("amount", "numericality", "must be more than zero; leave it out for what is due"))
    return [Fault(f"{at}.{fault.path}", fault.code, fault.message) for fault in faults]


def faults_of_said(
    *, type: str | None, amount: Decimal | None, transaction_id: str | None, exponent: int
) -> list[Fault]:
    """Return what is wrong with the said parts of any payment, in wire paths; None is not said."""
    faults = []
    if type is not None and type not in TYPES:
        faults.append(Fault("type", "inclusion", f"must be one of {', '.join(TYPES)}"))
    if amount is not None and not (amount and is_amount(amount, exponent)):
        faults.append(Fault("amount", "numericality", f"must be other than zero, and {wrong_amount(exponent)}"))
    if len(transaction_id or "") > MAX_TRANSACTION_ID:
        faults.append(Fault("transactionId", "length", f"must have at most {MAX_TRANSACTION_ID} characters"))
    return faults


def faults_of_date(date: datetime | None, now: datetime) -> list[Fault]:
    """Return whether the day of a payment can only be a slip; None is not said."""
    is_slip = date is not None and time.is_far_ahead(date, now)
    return [Fault("date", "date", time.FAR_AHEAD)] if is_slip else []


def wrong_amount(exponent: int) -> str:
    """Return what an amount has to be, for who said something else."""
    return f"a number below 10^{17 - exponent} with at most {exponent} decimals in this currency"


def is_amount(amount: Decimal, exponent: int) -> bool:
    """Tell whether a number is an amount of a currency with so many digits behind the point."""
    return money.fits(amount, exponent) and abs(money.to_minor(amount, exponent)) < money.MAX_MINOR


def build(said: Sequence[NewPayment], *, total: int, exponent: int, date: datetime, shard: int) -> tuple[Payment, ...]:
    """Return the payments; one without an amount is for what the ones before it left due."""
    payments: list[Payment] = []
    due = total
    for payment in said:
        amount = max(due, 0) if payment.amount is None else money.to_minor(payment.amount, exponent)
        due -= amount
        payments.append(
            Payment(
                id=ids.new(shard),
                type=payment.type,
                amount=amount,
                date=payment.date or date,
                note=payment.note,
                tag=payment.tag,
                transaction_id=payment.transaction_id or None,
                custom=payment.custom,
            )
        )
    return tuple(payments)
