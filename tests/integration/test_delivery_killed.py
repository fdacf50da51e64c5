"""Mail whose worker is killed: nobody gets it twice without seeing that, and nobody waits for it in vain."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from billhook.delivery.journeys import Office, send_document
from billhook.delivery.mail.message import Letter
from billhook.delivery.model import Outcome
from billhook.documents.events import SENDING
from billhook.jobs import Job
from billhook.jobs.worker import LEASE_SECONDS
from tests.integration import test_delivery
from tests.integration.feed_cast import until
from tests.integration.post_office import House, Mailbox, a_house, listening
from tests.world import Actor

alice, agency = test_delivery.alice, test_delivery.agency


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"delivery_killed_{worker_name}") as house:
        yield house


async def _the_job(house: House, invoice: dict[str, Any]) -> Job:
    """The outbox row that mails an invoice, as a worker would claim it."""
    [row] = await house.look(
        "select id, organization_id, payload from jobs.job where kind = 'document.sending' and payload ->> 'document_id' = $1",
        invoice["id"],
    )
    payload = msgspec.json.decode(row["payload"])
    return Job(row["id"], "document.sending", invoice["organizationId"], payload, 1, 8)


class Doomed:
    """Hands a letter over and dies with its process before anybody can note it."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def deliver(self, letter: Letter) -> Outcome:
        await self.office.postman.deliver(letter)
        raise asyncio.CancelledError


async def test_killed_between_sending_and_noting(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox = Mailbox()
    invoice = await house.world.invoice(alice, agency, send=True)
    job = await _the_job(house, invoice)
    with listening(mailbox) as port:
        office = house.office(house.settings(port))
        with pytest.raises(asyncio.CancelledError):
            await send_document(msgspec.structs.replace(office, postman=Doomed(office)), job)
        [mail] = await house.emails(alice, invoice)
        assert (mail["state"], mail["attempts"]) == ("sending", 1)
        await send_document(office, job)
        assert len(mailbox.taken) == 2
        await send_document(office, job)
        await house.work(house.settings(port))
    assert len(mailbox.taken) == 2
    one, two = (dict(mail.headers) for _, mail in mailbox.mails)
    assert one["Message-ID"] == two["Message-ID"]
    [mail] = await house.emails(alice, invoice)
    assert (mail["state"], mail["attempts"]) == ("sent", 2)


LAST = "update jobs.job set attempts = max_attempts - 1 where id = $1"


@pytest.mark.parametrize("far", [True, False])
async def test_a_mail_whose_last_attempt_took_its_worker_along_is_told_of(
    house: House, alice: Actor, agency: dict[str, Any], far: bool
) -> None:
    """However far the attempt came: to the mail server, or not even to the mail."""
    settings = house.settings()
    office = msgspec.structs.replace(house.office(settings), postman=Doomed(house.office(settings)))
    invoice = await house.world.invoice(alice, agency, send=True)
    await house.look(LAST, (await _the_job(house, invoice)).id)

    async def die(job: Job) -> None:
        if far:
            await send_document(office, job)
        raise asyncio.CancelledError

    doomed = house.worker(settings)
    doomed.handlers = {**doomed.handlers, SENDING: die}
    await doomed.work_once()
    house.clock.move(timedelta(seconds=LEASE_SECONDS + 1))
    heir = house.worker(settings)
    running = asyncio.create_task(heir.run())
    told = (await until(alice, agency, "email.failed"))[-1]["data"]
    heir.stop()
    await running
    [mail] = await house.emails(alice, invoice)
    assert (mail["state"], told["id"]) == ("failed", mail["id"])
    assert (told["documentId"], told["kind"], told["attempts"]) == (invoice["id"], "document", 1 if far else 8)
