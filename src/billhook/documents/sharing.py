"""What somebody who holds a public link may see: the document, what was paid on it, whose colours it wears."""

from datetime import datetime

import msgspec

from billhook import files, organizations, units
from billhook.db import Tx
from billhook.documents import store
from billhook.documents.images import picture_of
from billhook.documents.model.document import Document, PaymentOf
from billhook.documents.service.entering import enter_shared, read
from billhook.documents.service.listing import payments_of


class SharedDocument(msgspec.Struct, frozen=True):
    """A document as its link shows it; `seen_at` is the instant that decides what is overdue."""

    document: Document
    payments: list[PaymentOf]
    colour: str
    """The organization's `color_main`; empty when it has none."""
    has_logo: bool
    seen_at: datetime


async def read_shared(tx: Tx, link: str, *, viewed: bool = False) -> SharedDocument:
    """Return what a public link shows; with `viewed` note that somebody has opened it. Raises NotYours."""
    document_id = await enter_shared(tx, link)
    if viewed:
        await store.note_viewed(tx, document_id)
    document = await read(tx, document_id)
    payments = await payments_of(tx, [document_id])
    settings = {setting.name: setting.value for setting in await organizations.list_settings(tx)}
    colour = settings.get("color_main")
    return SharedDocument(
        document=document,
        payments=payments[document_id],
        colour=colour if isinstance(colour, str) else "",
        has_logo=settings.get("image_logo") is True or await _has_own_logo(tx, document),
        seen_at=tx.now,
    )


async def shared_logo(tx: Tx, link: str) -> files.Blob:
    """Return the logo of who issued the document behind a public link. Raises NotYours, NotFound."""
    document = await read(tx, await enter_shared(tx, link))
    return await picture_of(tx, document, "logo")


async def _has_own_logo(tx: Tx, document: Document) -> bool:
    return document.unit_id is not None and await units.has_image(tx, document.unit_id, "logo")
