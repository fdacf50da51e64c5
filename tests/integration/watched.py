"""A process that is watched while it asks gateways, and that dies where a test wants it to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from billhook.db import Database, Tx
from billhook.gateways import Gateways, sandbox
from billhook.kernel.ids import Id
from billhook.processing import Till
from billhook.settings import Settings


class Killed(BaseException):
    """The process has ended."""


class WatchedDatabase(Database):
    """A database that counts what is open, and kills who uses it at a statement of our choice."""

    left: int | None = None
    opened = 0

    @asynccontextmanager
    async def open(self, account: Id | None = None, organization: Id | None = None) -> AsyncIterator[Tx]:
        async with super().open(account, organization) as tx:
            run = tx.run

            async def counted(*args: Any, **kwargs: Any) -> Any:
                if self.left is not None:
                    self.left -= 1
                    if self.left < 0:
                        raise Killed
                return await run(*args, **kwargs)

            tx.run = counted  # type: ignore[method-assign]
            self.opened += 1
            try:
                yield tx
            finally:
                self.opened -= 1


class WatchedGateway:
    """A gateway behind a wall of its own: who calls it may not keep a transaction open meanwhile."""

    def __init__(self, gateway: Any, database: WatchedDatabase) -> None:
        self.gateway, self.database, self.calls = gateway, database, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.gateway, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            assert self.database.opened == 0, f"{name} is waited for with a transaction open"
            self.calls += 1
            return await found(*args, **kwargs)

        return call


@pytest.fixture
async def watched(database: Database, settings: Settings, base_url: str) -> AsyncIterator[Till]:
    """A till on a database of its own, with the sandbox on another."""
    mine = WatchedDatabase(database.url, connections=4, clock=database.clock)
    await mine.connect()
    gateways = Gateways(mine, settings, base_url)
    behind = sandbox.SandboxGateway(database, gateways.seal, base_url)
    gateways._by_name = {"sandbox": WatchedGateway(behind, mine), "stripe": WatchedGateway(gateways.stripe, mine)}
    yield Till(gateways, settings.operator_fee)
    await gateways.close()
    await mine.close()


@pytest.fixture(scope="session")
async def till(database: Database, settings: Settings, base_url: str) -> AsyncIterator[Till]:
    """A till that nothing happens to."""
    gateways = Gateways(database, settings, base_url)
    yield Till(gateways, settings.operator_fee)
    await gateways.close()


async def died(till: Till, n: int, act: Callable[[], Any]) -> bool:
    """Do something in a process that ends at its nth statement; return whether it got that far."""
    database = till.database
    assert isinstance(database, WatchedDatabase)
    database.left = n
    try:
        await act()
    except Killed:
        return True
    finally:
        database.left = None
    return False


def token_of(url: str) -> str:
    return url.rpartition("/")[2]
