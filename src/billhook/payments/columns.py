"""What payments and journal entries may be filtered and sorted by, in the words of the API; amounts in major units."""

from typing import Final

from billhook.web import Column, Columns

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
