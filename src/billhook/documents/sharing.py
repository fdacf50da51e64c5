"""What somebody who holds a public link may see: the document, what was paid on it, whose colours it wears."""

from datetime import datetime

import msgspec

from billhook import files, organizations
from billhook.db import Tx
from billhook.documents import service
from billhook.documents.model.document import Document, PaymentOf


class SharedDocument(msgspec.Struct, frozen=True):
    """A document as its link shows it; `seen_at` is the instant that decides what is overdue."""

    document: Document
    payments: list[PaymentOf]
    colour: str
    """The organization's `color_main`; empty when it has none."""
    has_logo: bool
    seen_at: datetime


async def read_shared(tx: Tx, link: str) -> SharedDocument:
    """Return what a public link shows. Raises NotYours."""
    document_id = await service.enter_shared(tx, link)
    document = await service.read(tx, document_id)
    payments = await service.payments_of(tx, [document_id])
    settings = {setting.name: setting.value for setting in await organizations.list_settings(tx)}
    colour = settings.get("color_main")
    return SharedDocument(
        document=document,
        payments=payments[document_id],
        colour=colour if isinstance(colour, str) else "",
        has_logo=settings.get("image_logo") is True,
        seen_at=tx.now,
    )


async def shared_logo(tx: Tx, link: str) -> files.Blob:
    """Return the logo of the organization behind a public link. Raises NotYours, NotFound."""
    await service.enter_shared(tx, link)
    return await organizations.image(tx, "logo")
