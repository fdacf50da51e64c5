"""The request log is swept by age, so that it does not grow for ever."""

from datetime import timedelta
from typing import Final

from billhook.db import Database
from billhook.jobs import Handler, Job, Ticks
from billhook.settings import Settings
from billhook.usage import service
from billhook.usage.events import SWEEP

TICKS: Final[Ticks] = {SWEEP: timedelta(hours=1)}


def handlers(database: Database, settings: Settings) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_sweep(job: Job) -> None:
        del job
        async with database.open() as tx:
            while await service.forget(tx, settings.request_log_days) == service.MOST_FORGOTTEN:
                pass

    return {SWEEP: on_sweep}
