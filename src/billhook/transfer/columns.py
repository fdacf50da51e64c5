"""What exports may be filtered by, in the words of the API: what the lists of the same things may be."""

from typing import Final

from billhook import catalog, clients, documents, payments
from billhook.web import Columns

DOCUMENTS: Final[Columns] = documents.COLUMNS
PAYMENTS: Final[Columns] = payments.PAYMENTS
CLIENTS: Final[Columns] = clients.CLIENTS
ITEMS: Final[Columns] = catalog.ITEMS
