"""What webhooks may be filtered and sorted by, in the words of the invoicing API."""

from typing import Final

from billhook.web import Column, Columns

WEBHOOKS: Final[Columns] = {
    "id": Column("id", "id"),
    "url": Column("url"),
    "enabled": Column("enabled", "bool"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
}
