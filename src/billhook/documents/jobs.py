"""What follows an issued document: its paper is printed and stored; and from the clock: it is overdue, or tallied."""

import logging
from datetime import timedelta
from typing import Final

from billhook.db import Database, Tx
from billhook.documents import events, journeys
from billhook.documents.paper.press import Press
from billhook.documents.service.listing import gather
from billhook.documents.service.sending import announce_overdue
from billhook.jobs import Handler, Job, Ticks
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours

log = logging.getLogger("billhook.documents")

TICKS: Final[Ticks] = {events.SWEEP: timedelta(minutes=5), events.GATHER: timedelta(minutes=1)}
MOST_ANNOUNCED: Final = 1_000
"""How many documents are announced as overdue in one statement."""
WORTH_GATHERING: Final = 100
"""Changes of documents in an organization, beyond which they are gathered."""


def handlers(database: Database, press: Press) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_issued(job: Job) -> None:
        async def enter(tx: Tx) -> Id:
            tx.enter(job.organization_id)
            return Id(job.payload["document_id"])

        try:
            await journeys.pdf(database, press, enter)
        except NotYours:
            log.info("document %s went before its paper was printed", job.payload["document_id"])

    async def on_sweep(_: Job) -> None:
        found = MOST_ANNOUNCED
        while found == MOST_ANNOUNCED:
            async with database.open() as tx:
                found = await announce_overdue(tx, MOST_ANNOUNCED)

    async def on_overdue(job: Job) -> None:
        log.debug("document %s is overdue", job.payload["document_id"])

    async def on_gather(job: Job) -> None:
        del job
        async with database.open() as tx:
            await gather(tx, WORTH_GATHERING)

    return {
        events.ISSUED: on_issued,
        events.SWEEP: on_sweep,
        events.OVERDUE: on_overdue,
        events.GATHER: on_gather,
    }
