"""The `filter`/`where` language of the invoicing API: read from a query string, compiled from an allow-list to SQL."""

from billhook.web.filters.columns import Column, Columns
from billhook.web.filters.compiler import Compiled
from billhook.web.filters.listing import Listing
from billhook.web.filters.query import Query, parse_query, parse_where
from billhook.web.filters.spans import (
    Order,
    order_by_instant,
    order_by_reference,
    order_by_text,
    order_by_total,
    parts_of,
)
from billhook.web.filters.tally import Begin, Due, Mark, Tally

__all__ = [
    "Begin",
    "Column",
    "Columns",
    "Compiled",
    "Due",
    "Listing",
    "Mark",
    "Order",
    "Query",
    "Tally",
    "order_by_instant",
    "order_by_reference",
    "order_by_text",
    "order_by_total",
    "parse_query",
    "parse_where",
    "parts_of",
]
