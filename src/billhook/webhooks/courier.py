"""The courier: makes deliveries of events, and gives webhooks their turns side by side: none waits for another."""

import asyncio
import contextlib
import logging
from typing import Final

from billhook.db import Database, DatabaseUnavailable
from billhook.settings import Settings
from billhook.webhooks import journeys, store
from billhook.webhooks.model import Turn

log = logging.getLogger("billhook.webhooks")

WINDOW: Final = 256
"""How many webhooks have their turn at the same time, in one process."""
SLOW_SHARE: Final = 128
"""How many of them may be slow: whoever failed or took his time when it was last his turn."""
LEASE_SECONDS: Final = 60
LOOK_SECONDS: Final = 0.5
_MOST_FANNED_OUT: Final = 1_000


class Courier:
    """Tells webhooks what has happened until it is stopped; any number of couriers may run."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        window: int = WINDOW,
        slow_share: int = SLOW_SHARE,
        call_seconds: int = journeys.CALL_SECONDS,
    ) -> None:
        self._database = database
        self._post = journeys.Post(database, settings, call_seconds)
        self._window, self._slow_share = window, slow_share
        self._slow: set[asyncio.Task[None]] = set()
        self._quick: set[asyncio.Task[None]] = set()
        self._wanted = asyncio.Event()
        self._stopping = False

    def stop(self) -> None:
        """Begin no further turn, finish those under way and return from `run`."""
        self._stopping = True
        self._wanted.set()

    async def run(self) -> None:
        """Deliver until stopped. Cancelled, turns are cut off, and taken again when their lease has run out."""
        try:
            while not self._stopping:
                if not await self._round():
                    await self._pause()
            await self.settle()
        finally:
            for task in self._slow | self._quick:
                task.cancel()
            await self.settle()

    async def _round(self) -> int:
        """Begin what is due; return how many turns that was. Whatever goes wrong, the next round comes."""
        try:
            return await self.begin()
        except (DatabaseUnavailable, OSError) as error:
            log.warning("webhooks wait for the database: %s", error)
        except Exception:
            log.exception("the courier stumbled and goes on")
        return 0

    async def begin(self) -> int:
        """Fan out what is new, and begin as many turns as there is room for; return how many."""
        async with self._database.open() as tx:
            await store.fan_out(tx, _MOST_FANNED_OUT)
            room = self._window - len(self._slow) - len(self._quick)
            quick = await store.take_turns(tx, slow=False, most=room, lease_seconds=LEASE_SECONDS) if room > 0 else []
            room = min(room - len(quick), self._slow_share - len(self._slow))
            slow = await store.take_turns(tx, slow=True, most=room, lease_seconds=LEASE_SECONDS) if room > 0 else []
        for turns, tasks in ((quick, self._quick), (slow, self._slow)):
            for turn in turns:
                self._take(turn, tasks)
        return len(quick) + len(slow)

    def _take(self, turn: Turn, tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(self._carry_out(turn), name=f"webhook {turn.endpoint_id}")
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _carry_out(self, turn: Turn) -> None:
        try:
            await journeys.take(self._post, turn)
        except Exception:  # its lease runs out, and it is tried again
            log.exception("the turn of webhook %s broke off", turn.endpoint_id)
        self._wanted.set()

    async def _pause(self) -> None:
        if not self._stopping:
            self._wanted.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._wanted.wait()

    async def settle(self) -> None:
        """Wait until no turn is under way."""
        while under_way := self._slow | self._quick:
            await asyncio.wait(under_way)
