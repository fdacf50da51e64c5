"""What is sold and how it is taxed: taxes with dated rates, items."""

from billhook.catalog import rates
from billhook.catalog.model import DatedRate, Tax
from billhook.catalog.service import stock_taxes

__all__ = ["DatedRate", "Tax", "rates", "stock_taxes"]
