"""What follows an issued document: its paper is printed and stored."""

import logging

from billhook.db import Database, Tx
from billhook.documents import events, journeys
from billhook.documents.paper.press import Press
from billhook.jobs import Handler, Job
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours

log = logging.getLogger("billhook.documents")


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

    return {events.ISSUED: on_issued}
