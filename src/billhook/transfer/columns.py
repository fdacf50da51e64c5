"""What exports may be filtered by, in the words of the API: what the lists of the same things may be."""

from typing import Final

from billhook import clients, documents, payments
from billhook.web import Column, Columns

DOCUMENTS: Final[Columns] = documents.COLUMNS
PAYMENTS: Final[Columns] = payments.PAYMENTS
CLIENTS: Final[Columns] = clients.CLIENTS
ITEMS: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "SKU": Column("sku"),
    "unit": Column("unit"),
    "price": Column("price", "number"),
    "createdAt": Column("created_at", "instant"),
    "custom": Column("custom", "custom"),
}
