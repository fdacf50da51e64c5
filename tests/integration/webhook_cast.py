"""What the tests of webhooks share: an installation of its own, and receivers on the loopback that do as they are told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from standardwebhooks import Webhook

from billhook.app import Application, Server, bind
from billhook.db import Database
from billhook.documents import Press
from billhook.jobs import Worker
from billhook.kernel.time import MovableClock
from billhook.settings import load
from billhook.webhooks import TICKS, Courier, handlers
from tests.conftest import create_database
from tests.integration.access_cast import ok
from tests.world import Actor, World

SETTINGS = {
    "BILLHOOK_SECRET_KEY": "k" * 40,
    "BILLHOOK_ALLOW_PRIVATE_ADDRESSES": "yes",
    "BILLHOOK_REQUEST_LOG_DAYS": "0",
}


class Told(dict[str, Any]):
    """A message as it was received: its JSON, with headers and raw body beside it."""

    def __init__(self, headers: dict[str, str], body: bytes) -> None:
        super().__init__(json.loads(body))
        self.headers, self.body = headers, body

    def verified_by(self, secret: str) -> "Told":
        """Verify as a receiver does, with the library of Standard Webhooks."""
        assert Webhook(secret).verify(self.body, self.headers) == dict(self)
        return self


class Receiver:
    """A server that keeps what it is told and answers as `answer` says; may be asked to wait for something first."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.status = 200
        self.before: Callable[[], Awaitable[Any]] | None = None
        self.url = ""

    @property
    def ids(self) -> list[str]:
        return [message.headers["webhook-id"] for message in self.told]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): value for name, _, value in lines}
        self.told.append(Told(headers, await reader.readexactly(int(headers["content-length"]))))
        if self.before:
            await self.before()
        writer.write(f"HTTP/1.1 {self.status} So\r\nContent-Length: 5\r\nConnection: close\r\n\r\nThere".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    async with server:
        receiver.url = f"http://localhost:{server.sockets[0].getsockname()[1]}/hooks"
        yield receiver


class Switchboard:
    """An installation with a clock of its own, whose courier is wound by hand."""

    def __init__(self, world: World, database: Database) -> None:
        self.world, self.database = world, database

    def courier(self, **options: Any) -> Courier:
        private = options.pop("private", "yes")
        return Courier(self.database, load(SETTINGS | {"BILLHOOK_ALLOW_PRIVATE_ADDRESSES": private}), **options)

    async def until(self, there: Callable[[], Any], courier: Courier | None = None) -> None:
        """Let the courier go round until something is there: what is new can be read once older transactions end."""
        courier = courier or self.courier()
        async with asyncio.timeout(60):
            while True:
                found = there()
                if await found if isinstance(found, Awaitable) else found:
                    break
                await courier.begin()
                await asyncio.sleep(0)
        await courier.settle()

    async def sweep(self) -> None:
        await Worker(self.database, handlers(self.database), TICKS).drain()


@asynccontextmanager
async def a_switchboard(name: str) -> AsyncIterator[Switchboard]:
    clock, press = MovableClock(), Press()
    database = Database(await create_database(name), connections=8, clock=clock)
    await database.connect()
    sock = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    application = Application(load(SETTINGS), database, press, public_url=url)
    server = Server(application.asgi, sock)
    await server.start()
    async with World(url, database, clock) as world:
        yield Switchboard(world, database)
    await server.stop()
    await application.close()
    await database.close()
    await press.close()


async def hook(actor: Actor, organization: dict[str, Any], url: str, *wishes: str, **more: Any) -> dict[str, Any]:
    body = {"url": url, "events": list(wishes or ["*"])} | more
    made: dict[str, Any] = ok(await actor.post(f"/Organizations/{organization['id']}/webhooks", body))
    return made


async def client(actor: Actor, organization: dict[str, Any], name: str = "Ada") -> str:
    body = {"name": name, "country": "Belgium"}
    made: str = ok(await actor.post(f"/Organizations/{organization['id']}/clients", body))["id"]
    return made


async def log(actor: Actor, webhook: dict[str, Any], **words: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await actor.get(f"/Webhooks/{webhook['id']}/deliveries", params=words))
    return found
