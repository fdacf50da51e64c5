"""Connections are lent one after the other: everybody gets one, none that is broken, none with something left in it."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from billhook.db import Database, DatabaseUnavailable
from billhook.kernel import ids


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, connections=2)
    await database.connect()
    yield database
    await database.close()


async def session(database: Database) -> int:
    async with database.open() as tx:
        pid: int = await tx.connection.fetchval("select pg_backend_pid()")
    return pid


async def test_who_comes_next_gets_what_was_given_back(pair: Database) -> None:
    assert len({await session(pair) for _ in range(10)}) == 1


async def test_many_share_few(pair: Database) -> None:
    """More come than there are connections, and again and again: each gets its turn, and never are more in use."""
    busy = most = 0

    async def use() -> int:
        nonlocal busy, most
        async with pair.open() as tx:
            busy += 1
            most = max(most, busy)
            pid: int = await tx.connection.fetchval("select pg_backend_pid()")
            busy -= 1
        return pid

    for _ in range(3):
        assert len(set(await asyncio.gather(*(use() for _ in range(50))))) == 2
    assert most == 2


async def test_a_connection_that_broke_is_not_lent_again(pair: Database) -> None:
    first = await session(pair)
    ended = asyncio.Event()
    async with pair.open() as tx:
        tx.connection.add_termination_listener(lambda _: ended.set())
    owner = await asyncpg.connect(pair.url)
    await owner.execute("select pg_terminate_backend($1)", first)
    await owner.close()
    await asyncio.wait_for(ended.wait(), 30)
    assert await session(pair) != first


async def test_what_is_cut_off_leaves_nothing_behind(pair: Database) -> None:
    """Whoever is cancelled in a statement or leaves a transaction open: the next finds neither."""

    async def slow() -> None:
        async with pair.open() as tx:
            await tx.connection.execute("select pg_sleep(60)")

    async def half() -> None:
        async with pair.open() as tx:
            await tx.connection.execute("begin")

    for _ in range(3):
        task = asyncio.create_task(slow())
        async with pair.open() as tx:
            await tx.connection.execute("select 1")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await half()
    for _ in range(4):
        async with pair.open() as tx, pair.open() as other:
            for each in (tx, other):
                assert not each.connection.is_in_transaction()
                assert await each.connection.fetchval("select 1") == 1


async def test_no_tenant_is_handed_on(pair: Database) -> None:
    setting = "select current_setting('billhook.organization', true)"
    some = ids.new()
    async with pair.open(organization=some) as tx:
        await tx.run("fetchrow", "select 1", [], enters=False)
        assert await tx.connection.fetchval(setting) == str(ids.to_uuid(some))
    async with pair.open() as tx:
        record = await tx.run("fetchrow", setting, [], enters=False)
        assert record[0] == ""


async def test_a_closed_database_lends_nothing_and_waits_for_what_it_lent(database_url: str) -> None:
    database = Database(database_url, connections=2)
    await database.connect()
    await session(database)  # one lies ready
    lent, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> int:
        async with database.open() as tx:
            lent.set()
            await go_on.wait()
            answer: int = await tx.connection.fetchval("select 42")
        return answer

    task = asyncio.create_task(work())
    await lent.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.wait([closing], timeout=0)
    go_on.set()
    assert await task == 42
    await closing
    with pytest.raises(DatabaseUnavailable):
        await session(database)
