"""Asking for a document to be mailed, sharing it by a link, announcing that it is overdue."""

from typing import Any

import msgspec

from billhook import jobs
from billhook.db import Tx
from billhook.documents import events, store
from billhook.documents.model import sending as mailing
from billhook.documents.model.new import Sending
from billhook.documents.model.problems import Received, StillDraft
from billhook.documents.service.entering import read
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid


def sending_payload(tx: Tx, document_id: Id, sending: Sending) -> dict[str, Any]:
    """Return the payload of `events.SENDING`."""
    return {"document_id": document_id, "account_id": tx.account, **msgspec.structs.asdict(sending)}


async def request_sending(tx: Tx, document_id: str, sending: Sending) -> None:
    """Put the mailing of a document into the outbox. Raises StillDraft, Received, Invalid (no address to send to)."""
    document = await read(tx, document_id)
    if document.draft:
        raise StillDraft
    if document.incoming:
        raise Received
    faults = mailing.faults_of(sending)
    if not sending.recipients and not document.client.email:
        message = "can't be blank: the document's client has no e-mail address"
        faults.append(Fault("recipients", "presence", message))
    if faults:
        raise Invalid("Send", faults)
    await jobs.enqueue(tx, events.SENDING, sending_payload(tx, document.id, sending))


async def announce_overdue(tx: Tx, most: int) -> int:
    """Announce documents, of all organizations, whose due day has passed; return how many it were."""
    found = await store.announce_overdue(tx, most)
    if found:
        jobs.wake(tx)
    return found


async def share(tx: Tx, document_id: str, *, regenerate: bool = False) -> str:
    """Return the document's public link id (128 random bits), made on the first call. Raises StillDraft, Received."""
    document = await read(tx, document_id)
    if document.draft:
        raise StillDraft
    if document.incoming:
        raise Received
    link = await store.share(tx, Id(document_id), ids.token(24), regenerate)
    return str(link)
