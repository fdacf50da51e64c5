"""Documents: drafts, issuing, numbers, totals, texts, the paper."""

from billhook.documents.columns import COLUMNS
from billhook.documents.images import put_image
from billhook.documents.jobs import TICKS, handlers
from billhook.documents.journeys import pdf, receipt
from billhook.documents.model.credit_note import CreditedLine, Wanted
from billhook.documents.model.document import Document, PaymentOf, Type
from billhook.documents.model.new import (
    NewConversion,
    NewDocument,
    NewLine,
    NewPayment,
    NewTax,
    NewTaxRow,
    NewTotals,
    Sending,
)
from billhook.documents.model.received import on_paper
from billhook.documents.model.steps import Step
from billhook.documents.model.wording import shown
from billhook.documents.paper import qr
from billhook.documents.paper.format import in_locale
from billhook.documents.paper.press import Press
from billhook.documents.paper.view import PaperView
from billhook.documents.service.calculating import calculate
from billhook.documents.service.comments import change_comment, comment, remove_comment
from billhook.documents.service.credits import cancel, credit, uncancel
from billhook.documents.service.drafts import change, change_lines, delete, issue_draft
from billhook.documents.service.entering import enter, enter_shared, read
from billhook.documents.service.issuing import Made, issue, issue_once, quicker
from billhook.documents.service.life import convert, decide, duplicate
from billhook.documents.service.listing import count, last_number, number_is_free, page, payments_of
from billhook.documents.service.relations import referenced, referring
from billhook.documents.service.sending import request_sending, share
from billhook.documents.sharing import SharedDocument, read_shared, shared_logo
from billhook.documents.sheet import Branding, Sheet, paper_view
from billhook.documents.texts import LANGUAGES, Labels, fill, labels

__all__ = [
    "COLUMNS",
    "LANGUAGES",
    "TICKS",
    "Branding",
    "CreditedLine",
    "Document",
    "Labels",
    "Made",
    "NewConversion",
    "NewDocument",
    "NewLine",
    "NewPayment",
    "NewTax",
    "NewTaxRow",
    "NewTotals",
    "PaperView",
    "PaymentOf",
    "Press",
    "Sending",
    "SharedDocument",
    "Sheet",
    "Step",
    "Type",
    "Wanted",
    "calculate",
    "cancel",
    "change",
    "change_comment",
    "change_lines",
    "comment",
    "convert",
    "count",
    "credit",
    "decide",
    "delete",
    "duplicate",
    "enter",
    "enter_shared",
    "fill",
    "handlers",
    "in_locale",
    "issue",
    "issue_draft",
    "issue_once",
    "labels",
    "last_number",
    "number_is_free",
    "on_paper",
    "page",
    "paper_view",
    "payments_of",
    "pdf",
    "put_image",
    "qr",
    "quicker",
    "read",
    "read_shared",
    "receipt",
    "referenced",
    "referring",
    "remove_comment",
    "request_sending",
    "share",
    "shared_logo",
    "shown",
    "uncancel",
]
