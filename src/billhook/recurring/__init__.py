"""Recurring: agreements that become documents, one each week, month or year."""

from billhook.recurring.jobs import TICKS, handlers
from billhook.recurring.model import NewRecurrence, Planned, Recurrence, RecurrenceExists, plan
from billhook.recurring.service import change, count, create, delete, enter, made_of, of_document, page, read

__all__ = [
    "TICKS",
    "NewRecurrence",
    "Planned",
    "Recurrence",
    "RecurrenceExists",
    "change",
    "count",
    "create",
    "delete",
    "enter",
    "handlers",
    "made_of",
    "of_document",
    "page",
    "plan",
    "read",
]
