"""The statements of this room; what each does is said in queries.sql."""

from datetime import datetime

from billhook.db import Statements, Tx
from billhook.idempotency.model import Stored
from billhook.kernel.ids import Id

sql = Statements(__package__)


@sql.one
async def lock(tx: Tx, lock: int) -> bool: ...


@sql.one
async def find(tx: Tx, account: Id, key: str) -> Stored | None: ...


@sql.run
async def note(
    tx: Tx,
    account: Id,
    key: str,
    fingerprint: bytes,
    operation: Id,
    status: int,
    media_type: str,
    body: bytes,
    made: bool,
) -> int: ...


@sql.one
async def reserve(tx: Tx, account: Id, key: str, fingerprint: bytes, operation: Id, until: datetime) -> Id | None: ...


@sql.run
async def complete(tx: Tx, account: Id, key: str, status: int, media_type: str, body: bytes, made: bool) -> int: ...


@sql.run
async def release(tx: Tx, account: Id, key: str) -> int: ...


@sql.run
async def yield_lease(tx: Tx, account: Id, key: str) -> int: ...


@sql.run
async def forget_old(tx: Tx, before: datetime) -> int: ...


sql.finish()
