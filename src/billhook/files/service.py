"""Storing and fetching blobs."""

import hashlib

from billhook.db import Tx
from billhook.files import store as statements
from billhook.files.model import Blob


async def store(tx: Tx, content: bytes, media_type: str) -> Blob:
    """Store bytes; the same ones again cost nothing."""
    sha256 = hashlib.sha256(content).digest()
    await statements.insert_blob(tx, sha256, media_type, len(content), content)
    return Blob(sha256, media_type, content)


async def fetch(tx: Tx, sha256: bytes) -> Blob | None:
    """Return a blob by its hash."""
    return await statements.select_blob(tx, sha256)
