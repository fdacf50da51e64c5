"""Payments are tallied from time to time, so that lists and counts of them take the same at any size."""

from datetime import timedelta
from typing import Final

from billhook.db import Database
from billhook.jobs import Handler, Job, Ticks
from billhook.payments.events import GATHER
from billhook.payments.service import gather

TICKS: Final[Ticks] = {GATHER: timedelta(minutes=1)}
WORTH_GATHERING: Final = 100
"""Changes of payments in an organization, beyond which they are gathered."""


def handlers(database: Database) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_gather(job: Job) -> None:
        del job
        async with database.open() as tx:
            await gather(tx, WORTH_GATHERING)

    return {GATHER: on_gather}
