"""Proving an export: hashes, the journal's chain, totals and numbers; from its files alone, without any database."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from billhook.cli.export.books import Books
from billhook.cli.export.form import FORMAT, MANIFEST, SUMS, VERSION, Manifest, TableFile
from billhook.cli.export.problems import NotAnExport
from billhook.cli.export.reading import Source, reading, sha256_of
from billhook.kernel.archives import DAMAGED

MOST_FINDINGS: Final = 50
"""What is wrong is listed up to here: who finds this much looks for one cause."""


class Proof(msgspec.Struct, frozen=True):
    """What became of the proof: `findings` says what is wrong (nothing, if all is well); `sha256` is the manifest's."""

    manifest: Manifest
    sha256: str
    findings: tuple[str, ...]
    entries: int
    documents: int


def prove(place: Path, said: Callable[[str], None]) -> Proof:
    """Prove an export anew, from its files alone; `said` is told how far it is. Raises NotAnExport."""
    with reading(place) as source:
        try:
            manifest, sha256 = _manifest(source, place), sha256_of(source, MANIFEST)
        except (*DAMAGED, KeyError, msgspec.MsgspecError) as error:
            raise NotAnExport(source=place, reason=f"{MANIFEST} cannot be read: {error}") from None
        books = Books(manifest)
        findings = _first([*_files(source, manifest, said), *_tables(source, manifest, books, said)])
        return Proof(manifest, sha256, findings, books.entries, len(books.documents))


def _manifest(source: Source, place: Path) -> Manifest:
    with source.open(MANIFEST) as file:
        manifest = msgspec.json.decode(file.read(), type=Manifest)
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise NotAnExport(source=place, reason=f"its format is {manifest.format} {manifest.version}")
    return manifest


def _first(findings: list[str]) -> tuple[str, ...]:
    if len(findings) <= MOST_FINDINGS:
        return tuple(findings)
    return (*findings[:MOST_FINDINGS], f"and {len(findings) - MOST_FINDINGS} more")


def _files(source: Source, manifest: Manifest, said: Callable[[str], None]) -> Iterator[str]:
    """Hold every file against SHA256SUMS, and that against the manifest."""
    there, listed = source.names() - {MANIFEST, SUMS}, set()
    try:
        if sha256_of(source, SUMS) != manifest.sums:
            yield f"{SUMS} is not what was written"
        with source.open(SUMS) as file:
            for line in file:
                wanted, _, name = line.decode("utf-8", "replace").rstrip("\n").partition("  ")
                listed.add(name)
                if name in there and (problem := _changed(source, name, wanted)):
                    yield problem
                said(f"{len(listed)} files")
    except (*DAMAGED, KeyError) as error:
        yield f"{SUMS} cannot be read: {error}"
    if len(listed) != manifest.files:
        yield f"{SUMS} lists {len(listed)} files, the manifest counts {manifest.files}"
    yield from (f"{name} is missing" for name in sorted(listed - there))
    yield from (f"{name} does not belong to the export" for name in sorted(there - listed))


def _changed(source: Source, name: str, wanted: str) -> str | None:
    try:
        found = sha256_of(source, name)
    except DAMAGED as error:
        return f"{name} cannot be read: {error}"
    if found != wanted:
        return f"{name} is not what was written: its SHA-256 is another"
    path = PurePosixPath(name)
    if path.parts[0] == "files" and path.name.partition(".")[0] != found:
        return f"{name} is not named after its SHA-256"
    return None


def _tables(source: Source, manifest: Manifest, books: Books, said: Callable[[str], None]) -> Iterator[str]:
    """Read every table into the books, and ask them what does not add up."""
    for table in sorted(manifest.tables, key=lambda table: books.turn_of(table.name)):
        try:
            yield from _rows(source, table, books, said)
        except (*DAMAGED, KeyError) as error:
            yield f"{table.path} cannot be read: {error}"
    names = {path.partition(".")[0].rpartition("/")[2] for path in source.names() if path.startswith("files/")}
    yield from (f"the file {sha256} is missing, which {table} names" for table, sha256 in books.named(names))
    yield from books.findings()


def _rows(source: Source, table: TableFile, books: Books, said: Callable[[str], None]) -> Iterator[str]:
    rows = 0
    with source.open(table.path) as file:
        for rows, line in enumerate(file, 1):
            try:
                yield from books.take(table.name, line)
            except (msgspec.MsgspecError, ValueError) as error:
                yield f"{table.path}, line {rows} cannot be read: {error}"
            if not rows % 1_000:
                said(f"{table.name}: {rows} rows")
    if rows != table.rows:
        yield f"{table.path} has {rows} rows, the manifest counts {table.rows}"
