"""Reminders: by an organization's schedule, and when somebody asks for them; each is a mailing like any other."""

from typing import Final

from billhook import clients, jobs, organizations
from billhook.db import Tx
from billhook.delivery import store
from billhook.delivery.model import NothingOverdue
from billhook.kernel import time
from billhook.kernel.ids import Id
from billhook.kernel.problems import invalid

MOST_OF_A_CLIENT: Final = 50
"""How many documents a client is reminded of at once: the longest overdue."""


async def remind(tx: Tx, most: int) -> int:
    """Put reminders that are due, of all organizations, into the outbox; return how many it were."""
    found = await store.remind(tx, most)
    if found:
        jobs.wake(tx)
    return found


async def remind_client(tx: Tx, client_id: str, *, email: str = "", language: str | None = None) -> int:
    """Remind a client of the organization that was entered of what is overdue; return how many mails go out.

    Asked for again, a document is not mailed to the same address twice in a day. Raises Invalid (no address),
    NothingOverdue, NotYours.
    """
    address = email.strip() or (await clients.read(tx, client_id)).identity.email or ""
    if not address:
        raise invalid("Reminder", "email", "presence", "can't be blank: the client has no e-mail address")
    if not organizations.is_email(address):
        raise invalid("Reminder", "email", "format", f"`{address[:100]}` is not an e-mail address")
    today = time.day(tx.now, (await organizations.read(tx)).timezone)
    found = await store.remind_client(
        tx, client=Id(client_id), address=address, day=today, language=language, most=MOST_OF_A_CLIENT
    )
    if not found.overdue:
        raise NothingOverdue
    jobs.wake(tx)
    return found.mailed
