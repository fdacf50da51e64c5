"""Attachments over the API: up, listed, down, away; what they are served as; whose bytes stay."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest

from billhook.attachments.model import MAX_BYTES, MAX_FILES
from billhook.db import Database
from tests.integration.payment_desk import faults, ok
from tests.world import Actor, World

PDF = b"%PDF-1.7\n% a time sheet\n"


class Case:
    """Alice's invoice and what is attached to it."""

    def __init__(self, alice: Actor, organization: dict[str, Any], invoice: dict[str, Any]) -> None:
        self.alice = alice
        self.organization = organization
        self.invoice = invoice
        self.path = f"/Documents/{invoice['id']}/attachments"

    async def attach(self, name: str = "Time sheet.pdf", content: bytes = PDF) -> httpx.Response:
        return await self.alice.post(f"{self.path}/upload", files={"file": (name, content, "text/html")})


@pytest.fixture
async def case(world: World) -> Case:
    alice = await world.actor()
    organization = await world.organization(alice)
    return Case(alice, organization, await world.invoice(alice, organization))


async def blobs(database: Database, content: bytes) -> int:
    async with database.open() as tx:
        sql = "select count(*) from files.blob where sha256 = $1"
        return int(await tx.connection.fetchval(sql, hashlib.sha256(content).digest()))


async def test_up_listed_down_and_away(case: Case) -> None:
    made = ok(await case.attach())
    assert made == {
        "id": made["id"],
        "filename": "Time sheet.pdf",
        "type": "application/pdf",
        "size": len(PDF),
        "documentId": case.invoice["id"],
        "organizationId": case.organization["id"],
        "accountId": case.alice.id,
        "url": made["url"],
        "createdAt": made["createdAt"],
    }
    assert ok(await case.alice.get(case.path)) == [made]
    assert ok(await case.alice.get(f"/FileMeta/{made['id']}")) == made
    down = await case.alice.get(made["url"])
    assert down.content == PDF
    assert down.headers["content-type"] == "application/pdf"
    read = ok(await case.alice.get(f"/Documents/{case.invoice['id']}", params={"filter[include]": "attachments"}))
    assert read["attachments"] == [made]
    assert ok(await case.alice.delete(f"/FileMeta/{made['id']}")) == {"count": 1}
    assert ok(await case.alice.get(case.path)) == []
    for path in (f"/FileMeta/{made['id']}", made["url"]):
        assert (await case.alice.get(path)).status_code == 401


async def test_a_browser_saves_it_and_never_runs_it(case: Case) -> None:
    made = ok(await case.attach('Račun "7".csv', b"<script>alert(1)</script>"))
    down = await case.alice.get(made["url"])
    assert down.headers["content-type"].startswith("text/csv")
    assert down.headers["x-content-type-options"] == "nosniff"
    assert down.headers["content-security-policy"] == "default-src 'none'; sandbox"
    disposition = down.headers["content-disposition"]
    assert disposition == "attachment; filename=\"Ra-un 7.csv\"; filename*=UTF-8''Ra%C4%8Dun%207.csv"


async def test_the_bytes_alone_with_a_name(case: Case) -> None:
    path = f"{case.path}?filename=notes.txt"
    raw = await case.alice.post(path, content=b"to the moon", headers={"content-type": "text/plain"})
    assert (ok(raw)["filename"], raw.json()["type"], raw.json()["size"]) == ("notes.txt", "text/plain", 11)
    nameless = await case.alice.post(case.path, content=b"to the moon", headers={"content-type": "text/plain"})
    assert faults(nameless) == {"filename": ["presence"]}


async def test_what_is_refused_leaves_nothing(case: Case, database: Database) -> None:
    program = b"MZ this program cannot be run in DOS mode"
    assert faults(await case.attach("setup.exe", program)) == {"file": ["inclusion"]}
    assert faults(await case.attach("invoice.pdf", program)) == {"file": ["inclusion"]}
    assert faults(await case.attach("empty.txt", b"")) == {"file": ["presence"]}
    assert faults(await case.attach("long.txt", b"x" * (MAX_BYTES + 1))) == {"file": ["length"]}
    nothing = await case.alice.post(f"{case.path}/upload", data={"file": "no file"}, files={})
    assert nothing.status_code in (400, 422)
    several = [("a", ("a.txt", b"1")), ("b", ("b.txt", b"2"))]
    assert (await case.alice.post(f"{case.path}/upload", files=several)).status_code == 400
    assert ok(await case.alice.get(case.path)) == []
    assert await blobs(database, program) == 0


async def test_a_document_has_so_many_however_they_come(case: Case) -> None:
    files = [case.attach(f"{number}.txt", str(number).encode()) for number in range(MAX_FILES + 4)]
    answers = [answer.status_code for answer in await asyncio.gather(*files)]
    assert sorted(answers) == [200] * MAX_FILES + [422] * 4
    assert len(ok(await case.alice.get(case.path))) == MAX_FILES


async def test_bytes_go_with_the_last_who_means_them(case: Case, world: World, database: Database) -> None:
    bob = await world.actor("bob")
    his = await world.invoice(bob, await world.organization(bob))
    content = b"%PDF-1.7 shared by two who do not know each other " + case.invoice["id"].encode()
    hers = ok(await case.attach("a.pdf", content))
    files = {"file": ("b.pdf", content)}
    other = ok(await bob.post(f"/Documents/{his['id']}/attachments", files=files))
    ok(await case.alice.delete(f"/FileMeta/{hers['id']}"))
    assert await blobs(database, content) == 1
    assert (await bob.get(other["url"])).content == content
    ok(await bob.delete(f"/FileMeta/{other['id']}"))
    assert await blobs(database, content) == 0


async def test_storing_and_forgetting_at_once_loses_nothing(case: Case) -> None:
    content = b"%PDF-1.7 again and again " + case.invoice["id"].encode()

    async def come_and_go() -> None:
        for _ in range(5):
            made = ok(await case.attach("again.pdf", content))
            assert (await case.alice.get(made["url"])).content == content
            ok(await case.alice.delete(f"/FileMeta/{made['id']}"))

    await asyncio.gather(*(come_and_go() for _ in range(4)))
    assert ok(await case.alice.get(case.path)) == []


async def test_a_shared_document_shows_its_files_and_no_others(case: Case, world: World) -> None:
    made = ok(await case.attach())
    other = await world.invoice(case.alice, case.organization)
    files = {"file": ("b.pdf", PDF)}
    elsewhere = ok(await case.alice.post(f"/Documents/{other['id']}/attachments", files=files))
    link = ok(await case.alice.post(f"/Documents/{case.invoice['id']}/share"))["shareableId"]
    [shown] = ok(await world.http.get(f"/Documents/public/{link}"))["attachments"]
    assert (shown["id"], shown["accountId"]) == (made["id"], "")
    assert (await world.http.get(shown["url"])).content == PDF
    foreign = await world.http.get(f"/Documents/public/{link}/attachments/{elsewhere['id']}/download")
    assert foreign.status_code == 401


async def test_who_may_only_look_may_not_attach(case: Case, world: World) -> None:
    bob = await world.actor("bob")
    refused = await bob.post(f"{case.path}/upload", files={"file": ("a.pdf", PDF)})
    assert refused.status_code == 401
    gone = f"/Documents/{case.invoice['id'][:-1]}0/attachments/upload"
    assert refused.json() == (await bob.post(gone, files={"file": ("a.pdf", PDF)})).json()


async def test_files_of_a_deleted_draft_are_out_of_reach(case: Case, world: World) -> None:
    draft = await world.invoice(case.alice, case.organization, draft=True)
    files = {"file": ("a.pdf", PDF)}
    made = ok(await case.alice.post(f"/Documents/{draft['id']}/attachments", files=files))
    ok(await case.alice.delete(f"/Documents/{draft['id']}"))
    assert (await case.alice.get(made["url"])).status_code == 401
    again = await case.alice.post(f"/Documents/{draft['id']}/attachments", files=files)
    assert again.status_code == 401
