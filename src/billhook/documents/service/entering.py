"""The doors of a document: by its id, and by its public link; reading what was entered."""

import re

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.model.document import Document
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours
from billhook.organizations import Entered, admit

_LINK = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")


async def enter(tx: Tx, document_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a document belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(document_id) or tx.account is None:
        raise NotYours
    found = await store.enter_document(tx, Id(document_id), ids.shard_of(document_id), tx.account)
    return admit(tx, found, write=write)


async def enter_shared(tx: Tx, link: str) -> Id:
    """Enter the tenant behind a public link and return its document's id. Raises NotYours."""
    found = await store.enter_shared(tx, link) if _LINK.match(link) else None
    if found is None:
        raise NotYours
    tx.entered(found.organization_id)
    return found.document_id


async def read(tx: Tx, document_id: str) -> Document:
    """Return a document of the organization that was entered. Raises NotYours."""
    document = await store.select_document(tx, Id(document_id))
    if document is None:
        raise NotYours
    return document
