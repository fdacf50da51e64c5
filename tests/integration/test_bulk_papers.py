"""Many PDFs in one ZIP: the right ones, named by their numbers, whole or not at all."""

import io
import json
import zipfile
from typing import Any

from billhook.kernel import ids
from billhook.transfer import exporting
from tests.integration.payment_desk import Desk, desk, faults
from tests.world import World

__all__ = ["desk"]


def opened(content: bytes) -> zipfile.ZipFile:
    file = zipfile.ZipFile(io.BytesIO(content))
    assert file.testzip() is None
    return file


async def test_papers_are_named_by_their_numbers(world: World, desk: Desk) -> None:
    path = f"/Organizations/{desk.organization['id']}/documents/pdfs"
    note = await world.invoice(desk.alice, desk.organization, type="credit-note")
    odd = await world.invoice(desk.alice, desk.organization, number="../../A 7/26")
    draft = await world.invoice(desk.alice, desk.organization, draft=True)
    wanted = [desk.invoice["id"], note["id"], odd["id"], draft["id"], desk.invoice["id"]]
    answer = await desk.alice.get(path, params={"ids": json.dumps(wanted)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    file = opened(answer.content)
    names = [f"{desk.invoice['number']}.pdf", f"credit-note-{note['number']}.pdf", "A-7-26.pdf"]
    assert file.namelist() == [*names, f"draft-{draft['id']}.pdf"]
    alone = await desk.alice.get(f"/Documents/{desk.invoice['id']}/pdf")
    assert file.read(names[0]) == alone.content
    german = await desk.alice.get(path, params={"ids": desk.invoice["id"], "lang": "de"})
    assert opened(german.content).read(names[0]) != alone.content
    assert exporting.DESK.busy == 0


async def test_what_is_not_here_is_named_and_nothing_is_sent(world: World, desk: Desk) -> None:
    bob = await world.actor("bob")
    path = f"/Organizations/{(await world.organization(bob))['id']}/documents/pdfs"

    async def refused(wanted: Any) -> dict[str, list[str]]:
        return faults(await bob.get(path, params={"ids": wanted}))

    assert await refused(json.dumps([desk.invoice["id"]])) == {"ids": ["inclusion"]}
    assert await refused(ids.new()) == {"ids": ["inclusion"]}
    assert await refused("") == {"ids": ["length"]}
    assert await refused("[1]") == {"ids": ["json"]}
    assert await refused(",".join(ids.new() for _ in range(501))) == {"ids": ["length"]}
