"""Webhooks over the API, the courier and real sockets: signed, retried, logged, redelivered; nobody waits for another."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from billhook.webhooks.model import RETRIES
from tests.integration.access_cast import faults, ok
from tests.integration.feed_cast import until as feed_until
from tests.integration.webhook_cast import Receiver, Switchboard, a_switchboard, client, hook, log, receiving
from tests.world import Actor


@pytest.fixture(scope="module")
async def board(worker_name: str) -> AsyncIterator[Switchboard]:
    async with a_switchboard(f"webhooks_{worker_name}") as board:
        yield board


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def alice(board: Switchboard) -> Actor:
    return await board.world.actor()


@pytest.fixture
async def agency(board: Switchboard, alice: Actor) -> AsyncIterator[dict[str, Any]]:
    organization = await board.world.organization(alice)
    yield organization
    for webhook in ok(await alice.get(f"/Organizations/{organization['id']}/webhooks")):
        ok(await alice.delete(f"/Webhooks/{webhook['id']}"))


async def test_a_webhook_is_made_changed_and_deleted(alice: Actor, agency: dict[str, Any]) -> None:
    made = await hook(alice, agency, "https://example.com/hooks", "client/create", "document.*")
    assert made["secret"].startswith("whsec_")
    assert len(made["secret"]) == 50
    assert (made["events"], made["enabled"]) == (["client/create", "document.*"], True)
    read = ok(await alice.get(f"/Webhooks/{made['id']}"))
    assert read == made | {"secret": f"whsec_********{made['secret'][-4:]}"}
    own = f"/Organizations/{agency['id']}/webhooks"
    assert ok(await alice.get(own)) == [read]
    assert ok(await alice.get(f"{own}/count")) == {"count": 1}
    replaced = ok(await alice.put(f"/Webhooks/{made['id']}", {"url": "https://example.org/", "events": ["*"]}))
    assert (replaced["url"], replaced["events"], replaced["secret"]) == ("https://example.org/", ["*"], read["secret"])
    changed = ok(await alice.patch(f"/Webhooks/{made['id']}", {"enabled": False}))
    assert (changed["url"], changed["enabled"]) == ("https://example.org/", False)
    assert ok(await alice.delete(f"/Webhooks/{made['id']}")) == {"count": 1}
    assert ok(await alice.delete(f"/Webhooks/{made['id']}")) == {"count": 0}
    assert (await alice.get(f"/Webhooks/{made['id']}")).status_code == 401
    assert ok(await alice.get(own)) == []


async def test_everything_wrong_with_a_webhook_is_said(alice: Actor, agency: dict[str, Any]) -> None:
    own = f"/Organizations/{agency['id']}/webhooks"
    assert faults(await alice.post(own, {})) == {"url": ["format"], "events": ["presence"]}
    wrong = {"url": "ftp://example.com", "events": ["document.eaten", 7, "client/create", ""]}
    assert faults(await alice.post(own, wrong)) == {
        "url": ["format"],
        "events.0": ["inclusion"],
        "events.1": ["inclusion"],
        "events.3": ["inclusion"],
    }
    for url in ("http://user:password@example.com/", "http://ex ample.com", "https://", "x" * 3000):
        assert faults(await alice.post(own, {"url": url, "events": ["*"]})) == {"url": ["format"]}
    made = await hook(alice, agency, "https://example.com/")
    assert faults(await alice.post(f"/Webhooks/{made['id']}/redeliver", {})) == {"since": ["presence"]}
    asked = await alice.get(f"/Webhooks/{made['id']}/deliveries", params={"before": "x", "state": "y", "limit": 0})
    assert faults(asked) == {"before": ["format"], "state": ["inclusion"], "limit": ["numericality"]}


async def test_what_happens_is_told_signed_and_as_in_the_feed(
    board: Switchboard, alice: Actor, agency: dict[str, Any], receiver: Receiver
) -> None:
    await client(alice, agency, "Before")
    made = await hook(alice, agency, receiver.url, "client/create", "document.issued")
    invoice = await board.world.invoice(alice, agency)
    ok(await alice.patch(f"/Clients/{invoice['clientId']}", {"city": "Mars"}))
    await board.until(lambda: len(receiver.told) >= 2)
    ada = await client(alice, agency)
    await board.until(lambda: len(receiver.told) >= 3)
    told = [message.verified_by(made["secret"]) for message in receiver.told]
    assert {message["type"] for message in told[:2]} == {"document.issued", "client.created"}
    assert (told[2]["event"], told[2]["data"]["id"]) == ("client/create", ada)
    feed = {event["id"]: event for event in await feed_until(alice, agency, "client.created", count=3)}
    for message in told:
        assert dict(message) == feed[message.headers["webhook-id"]]
        assert message["id"] == message.headers["webhook-id"]
    with pytest.raises(WebhookVerificationError):
        told[0].verified_by("whsec_" + "A" * 43 + "=")


async def test_a_failure_is_tried_again_under_the_same_id_and_logged(
    board: Switchboard, alice: Actor, agency: dict[str, Any], receiver: Receiver
) -> None:
    made = await hook(alice, agency, receiver.url, "client.created")
    receiver.status = 503
    await client(alice, agency)
    await board.until(lambda: len(receiver.told) == 1)
    await board.courier().begin()
    assert len(receiver.told) == 1, "not before its time"
    [waiting] = await log(alice, made)
    assert (waiting["state"], waiting["attempts"]) == ("waiting", 1)
    assert ok(await alice.get(f"/Webhooks/{made['id']}"))["failingSince"]
    receiver.status = 302
    board.world.clock.move(RETRIES[0])
    await board.until(lambda: len(receiver.told) == 2)
    receiver.status = 201
    board.world.clock.move(RETRIES[1])
    await board.until(lambda: len(receiver.told) == 3)
    assert set(receiver.ids) == {waiting["eventId"]}
    logged = ok(await alice.get(f"/Webhooks/{made['id']}/deliveries/{waiting['eventId']}"))
    assert (logged["state"], logged["attempts"]) == ("delivered", 3)
    assert [(one["status"], one["answer"]) for one in logged["tries"]] == [
        (503, "There"),
        (302, "There"),
        (201, "There"),
    ]
    assert logged["body"] == dict(receiver.told[0])
    assert "failingSince" not in ok(await alice.get(f"/Webhooks/{made['id']}"))
    ok(await alice.post(f"/Webhooks/{made['id']}/deliveries/{waiting['eventId']}/redeliver"))
    await board.until(lambda: len(receiver.told) == 4)
    assert set(receiver.ids) == {waiting["eventId"]}
    assert await log(alice, made, state="failed") == []
    assert len(await log(alice, made, state="delivered", limit=1)) == 1
    assert await log(alice, made, before=waiting["eventId"]) == []


async def test_after_three_days_it_is_given_up_after_five_paused_and_nothing_is_lost(
    board: Switchboard, alice: Actor, agency: dict[str, Any], receiver: Receiver
) -> None:
    made = await hook(alice, agency, receiver.url, "client.created")
    receiver.status = 500
    first = await client(alice, agency)
    for number, pause in enumerate([timedelta(), *RETRIES], 1):
        board.world.clock.move(pause)
        await board.until(lambda number=number: len(receiver.told) == number)
    assert sum(RETRIES, timedelta()) > timedelta(days=2, hours=23)
    assert [row["state"] for row in await log(alice, made)] == ["failed"]
    assert "pausedAt" not in ok(await alice.get(f"/Webhooks/{made['id']}"))
    board.world.clock.move(timedelta(days=3))
    await client(alice, agency, "Second")
    await board.until(lambda: len(receiver.told) == len(RETRIES) + 2)
    paused = ok(await alice.get(f"/Webhooks/{made['id']}"))
    assert paused["pausedAt"]
    assert paused["enabled"] is True
    third = await client(alice, agency, "Third")
    await feed_until(alice, agency, "client.created", count=3)
    board.world.clock.move(timedelta(hours=1))
    await board.courier().begin()
    receiver.status, receiver.told = 200, []
    assert "pausedAt" not in ok(await alice.patch(f"/Webhooks/{made['id']}", {"enabled": True}))
    again = ok(await alice.post(f"/Webhooks/{made['id']}/redeliver", {"since": made["createdAt"]}))
    assert again == {"count": 3}
    await board.until(lambda: len(receiver.told) == 3)
    assert [receiver.told[0]["data"]["id"], receiver.told[2]["data"]["id"]] == [first, third]
    assert {row["state"] for row in await log(alice, made)} == {"delivered"}
    assert ok(await alice.post(f"/Webhooks/{made['id']}/redeliver", {"failed": True})) == {"count": 0}


async def test_two_secrets_are_good_while_one_takes_over(
    board: Switchboard, alice: Actor, agency: dict[str, Any], receiver: Receiver
) -> None:
    made = await hook(alice, agency, receiver.url, "client.created")
    rotated = ok(await alice.post(f"/Webhooks/{made['id']}/rotate-secret"))
    assert rotated["secret"] != made["secret"]
    await client(alice, agency)
    await board.until(lambda: len(receiver.told) == 1)
    for secret in (made["secret"], rotated["secret"]):
        assert receiver.told[0].headers["webhook-signature"].count("v1,") == 2
        signed = receiver.told[0].headers
        assert signature(secret, receiver.told[0]) in signed["webhook-signature"].split(" ")
    board.world.clock.move(timedelta(hours=25))
    await client(alice, agency, "Second")
    await board.until(lambda: len(receiver.told) == 2)
    assert receiver.told[1].headers["webhook-signature"] == signature(rotated["secret"], receiver.told[1])


def signature(secret: str, message: Any) -> str:
    from datetime import UTC, datetime

    from standardwebhooks import Webhook

    at = datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(message.headers["webhook-id"], at, message.body.decode())


async def test_private_addresses_are_not_called(
    board: Switchboard, alice: Actor, agency: dict[str, Any], receiver: Receiver
) -> None:
    made = await hook(alice, agency, receiver.url, "client.created")
    await client(alice, agency)

    async def tried() -> bool:
        return any(row["attempts"] for row in await log(alice, made))

    await board.until(tried, board.courier(private="no"))
    [row] = await log(alice, made)
    [one] = ok(await alice.get(f"/Webhooks/{made['id']}/deliveries/{row['eventId']}"))["tries"]
    assert "is not in the public internet" in one["error"]
    assert "status" not in one
    assert receiver.told == []


async def test_those_who_hang_hold_up_nobody(board: Switchboard, alice: Actor, receiver: Receiver) -> None:
    """Of ten, four hang until all others were served; the window has room for eight and for two slow ones."""
    served, hanging = asyncio.Event(), Receiver()
    hanging.before = served.wait

    async def count() -> None:
        if len(receiver.told) >= 18:
            served.set()

    receiver.before = count
    server = await asyncio.start_server(hanging.serve, "127.0.0.1", 0)
    async with server:
        hanging.url = f"http://localhost:{server.sockets[0].getsockname()[1]}/"
        agencies = [await board.world.organization(alice) for _ in range(10)]
        for number, organization in enumerate(agencies):
            await hook(alice, organization, hanging.url if number < 4 else receiver.url, "client.created")
        courier = board.courier(window=8, slow_share=2, call_seconds=50)
        for _ in range(3):
            for organization in agencies:
                await client(alice, organization)
            expected = len(receiver.told) + 6
            await board_round(courier, lambda expected=expected: len(receiver.told) >= expected)
        assert len(hanging.told) == 4
        await courier.settle()
        await board.until(lambda: len(hanging.told) == 12, courier)
    assert len(set(receiver.ids)) == len(receiver.ids) == 18
    assert len(set(hanging.ids)) == len(hanging.ids) == 12


async def board_round(courier: Any, there: Any) -> None:
    """Go round without waiting for anybody's turn to end."""
    async with asyncio.timeout(40):
        while not there():
            await courier.begin()
            await asyncio.sleep(0)


async def test_what_was_sent_and_not_noted_is_sent_again_under_its_id(
    board: Switchboard, alice: Actor, agency: dict[str, Any], receiver: Receiver
) -> None:
    """The courier dies between the call and the note of it."""
    await hook(alice, agency, receiver.url, "client.created")
    running: list[asyncio.Task[None]] = []

    async def die() -> None:
        running[0].cancel()

    receiver.before = die
    await client(alice, agency)
    running.append(asyncio.create_task(board.courier().run()))
    await asyncio.wait(running)
    assert running[0].cancelled()
    assert len(receiver.told) == 1
    receiver.before = None
    await board.courier().begin()
    assert len(receiver.told) == 1, "its lease has not run out"
    board.world.clock.move(timedelta(minutes=2))
    await board.until(lambda: len(receiver.told) == 2)
    assert len(set(receiver.ids)) == 1
    board.world.clock.move(timedelta(days=1))
    await board.courier().begin()
    assert len(receiver.told) == 2


async def test_couriers_side_by_side_tell_everything_once_and_in_order(
    board: Switchboard, alice: Actor, agency: dict[str, Any], receiver: Receiver
) -> None:
    await hook(alice, agency, receiver.url, "client.created")
    couriers = [board.courier(), board.courier(), board.courier()]

    async def write() -> None:
        for number in range(12):
            await client(alice, agency, f"Client {number}")

    writing = [asyncio.create_task(write()) for _ in range(3)]
    await asyncio.gather(*[board.until(lambda: len(receiver.told) >= 36, courier) for courier in couriers], *writing)
    await board.sweep()
    await couriers[0].begin()
    await couriers[0].settle()
    assert len(receiver.ids) == 36
    assert receiver.ids == sorted(set(receiver.ids))


async def test_an_unreachable_one_is_left_alone_and_gets_all_when_it_is_back(
    board: Switchboard, alice: Actor, agency: dict[str, Any]
) -> None:
    async with receiving() as receiver:
        url = receiver.url
        made = await hook(alice, agency, url, "client.created")

    async def tries() -> int:
        return sum(row["attempts"] for row in await log(alice, made))

    for number in range(3):
        await client(alice, agency, f"Client {number}")
    await board.until(tries)
    await board.courier().begin()
    assert await tries() == 1, "the others are not tried while nobody answers"
    back = Receiver()
    server = await asyncio.start_server(back.serve, "127.0.0.1", int(url.split(":")[2].partition("/")[0]))
    async with server:
        board.world.clock.move(timedelta(minutes=6))
        await board.until(lambda: len(back.told) == 3)
    assert {row["state"] for row in await log(alice, made)} == {"delivered"}
