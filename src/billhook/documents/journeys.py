"""Printing: the paper is rendered outside of any transaction, and stored by its hash once the document is issued."""

import logging
from collections.abc import Awaitable, Callable

from billhook import files, organizations
from billhook.db import Database, Tx
from billhook.documents import store
from billhook.documents.images import picture_of
from billhook.documents.model.document import Document
from billhook.documents.model.received import on_paper
from billhook.documents.paper import images
from billhook.documents.paper.press import Press
from billhook.documents.service.entering import read
from billhook.documents.service.listing import payments_of
from billhook.documents.sheet import Branding, Sheet, kept_as, locale_of, paper_view, receipt_view
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotFound

log = logging.getLogger("billhook.documents")

PDF = "application/pdf"


async def pdf(
    database: Database,
    press: Press,
    enter: Callable[[Tx], Awaitable[Id]],
    *,
    account: Id | None = None,
    language: str | None = None,
) -> tuple[Document, bytes]:
    """Return a document and its PDF in a language (default: the document's own).

    `enter` opens the tenant and names the document. The PDF of an issued document is the stored one; the first call
    makes and stores it. A draft is rendered afresh each time. Raises what `enter` raises.
    """
    async with database.open(account) as tx:
        document = await read(tx, await enter(tx))
        locale = locale_of(document, language)
        stored = None if document.draft else await store.find_rendering(tx, document.id, kept_as(document, locale))
        if stored is not None:
            blob = await files.fetch(tx, stored)
            if blob is not None:
                return document, blob.bytes
        branding = Branding() if document.incoming else await _branding(tx, document)
    at = document.issued_at or document.updated_at
    content = await press.render(paper_view(Sheet(on_paper(document), locale), branding), int(at.timestamp()))
    if document.draft:
        return document, content
    async with database.open(account, document.organization_id) as tx:
        return document, await _keep(tx, document, kept_as(document, locale), content)


async def receipt(
    database: Database, press: Press, enter: Callable[[Tx], Awaitable[Id]], *, account: Id | None = None
) -> bytes:
    """Return the receipt of a document that is paid: what was received when, in the document's language.

    Made afresh each time, as payments may still change. Raises NotFound (it is not paid) and what `enter` raises.
    """
    async with database.open(account) as tx:
        document = await read(tx, await enter(tx))
        if document.draft or document.canceled or not document.paid_in_full or document.incoming:
            raise NotFound(what="receipt of this document, which is not paid,")
        branding = await _branding(tx, document)
        payments = (await payments_of(tx, [document.id]))[document.id]
        now = tx.now
    view = receipt_view(Sheet(document, locale_of(document, None)), branding, payments)
    return await press.render(view, int(now.timestamp()))


async def _keep(tx: Tx, document: Document, name: str, content: bytes) -> bytes:
    """Store a rendering; when another call was quicker, its bytes are the document's."""
    async with tx.atomic():
        blob = await files.store(tx, content, PDF)
        await store.insert_rendering(tx, document.id, name, blob.sha256)
        sha256 = await store.find_rendering(tx, document.id, name)
    if sha256 is None or sha256 == blob.sha256:
        return content
    first = await files.fetch(tx, sha256)
    return first.bytes if first else content


async def _branding(tx: Tx, document: Document) -> Branding:
    """Return how the paper looks, as its organization or unit wants it; one bad picture does not cost the invoice."""
    settings = {setting.name: setting.value for setting in await organizations.list_settings(tx)}
    pictures = {}
    for kind in ("logo", "signature"):
        if settings.get(f"image_{kind}") is True or document.unit_id is not None:
            try:
                pictures[kind] = images.accept((await picture_of(tx, document, kind)).bytes, what=kind)
            except NotFound:
                continue
            except Invalid as problem:
                log.warning("the %s of organization %s is left out: %s", kind, tx.organization, problem.message)
    colour = settings.get("color_main")
    return Branding(**pictures, colour=colour if isinstance(colour, str) else "")
