"""Statistics: what was sold, what is owed and what was paid, by day, week, month or year; never across currencies."""

from billhook.statistics.model import Business, Counted, Dist, Period, Range, Series, Totals
from billhook.statistics.service import business, documents, payments, this_month_invoices, totals

__all__ = [
    "Business",
    "Counted",
    "Dist",
    "Period",
    "Range",
    "Series",
    "Totals",
    "business",
    "documents",
    "payments",
    "this_month_invoices",
    "totals",
]
