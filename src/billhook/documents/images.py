"""Pictures for the papers: taken in only when the paper can show them."""

from billhook import organizations
from billhook.db import Tx
from billhook.documents.paper import images


async def put_image(tx: Tx, kind: str | None, content: bytes) -> None:
    """Store a logo or signature (PNG, JPEG or SVG) of the organization. Raises Invalid."""
    images.accept(content, what=kind or "type")
    await organizations.put_image(tx, kind, content, _media_type(content))


def _media_type(content: bytes) -> str:
    if content.startswith(b"\x89PNG"):
        return "image/png"
    return "image/jpeg" if content.startswith(b"\xff\xd8") else "image/svg+xml"
