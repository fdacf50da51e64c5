"""Payments that come with a document: checked, and amounts and dates filled in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from billhook.documents.model.document import PAYABLE, Payment
from billhook.documents.model.new import NewDocument, NewPayment
from billhook.kernel import ids, money
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
    faults = []
    if payment.type not in TYPES:
        faults.append(Fault(f"{at}.type", "inclusion", f"must be one of {', '.join(TYPES)}"))
    if len(payment.transaction_id or "") > MAX_TRANSACTION_ID:
        message = f"must have at most {MAX_TRANSACTION_ID} characters"
        faults.append(Fault(f"{at}.transactionId", "length", message))
    if payment.amount is not None and payment.amount <= 0:
        message = "must be more than zero; leave it out for what is due"
        faults.append(Fault(f"{at}.amount", "numericality", message))
    elif payment.amount is not None and not money.fits(payment.amount, exponent):
        message = f"must be a number below 10^15 with at most {exponent} decimals in this currency"
        faults.append(Fault(f"{at}.amount", "numericality", message))
    return faults


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
