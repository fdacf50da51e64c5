"""What the documents room announces, as kinds of outbox jobs."""

from typing import Final

ISSUED: Final = "document.issued"
"""A document was issued. Payload: `document_id`."""

SWEEP: Final = "documents.sweep"
"""The clock: look which documents have become overdue."""

OVERDUE: Final = "document.overdue"
"""The due day of a document has passed and it is not paid; said once of each. Payload: `document_id`."""

SENDING: Final = "document.sending"
"""A document is to be mailed. Payload: `document_id`, `account_id`, and what is not as usual: `kind`
(`reminder`), `recipients`, `message`, `subject`, `send_copy`, `language`, `attachments`,
`excluded_attachments`."""

RECURRED: Final = "document.recurred"
"""A document was made by a recurrence whose account wants to be told. Payload: `document_id`, `account_id`, `name`."""

GATHER: Final = "document.gather"
"""The clock says that changes of documents are to be gathered into the tallies they are counted by. No payload."""
