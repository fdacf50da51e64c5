"""What the clock asks for: forget old answers."""

from datetime import timedelta
from typing import Final

from billhook.db import Database
from billhook.idempotency import events, service
from billhook.jobs import Handler, Job, Ticks

TICKS: Final[Ticks] = {events.SWEEP: timedelta(hours=1)}


def handlers(database: Database) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_sweep(_: Job) -> None:
        forgotten = 1
        while forgotten:
            async with database.open() as tx:
                forgotten = await service.forget_old(tx)

    return {events.SWEEP: on_sweep}
