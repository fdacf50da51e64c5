"""What is mailed when: documents, word of what recurs or was paused, addresses, passwords, invitations."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from billhook import accounts, organizations
from billhook.db import Database
from billhook.delivery import journeys, reminders
from billhook.delivery.events import SWEEP
from billhook.delivery.journeys import Office
from billhook.delivery.postman import postman
from billhook.documents import Press, events
from billhook.events.events import PAUSED
from billhook.jobs import Handler, Job, Ticks
from billhook.settings import Settings

TICKS: Final[Ticks] = {SWEEP: timedelta(minutes=5)}
MOST_REMINDED: Final = 500
"""How many reminders are put into the outbox in one statement."""


def handlers(database: Database, settings: Settings, press: Press, public_url: str) -> dict[str, Handler]:
    """Return what carries out this room's jobs."""
    office = Office(
        database, press, postman(settings, database, public_url), settings.mail_from, public_url.rstrip("/")
    )

    async def on_sweep(_: Job) -> None:
        found = MOST_REMINDED
        while found == MOST_REMINDED:
            async with database.open() as tx:
                found = await reminders.remind(tx, MOST_REMINDED)

    def with_office(journey: Callable[[Office, Job], Awaitable[None]]) -> Handler:
        async def carry_out(job: Job) -> None:
            await journey(office, job)

        return carry_out

    return {
        SWEEP: on_sweep,
        events.SENDING: with_office(journeys.send_document),
        events.RECURRED: with_office(journeys.send_notice),
        accounts.CONFIRM: with_office(journeys.send_confirmation),
        organizations.INVITED: with_office(journeys.send_invitation),
        accounts.RESET: with_office(journeys.send_reset),
        PAUSED: with_office(journeys.send_pause),
    }
