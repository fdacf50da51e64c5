"""What the documents room announces, as kinds of outbox jobs."""

from typing import Final

ISSUED: Final = "document.issued"
"""A document was issued. Payload: `document_id`."""

SENDING: Final = "document.sending"
"""A document is to be mailed. Payload: `document_id`, `account_id`, `recipients`, `message`, `subject`, `send_copy`."""

RECURRED: Final = "document.recurred"
"""A document was made by a recurrence whose account wants to be told. Payload: `document_id`, `account_id`, `name`."""
