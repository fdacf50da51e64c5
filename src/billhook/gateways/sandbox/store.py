"""The statements of the sandbox."""

from datetime import datetime
from typing import Any

import msgspec

from billhook.db import Statements, Tx

sql = Statements(__package__)

Body = dict[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """What was asked under a key."""

    fingerprint: bytes
    subject: str


@sql.run
async def insert_object(tx: Tx, id: str, kind: str, token: str | None, body: Body) -> int: ...


@sql.one
async def lock_object(tx: Tx, id: str, kind: str) -> Body | None: ...


@sql.one
async def select_object(tx: Tx, id: str, kind: str) -> Body | None: ...


@sql.one
async def object_of_token(tx: Tx, token: str, kind: str) -> str | None: ...


@sql.run
async def save_object(tx: Tx, id: str, body: Body) -> int: ...


@sql.one
async def claim_key(tx: Tx, platform: str, key: str, fingerprint: bytes, subject: str) -> str | None: ...


@sql.one
async def select_key(tx: Tx, platform: str, key: str) -> Asked | None: ...


@sql.run
async def later(tx: Tx, kind: str, payload: Body, run_at: datetime) -> int: ...


sql.finish()
