"""The logo and the signature of an organization."""

from typing import Final

from billhook import files
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.problems import NotFound, invalid
from billhook.organizations import store

KINDS: Final = ("logo", "signature")


def _checked(kind: str | None) -> str:
    if kind not in KINDS:
        raise invalid("image", "type", "inclusion", "must be `logo` or `signature`")
    return kind


async def put_image(tx: Tx, kind: str | None, content: bytes, media_type: str) -> None:
    """Store a picture, checked by whoever will show it, and say in the settings that there is one. Raises Invalid."""
    kind = _checked(kind)
    async with tx.atomic():
        blob = await files.store(tx, content, media_type)
        await store.put_image(tx, ids.new(tx.shard), kind, blob.sha256)


async def image(tx: Tx, kind: str | None) -> files.Blob:
    """Return a picture as it was uploaded. Raises NotFound."""
    sha256 = await store.image_hash(tx, _checked(kind))
    found = await files.fetch(tx, sha256) if sha256 else None
    if found is None:
        raise NotFound(what=f"image of type {kind}")
    return found


async def remove_image(tx: Tx, kind: str | None) -> None:
    """Remove a picture; once is as good as twice. Raises Invalid."""
    await store.delete_image(tx, _checked(kind))
