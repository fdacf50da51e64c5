"""The worker: what every room does later, wired to the outbox."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from billhook import documents
from billhook.db import Database
from billhook.documents import Press
from billhook.jobs import Handler, Worker

log = logging.getLogger("billhook.worker")

PATIENCE_SECONDS = 20


def handlers(database: Database, press: Press) -> dict[str, Handler]:
    """Return what carries out each kind of job."""
    return documents.handlers(database, press)


@asynccontextmanager
async def working(database: Database, press: Press) -> AsyncIterator[None]:
    """Work off the outbox while the block runs; jobs under way at its end have 20 seconds to finish.

    What is cut short then is not lost: its lease runs out, and it is done again.
    """
    worker = Worker(database, handlers(database, press))
    running = asyncio.create_task(worker.run(), name="worker")
    try:
        yield
    finally:
        worker.stop()
        _, unfinished = await asyncio.wait([running], timeout=PATIENCE_SECONDS)
        for task in unfinished:
            log.warning("jobs under way are left to the next start")
            task.cancel()


__all__ = ["handlers", "working"]
