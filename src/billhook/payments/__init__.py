"""Payments: what was paid on which document, the journal, and what a client owes."""

from billhook.payments.columns import PAYMENTS
from billhook.payments.credit import apply_credit
from billhook.payments.journal import balances, page_of_journal, verify
from billhook.payments.model import Balance, Entry, Finding, NewCredit, NewPayment, NotPayable, Payment
from billhook.payments.service import change, count, delete, enter, page, read, record, record_for

__all__ = [
    "PAYMENTS",
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
    "page",
    "page_of_journal",
    "read",
    "record",
    "record_for",
    "verify",
]
