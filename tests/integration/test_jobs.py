"""The outbox and its worker against a real database; time passes by moving the clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from billhook import jobs
from billhook.db import Database
from billhook.jobs import Handler, Job, Worker
from billhook.jobs.model import slot
from billhook.jobs.worker import LEASE_SECONDS, WINDOW
from billhook.kernel.time import MovableClock
from tests.conftest import create_database

MOST_ATTEMPTS = 8
HOUR = timedelta(hours=1)


class Outbox:
    """A database of its own with a clock to move, and a look at its outbox."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.database, self.clock = database, clock

    async def put(self, kind: str, **payload: Any) -> int:
        async with self.database.open() as tx:
            return await jobs.enqueue(tx, kind, payload)

    async def rows(self) -> list[Any]:
        connection = await asyncpg.connect(self.database.url)
        try:
            rows: list[Any] = await connection.fetch("select * from jobs.job order by id")
        finally:
            await connection.close()
        return rows

    async def execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.database.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def later(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))

    def worker(self, **handlers: Handler) -> Worker:
        return Worker(self.database, handlers)

    def minder(self, runs: list[int]) -> Worker:
        """A worker that sweeps every hour, with a memory of its own."""

        async def sweep(job: Job) -> None:
            runs.append(job.id)

        return Worker(self.database, {"sweep": sweep}, {"sweep": HOUR})


@pytest.fixture(scope="module")
async def own_database(worker_name: str) -> AsyncIterator[Database]:
    database = Database(await create_database(f"jobs_{worker_name}"), connections=8, clock=MovableClock())
    await database.connect()
    yield database
    await database.close()


@pytest.fixture
async def outbox(own_database: Database) -> Outbox:
    assert isinstance(own_database.clock, MovableClock)
    outbox = Outbox(own_database, own_database.clock)
    await outbox.execute("truncate jobs.job, jobs.tick")
    return outbox


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again; each look is a conversation with the database, so others get their turn."""
    async with asyncio.timeout(20):
        while not await condition():
            pass


async def test_a_job_that_fails_is_tried_again_after_2_4_and_8_seconds(outbox: Outbox) -> None:
    runs = []

    async def flaky(job: Job) -> None:
        runs.append(job.attempts)
        if job.attempts < 4:
            raise ValueError("not yet")

    worker = outbox.worker(flaky=flaky)
    await outbox.put("flaky")
    for attempt, seconds in ((1, 2), (2, 4), (3, 8)):
        await worker.drain()
        assert runs[-1] == attempt
        (row,) = await outbox.rows()
        assert (row["state"], row["last_error"]) == ("due", "ValueError: not yet")
        outbox.later(seconds - 1)
        await worker.drain()
        assert runs[-1] == attempt, "it runs no earlier"
        outbox.later(1.1)
    await worker.drain()
    assert runs == [1, 2, 3, 4]
    assert await outbox.rows() == []


async def test_a_job_that_always_fails_ends_as_dead_and_stays_for_the_doctor(outbox: Outbox) -> None:
    runs = []

    async def poison(job: Job) -> None:
        runs.append(job.id)
        raise ValueError("never")

    worker = outbox.worker(poison=poison)
    await outbox.put("poison")
    for _ in range(MOST_ATTEMPTS + 2):
        await worker.drain()
        outbox.later(3601)
    (row,) = await outbox.rows()
    assert (row["state"], row["attempts"], row["last_error"]) == ("dead", MOST_ATTEMPTS, "ValueError: never")
    assert len(runs) == MOST_ATTEMPTS


async def test_a_kind_nobody_knows_fails_like_any_other(outbox: Outbox) -> None:
    await outbox.put("unheard-of")
    await outbox.worker().drain()
    (row,) = await outbox.rows()
    assert (row["state"], row["last_error"]) == ("due", "KeyError: 'unheard-of'")


async def test_a_job_whose_worker_died_is_claimed_again_once_its_lease_has_run_out(outbox: Outbox) -> None:
    begun, runs = asyncio.Event(), []

    async def work(job: Job) -> None:
        runs.append(job.attempts)
        if job.attempts == 1:
            begun.set()
            await asyncio.Event().wait()

    await outbox.put("work")
    dying = asyncio.create_task(outbox.worker(work=work).run())
    await begun.wait()
    dying.cancel()
    await asyncio.wait([dying])
    assert [row["state"] for row in await outbox.rows()] == ["running"]

    successor = outbox.worker(work=work)
    outbox.later(LEASE_SECONDS - 10)
    assert await successor.work_once() == 0
    outbox.later(11)
    assert await successor.work_once() == 1
    assert runs == [1, 2]
    assert await outbox.rows() == []


@pytest.mark.parametrize("late_run_fails", [True, False])
async def test_a_run_that_outlived_its_lease_does_not_disturb_the_next(outbox: Outbox, late_run_fails: bool) -> None:
    begun = {1: asyncio.Event(), 2: asyncio.Event()}
    released = {1: asyncio.Event(), 2: asyncio.Event()}

    async def work(job: Job) -> None:
        begun[job.attempts].set()
        await released[job.attempts].wait()
        if job.attempts == 1 and late_run_fails:
            raise ValueError("too late to say")

    await outbox.put("work")
    first = asyncio.create_task(outbox.worker(work=work).work_once())
    await begun[1].wait()
    outbox.later(LEASE_SECONDS + 1)
    second = asyncio.create_task(outbox.worker(work=work).work_once())
    await begun[2].wait()
    released[1].set()
    await first
    (row,) = await outbox.rows()
    assert (row["state"], row["attempts"], row["last_error"]) == ("running", 2, None)
    released[2].set()
    await second
    assert await outbox.rows() == []


async def test_a_slow_job_delays_neither_the_acknowledgement_of_a_quick_one_nor_the_next(outbox: Outbox) -> None:
    slow_began, released = asyncio.Event(), asyncio.Event()

    async def slow(_: Job) -> None:
        slow_began.set()
        await released.wait()

    async def quick(_: Job) -> None:
        pass

    async def only_slow_is_left() -> bool:
        return [row["kind"] for row in await outbox.rows()] == ["slow"]

    await outbox.put("slow")
    await outbox.put("quick")
    worker = outbox.worker(slow=slow, quick=quick)
    running = asyncio.create_task(worker.run())
    await slow_began.wait()
    await until(only_slow_is_left)
    await outbox.put("quick")  # comes in while the slow one is under way
    await until(only_slow_is_left)
    worker.stop()
    assert not running.done()
    released.set()
    await running
    assert await outbox.rows() == []


async def test_a_full_window_claims_more_as_soon_as_there_is_room(outbox: Outbox) -> None:
    under_way, released = [], [asyncio.Event() for _ in range(WINDOW + 5)]

    async def work(job: Job) -> None:
        under_way.append(job.id)
        await released[job.payload["n"]].wait()

    ids = [await outbox.put("work", n=number) for number in range(WINDOW + 5)]
    worker = outbox.worker(work=work)
    running = asyncio.create_task(worker.run())

    async def begun(number: int) -> None:
        async def enough() -> bool:
            await outbox.rows()
            return len(under_way) >= number

        await until(enough)

    await begun(WINDOW)
    states = [row["state"] for row in await outbox.rows()]
    assert states.count("running") == WINDOW
    released[ids.index(under_way[0])].set()
    await begun(WINDOW + 1)
    assert len(await outbox.rows()) == WINDOW + 4
    for event in released:
        event.set()
    await begun(WINDOW + 5)
    worker.stop()
    await running
    assert await outbox.rows() == []
    assert sorted(under_way) == ids


async def test_a_failure_that_cannot_be_noted_takes_no_other_job_with_it(outbox: Outbox) -> None:
    async def spoiled(_: Job) -> None:
        raise ValueError("unspeakable")

    async def good(_: Job) -> None:
        pass

    await outbox.execute("alter table jobs.job add constraint hush check (last_error not like '%unspeakable')")
    await outbox.put("spoiled")
    await outbox.put("good")
    await outbox.worker(spoiled=spoiled, good=good).work_once()
    (row,) = await outbox.rows()
    assert (row["kind"], row["state"]) == ("spoiled", "running")
    outbox.later(LEASE_SECONDS + 1)
    assert await outbox.worker(spoiled=good).work_once() == 1
    assert await outbox.rows() == []


async def test_a_failure_may_say_what_no_column_takes(outbox: Outbox) -> None:
    async def work(_: Job) -> None:
        raise ValueError("a\x00b\udc00c")

    await outbox.put("work")
    await outbox.worker(work=work).work_once()
    assert [row["last_error"] for row in await outbox.rows()] == ["ValueError: abc"]


async def test_a_cancelled_worker_acknowledges_what_is_done_and_waits_for_what_it_cancels(outbox: Outbox) -> None:
    began, tidied = asyncio.Event(), []
    may_tidy = asyncio.Event()

    async def endless(_: Job) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await may_tidy.wait()
            tidied.append(True)

    async def quick(_: Job) -> None:
        pass

    await outbox.put("endless")
    await outbox.put("quick")
    running = asyncio.create_task(outbox.worker(endless=endless, quick=quick).run())
    await began.wait()
    running.cancel()
    may_tidy.set()
    await asyncio.wait([running])
    assert running.cancelled()
    assert tidied == [True]
    assert [(row["kind"], row["state"]) for row in await outbox.rows()] == [("endless", "running")]


async def test_what_comes_round_is_done_once_a_slot_by_any_number_of_workers_and_restarts(outbox: Outbox) -> None:
    runs: list[int] = []
    outbox.clock.move_to(slot(outbox.clock.now(), HOUR) + HOUR)
    team = [outbox.minder(runs) for _ in range(5)]
    await asyncio.gather(*(worker.drain() for worker in team))
    await outbox.minder(runs).drain()  # one that has just started
    assert len(runs) == 1
    outbox.later(3590)
    await asyncio.gather(*(worker.drain() for worker in team))
    assert len(runs) == 1
    outbox.later(20)
    await asyncio.gather(*(worker.drain() for worker in team))
    assert len(runs) == 2
    assert await outbox.rows() == []


async def test_a_long_pause_is_one_round_not_many(outbox: Outbox) -> None:
    runs: list[int] = []
    await outbox.minder(runs).drain()
    outbox.later(30 * 24 * 3600)
    await outbox.minder(runs).drain()
    assert len(runs) == 2


async def test_a_clock_that_lags_behind_repeats_no_round(outbox: Outbox) -> None:
    runs: list[int] = []
    await outbox.minder(runs).drain()
    outbox.later(-7200)
    await outbox.minder(runs).drain()
    outbox.later(7200)
    await outbox.minder(runs).drain()
    assert len(runs) == 1


async def test_a_clock_that_was_far_ahead_ends_no_rounds(outbox: Outbox) -> None:
    runs: list[int] = []
    outbox.later(10 * 365 * 24 * 3600)
    await outbox.minder(runs).drain()
    outbox.later(-10 * 365 * 24 * 3600)
    for _ in range(2):
        await outbox.minder(runs).drain()
    assert len(runs) == 2
    outbox.later(3600)
    await outbox.minder(runs).drain()
    assert len(runs) == 3


async def test_a_round_whose_worker_died_is_done_by_another(outbox: Outbox) -> None:
    begun, runs = asyncio.Event(), []

    async def sweep(job: Job) -> None:
        runs.append(job.attempts)
        if job.attempts == 1:
            begun.set()
            await asyncio.Event().wait()

    ticks = {"sweep": 1000 * HOUR}
    dying = asyncio.create_task(Worker(outbox.database, {"sweep": sweep}, ticks).run())
    await begun.wait()
    dying.cancel()
    await asyncio.wait([dying])
    outbox.later(LEASE_SECONDS + 1)
    await Worker(outbox.database, {"sweep": sweep}, ticks).drain()
    assert runs == [1, 2]
