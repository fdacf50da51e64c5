"""Payments: what was paid on which document, the journal, and what a client owes."""

from billhook.payments.columns import ORDERS, PAYMENTS
from billhook.payments.credit import apply_credit
from billhook.payments.jobs import TICKS, handlers
from billhook.payments.journal import balances, page_of_journal, verify
from billhook.payments.model import Balance, Entry, Finding, NewCredit, NewPayment, NotPayable, Payment
from billhook.payments.service import change, count, delete, enter, page, read, record, record_for

__all__ = [
    "ORDERS",
    "PAYMENTS",
    "TICKS",
    "Balance",
    "Entry",
    "Finding",
    "NewCredit",
    "NewPayment",
    "NotPayable",
    "Payment",
    "apply_credit",
    "balances",
    "change",
    "count",
    "delete",
    "enter",
    "handlers",
    "page",
    "page_of_journal",
    "read",
    "record",
    "record_for",
    "verify",
]
