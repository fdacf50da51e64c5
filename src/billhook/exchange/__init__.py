"""Exchange: what currencies were worth in each other, day by day, as a central bank has published it."""

from billhook.exchange.ecb import read
from billhook.exchange.model import Rate, RatesUnreadable, between
from billhook.exchange.service import keep

__all__ = ["Rate", "RatesUnreadable", "between", "keep", "read"]
