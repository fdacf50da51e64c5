"""What a mailing may ask for beyond recipients and words: attachments, a language, keeping the address."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest

from billhook.delivery import Opened
from tests.integration.post_office import House, a_house, send
from tests.world import Actor

NAMES = ("time sheet.txt", "Übergabe.csv", "letter.eml")


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"sending_{worker_name}") as house:
        yield house


class Sender:
    """Alice, her invoice with three files, and where it is sent."""

    def __init__(self, house: House, alice: Actor, invoice: dict[str, Any], files: list[str]) -> None:
        self.house, self.alice, self.invoice, self.files = house, alice, invoice, files
        self.to = f"to-{secrets.token_hex(5)}@example.com"

    async def send(self, **said: Any) -> Opened:
        await send(self.alice, self.invoice, recipients=self.to, **said)
        await self.house.worker().drain()
        return (await self.house.caught(self.to))[0]


@pytest.fixture
async def sender(house: House) -> Sender:
    alice = await house.world.actor()
    invoice = await house.world.invoice(alice, await house.world.organization(alice))
    files = []
    for name in NAMES:
        sent = await alice.post(
            f"/Documents/{invoice['id']}/attachments/upload", files={"file": (name, b"Subject: hi\r\n\r\nhi")}
        )
        assert sent.status_code == 200, sent.text
        files.append(sent.json()["id"])
    return Sender(house, alice, invoice, files)


def enclosed(mail: Opened) -> list[str]:
    """The names of the files beside the paper, which comes first."""
    assert mail.attachments[0].media_type == "application/pdf"
    return [part.name for part in mail.attachments[1:]]


async def test_attachments_go_along(sender: Sender) -> None:
    mail = await sender.send()
    assert enclosed(mail) == list(NAMES)
    assert [part.media_type for part in mail.attachments[1:]] == ["text/plain", "text/csv", "application/octet-stream"]


async def test_only_those_that_are_named(sender: Sender) -> None:
    assert enclosed(await sender.send(attachments=[sender.files[1]])) == [NAMES[1]]
    assert enclosed(await sender.send(attachments=[])) == []


async def test_all_but_those_that_are_excluded(sender: Sender) -> None:
    assert enclosed(await sender.send(excludedAttachmentIds=f"{sender.files[0]},{sender.files[2]}")) == [NAMES[1]]


async def test_one_that_was_deleted_meanwhile_stays_behind(sender: Sender) -> None:
    await send(sender.alice, sender.invoice, recipients=sender.to)
    assert (await sender.alice.delete(f"/FileMeta/{sender.files[0]}")).status_code == 200
    await sender.house.worker().drain()
    assert enclosed((await sender.house.caught(sender.to))[0]) == list(NAMES[1:])


@pytest.mark.parametrize("field", ["attachments", "excludedAttachmentIds"])
async def test_what_is_no_attachment_of_the_document_is_refused(sender: Sender, field: str) -> None:
    other = await sender.house.world.invoice(sender.alice, {"id": sender.invoice["organizationId"]})
    path = f"/Documents/{other['id']}/send"
    refused = await sender.alice.post(path, {"recipients": sender.to, field: sender.files[:1]})
    assert (refused.status_code, refused.json()["error"]["details"]["codes"]) == (422, {field: ["inclusion"]})
    assert await sender.house.emails(sender.alice, other) == []


async def test_the_language_that_is_asked_for(sender: Sender) -> None:
    answer = await sender.alice.post(f"/Documents/{sender.invoice['id']}/send?l=de", {"recipients": sender.to})
    assert answer.status_code == 200, answer.text
    await sender.house.worker().drain()
    (mail,) = await sender.house.caught(sender.to)
    assert 'lang="de"' in mail.html
    assert "Rechnung" in dict(mail.headers)["Subject"]
    assert mail.attachments[0].name.startswith("rechnung")
    assert "?l=de" in mail.text


async def test_the_address_can_be_kept(sender: Sender) -> None:
    path = f"/Clients/{sender.invoice['clientId']}"
    before = (await sender.alice.get(path)).json()["email"]
    await sender.send()
    assert (await sender.alice.get(path)).json()["email"] == before
    await sender.send(associateEmail=True)
    assert (await sender.alice.get(path)).json()["email"] == sender.to
    refused = await sender.alice.post(
        f"/Documents/{sender.invoice['id']}/send", {"recipients": "nobody", "associateEmail": True}
    )
    assert refused.status_code == 422
    assert (await sender.alice.get(path)).json()["email"] == sender.to
