"""The worker: what every room does later, wired to the outbox."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from billhook import delivery, documents, idempotency, payments, processing, recurring, transfer, usage, webhooks
from billhook.db import Database
from billhook.documents import Press
from billhook.gateways import Gateways
from billhook.jobs import Handler, Ticks, Worker
from billhook.settings import Settings

log = logging.getLogger("billhook.worker")

PATIENCE_SECONDS = 20


def handlers(
    database: Database, settings: Settings, press: Press, *, public_url: str, gateways: Gateways
) -> dict[str, Handler]:
    """Return what carries out each kind of job; links in mails begin with `public_url`."""
    till = processing.Till(gateways, settings.operator_fee)
    return (
        documents.handlers(database, press)
        | transfer.handlers(database)
        | delivery.handlers(database, settings, press, public_url)
        | payments.handlers(database)
        | till.gateways.handlers()
        | processing.handlers(till)
        | recurring.handlers(database)
        | usage.handlers(database, settings)
        | idempotency.handlers(database)
        | webhooks.handlers(database)
    )


TICKS: Ticks = {
    **documents.TICKS,
    **delivery.TICKS,
    **payments.TICKS,
    **processing.TICKS,
    **recurring.TICKS,
    **usage.TICKS,
    **idempotency.TICKS,
    **webhooks.TICKS,
}
"""What every room does when its time comes round."""


@asynccontextmanager
async def working(database: Database, settings: Settings, press: Press, *, public_url: str) -> AsyncIterator[None]:
    """Work off the outbox and tell webhooks while the block runs; jobs under way at its end have 20 seconds to finish.

    What is cut short then is not lost: its lease runs out, and it is done again.
    """
    gateways = Gateways(database, settings, public_url)
    known = handlers(database, settings, press, public_url=public_url, gateways=gateways)
    worker = Worker(database, known, TICKS)
    courier = webhooks.Courier(database, settings)
    running = [
        asyncio.create_task(worker.run(), name="worker"),
        asyncio.create_task(courier.run(), name="courier"),
    ]
    try:
        yield
    finally:
        worker.stop()
        courier.stop()
        _, unfinished = await asyncio.wait(running, timeout=PATIENCE_SECONDS)
        if unfinished:
            log.warning("jobs under way are left to the next start")
            for task in unfinished:
                task.cancel()
            await asyncio.wait(unfinished)
        await gateways.close()


__all__ = ["TICKS", "handlers", "working"]
