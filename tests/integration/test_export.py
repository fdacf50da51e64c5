"""`billhook export`: everything of an organization in files, and what was changed in them afterwards shows."""

import hashlib
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.integration import payment_desk
from tests.integration.payment_desk import Desk, ok
from tests.integration.program import billhook, refusal
from tests.world import World

desk = payment_desk.desk
Lines = list[bytes]


def read(folder: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "tables" / f"{table}.jsonl").read_bytes().splitlines()]


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def is_private(path: Path) -> bool:
    return path.stat().st_mode & 0o077 == 0


def proved(place: Path) -> list[str]:
    """What the proof says is wrong."""
    done = billhook("export", "--verify", place)
    assert not done.stderr, done.stderr
    wrong = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert done.returncode == (1 if wrong else 0), done.stdout
    return wrong


@pytest.fixture
async def folder(desk: Desk, world: World, database_url: str, tmp_path: Path) -> Path:
    """The export of an organization in which a little of everything has happened."""
    number = f"{world.clock.now().year}-00009"
    assert (await desk.alice.get(f"/Documents/{desk.invoice['id']}/pdf")).content.startswith(b"%PDF")
    await desk.pay(amount=12_600, note="Ünïcode | \n new line")
    due = await world.invoice(desk.alice, desk.organization, number=number)
    ok(await desk.alice.post(f"/Documents/{due['id']}/apply-credit", {"amount": 500}))
    gone = await desk.pay(amount=7)
    ok(await desk.alice.delete(f"/Payments/{gone['id']}"))
    for changes in ({"type": "estimate"}, {"type": "credit-note"}, {"draft": True}, {"incoming": True}):
        await world.invoice(desk.alice, desk.organization, **changes)
    logo = {
        "file": ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>', "image/svg+xml")
    }
    ok(await desk.alice.post(f"/Organizations/{desk.organization['id']}/images?type=logo", files=logo))
    target = tmp_path / "books"
    made = billhook("export", "--organization", desk.organization["id"], "--to", target, database_url=database_url)
    assert made.returncode == 0, made.stderr
    return target


async def test_an_export_has_everything_and_proves_itself(folder: Path, desk: Desk, owner: Any) -> None:
    assert proved(folder) == []
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["organization"] == {"id": desk.organization["id"], "name": "International Space Agency"}
    written = {table["name"]: table["rows"] for table in manifest["tables"]}
    columns = await owner.fetch(
        "select table_schema || '.' || table_name from information_schema.columns join information_schema.tables"
        " using (table_schema, table_name) where column_name = 'organization_id' and table_type = 'BASE TABLE'"
    )
    outside = {
        "jobs.job",
        "webhooks.pending",
        "accounts.log",
    }  # what is to be done, what was asked of the API: no books
    assert {row[0] for row in columns} - outside <= set(written)
    for table, rows in written.items():
        assert len(read(folder, table)) == rows
    assert written["documents.document"] == 6
    assert {row["organization_id"] for row in read(folder, "payments.entry")} == {desk.organization["id"]}
    (document,) = [row for row in read(folder, "documents.document") if row["id"] == desk.invoice["id"]]
    assert (document["total_with_tax"], document["total_paid"], document["number"]) == (
        1_210_000,
        1_210_000,
        desk.invoice["number"],
    )
    assert document["date"] == desk.invoice["date"]
    (rendering,) = read(folder, "documents.rendering")
    pdf = (folder / "files" / f"{rendering['sha256']}.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert hashlib.sha256(pdf).hexdigest() == rendering["sha256"]
    assert len(list((folder / "files").iterdir())) == 2
    notes = {row["note"] for row in read(folder, "payments.payment")}
    assert "Ünïcode | \n new line" in notes
    assert [gap["first"] for gap in manifest["gaps"]] == [2]
    assert is_private(folder)


async def test_a_zip_file_holds_the_same(folder: Path, desk: Desk, database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "books.zip"
    made = billhook("export", "--organization", desk.organization["id"], "--to", target, database_url=database_url)
    assert made.returncode == 0, made.stderr
    assert proved(target) == []
    with zipfile.ZipFile(target) as archive:
        for name in archive.namelist():
            if name != "manifest.json":
                assert archive.read(name) == (folder / name).read_bytes(), name
    assert is_private(target)
    again = billhook("export", "--organization", desk.organization["id"], "--to", target, database_url=database_url)
    assert "is there already" in refusal(again)
    raw = target.read_bytes()
    target.write_bytes(raw[: len(raw) // 2])
    assert "no export" in refusal(billhook("export", "--verify", target))
    assert names(tmp_path) == ["books", "books.zip"]


def lines_of(folder: Path, table: str, change: Callable[[Lines], Lines]) -> None:
    path = folder / "tables" / f"{table}.jsonl"
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def seal_anew(folder: Path) -> None:
    """Cover the traces as well as somebody without the database can: all hashes and counts fit again."""
    paths = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name not in ("SHA256SUMS", "manifest.json")
    )
    sums = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in paths
    )
    (folder / "SHA256SUMS").write_text(sums)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for table in manifest["tables"]:
        table["rows"] = len((folder / table["path"]).read_bytes().splitlines())
    manifest |= {"files": len(paths), "sums": hashlib.sha256(sums.encode()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def swapped(lines: Lines) -> Lines:
    return [lines[1], lines[0], *lines[2:]]


def raised(name: str) -> Callable[[Lines], Lines]:
    """One unit more in the first row."""

    def change(lines: Lines) -> Lines:
        row = json.loads(lines[0])
        row[name] += 1
        return [json.dumps(row).encode() + b"\n", *lines[1:]]

    return change


TAMPERINGS: dict[str, tuple[str, Callable[[Lines], Lines], str]] = {
    "an amount of the journal": ("payments.entry", raised("amount"), "entry 1 "),
    "an amount of a payment": ("payments.payment", raised("amount"), "is not balanced"),
    "a total": ("documents.document", raised("total_with_tax"), "is not balanced"),
    "an entry dropped": ("payments.entry", lambda lines: lines[:1] + lines[2:], "entry 2 is missing"),
    "the last entry dropped": ("payments.entry", lambda lines: lines[:-1], "not as its chain"),
    "a payment dropped": ("payments.payment", lambda lines: lines[1:], "is not balanced"),
    "an invoice dropped": ("documents.document", lambda lines: lines[1:], "no document has these numbers"),
    "an estimate dropped": (
        "documents.document",
        lambda lines: [line for line in lines if json.loads(line)["type"] != "estimate"],
        "estimate ",
    ),
    "entries reordered": ("payments.entry", swapped, "entry 1 is missing"),
    "no row at all": ("payments.entry", lambda lines: [b'{"amount": 1.5}\n', *lines[1:]], "cannot be read"),
    "a PDF forgotten": ("documents.rendering", lambda lines: [lines[0].replace(b'"sha256":"', b'"sha256":"0')], "is missing, which"),
}  # fmt: skip


async def test_what_was_tampered_with_shows(folder: Path) -> None:
    """Each change shows by its hash; and when all hashes are made to fit again, by what does not add up."""
    kept = contents(folder)
    for what, (table, change, said) in TAMPERINGS.items():
        lines_of(folder, table, change)
        assert f"✗ tables/{table}.jsonl is not what was written: its SHA-256 is another" in proved(folder), what
        seal_anew(folder)
        found = proved(folder)
        assert [line for line in found if said in line], (what, found)
        assert not [line for line in found if "SHA-256" in line or "counts" in line], (what, found)
        for path, content in kept.items():
            path.write_bytes(content)
    lines_of(folder, "payments.payment", swapped)  # the order of payments means nothing, but it was another
    assert len(proved(folder)) == 1
    lines_of(folder, "payments.payment", swapped)
    assert proved(folder) == []


async def test_files_that_are_lost_changed_or_added_show(folder: Path) -> None:
    pdf = next((folder / "files").glob("*.pdf"))
    content = pdf.read_bytes()
    pdf.write_bytes(content + b" ")
    assert proved(folder) == [f"✗ files/{pdf.name} is not what was written: its SHA-256 is another"]
    pdf.unlink()
    assert [line.partition(",")[0] for line in proved(folder)] == [
        f"✗ files/{pdf.name} is missing",
        f"✗ the file {pdf.stem} is missing",
    ]
    pdf.write_bytes(content)
    (folder / "tables" / "more.jsonl").write_text("{}\n")
    assert proved(folder) == ["✗ tables/more.jsonl does not belong to the export"]
    (folder / "tables" / "more.jsonl").unlink()
    (folder / "tables" / "payments.chain.jsonl").unlink()
    assert "✗ tables/payments.chain.jsonl is missing" in proved(folder)
    (folder / "manifest.json").write_text('{"format": "something else"}')
    assert "no export" in refusal(billhook("export", "--verify", folder))


async def test_what_cannot_be_exported_is_told(desk: Desk, database_url: str, tmp_path: Path) -> None:
    for unknown in ("0" * 24, "x"):
        done = billhook("export", "--organization", unknown, "--to", tmp_path / "x", database_url=database_url)
        assert f"no organization {unknown}" in refusal(done)
    nowhere = tmp_path / "no" / "where"
    done = billhook("export", "--organization", desk.organization["id"], "--to", nowhere, database_url=database_url)
    assert "cannot be written" in refusal(done)
    assert billhook("export").returncode == 2
    assert names(tmp_path) == []


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
