"""Clients: who is invoiced, what they go by, and whether their numbers add up."""

from billhook.clients.columns import CLIENTS
from billhook.clients.model import Check, Client, NewClient
from billhook.clients.service import change, count, create, delete, enter, page, read, search

__all__ = [
    "CLIENTS",
    "Check",
    "Client",
    "NewClient",
    "change",
    "count",
    "create",
    "delete",
    "enter",
    "page",
    "read",
    "search",
]
