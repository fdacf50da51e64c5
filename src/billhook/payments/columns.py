"""What payments and journal entries may be filtered and sorted by, in the words of the API; amounts in major units."""

from typing import Final

from billhook.web import Column, Columns, Order, order_by_instant

_AMOUNT: Final = Column("(amount * power(10::numeric, -exponent))", "number")

PAYMENTS: Final[Columns] = {
    "id": Column("id", "id"),
    "type": Column("type"),
    "amount": _AMOUNT,
    "currencyId": Column("currency"),
    "date": Column("date", "instant"),
    "note": Column("note"),
    "tag": Column("tag"),
    "transactionId": Column("transaction_id"),
    "documentId": Column("document_id", "id"),
    "creditId": Column("credit_id", "id"),
    "organizationId": Column("organization_id", "id"),
    "accountId": Column("account_id", "id"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "custom": Column("custom", "custom"),
}

TALLIED: Final = frozenset({"type", "currencyId"})
"""What payments are counted by ahead of time: where only these are asked for, a count takes the same at any size."""
ORDERS: Final = {
    "id": Order("id"),
    "date": order_by_instant("date"),
    "createdAt": order_by_instant("created_at"),
    "updatedAt": order_by_instant("updated_at"),
}
"""The orders in which any page of payments is found at any size."""

ENTRIES: Final[Columns] = {
    "id": Column("id", "id"),
    "sequence": Column("sequence", "whole"),
    "kind": Column("kind"),
    "type": Column("type"),
    "amount": _AMOUNT,
    "currencyId": Column("currency"),
    "date": Column("date", "instant"),
    "createdAt": Column("at", "instant"),
    "documentId": Column("document_id", "id"),
    "clientId": Column("client_id", "id"),
    "paymentId": Column("payment_id", "id"),
}
