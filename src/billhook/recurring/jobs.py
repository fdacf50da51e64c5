"""What the clock asks for: look which recurrences are due, and make their documents, period by period."""

import logging
from datetime import timedelta
from typing import Final

from billhook.db import Database, DatabaseUnavailable
from billhook.jobs import Handler, Job, Ticks
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, Problem
from billhook.recurring import events, service

log = logging.getLogger("billhook.recurring")

TICKS: Final[Ticks] = {events.SWEEP: timedelta(minutes=1)}
MOST_HANDED_OUT: Final = 500
"""How many recurrences are put into the outbox in one statement."""
MOST_MADE: Final = 50
"""How many periods of a recurrence are made up in one job; the next sweep sees to the rest."""
_GONE: Final = "the document it hangs on is gone"
_BUG: Final = "something went wrong on our side; the log says what"


def handlers(database: Database) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_sweep(_: Job) -> None:
        found = MOST_HANDED_OUT
        while found == MOST_HANDED_OUT:
            async with database.open() as tx:
                found = await service.hand_out(tx, MOST_HANDED_OUT)

    async def on_due(job: Job) -> None:
        await make_due(database, job)

    return {events.SWEEP: on_sweep, events.DUE: on_due}


async def make_due(database: Database, job: Job) -> None:
    """Make the documents of the periods that have begun, oldest first, each in a transaction of its own.

    One that fails is noted with the recurrence and tried again later; those after it wait, so that they stay in order.
    """
    recurrence_id, account_id = Id(job.payload["recurrence_id"]), Id(job.payload["account_id"])
    try:
        for _ in range(MOST_MADE):
            async with database.open(account_id, job.organization_id) as tx:
                if not await service.make_next(tx, recurrence_id):
                    break
    except DatabaseUnavailable:
        raise
    except NotYours:
        why = _GONE
    except Problem as problem:
        why = problem.message
    except Exception:
        log.exception("recurrence %s failed", recurrence_id)
        why = _BUG
    else:
        return
    log.warning("recurrence %s of organization %s: %s", recurrence_id, job.organization_id, why)
    async with database.open(organization=job.organization_id) as tx:
        await service.note_failed(tx, recurrence_id, why[:500])
