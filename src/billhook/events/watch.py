"""Waiting at a feed: without a connection, a transaction or a lock, however many wait and however long."""

import asyncio
import contextlib
import logging
from typing import Final

from billhook.db import Database
from billhook.events import store
from billhook.events.model import Position
from billhook.kernel import ids
from billhook.kernel.ids import Id

log = logging.getLogger("billhook.events")

LOOK_SECONDS: Final = 0.25
"""How long an event may go unnoticed."""
MOST_WAITING: Final = 1_000
"""Who comes on top of so many is answered at once."""


class _Waiter:
    """Somebody who waits for an organization's feed to go on."""

    def __init__(self, organization: Id, after: Position) -> None:
        self.organization = organization
        self.after = after
        self.wanted = asyncio.Event()


class Watch:
    """Looks how far feeds have come, for all who wait in this process at once; nobody waits, nothing is asked.

    Writing an event notifies nobody: NOTIFY would make all commits of the database wait for each other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: set[_Waiter] = set()
        self._looking: asyncio.Task[None] | None = None
        self.is_closed = False

    async def wait(self, organization: Id, after: Position, seconds: float) -> None:
        """Return when the organization's feed has gone on behind `after`, after so many seconds, or when closing."""
        if self.is_closed or len(self._waiting) >= MOST_WAITING:
            return
        waiter = _Waiter(organization, after)
        self._waiting.add(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="events")
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiter.wanted.wait()
        finally:
            self._waiting.discard(waiter)

    def close(self) -> None:
        """Answer all who wait, and let nobody wait any more."""
        self.is_closed = True
        for waiter in self._waiting:
            waiter.wanted.set()

    async def _look(self) -> None:
        while self._waiting and not self.is_closed:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._wake()
            except Exception as error:  # noqa: BLE001 - whoever waits waits on: the database is away, and will be back
                log.warning("feeds cannot be looked at for now: %s", error)

    async def _wake(self) -> None:
        wanted = list({waiter.organization for waiter in self._waiting})
        if not wanted:
            return
        async with self._database.open() as tx:
            found = await store.latest(tx, [ids.shard_of(one) for one in wanted], wanted)
        latest = {row.organization_id: row.position for row in found}
        for waiter in self._waiting:
            position = latest.get(waiter.organization)
            if position is not None and position > waiter.after:
                waiter.wanted.set()
