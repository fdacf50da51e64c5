"""What can be done with attachments, each inside one unit of work."""

from billhook import files
from billhook.attachments import store
from billhook.attachments.model import Attachment, faults_of, media_type_of, named
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours
from billhook.organizations import Entered, admit


async def enter(tx: Tx, attachment_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization an attachment belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(attachment_id) or tx.account is None:
        raise NotYours
    found = await store.enter_attachment(tx, Id(attachment_id), ids.shard_of(attachment_id), tx.account)
    return admit(tx, found, write=write)


async def attach(tx: Tx, document_id: str, name: str, content: bytes) -> Attachment:
    """Attach a file to a document of the organization that was entered. Raises Invalid, NotYours."""
    async with tx.atomic():
        if not await store.hold_document(tx, Id(document_id)):
            raise NotYours
        faults = faults_of(name, content, await store.held(tx, Id(document_id)))
        kept = named(name, content)
        media_type = media_type_of(kept, content)
        if faults or media_type is None:
            raise Invalid("Attachment", faults)
        blob = await files.store(tx, content, media_type)
        return await store.insert_attachment(
            tx, ids.new(tx.shard), Id(document_id), kept, media_type, len(content), blob.sha256
        )


async def read(tx: Tx, attachment_id: str) -> Attachment:
    """Return an attachment of the organization that was entered. Raises NotYours."""
    found = await store.select_attachment(tx, Id(attachment_id))
    if found is None:
        raise NotYours
    return found


async def of_document(tx: Tx, document_id: str) -> list[Attachment]:
    """Return the attachments of a document of the organization that was entered, in the order they came."""
    return await store.of_documents(tx, [Id(document_id)])


async def of_documents(tx: Tx, document_ids: list[Id]) -> dict[Id, list[Attachment]]:
    """Return the attachments of documents, by document: one round trip for a page."""
    found: dict[Id, list[Attachment]] = {document_id: [] for document_id in document_ids}
    for attachment in await store.of_documents(tx, document_ids):
        found[attachment.document_id].append(attachment)
    return found


async def of_shared(tx: Tx, document_id: Id, attachment_id: str) -> Attachment:
    """Return one attachment of a document that was entered by its public link. Raises NotYours."""
    found = await store.select_attachment(tx, Id(attachment_id)) if ids.is_id(attachment_id) else None
    if found is None or found.document_id != document_id:
        raise NotYours
    return found


async def content(tx: Tx, attachment: Attachment) -> bytes:
    """Return the bytes of an attachment. Raises NotYours when it went meanwhile."""
    blob = await files.fetch(tx, attachment.sha256)
    if blob is None:
        raise NotYours
    return blob.bytes


async def delete(tx: Tx, attachment_id: str) -> int:
    """Delete an attachment, and its bytes unless something else means them; 0 when it had gone before."""
    async with tx.atomic():
        found = await store.select_attachment(tx, Id(attachment_id))
        if found is None:
            return 0
        await files.hold(tx, found.sha256)
        gone = await store.delete_attachment(tx, found.id)
        if gone:
            await files.forget(tx, found.sha256)
    return gone
