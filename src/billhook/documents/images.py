"""Pictures for the papers: taken in only when the paper can show them."""

import contextlib

from billhook import files, organizations, units
from billhook.db import Tx
from billhook.documents.model.document import Document
from billhook.documents.paper import images
from billhook.kernel.problems import NotFound
from billhook.units import Unit


async def put_image(tx: Tx, kind: str | None, content: bytes, *, unit: Unit | None = None) -> None:
    """Store a logo or signature (PNG, JPEG or SVG) of the organization, or of one of its units. Raises Invalid."""
    images.accept(content, what=kind or "type")
    if unit is not None:
        await units.put_image(tx, unit.id, kind, content, _media_type(content))
    else:
        await organizations.put_image(tx, kind, content, _media_type(content))


async def picture_of(tx: Tx, document: Document, kind: str) -> files.Blob:
    """Return the picture a document wears: its unit's if that has one, else the organization's. Raises NotFound."""
    if document.unit_id is not None:
        with contextlib.suppress(NotFound):
            return await units.image(tx, document.unit_id, kind)
    return await organizations.image(tx, kind)


def _media_type(content: bytes) -> str:
    if content.startswith(b"\x89PNG"):
        return "image/png"
    return "image/jpeg" if content.startswith(b"\xff\xd8") else "image/svg+xml"
