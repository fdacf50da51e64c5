"""A webhook that is paused: its account is told by mail, once, in its own language."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from billhook import delivery
from billhook.delivery import Opened, open_mail
from billhook.documents import Press
from billhook.jobs import Worker
from billhook.settings import load
from tests.integration.access_cast import ok
from tests.integration.webhook_cast import SETTINGS, Switchboard, a_switchboard, client, hook
from tests.world import Actor


@pytest.fixture
async def board(worker_name: str) -> AsyncIterator[Switchboard]:
    async with a_switchboard(f"pauses_{worker_name}") as board:
        yield board


@pytest.fixture
async def press() -> AsyncIterator[Press]:
    press = Press()
    yield press
    await press.close()


async def mailed(board: Switchboard, press: Press, alice: Actor) -> list[Opened]:
    """Return what was mailed to Alice, once what waits was sent."""
    handlers = delivery.handlers(board.database, load(SETTINGS), press, board.world.base_url)
    await Worker(board.database, {"webhook.paused": handlers["webhook.paused"]}).drain()
    async with board.database.open() as tx:
        found = [mail.id for mail in await delivery.caught(tx) if alice.account["email"] in mail.recipients]
        mails = [await delivery.caught_mail(tx, mail_id) for mail_id in found]
    return [open_mail(mail.raw) for mail in mails if mail]


async def test_the_account_is_told_once_that_its_webhook_was_paused(board: Switchboard, press: Press) -> None:
    alice = await board.world.actor()
    ok(await alice.patch(f"/Accounts/{alice.id}", {"locale": "de"}))
    agency = await board.world.organization(alice)
    made = await hook(alice, agency, "http://localhost:9/hooks?token=secret")

    async def fails() -> bool:
        return "failingSince" in ok(await alice.get(f"/Webhooks/{made['id']}"))

    async def is_paused() -> bool:
        return "pausedAt" in ok(await alice.get(f"/Webhooks/{made['id']}"))

    await client(alice, agency)
    await board.until(fails)
    assert not await is_paused()
    assert await mailed(board, press, alice) == []
    board.world.clock.move(timedelta(days=6))
    await board.until(is_paused)
    board.world.clock.move(timedelta(days=6))
    await board.courier().begin()
    [mail] = await mailed(board, press, alice)
    assert dict(mail.headers)["Subject"] == "International Space Agency: Ein Webhook wurde angehalten"
    assert "International Space Agency an localhost wurde angehalten" in mail.text
    assert "secret" not in mail.text
    page = f"/dashboard/organizations/{agency['id']}/webhooks"
    assert any(line.endswith(page) for line in mail.text.split("\n"))
    assert await mailed(board, press, alice) == [mail]
