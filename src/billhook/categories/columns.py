"""What categories and shares may be filtered and sorted by, in the words of the API; amounts in major units."""

from typing import Final

from billhook.web import Column, Columns

CATEGORIES: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "alias": Column("alias"),
    "description": Column("description"),
    "organizationId": Column("organization_id", "id"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "custom": Column("custom", "custom"),
}

SHARES: Final[Columns] = {
    "id": Column("id", "id"),
    "documentId": Column("document_id", "id"),
    "categoryId": Column("category_id", "id"),
    "organizationId": Column("organization_id", "id"),
    "amount": Column("(amount * power(10::numeric, -exponent))", "number"),
    "date": Column("date", "instant"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "custom": Column("custom", "custom"),
}
