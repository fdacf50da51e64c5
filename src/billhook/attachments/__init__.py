"""Attachments: files that go with a document, to be fetched and to be mailed."""

from billhook.attachments.model import Attachment
from billhook.attachments.service import attach, content, delete, enter, of_document, of_documents, of_shared, read

__all__ = ["Attachment", "attach", "content", "delete", "enter", "of_document", "of_documents", "of_shared", "read"]
