"""Opening the database, with a plain word when it cannot be had."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from urllib.parse import parse_qs, urlsplit

from billhook.cli.problems import DatabaseUnreachable
from billhook.db import Database, migrate

_PATIENCE_SECONDS = 10
_REFUSALS = ("08", "28", "3D", "53", "57", "42501", "22023", "42704")
"""SQLSTATEs of a database that does not let us work: connection, login, no such database, resources, rights, role."""


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Turn what the driver says of a database that cannot be had into DatabaseUnreachable."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error) or "no answer in time"
        raise DatabaseUnreachable(where=place(url), reason=reason) from error
    except ValueError as error:
        raise DatabaseUnreachable(where=place(url), reason="the URL is not understood") from error
    except Exception as error:
        if str(getattr(error, "sqlstate", None) or "").startswith(_REFUSALS):
            raise DatabaseUnreachable(where=place(url), reason=str(error)) from error
        raise


def place(url: str) -> str:
    """Return host, port and database of a URL: what may be shown of it."""
    parts = urlsplit(url)
    host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
    return f"{host}:{parts.port or 5432}{parts.path}"


async def prepare(url: str) -> list[str]:
    """Bring the database up to date; return what was applied. Raises DatabaseUnreachable, MigrationRefused."""
    with reaching(url):
        return await migrate(url)


@asynccontextmanager
async def opened(url: str, connections: int) -> AsyncIterator[Database]:
    """Lend an open database to the block. Raises DatabaseUnreachable."""
    database = Database(url, connections=connections)
    with reaching(url):
        await database.connect()
    try:
        yield database
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(database.close(), _PATIENCE_SECONDS)
