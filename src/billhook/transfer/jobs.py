"""What follows a file that was accepted: it is written."""

from billhook.db import Database
from billhook.jobs import Handler, Job, Postponed
from billhook.kernel.ids import Id
from billhook.transfer import events, writing


def handlers(database: Database) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""

    async def on_importing(job: Job) -> None:
        organization, import_id = job.organization_id, Id(job.payload["import_id"])
        if organization is None:
            return
        try:
            await writing.write(database, organization, import_id)
        except Postponed:
            raise
        except Exception:
            if job.is_last_attempt:
                await writing.give_up(database, organization, import_id)
            raise

    return {events.IMPORTING: on_importing}
