"""Fixtures of the whole suite: one real PostgreSQL a run, one database a worker process, one real HTTP server."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from billhook.app import Application, Server, bind
from billhook.db import Database, migrate
from billhook.documents import Press
from billhook.kernel.time import MovableClock
from billhook.settings import Settings, load
from tests.stripe_stand_in import StripeStandIn, running_stripe
from tests.world import World

TEMPLATE = "TEST_TEMPLATE"  # the variable that tells worker processes the template database of this run
ADMIN_URL = "TEST_DATABASE_URL"  # an owner's URL; the suite starts a PostgreSQL of its own when it is not set
_started: list[object] = []


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    if ADMIN_URL not in os.environ:
        from billhook.db import embedded

        folder = tempfile.mkdtemp(prefix="billhook-test-")
        os.chmod(folder, 0o755)
        cluster = embedded.start(Path(folder))
        _started.extend([cluster, folder])
        os.environ[ADMIN_URL] = cluster.owner_url
    os.environ[TEMPLATE] = f"billhook_test_{os.getpid()}"
    asyncio.run(_make_template(os.environ[TEMPLATE]))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        asyncio.run(_drop_databases(os.environ[TEMPLATE]))
    if _started:
        cluster, folder = _started
        _started.clear()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def url_of(database: str) -> str:
    """Return the owner's URL of a database of the test server."""
    from urllib.parse import urlsplit, urlunsplit

    return urlunsplit(urlsplit(os.environ[ADMIN_URL])._replace(path=f"/{database}"))


async def _execute(sql: str) -> None:
    connection = await asyncpg.connect(os.environ[ADMIN_URL])
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _make_template(name: str) -> None:
    await _execute(f"drop database if exists {name} with (force)")
    await _execute(f"create database {name}")
    await migrate(url_of(name))


async def _drop_databases(prefix: str) -> None:
    connection = await asyncpg.connect(os.environ[ADMIN_URL])
    try:
        for row in await connection.fetch("select datname from pg_database where datname like $1", f"{prefix}%"):
            await connection.execute(f'drop database "{row["datname"]}" with (force)')
    finally:
        await connection.close()


async def create_database(name: str) -> str:
    """Create a migrated database and return its owner's URL."""
    name = f"{os.environ[TEMPLATE]}_{name}"
    await _execute(f"create database {name} template {os.environ[TEMPLATE]}")
    return url_of(name)


async def create_empty_database(name: str) -> str:
    """Create a database in which nothing is, not even a schema, and return its owner's URL."""
    name = f"{os.environ[TEMPLATE]}_{name}"
    await _execute(f"create database {name}")
    return url_of(name)


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
async def database_url(worker_name: str) -> str:
    return await create_database(worker_name)


@pytest.fixture(scope="session")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def stripe(clock: MovableClock) -> Iterator[StripeStandIn]:
    """What stands for Stripe; no test asks Stripe itself."""
    with running_stripe(clock) as stripe:
        yield stripe


@pytest.fixture(scope="session")
def settings(database_url: str, stripe: StripeStandIn) -> Settings:
    return load(
        {
            "BILLHOOK_STRIPE_API_BASE": stripe.url,
            "BILLHOOK_STRIPE_SECRET_KEY": "sk_test_operator",
            "BILLHOOK_STRIPE_PUBLISHABLE_KEY": "pk_test_operator",
            "BILLHOOK_STRIPE_WEBHOOK_SECRET": "whsec_operator",
            "BILLHOOK_STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_operator_connect",
            "BILLHOOK_DATABASE_URL": database_url,
            "BILLHOOK_LOGIN_ATTEMPTS": "5",
            "BILLHOOK_REQUEST_LOG_DAYS": "0",
            "BILLHOOK_BILLING_REQUESTS_PER_SECOND": "10000",
            "BILLHOOK_SECRET_KEY": "k" * 40,
        }
    )


@pytest.fixture(scope="session")
async def database(database_url: str, clock: MovableClock) -> AsyncIterator[Database]:
    database = Database(database_url, connections=8, clock=clock)
    await database.connect()
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def base_url(settings: Settings, database: Database) -> AsyncIterator[str]:
    sock = bind("127.0.0.1", 0)
    press = Press()
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    application = Application(settings, database, press, public_url=url)
    server = Server(application.asgi, sock)
    await server.start()
    yield url
    await server.stop()
    await application.close()
    await press.close()


@pytest.fixture
async def world(base_url: str, database: Database, clock: MovableClock) -> AsyncIterator[World]:
    """The cast, seen through the public API over real HTTP."""
    async with World(base_url, database, clock) as world:
        yield world


@pytest.fixture(scope="session", autouse=True)
def _no_leftover_environment() -> Iterator[None]:
    """No test may leave a setting behind."""
    before = {k: v for k, v in os.environ.items() if k.startswith("BILLHOOK_")}
    yield
    assert {k: v for k, v in os.environ.items() if k.startswith("BILLHOOK_")} == before
