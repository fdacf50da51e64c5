"""Migrations: numbered plain SQL, forward only, one transaction each, under a polled advisory lock."""

import asyncio
import contextlib
import hashlib
from importlib import resources
from typing import Any, NamedTuple

import asyncpg

from billhook.db.pool import APP_ROLE
from billhook.kernel.problems import Kind, Problem

_LOCK_KEY = 0x42494C4C  # "BILL"


class MigrationRefused(Problem):
    """The database cannot be migrated: {why}"""

    kind = Kind.CONFLICT
    code = "MIGRATION_REFUSED"


class Migration(NamedTuple):
    """One file of `migrations/`."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The checksum that says whether the file is still what was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Return the migrations this program carries, in order."""
    folder = resources.files("billhook.db").joinpath("migrations")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [Migration(int(f.name.split("_")[0]), f.name, f.read_text("utf-8")) for f in files]


async def migrate(owner_url: str) -> list[str]:
    """Bring the database up to this program's schema as its owner; return the names of the files applied.

    Raises MigrationRefused when an applied file was changed, when one would be applied out of order, or when the
    database is newer than this program. Several processes may call it at once.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        # Polled: a blocked pg_advisory_lock() holds a snapshot and deadlocks with CREATE INDEX CONCURRENTLY.
        while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK_KEY):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)
        await _ensure_role(connection)
        await connection.execute(
            "create table if not exists public.schema_migration (version int primary key, name text not null,"
            " sha256 text not null, applied_at timestamptz not null default now())"
        )
        rows = await connection.fetch("select version, sha256 from public.schema_migration")
        done = await _apply(connection, {row["version"]: row["sha256"] for row in rows})
        await connection.execute("select events.begin_era()")  # where a dump was restored, before anything is written
        return done
    finally:
        await connection.close()


async def _ensure_role(connection: "asyncpg.Connection[Any]") -> None:
    """See to it that the application's role is there and that this user may take it on."""
    try:
        if not await connection.fetchval("select 1 from pg_roles where rolname = $1", APP_ROLE):
            with contextlib.suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                await connection.execute(f"create role {APP_ROLE} nologin")  # another database may be quicker
        if not await connection.fetchval("select pg_has_role(current_user, $1, 'member')", APP_ROLE):
            await connection.execute(f"grant {APP_ROLE} to current_user")
    except asyncpg.InsufficientPrivilegeError as error:
        why = f"let an administrator run once: create role {APP_ROLE} nologin; grant {APP_ROLE} to <this user>;"
        raise MigrationRefused(why=why) from error


async def _apply(connection: "asyncpg.Connection[Any]", applied: dict[int, str]) -> list[str]:
    known, done = migrations(), []
    newer = set(applied) - {migration.version for migration in known}
    if newer:
        raise MigrationRefused(why=f"it is newer than this program (version {max(newer)}); use a newer Billhook")
    for migration in known:
        if migration.version in applied:
            if applied[migration.version] != migration.sha256:
                raise MigrationRefused(why=f"{migration.name} was changed after it was applied")
            continue
        if applied and migration.version < max(applied):
            raise MigrationRefused(why=f"{migration.name} is older than the newest one applied")
        async with connection.transaction():
            await connection.execute("set local lock_timeout = '5s'")
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into public.schema_migration (version, name, sha256) values ($1, $2, $3)",
                migration.version,
                migration.name,
                migration.sha256,
            )
        done.append(migration.name)
    return done
