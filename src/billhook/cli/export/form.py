"""What an export consists of; docs/reference/export.md describes it for others."""

from typing import Final

import msgspec

from billhook.cli.store import Gap

FORMAT: Final = "billhook-export"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
SCHEMA: Final = "schema.sql"


class Owner(msgspec.Struct, frozen=True):
    """Whose export it is."""

    id: str
    name: str


class ChainEnd(msgspec.Struct, frozen=True):
    """Where the journal's chain ended when the export was made; the hash in hexadecimal digits."""

    sequence: int
    hash: str


class TableFile(msgspec.Struct, frozen=True):
    """One table: where its rows are and how many; `left_out` names columns that hold secrets."""

    name: str
    path: str
    rows: int
    left_out: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """What is in an export. `sums` is the SHA-256 of SHA256SUMS, which has that of every other file."""

    format: str
    version: int
    billhook: str
    schema: int
    made_at: str
    organization: Owner
    chain: ChainEnd
    gaps: tuple[Gap, ...]
    tables: tuple[TableFile, ...]
    files: int
    sums: str


def path_of(table: str) -> str:
    """Return where the rows of a table are."""
    return f"tables/{table}.jsonl"
