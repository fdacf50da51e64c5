"""Exchange: what currencies are worth in each other, published or agreed, and which ones an organization sells in."""

from billhook.exchange.ecb import read
from billhook.exchange.model import Alternative, Rate, RatesUnreadable, between
from billhook.exchange.service import add, enter, hold, keep, page, remove, revalue

__all__ = [
    "Alternative",
    "Rate",
    "RatesUnreadable",
    "add",
    "between",
    "enter",
    "hold",
    "keep",
    "page",
    "read",
    "remove",
    "revalue",
]
