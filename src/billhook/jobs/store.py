"""The statements of the outbox."""

from datetime import datetime
from typing import Any

import msgspec

from billhook.db import Statements, Tx
from billhook.jobs.model import Job

sql = Statements(__package__)


class Queued(msgspec.Struct, frozen=True):
    """How full the queue is."""

    waiting: int
    dead: int


@sql.one
async def enqueue(tx: Tx, kind: str, payload: dict[str, Any], run_at: datetime | None) -> int: ...


@sql.many
async def claim(tx: Tx, batch: int, lease_seconds: int) -> list[Job]: ...


@sql.run
async def tick(tx: Tx, tasks: list[str], slots: list[datetime]) -> int: ...


@sql.run
async def finish(tx: Tx, job: int, attempts: int) -> int: ...


@sql.run
async def fail(tx: Tx, job: int, attempts: int, error: str) -> int: ...


@sql.run
async def bury(tx: Tx) -> int: ...


@sql.one
async def next_due(tx: Tx) -> datetime | None: ...


@sql.one
async def queued(tx: Tx) -> Queued: ...


sql.finish()
