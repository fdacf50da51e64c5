"""What follows a notice, and what comes round: looking after payments that nobody has told us about."""

from datetime import timedelta
from typing import Final

from billhook.jobs import Handler, Job, Ticks
from billhook.processing import journeys
from billhook.processing.events import CHARGING, NOTICED, SWEEP
from billhook.processing.journeys import Till

TICKS: Final[Ticks] = {SWEEP: timedelta(minutes=1)}
"""What this room does when its time comes round."""


def handlers(till: Till) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_notice(job: Job) -> None:
        await journeys.noticed(till, job)

    async def on_sweep(job: Job) -> None:
        del job
        await journeys.sweep(till)

    async def on_charging(job: Job) -> None:
        await journeys.charge_as_planned(till, job)

    return {NOTICED: on_notice, SWEEP: on_sweep, CHARGING: on_charging}
