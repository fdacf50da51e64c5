"""What payment intents and transactions may be filtered and sorted by; amounts in major units."""

from typing import Final

from billhook.web import Column, Columns

_AMOUNT: Final = Column("(amount * power(10::numeric, -exponent))", "number")

INTENTS: Final[Columns] = {
    "id": Column("id", "id"),
    "status": Column("status"),
    "amount": _AMOUNT,
    "currencyId": Column("currency"),
    "reference": Column("reference"),
    "documentId": Column("document_id", "id"),
    "initialPaymentIntentId": Column("initial_intent_id", "id"),
    "getPaidPaymentId": Column("remote_id"),
    "allowRecurring": Column("allow_recurring", "bool"),
    "expiresAt": Column("expires_at", "instant"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
}

TRANSACTIONS: Final[Columns] = {
    "id": Column("id", "id"),
    "type": Column("type"),
    "kind": Column("kind"),
    "amount": _AMOUNT,
    "currencyId": Column("currency"),
    "date": Column("date", "instant"),
    "processorId": Column("processor_id"),
    "documentId": Column("document_id", "id"),
    "paymentIntentId": Column("intent_id", "id"),
    "createdAt": Column("created_at", "instant"),
}
