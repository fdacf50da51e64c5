"""What recurrences may be filtered and sorted by, in the words of the API."""

from typing import Final

from billhook.web import Column, Columns

RECURRENCES: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "type": Column("type"),
    "dateFirst": Column("(first_date::timestamp at time zone 'UTC')", "instant"),
    "dateNext": Column("(next_date::timestamp at time zone 'UTC')", "instant"),
    "numRecurrences": Column("periods", "whole"),
    "autoSend": Column("auto_send", "bool"),
    "notify": Column("notify", "bool"),
    "saveAsDraft": Column("save_as_draft", "bool"),
    "failedAt": Column("failed_at", "instant"),
    "documentId": Column("document_id", "id"),
    "accountId": Column("account_id", "id"),
    "organizationId": Column("organization_id", "id"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "custom": Column("custom", "custom"),
}
