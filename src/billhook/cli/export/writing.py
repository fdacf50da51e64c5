"""Writing an export: one snapshot of the database, table by table, never more than a batch of rows in memory."""

import asyncio
import hashlib
import mimetypes
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Final

import msgspec

from billhook import __version__, files, organizations
from billhook.cli import store
from billhook.cli.database import opened
from billhook.cli.export.form import FORMAT, SCHEMA, VERSION, ChainEnd, Manifest, Owner, TableFile, path_of
from billhook.cli.export.packing import Package, package
from billhook.cli.export.problems import NoSuchOrganization
from billhook.cli.keeper import Keeper
from billhook.cli.store import Table
from billhook.db import Tx, schema
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours
from billhook.payments import store as journal
from billhook.settings import Settings

ROWS_AT_ONCE: Final = 500
_SECRET: Final = re.compile(r"(^|_)(secrets?|sealed|password|private_key|token)(_|$)")
"""Columns that hold what lets somebody in, or pay in the organization's name: they stay where they are."""
_SHOWN: Final = {
    "uuid": "payments.id24({0}) as {0}",
    "uuid[]": "array(select payments.id24(i) from unnest({0}) with ordinality as u(i, n) order by n) as {0}",
    "timestamp with time zone": "payments.instant({0}) as {0}",
    "bytea": "encode({0}, 'hex') as {0}",
}
"""How values are written that JSON has no form for: as the API writes them."""


class Exported(msgspec.Struct, frozen=True):
    """An export that was made; `sha256` is that of its manifest."""

    target: Path
    manifest: Manifest
    sha256: str


def export(settings: Settings, organization: str, target: Path, said: Callable[[str], None]) -> Exported:
    """Write everything of an organization to a folder, or to a ZIP file if the name says so.

    `said` is told how far it is. Raises NoSuchOrganization, TargetTaken, TargetUnusable, DatabaseUnreachable.
    """
    if not ids.is_id(organization):
        raise NoSuchOrganization(organization=organization)
    with Keeper(settings, makes=False) as keeper, package(target) as pack:
        return asyncio.run(_export(keeper.url, Id(organization), pack, said))


async def _export(url: str, organization: Id, pack: Package, said: Callable[[str], None]) -> Exported:
    async with opened(url, 1) as database, database.open(organization=organization) as tx, tx.atomic(snapshot=True):
        try:
            owner = await organizations.read(tx)
        except NotYours:
            raise NoSuchOrganization(organization=organization) from None
        tables = await store.tenant_tables(tx)
        with pack.file(SCHEMA) as file:
            file.write(resources.files("billhook.db").joinpath("schema.sql").read_bytes())
        written = [await _table(tx, table, pack, said) for table in tables]
        await _files(tx, [table for table in tables if table.blob], pack, said)
        head = await journal.head(tx)
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            billhook=__version__,
            schema=max(migration.version for migration in schema.migrations()),
            made_at=time.iso(tx.now),
            organization=Owner(owner.id, owner.identity.name),
            chain=ChainEnd(head.sequence, head.hash.hex()),
            gaps=tuple(await store.gaps(tx)),
            tables=tuple(written),
            files=pack.files,
            sums=pack.sums(),
        )
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    pack.finish(text)
    return Exported(pack.target, manifest, hashlib.sha256(text).hexdigest())


async def _table(tx: Tx, table: Table, pack: Package, said: Callable[[str], None]) -> TableFile:
    """Write the rows of a table, a line each, in the order of its key; the journal in its own order."""
    names = [column.name for column in table.columns]
    left_out = tuple(name for name in names if _SECRET.search(name))
    shown = [_SHOWN.get(c.type, "{0}").format(f'"{c.name}"') for c in table.columns if c.name not in left_out]
    order = ["sequence"] if table.name == "payments.entry" else table.key
    sql = f"select row_to_json(r)::text as text from (select {', '.join(shown)} from {table.name} where {_own(table)}"
    sql += f" order by {', '.join(order)}) r"
    rows = 0
    with pack.file(path_of(table.name)) as file:
        async for lines in store.lines(tx, sql, [tx.shard, tx.organization], ROWS_AT_ONCE):
            for line in lines:
                file.write(line.text.encode() + b"\n")
            rows += len(lines)
            said(f"{table.name}: {rows} rows")
    return TableFile(table.name, path_of(table.name), rows, left_out)


def _own(table: Table) -> str:
    """Return the condition for the organization's own rows."""
    names = {column.name for column in table.columns}
    own = f"{'organization_id' if 'organization_id' in names else 'id'} = $2"
    return f"shard = $1 and {own}" if "shard" in names else f"$1::int is not null and {own}"


async def _files(tx: Tx, tables: list[Table], pack: Package, said: Callable[[str], None]) -> None:
    """Write every file that a row names: PDFs, attachments, pictures; each once, under its hash."""
    sql = " union ".join(f"select {table.blob} as sha256 from {table.name} where {_own(table)}" for table in tables)
    written = 0
    async for found in store.hashes(tx, f"select sha256 from ({sql}) f order by 1", _of(tx), ROWS_AT_ONCE):
        for sha256 in (row.sha256 for row in found):
            blob = await files.fetch(tx, sha256)
            if blob is not None:
                with pack.file(f"files/{sha256.hex()}{mimetypes.guess_extension(blob.media_type) or ''}") as file:
                    file.write(blob.bytes)
                written += 1
        said(f"{written} files")


def _of(tx: Tx) -> list[object]:
    return [tx.shard, tx.organization]
