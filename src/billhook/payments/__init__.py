"""Payments: what was paid on which document, the journal, and what a client owes."""

from billhook.payments.columns import ORDERS, PAYMENTS
from billhook.payments.credit import apply_balance, apply_credit
from billhook.payments.jobs import TICKS, handlers
from billhook.payments.journal import balances, page_of_journal, verify
from billhook.payments.model import Balance, Entry, Finding, NewCredit, NewPayment, NotPayable, Payment
from billhook.payments.paying import AlreadyPaid, IsVoid, check_payable, pay
from billhook.payments.service import change, count, delete, enter, page, read, record, record_for
from billhook.payments.standing import CREDIT, Share, Standing, shares, standing

__all__ = [
    "CREDIT",
    "ORDERS",
    "PAYMENTS",
    "TICKS",
    "AlreadyPaid",
    "Balance",
    "Entry",
    "Finding",
    "IsVoid",
    "NewCredit",
    "NewPayment",
    "NotPayable",
    "Payment",
    "Share",
    "Standing",
    "apply_balance",
    "apply_credit",
    "balances",
    "change",
    "check_payable",
    "count",
    "delete",
    "enter",
    "handlers",
    "page",
    "page_of_journal",
    "pay",
    "read",
    "record",
    "record_for",
    "shares",
    "standing",
    "verify",
]
