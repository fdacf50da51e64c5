"""However a request with a key ends, its claim ends with it: the connection and the key are free again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from billhook import idempotency
from billhook.app import repeats
from billhook.db import Database
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.settings import Seal, Settings

Route = Callable[[Database, Any], Awaitable[None]]


@pytest.fixture
async def lone(database_url: str) -> AsyncIterator[Database]:
    """A database with a single connection: whoever keeps it lets nobody else in."""
    database = Database(database_url, connections=1)
    await database.connect()
    yield database
    await database.close()


async def _answer(send: Any, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"id": 1}'})


async def fails(_: Database, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError


async def is_cancelled(database: Database, _: Any) -> None:
    task = asyncio.current_task()
    assert task is not None
    async with database.open() as tx:
        asyncio.get_running_loop().call_later(0.05, task.cancel)
        await tx.run("execute", "select pg_sleep(9)", [], enters=False)


async def says_nothing(_: Database, __: Any) -> None:
    return


async def loses_the_database(database: Database, send: Any) -> None:
    async with database.open() as tx:
        pid = await tx.run("fetchval", "select pg_backend_pid()", [], enters=False)
    other = await asyncpg.connect(database.url)
    await other.execute("select pg_terminate_backend($1, 5000)", pid)
    await other.close()
    await _answer(send, 200)


async def refuses(_: Database, send: Any) -> None:
    await _answer(send, 422)


async def called(lone: Database, settings: Settings, account: Id, route: Route) -> list[Any]:
    """Send a request with a key to a route, as the application does once it knows who asks; return what was sent."""
    asked = idempotency.request_of(account, "the same key", b"POST")

    async def app(scope: Any, _: Any, send: Any) -> None:
        claim = await idempotency.begin(lone, Seal(settings), asked, one_transaction=True)
        scope["state"]["billhook.attempt"].claim = claim
        await route(claim.database, send)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": "/v1/x",
        "headers": [(b"idempotency-key", b"k")],
        "state": {},
    }
    await repeats.Repeatable(app)(scope, None, send)  # type: ignore[arg-type] # nothing is received
    return sent


@pytest.mark.parametrize("route", [fails, is_cancelled, says_nothing, loses_the_database, refuses])
async def test_a_claim_ends_with_its_request(lone: Database, settings: Settings, route: Route) -> None:
    account = ids.new()
    ended = await asyncio.gather(called(lone, settings, account, route), return_exceptions=True)
    ends: dict[Route, int] = {loses_the_database: 503, refuses: 422}
    status = ended[0][0]["status"] if isinstance(ended[0], list) else None
    assert status == ends.get(route)
    async with asyncio.timeout(5):
        again = await called(lone, settings, account, lambda _, send: _answer(send, 200))
    assert again[0]["status"] == 200


async def test_who_is_told_to_wait_is_told_how_long(lone: Database, settings: Settings, database: Database) -> None:
    """Another process has kept the answer, though we held the lock: only the unique key tells."""
    account = ids.new()

    async def is_overtaken(_: Database, send: Any) -> None:
        async with database.open() as tx:
            await idempotency.store.note(tx, account, "the same key", b"", ids.new(), 200, "", b"", False)
        await _answer(send, 200)

    sent = await called(lone, settings, account, is_overtaken)
    assert sent[0]["status"] == 409
    assert dict(sent[0]["headers"])[b"retry-after"] == b"1"
