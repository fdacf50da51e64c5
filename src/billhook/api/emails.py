"""Mails of a document: whom it was sent to and what became of that."""

from litestar import get
from litestar.params import FromPath

from billhook import delivery, documents
from billhook.api.wire import Out, iso
from billhook.delivery import Email
from billhook.web import BillhookRequest


class EmailOut(Out, kw_only=True):
    """A mail. `state` is `queued`, `sending`, `sent` (everybody got it), `retrying` or `failed` (somebody never will).

    `refused` tells who will not get it; the others have, if there is a `sentAt`.
    """

    id: str
    document_id: str
    kind: str
    state: str
    recipients: list[str]
    refused: list[str]
    subject: str
    attempts: int
    last_error: str | None = None
    message_id: str | None = None
    created_at: str
    sent_at: str | None = None


def email_out(email: Email, document_id: str) -> EmailOut:
    """Return the wire form of a mail."""
    return EmailOut(
        id=email.id,
        document_id=document_id,
        kind=email.kind,
        state=email.state,
        recipients=email.recipients,
        refused=email.refused,
        subject=email.subject,
        attempts=email.attempts,
        last_error=email.last_error,
        message_id=email.message_id,
        created_at=iso(email.created_at) or "",
        sent_at=iso(email.sent_at),
    )


@get("/Documents/{document_id:str}/emails", tags=["Documents"], summary="List the mails of a document")
async def page(request: BillhookRequest, document_id: FromPath[str]) -> list[EmailOut]:
    """Return the newest 100 mails of a document, newest first, those that still wait to be sent among them."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        found = await delivery.emails(tx, document_id)
    return [email_out(email, document_id) for email in found]


ROUTES = [page]
