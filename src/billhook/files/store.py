"""The statements of the files room."""

from billhook.db import Statements, Tx
from billhook.files.model import Blob

sql = Statements(__package__)


@sql.run
async def insert_blob(tx: Tx, sha256: bytes, media_type: str, size: int, content: bytes) -> int: ...


@sql.one
async def select_blob(tx: Tx, sha256: bytes) -> Blob | None: ...


@sql.one
async def hold_blob(tx: Tx, sha256: bytes) -> bool | None: ...


@sql.one
async def forget_blob(tx: Tx, sha256: bytes) -> bool: ...


sql.finish()
