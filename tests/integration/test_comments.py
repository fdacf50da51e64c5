"""Comments on documents: who said what when; never on paper, never to strangers, none lost."""

import asyncio
from datetime import timedelta

from tests.integration.payment_desk import faults, ok
from tests.world import World


async def test_said_said_anew_and_taken_away(world: World) -> None:
    alice = await world.actor()
    invoice = await world.invoice(alice, await world.organization(alice))
    path = f"/Documents/{invoice['id']}/comments"
    made = ok(await alice.post(path, {"text": "Call them on Monday."}))
    assert made == {
        "id": made["id"],
        "text": "Call them on Monday.",
        "accountId": alice.id,
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
    }
    world.clock.move(timedelta(seconds=1))
    changed = ok(await alice.put(f"{path}/{made['id']}", {"text": "They paid."}))
    assert changed == made | {"text": "They paid.", "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > made["updatedAt"]
    assert ok(await alice.get(f"/Documents/{invoice['id']}"))["_comments"] == [changed]
    assert (await alice.delete(f"{path}/{made['id']}")).status_code == 204
    assert (await alice.delete(f"{path}/{made['id']}")).status_code == 404
    read = ok(await alice.get(f"/Documents/{invoice['id']}"))
    assert read["_comments"] == []
    assert read["number"] == invoice["number"]


async def test_none_is_lost_when_many_speak_at_once(world: World) -> None:
    alice = await world.actor()
    invoice = await world.invoice(alice, await world.organization(alice))
    path = f"/Documents/{invoice['id']}/comments"
    await asyncio.gather(*(alice.post(path, {"text": f"Thought {number}"}) for number in range(20)))
    texts = {comment["text"] for comment in ok(await alice.get(f"/Documents/{invoice['id']}"))["_comments"]}
    assert texts == {f"Thought {number}" for number in range(20)}


async def test_what_is_no_comment_is_refused(world: World) -> None:
    alice = await world.actor()
    invoice = await world.invoice(alice, await world.organization(alice))
    path = f"/Documents/{invoice['id']}/comments"
    assert faults(await alice.post(path, {})) == {"text": ["presence"]}
    assert faults(await alice.post(path, {"text": " "})) == {"text": ["presence"]}
    assert faults(await alice.post(path, {"text": "x" * 5001})) == {"text": ["length"]}
    assert (await alice.put(f"{path}/{invoice['id']}", {"text": "x"})).status_code == 404
    assert ok(await alice.get(f"/Documents/{invoice['id']}"))["_comments"] == []


async def test_the_public_page_holds_no_comment(world: World) -> None:
    alice = await world.actor()
    invoice = await world.invoice(alice, await world.organization(alice))
    ok(await alice.post(f"/Documents/{invoice['id']}/comments", {"text": "A difficult client"}))
    link = ok(await alice.post(f"/Documents/{invoice['id']}/share"))["shareableId"]
    shown = await world.http.get(f"/Documents/public/{link}")
    assert ok(shown)["_comments"] == []
    assert "difficult" not in shown.text
