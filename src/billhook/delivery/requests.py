"""Asking for mail: of a document, with what goes along."""

import contextlib

from billhook import attachments, clients, documents
from billhook.db import Tx
from billhook.kernel.problems import NotYours, invalid


async def request_sending(
    tx: Tx, document_id: str, sending: documents.Sending, *, associate_email: bool = False
) -> None:
    """Put the mailing of a document into the outbox; `associate_email` makes the first recipient the client's address.

    Raises what `documents.request_sending` raises, and Invalid (an attachment that is none of the document's).
    """
    named = {*(sending.attachments or ()), *sending.excluded_attachments}
    if named and named - {one.id for one in await attachments.of_document(tx, document_id)}:
        path = "attachments" if sending.attachments else "excludedAttachmentIds"
        raise invalid("Send", path, "inclusion", "names what is no attachment of this document")
    async with tx.atomic():
        await documents.request_sending(tx, document_id, sending)
        client_id = (await documents.read(tx, document_id)).client_id if associate_email else None
        if client_id and sending.recipients:
            with contextlib.suppress(NotYours):  # a client that was deleted needs no address any more
                await clients.change(tx, client_id, {"email": sending.recipients[0]})
