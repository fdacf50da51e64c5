"""The statements of the command line: what `serve` and `doctor` want to know of the whole installation."""

from datetime import datetime

import msgspec

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id

sql = Statements(__package__)


class Server(msgspec.Struct, frozen=True):
    """The database server: `version` as a number (180004), and its clock."""

    version: int
    version_text: str
    now: datetime


class Applied(msgspec.Struct, frozen=True):
    """A migration that was applied."""

    version: int
    sha256: str


class Dead(msgspec.Struct, frozen=True):
    """Jobs of a kind that were given up."""

    kind: str
    jobs: int
    error: str


class Failing(msgspec.Struct, frozen=True):
    """Jobs of a kind that have failed and are tried again."""

    kind: str
    jobs: int
    attempts: int
    error: str


class Column(msgspec.Struct, frozen=True):
    """A column of a table, and its type as PostgreSQL writes it."""

    name: str
    type: str


class Table(msgspec.Struct, frozen=True):
    """A table that holds rows of tenants; `blob` is the column that names a file by its hash, if it has one."""

    name: str
    columns: tuple[Column, ...]
    key: list[str]
    blob: str | None


class Gap(msgspec.Struct, frozen=True):
    """Numbers that no document has, the first and the last of them."""

    type: str
    series: str
    year: int
    first: int
    last: int


class Line(msgspec.Struct, frozen=True):
    """A row of any table, as JSON."""

    text: str


class Hash(msgspec.Struct, frozen=True):
    """The hash of a file."""

    sha256: bytes


@sql.one
async def is_empty(tx: Tx) -> bool: ...


@sql.run
async def look_as_owner(tx: Tx) -> int: ...


@sql.one
async def server(tx: Tx) -> Server: ...


@sql.one
async def is_migrated(tx: Tx) -> bool: ...


@sql.many
async def applied(tx: Tx) -> list[Applied]: ...


@sql.many
async def dead_jobs(tx: Tx) -> list[Dead]: ...


@sql.many
async def failing_jobs(tx: Tx) -> list[Failing]: ...


@sql.one
async def overdue_jobs(tx: Tx) -> int: ...


@sql.many
async def organizations(tx: Tx) -> list[Id]: ...


@sql.many
async def tenant_tables(tx: Tx) -> list[Table]: ...


@sql.many
async def gaps(tx: Tx) -> list[Gap]: ...


lines = sql.streamed(Line)
hashes = sql.streamed(Hash)

sql.finish()
