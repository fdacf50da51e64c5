"""A post office for tests: a mail server on the loopback, and an installation of its own with a clock to move."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import asyncpg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from litestar import Router

from billhook import delivery
from billhook.api import emails
from billhook.app import Application, Server, bind
from billhook.db import Database
from billhook.delivery import Opened, open_mail
from billhook.delivery.journeys import Office
from billhook.delivery.postman import postman
from billhook.documents import Press
from billhook.gateways import Gateways
from billhook.jobs import Worker
from billhook.kernel.time import MovableClock
from billhook.pages import dev_mail
from billhook.settings import Settings, load
from billhook.worker import TICKS, handlers
from tests.conftest import create_database
from tests.world import Actor, World


class Mailbox:
    """A mail server on the loopback: keeps what it takes, refuses and puts off whom it is told to."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.later: set[str] = set()
        self.content_answer = ""
        self.taken: list[Envelope] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.looked: Callable[[], Awaitable[None]] | None = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        if address in self.refused:
            return "550 5.1.1 no such user"
        if address in self.later:
            return "451 4.7.1 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.looked:
            await self.looked()
        if self.content_answer:
            return self.content_answer
        self.taken.append(envelope)
        return "250 OK"

    def login(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss/word", handled=False)

    @property
    def mails(self) -> list[tuple[list[str], Opened]]:
        return [(envelope.rcpt_tos, open_mail(envelope.content)) for envelope in self.taken]


@contextmanager
def listening(mailbox: Mailbox, port: int = 0, **options: Any) -> Iterator[int]:
    """Let a mail server listen while the block runs; return its port."""
    port = port or free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class House:
    """An installation of its own: database, clock, server; workers with a mail server or without."""

    def __init__(self, world: World, database: Database, press: Press, clock: MovableClock, url: str) -> None:
        self.world, self.database, self.press, self.clock, self.url = world, database, press, clock, url

    def settings(self, port: int | None = None, **others: str) -> Settings:
        values = {"BILLHOOK_MAIL_FROM": "Billhook <billing@example.com>"}
        if port:
            values["BILLHOOK_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
        return load(values | {f"BILLHOOK_{name.upper()}": value for name, value in others.items()})

    def office(self, settings: Settings) -> Office:
        return Office(
            self.database, self.press, postman(settings, self.database, self.url), settings.mail_from, self.url
        )

    async def work(self, settings: Settings) -> None:
        """Work off what is due at the clock's time."""
        await self.worker(settings).drain()

    def worker(self, settings: Settings | None = None, database: Database | None = None) -> Worker:
        """A worker as the installation has it, with a memory of its own."""
        database, settings = database or self.database, settings or self.settings()
        gateways = Gateways(database, settings, self.url)
        known = handlers(database, settings, self.press, public_url=self.url, gateways=gateways)
        return Worker(database, known, TICKS)

    async def later(self, settings: Settings, seconds: int = 3700) -> None:
        self.clock.move(timedelta(seconds=seconds))
        await self.work(settings)

    async def mailings(self) -> tuple[int, int]:
        """How many mailings of documents wait in the outbox, and how many were given up."""
        rows = await self.look("select state = 'dead' as dead from jobs.job where kind = 'document.sending'")
        return sum(not row["dead"] for row in rows), sum(row["dead"] for row in rows)

    async def look(self, sql: str, *arguments: Any) -> list[Any]:
        """Look into the database past the application."""
        connection = await asyncpg.connect(self.database.url)
        try:
            rows: list[Any] = await connection.fetch(sql, *arguments)
        finally:
            await connection.close()
        return rows

    async def caught(self, to: str) -> list[Opened]:
        async with self.database.open() as tx:
            found = [mail.id for mail in await delivery.caught(tx) if to in mail.recipients]
            mails = [await delivery.caught_mail(tx, mail_id) for mail_id in found]
        return [open_mail(mail.raw) for mail in mails if mail]

    async def emails(self, actor: Actor, document: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await actor.get(f"/Documents/{document['id']}/emails")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found


async def serve(settings: Settings, database: Database, press: Press, url: str, sock: socket.socket) -> Any:
    """Start a server that has the routes of this room."""
    application = Application(settings, database, press, public_url=url)
    known = {route.path for route in application.litestar.routes}
    if "/dev/mail" not in known:
        opt = {"public": True}
        application.litestar.register(Router("/", route_handlers=dev_mail.ROUTES, opt=opt, include_in_schema=False))
    if "/v1/Documents/{document_id:str}/emails" not in known:
        application.litestar.register(Router("/v1", route_handlers=emails.ROUTES))
    server = Server(application.asgi, sock)
    await server.start()

    async def stop() -> None:
        await server.stop()
        await application.close()

    return stop


@asynccontextmanager
async def a_house(name: str) -> AsyncIterator[House]:
    """Lend an installation without a mail server; its database is named after `name`."""
    clock, press = MovableClock(), Press()
    database = Database(await create_database(name), connections=8, clock=clock)
    await database.connect()
    sock = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    stop = await serve(load({}), database, press, url, sock)
    async with World(url, database, clock) as world:
        yield House(world, database, press, clock, url)
    await stop()
    await database.close()
    await press.close()


async def send(actor: Actor, document: dict[str, Any], **said: Any) -> None:
    """Have a document mailed."""
    answer = await actor.post(f"/Documents/{document['id']}/send", said)
    assert answer.status_code == 200, answer.text
