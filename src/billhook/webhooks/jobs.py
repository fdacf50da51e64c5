"""What comes round for webhooks: nothing is missed, and the log does not grow for ever."""

from datetime import timedelta
from typing import Final

from billhook.db import Database
from billhook.jobs import Handler, Job, Ticks
from billhook.webhooks import store
from billhook.webhooks.events import FORGET, SWEEP

TICKS: Final[Ticks] = {SWEEP: timedelta(minutes=1), FORGET: timedelta(hours=1)}
KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 1_000


def handlers(database: Database) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_sweep(job: Job) -> None:
        del job
        async with database.open() as tx:
            await store.look_for_missed(tx)

    async def on_forget(job: Job) -> None:
        del job
        gone = _AT_ONCE
        while gone == _AT_ONCE:
            async with database.open() as tx:
                gone = await store.forget(tx, tx.now - KEPT, _AT_ONCE)

    return {SWEEP: on_sweep, FORGET: on_forget}
