"""The worker: claims due jobs under a lease, carries them out side by side, acknowledges each as it ends.

It also minds the clock: what comes round is put into the outbox when its slot has begun, and is a job like any other.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime

from billhook.db import Database, DatabaseUnavailable, Tx
from billhook.jobs import store
from billhook.jobs.model import Handler, Job, Ticks, slot
from billhook.kernel.problems import Problem

log = logging.getLogger("billhook.jobs")

WINDOW = 20  # how many jobs of one worker are under way at most
LEASE_SECONDS = 300
IDLE_SECONDS = 1  # how long a job of another process may wait to be noticed


class Worker:
    """Works off the outbox until it is stopped; any number of them may run.

    A slow job holds up nobody: what ends makes room in the window, and a claim fills it again.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        ticks: Ticks | None = None,
        *,
        lease_seconds: int = LEASE_SECONDS,
    ) -> None:
        self.database = database
        self.handlers = handlers
        self.ticks = ticks or {}
        self.lease_seconds = lease_seconds
        self._stopping = False
        self._ticked: dict[str, datetime] = {}  # the slots this worker has seen begin
        self._under_way: set[asyncio.Task[None]] = set()
        self._acknowledging: set[asyncio.Task[None]] = set()  # those of them whose work is done

    def stop(self) -> None:
        """Claim no more, finish what was claimed and return from `run`."""
        self._stopping = True
        self.database.work.set()

    async def run(self) -> None:
        """Work until stopped; a database that is away for a while is waited for.

        Cancelled, it cancels the jobs under way and waits until they have ended; their leases run out later. What was
        done already is still acknowledged.
        """
        try:
            while not self._stopping:
                await self._turn()
            await self._settle()
        finally:
            for task in self._under_way - self._acknowledging:
                task.cancel()
            await self._settle()

    async def _turn(self) -> None:
        """Fill the window; then wait for room in it, or for work."""
        try:
            self.database.work.clear()
            if not await self._claim():
                await self._wait()
        except (DatabaseUnavailable, OSError) as error:
            log.warning("the worker waits for the database: %s", error)
            await self._pause(1)
        except Exception:
            log.exception("the worker stumbled and goes on")
            await self._pause(1)

    async def _claim(self) -> int:
        """Claim as many jobs as the window has room for and begin them; return how many."""
        room = WINDOW - len(self._under_way)
        if room <= 0:
            return 0
        async with self.database.open() as tx:
            await self._tick(tx)
            jobs = await store.claim(tx, room, self.lease_seconds)
        for job in jobs:
            self._begin(job)
        return len(jobs)

    async def _tick(self, tx: Tx) -> None:
        """Put into the outbox what comes round in slots that have begun, unless another worker was quicker."""
        slots = {task: slot(tx.now, every) for task, every in self.ticks.items()}
        begun = {task: at for task, at in slots.items() if self._ticked.get(task) != at}
        if begun:
            await store.tick(tx, list(begun), list(begun.values()))
            self._ticked |= begun

    def _begin(self, job: Job) -> None:
        async def carry_out() -> None:
            failure = await self._attempt(job)
            self._acknowledging.add(task)
            await self._acknowledge(job, failure)

        task = asyncio.create_task(carry_out(), name=f"job {job.id}")
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if len(self._under_way) >= WINDOW:
            self.database.work.set()  # there is room again, and more may be due
        self._under_way.discard(task)
        self._acknowledging.discard(task)

    async def _wait(self) -> None:
        async with self.database.open() as tx:
            await store.bury(tx)
            due = await store.next_due(tx)
            seconds = (due - tx.now).total_seconds() if due else IDLE_SECONDS
        full = len(self._under_way) >= WINDOW
        await self._pause(IDLE_SECONDS if full else min(max(seconds, 0.01), IDLE_SECONDS))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # not wait_for: it can swallow a cancellation
                await self.database.work.wait()

    async def _settle(self) -> None:
        """Wait until no job is under way."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def work_once(self) -> int:
        """Claim what is due, up to a window's worth, and carry it out to the end; return how many jobs it was."""
        claimed = await self._claim()
        await self._settle()
        return claimed

    async def drain(self) -> None:
        """Work until nothing is due any more: for tests and the demo."""
        while await self.work_once():
            pass

    async def _attempt(self, job: Job) -> str | None:
        """Return None, or what the job failed with."""
        try:
            await self.handlers[job.kind](job)
        except Exception as error:  # a job's failure is a fact to note, whatever it is
            unexpected = not isinstance(error, Problem)
            log.warning(
                "job %s (%s) failed, attempt %s: %s", job.id, job.kind, job.attempts, error, exc_info=unexpected
            )
            return _storable(f"{type(error).__name__}: {error}")[:500]
        return None

    async def _acknowledge(self, job: Job, failure: str | None) -> None:
        """Note what a job came to. Raises nothing: what cannot be noted runs again when its lease has run out."""
        try:
            async with self.database.open() as tx:
                if failure is None:
                    noted = await store.finish(tx, job.id, job.attempts)
                else:
                    noted = await store.fail(tx, job.id, job.attempts, failure)
            if not noted:
                log.warning("job %s (%s) outlived its lease; a later run decides", job.id, job.kind)
        except Exception:
            log.exception("job %s (%s) could not be acknowledged and will run again", job.id, job.kind)


def _storable(text: str) -> str:
    """Leave out what no text column takes: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()
