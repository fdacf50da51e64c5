"""Storing, fetching and forgetting blobs."""

import hashlib

from billhook.db import Tx
from billhook.files import store as statements
from billhook.files.model import Blob


async def store(tx: Tx, content: bytes, media_type: str) -> Blob:
    """Store bytes; the same ones again cost nothing.

    Refer to the hash by a foreign key, in the same transaction: a blob that nothing refers to may be forgotten.
    """
    sha256 = hashlib.sha256(content).digest()
    await statements.insert_blob(tx, sha256, media_type, len(content), content)
    return Blob(sha256, media_type, content)


async def fetch(tx: Tx, sha256: bytes) -> Blob | None:
    """Return a blob by its hash."""
    return await statements.select_blob(tx, sha256)


async def hold(tx: Tx, sha256: bytes) -> None:
    """Hold a blob until the transaction ends: first of all, when what refers to it is to go."""
    await statements.hold_blob(tx, sha256)


async def forget(tx: Tx, sha256: bytes) -> bool:
    """Let a blob go if nothing refers to it any more; tell whether it went."""
    return await statements.forget_blob(tx, sha256)
