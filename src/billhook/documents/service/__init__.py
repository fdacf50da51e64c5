"""What can be done with documents, each inside one unit of work; one file for each part of their life."""

from billhook.documents.service.calculating import Calculation, calculate
from billhook.documents.service.comments import change_comment, comment, remove_comment
from billhook.documents.service.credits import cancel, credit, uncancel
from billhook.documents.service.drafts import change, delete, issue_draft
from billhook.documents.service.entering import enter, enter_shared, read
from billhook.documents.service.issuing import Made, issue, issue_once, quicker
from billhook.documents.service.life import convert, decide, duplicate
from billhook.documents.service.listing import count, gather, last_number, number_is_free, page, payments_of
from billhook.documents.service.relations import referenced, referring
from billhook.documents.service.sending import announce_overdue, request_sending, share

__all__ = [
    "Calculation",
    "Made",
    "announce_overdue",
    "calculate",
    "cancel",
    "change",
    "change_comment",
    "comment",
    "convert",
    "count",
    "credit",
    "decide",
    "delete",
    "duplicate",
    "enter",
    "enter_shared",
    "gather",
    "issue",
    "issue_draft",
    "issue_once",
    "last_number",
    "number_is_free",
    "page",
    "payments_of",
    "quicker",
    "read",
    "referenced",
    "referring",
    "remove_comment",
    "request_sending",
    "share",
    "uncancel",
]
