"""Putting work into the outbox."""

from datetime import datetime
from typing import Any

from billhook.db import Tx
from billhook.jobs import store


async def enqueue(tx: Tx, kind: str, payload: dict[str, Any], *, run_at: datetime | None = None) -> int:
    """Write a job with what happens in this unit of work, to be done now or at an instant; return its id."""
    job_id = await store.enqueue(tx, kind, payload, run_at)
    wake(tx)
    return job_id


def wake(tx: Tx) -> None:
    """Let a worker in this process look at once; those in other processes look every second anyway."""
    tx.database.work.set()
