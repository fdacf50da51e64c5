"""The worker: claims due jobs under a lease, carries them out, acknowledges them in batches."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from billhook.db import Database, DatabaseUnavailable
from billhook.jobs import store
from billhook.jobs.model import Handler, Job
from billhook.kernel.problems import Problem

log = logging.getLogger("billhook.jobs")

BATCH = 20
LEASE_SECONDS = 300
IDLE_SECONDS = 1  # how long a job of another process may wait to be noticed


class Worker:
    """Works off the outbox until it is stopped; any number of them may run."""

    def __init__(
        self, database: Database, handlers: Mapping[str, Handler], *, lease_seconds: int = LEASE_SECONDS
    ) -> None:
        self.database = database
        self.handlers = handlers
        self.lease_seconds = lease_seconds
        self._stopping = False

    def stop(self) -> None:
        """Finish what was claimed and return from `run`."""
        self._stopping = True
        self.database.work.set()

    async def run(self) -> None:
        """Work until stopped; a database that is away for a while is waited for."""
        while not self._stopping:
            try:
                self.database.work.clear()
                if not await self.work_once():
                    await self._wait()
            except (DatabaseUnavailable, OSError) as error:
                log.warning("the worker waits for the database: %s", error)
                await self._pause(1)
            except Exception:
                log.exception("the worker stumbled and goes on")
                await self._pause(1)

    async def _wait(self) -> None:
        async with self.database.open() as tx:
            await store.bury(tx)
            due = await store.next_due(tx)
            seconds = (due - tx.now).total_seconds() if due else IDLE_SECONDS
        await self._pause(min(max(seconds, 0.01), IDLE_SECONDS))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.database.work.wait(), seconds)

    async def work_once(self) -> int:
        """Claim one batch and carry it out; return how many jobs it had."""
        async with self.database.open() as tx:
            jobs = await store.claim(tx, BATCH, self.lease_seconds)
        if not jobs:
            return 0
        done = [job_id for job_id in await asyncio.gather(*map(self._carry_out, jobs)) if job_id]
        if done:
            async with self.database.open() as tx:
                await store.finish(tx, done)
        return len(jobs)

    async def drain(self) -> None:
        """Work until nothing is due any more: for tests and the demo."""
        while await self.work_once():
            pass

    async def _carry_out(self, job: Job) -> int | None:
        try:
            await self.handlers[job.kind](job)
        except Exception as error:  # a job's failure is a fact to note, whatever it is
            expected = isinstance(error, Problem)
            log.warning(
                "job %s (%s) failed, attempt %s: %s", job.id, job.kind, job.attempts, error, exc_info=not expected
            )
            async with self.database.open() as tx:
                await store.fail(tx, job.id, f"{type(error).__name__}: {error}"[:500], False)
            return None
        return job.id
