"""The pool and the transaction: every statement runs under exactly one tenant, or under none.

Row-level security reads the session setting `billhook.organization`. A connection remembers which tenant it was last
set to; before a statement runs it is brought to the tenant of the running `Tx`. So a connection can never carry the
tenant of the request before, and where the tenant is entered by the statement itself (`enters=True`) it costs no
round trip of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from billhook.db.errors import BadPattern, DatabaseUnavailable, QueryTooSlow
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem
from billhook.kernel.time import Clock, SystemClock

APP_ROLE = "billhook_app"
ACQUIRE_SECONDS = 10  # how long a request waits for a connection before it is told to come back
SPARE_SECONDS = 30  # how long a connection may lie ready before it goes back to the pool
STATEMENT_SECONDS = 30  # no statement of ours runs this long; one that does was asked for by a wild filter
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the driver, when the server is killed in the middle of an answer
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    TimeoutError,
    OSError,
)


class _Connection(asyncpg.Connection):
    """A connection that knows which tenant its session is set to; None is "unknown", so set it again."""

    __slots__ = ("tenant",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant: str | None = ""

    async def fetch_anew(self, sql: str, *arguments: Any) -> list[Any]:
        """Return the rows of a statement that is planned for these arguments, whatever plan there is of its text."""
        statement = await self.prepare(sql)
        found: list[Any] = await statement.fetch(*arguments)
        return found

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver's signature
        """Roll back what was left open on release; the tenant is all else our sessions carry, and `Tx` minds it."""
        del timeout
        if self.is_in_transaction():
            await super().reset()


class Tx:
    """One unit of work: a connection, the instant it began, who acts and for which organization."""

    def __init__(self, database: "Database", connection: _Connection, account: Id | None) -> None:
        self.database = database
        self.connection = connection
        self.now: datetime = database.clock.now()
        self.account = account
        self.organization: Id | None = None

    def enter(self, organization: Id | None) -> None:
        """Work for this organization from here on; who may do so has been decided before."""
        self.organization = organization

    @property
    def shard(self) -> int:
        """The shard of the organization that was entered."""
        return ids.shard_of(self.organization) if self.organization else 0

    async def run(self, method: str, sql: str, arguments: list[Any], *, enters: bool) -> Any:
        """Run one statement and return what the connection's `method` (such as fetch) returns."""
        if enters:
            self.connection.tenant = None
        else:
            await self._be_tenant()
        self.database.round_trips += 1
        if self.database.is_one_transaction:
            return await self._guarded(method, sql, arguments)
        return await getattr(self.connection, method)(sql, *arguments)

    async def _guarded(self, method: str, sql: str, arguments: list[Any]) -> Any:
        """Run one statement of a transaction that has to go on when the statement is refused."""
        self.database.round_trips += 2
        try:
            async with self.connection.transaction():
                return await getattr(self.connection, method)(sql, *arguments)
        except BaseException:
            self.connection.tenant = None  # the savepoint takes back session settings too
            raise

    async def batches(self, sql: str, arguments: list[Any], size: int) -> AsyncIterator[list[Any]]:
        """Run one statement inside `atomic` and yield its rows, so many at a time: they are never all in memory."""
        await self._be_tenant()
        self.database.round_trips += 1
        cursor = await self.connection.cursor(sql, *arguments)
        while rows := await cursor.fetch(size):
            self.database.round_trips += 1
            yield rows

    async def _be_tenant(self) -> None:
        """Bring the session to the tenant of this unit of work, unless it is there."""
        connection, tenant = self.connection, self.organization or ""
        if connection.tenant != tenant:
            connection.tenant = None
            self.database.round_trips += 1
            setting = str(ids.to_uuid(tenant)) if tenant else ""
            await connection.execute("select set_config('billhook.organization', $1, false)", setting)
            connection.tenant = tenant

    def entered(self, organization: Id) -> None:
        """Note that the statement which has just run set the session to this organization."""
        self.organization = organization
        self.connection.tenant = organization

    @asynccontextmanager
    async def atomic(self, *, snapshot: bool = False) -> AsyncIterator[None]:
        """Make all statements in the block one: all of them happen or none.

        With `snapshot` they only read, and all of them see what there was when the first of them began.
        """
        self.database.round_trips += 2
        options: dict[str, Any] = {"isolation": "repeatable_read", "readonly": True} if snapshot else {}
        try:
            async with self.connection.transaction(**options):
                yield
        except BaseException:
            self.connection.tenant = None  # a rollback takes back session settings too
            raise


async def _prepare(connection: _Connection) -> None:
    """Speak our types: uuid is an `Id`, jsonb is JSON bytes."""
    await connection.set_type_codec(
        "uuid", schema="pg_catalog", encoder=ids.to_bytes, decoder=ids.from_bytes, format="binary"
    )
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda json: b"\x01" + json,
        decoder=lambda raw: raw[1:],
        format="binary",
    )


def _bare(proxy: Any) -> _Connection:
    """Return the connection itself: the proxy that the pool lends does not have our attribute."""
    connection: _Connection = proxy._con  # noqa: SLF001 - see above
    return connection


def _lives(proxy: Any) -> bool:
    """Tell whether a connection can be used; the driver takes it out of the proxy when it was lost."""
    connection: _Connection | None = proxy._con  # noqa: SLF001 - as above
    return connection is not None and not connection.is_closed()


def _in_our_words(error: BaseException | None) -> Problem | None:
    """Say in our words what the driver says of a wild filter, or of a database that is away; None for all else."""
    if isinstance(error, asyncpg.InvalidRegularExpressionError):
        return BadPattern(why=str(error).removeprefix("invalid regular expression: "))
    if isinstance(error, asyncpg.DataError | ValueError):
        return None  # a value of ours that no column takes: a mistake, not an outage, though the driver files it there
    if isinstance(error, asyncpg.QueryCanceledError):
        return QueryTooSlow(seconds=STATEMENT_SECONDS)
    return DatabaseUnavailable() if isinstance(error, _LOST) else None


class _Unit:
    """A unit of work as a context: lends a connection, and says in our words what the driver could not do."""

    __slots__ = ("account", "database", "organization", "proxy")

    def __init__(self, database: "Database", account: Id | None, organization: Id | None) -> None:
        self.database, self.account, self.organization = database, account, organization
        self.proxy: Any = None

    async def __aenter__(self) -> Tx:
        try:
            self.proxy = await self.database.lend()
        except Exception as error:
            if problem := _in_our_words(error):
                raise problem from error
            raise
        tx = Tx(self.database, _bare(self.proxy), self.account)
        tx.organization = self.organization
        return tx

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            await self.database.take_back(self.proxy, whole=error is None)
        except Exception as lost:
            if problem := _in_our_words(lost):
                raise problem from lost
            raise
        if error is not None and (problem := _in_our_words(error)):
            raise problem from error


class Database:
    """The application's access to PostgreSQL, as a role that neither owns the tables nor bypasses row security."""

    def __init__(self, url: str, *, connections: int = 16, clock: Clock | None = None) -> None:
        self.url = url
        self.connections = connections
        self.clock = clock or SystemClock()
        self.round_trips = 0
        self.work = asyncio.Event()  # set when this process wrote something to the outbox
        self.is_one_transaction = False
        self._pool: asyncpg.Pool[Any] | None = None
        self._spare: list[Any] = []
        self._waiting = 0
        self._tidying: asyncio.Task[None] | asyncio.TimerHandle | None = None

    async def connect(self) -> None:
        """Open the pool."""
        # The driver's stubs know no pool of a subclass with attributes of its own.
        self._pool = await asyncpg.create_pool(  # type: ignore[call-overload]
            self.url,
            min_size=min(2, self.connections),
            max_size=self.connections,
            connection_class=_Connection,
            init=_prepare,
            statement_cache_size=1000,
            server_settings={
                "role": APP_ROLE,
                "application_name": "billhook",
                "timezone": "UTC",
                "statement_timeout": f"{STATEMENT_SECONDS}s",
            },
        )

    async def close(self) -> None:
        """Close the pool; statements under way are finished first."""
        if self._tidying:
            self._tidying.cancel()
        if self._pool:
            self._waiting += 1  # from here on the pool wants back what is lent
            await self._give_back()
            await self._pool.close()
            self._waiting -= 1
            self._pool = None

    def open(self, account: Id | None = None, organization: Id | None = None) -> AbstractAsyncContextManager[Tx]:
        """Lend a connection for one unit of work; statements are atomic one by one unless `Tx.atomic` is used."""
        return _Unit(self, account, organization)

    async def lend(self) -> Any:
        """Return a connection: one that has just been given back, else one of the pool, which takes its time for it."""
        if self._pool is None:
            raise DatabaseUnavailable
        while self._spare:
            proxy = self._spare.pop()
            if _lives(proxy):
                return proxy
            await self._pool.release(proxy)
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        finally:
            self._waiting -= 1

    async def take_back(self, proxy: Any, *, whole: bool) -> None:
        """Keep a connection for who comes next; the pool gets it when somebody waits there, or something went wrong."""
        if self._pool is None:
            return
        if not whole or self._waiting or not _lives(proxy) or _bare(proxy).is_in_transaction():
            await self._pool.release(proxy)
            return
        self._spare.append(proxy)
        if self._tidying is None:
            self._tidying = asyncio.get_running_loop().call_later(SPARE_SECONDS, self._tidy)

    def _tidy(self) -> None:
        """Give what lies about back to the pool, which closes what nobody needs for long."""
        self._tidying = asyncio.create_task(self._give_back(), name="spare connections")

    async def _give_back(self) -> None:
        self._tidying = None
        for _ in range(len(self._spare)):
            if self._spare and self._pool is not None:
                await self._pool.release(self._spare.pop())

    @asynccontextmanager
    async def listen(self, channel: str, heard: Callable[[str], None]) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """Call `heard` with each payload of a channel, on a connection of its own, while the block runs."""
        connection = await asyncpg.connect(self.url, server_settings={"role": APP_ROLE})
        try:
            await connection.add_listener(channel, lambda *event: heard(str(event[-1])))
            yield connection
        finally:
            await connection.close()


class OneTransaction(Database):
    """A database whose units of work, one after the other, are one transaction: all of them happen or none.

    Statements that are refused leave it whole. What it wakes is told to the real database by whoever commits.
    """

    def __init__(self, database: Database, connection: Any) -> None:
        super().__init__(database.url, connections=1, clock=database.clock)
        self.is_one_transaction = True
        self._connection = connection

    @asynccontextmanager
    async def open(self, account: Id | None = None, organization: Id | None = None) -> AsyncIterator[Tx]:
        """Lend the connection for one unit of work."""
        try:
            tx = Tx(self, self._connection, account)
            tx.enter(organization)
            yield tx
        except Exception as error:
            if problem := _in_our_words(error):
                raise problem from error
            raise
