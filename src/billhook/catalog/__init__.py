"""What is sold and how it is taxed: items, and taxes with dated rates."""

from billhook.catalog import rates
from billhook.catalog.columns import ITEMS
from billhook.catalog.model.clauses import Clause, Sale, Taxpayer, sale_of
from billhook.catalog.model.items import Component, Item, NamedTax
from billhook.catalog.model.taxes import DatedRate, NewRate, Tax
from billhook.catalog.service import items, taxes

__all__ = [
    "ITEMS",
    "Clause",
    "Component",
    "DatedRate",
    "Item",
    "NamedTax",
    "NewRate",
    "Sale",
    "Tax",
    "Taxpayer",
    "items",
    "rates",
    "sale_of",
    "taxes",
]
