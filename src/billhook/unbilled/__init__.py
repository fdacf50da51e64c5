"""Unbilled: what clients are to be charged for with their next invoice."""

from billhook.unbilled.model import Item, NewItem
from billhook.unbilled.service import add, change, enter, of_client, read, remove, take

__all__ = ["Item", "NewItem", "add", "change", "enter", "of_client", "read", "remove", "take"]
