"""Documents mailed over real SMTP on the loopback, driven by the outbox and a moved clock."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from billhook.kernel.ids import to_uuid
from tests import outfit
from tests.integration.feed_cast import until
from tests.integration.post_office import House, Mailbox, a_house, free_port, listening, send
from tests.world import Actor

HOSTILE = 'Ž "O\'N"\r\nBcc: everybody@example.org <script>alert(1)</script> =?utf-8?q?=0D=0ABcc:_x@example.org?='


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"delivery_{worker_name}") as house:
        yield house


@pytest.fixture
async def alice(house: House) -> Actor:
    return await house.world.actor()


@pytest.fixture
async def agency(house: House, alice: Actor) -> dict[str, Any]:
    organization = await house.world.organization(alice, IBAN="BE68539007547034", email="agency@example.com")
    await house.work(house.settings())  # what has nothing to do with the test is done before it
    return organization


async def test_seed_3_is_mailed_with_its_paper(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox = Mailbox()
    invoice = await house.world.invoice(alice, agency, payments=[{"type": "card"}], send=True)
    [waiting] = await house.emails(alice, invoice)
    assert waiting["state"] == "queued"
    assert waiting["recipients"] == ["rocket.man@example.com"]
    with listening(mailbox) as port:
        await house.work(house.settings(port))
    [(recipients, mail)] = mailbox.mails
    headers = dict(mail.headers)
    assert recipients == ["rocket.man@example.com"]
    assert mailbox.taken[0].mail_from == "billing@example.com"
    assert headers["From"] == "International Space Agency <billing@example.com>"
    assert headers["To"] == "Rocket man <rocket.man@example.com>"
    assert headers["Reply-To"] == "agency@example.com"
    assert headers["Subject"] == waiting["subject"]
    assert invoice["number"] in headers["Subject"]
    [paper] = mail.attachments
    assert paper.name == f"invoice-{invoice['number']}.pdf"
    pdf = await alice.get(f"/Documents/{invoice['id']}/pdf")
    assert paper.content == pdf.content
    assert paper.content.startswith(b"%PDF")
    assert "12,100.00" in mail.text
    assert "12,100.00" in mail.html
    shared = (await alice.post(f"/Documents/{invoice['id']}/share")).json()
    assert f"{house.url}/i/{shared['shareableId']}" in mail.text
    [sent] = await house.emails(alice, invoice)
    assert sent == waiting | {
        "state": "sent",
        "attempts": 1,
        "messageId": headers["Message-ID"],
        "sentAt": sent["sentAt"],
    }
    assert await house.mailings() == (0, 0)


async def test_the_caller_says_to_whom_and_what(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox = Mailbox()
    invoice = await house.world.invoice(alice, agency)
    said = {"subject": "Bill [document number]", "message": "Hello,\n\nplease pay [document number]."}
    await send(alice, invoice, recipients="one@example.com, two@example.com", sendCopy=True, **said)
    with listening(mailbox) as port:
        await house.work(house.settings(port))
    [(recipients, mail)] = mailbox.mails
    headers = dict(mail.headers)
    assert recipients == ["one@example.com", "two@example.com", alice.account["email"]]
    assert headers["To"] == "one@example.com, two@example.com"
    assert alice.account["email"] not in str(mail.headers)
    assert headers["Subject"] == f"Bill {invoice['number']}"
    assert mail.text.startswith(f"Hello,\n\nplease pay {invoice['number']}.\n\n")
    assert "BE68 5390 0754 7034" in mail.text
    [sent] = await house.emails(alice, invoice)
    assert sent["recipients"] == recipients


async def test_the_organization_s_own_words_and_colour(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    path = f"/Organizations/{agency['id']}/Defaults"
    defaults = {row["name"]: row["id"] for row in (await alice.get(path)).json()}
    changed = await alice.patch(f"/Defaults/{defaults['email_document']}", {"value": "Ahoy [client name]!"})
    assert changed.status_code == 200, changed.text
    await alice.patch(f"/Defaults/{defaults['color_main']}", {"value": "ffd400"})
    invoice = await house.world.invoice(alice, agency)
    await send(alice, invoice)
    await house.work(house.settings())
    await send(alice, invoice, message="Once more.")
    await house.work(house.settings())
    again, first = await house.caught("rocket.man@example.com")
    assert first.text.startswith("Ahoy Rocket man!\n")
    assert again.text.startswith("Once more.\n")
    assert 'bgcolor="#ffd400"' in first.html
    assert [row["state"] for row in await house.emails(alice, invoice)] == ["sent", "sent"]


async def test_a_refused_recipient_fails_at_once_and_the_others_get_theirs(
    house: House, alice: Actor, agency: dict[str, Any]
) -> None:
    mailbox = Mailbox()
    mailbox.refused = {"nobody@example.com"}
    invoice = await house.world.invoice(alice, agency)
    await send(alice, invoice, recipients=["nobody@example.com"])
    await send(alice, invoice, recipients=["somebody@example.com", "nobody@example.com"])
    with listening(mailbox) as port:
        await house.work(house.settings(port))
        await house.later(house.settings(port))
    [(recipients, _)] = mailbox.mails
    assert recipients == ["somebody@example.com"]
    both, alone = await house.emails(alice, invoice)
    assert (alone["state"], alone["attempts"], alone["refused"]) == ("failed", 1, ["nobody@example.com"])
    assert alone["lastError"] == "nobody@example.com: 550 5.1.1 no such user"
    assert "sentAt" not in alone
    assert (both["state"], both["attempts"], both["refused"]) == ("failed", 1, ["nobody@example.com"])
    assert "sentAt" in both
    assert await house.mailings() == (0, 0)
    events = await until(alice, agency, "email.failed", count=2)
    assert {event["data"]["documentId"] for event in events if event["type"] == "email.failed"} == {invoice["id"]}
    assert [event["data"]["id"] for event in events if event["type"] == "document.sent"] == [invoice["id"]]


async def test_a_refused_message_is_not_tried_again(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox = Mailbox()
    mailbox.content_answer = "554 5.7.1 looks like spam"
    invoice = await house.world.invoice(alice, agency, send=True)
    with listening(mailbox) as port:
        await house.work(house.settings(port))
    [mail] = await house.emails(alice, invoice)
    assert (mail["state"], mail["attempts"]) == ("failed", 1)
    assert "554 5.7.1 looks like spam" in mail["lastError"]


async def test_who_was_put_off_gets_the_same_mail_later(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox = Mailbox()
    mailbox.later = {"grey@example.com"}
    invoice = await house.world.invoice(alice, agency)
    await send(alice, invoice, recipients=["quick@example.com", "grey@example.com"])
    with listening(mailbox) as port:
        await house.work(house.settings(port))
        [mail] = await house.emails(alice, invoice)
        assert (mail["state"], mail["attempts"]) == ("retrying", 1)
        assert mail["lastError"] == "grey@example.com: 451 4.7.1 greylisted, come again"
        mailbox.later = set()
        await house.later(house.settings(port))
    [(first, one), (second, two)] = mailbox.mails
    assert (first, second) == (["quick@example.com"], ["grey@example.com"])
    assert dict(one.headers)["Message-ID"] == dict(two.headers)["Message-ID"] == mail["messageId"]
    assert dict(two.headers)["To"] == "quick@example.com, grey@example.com"
    [mail] = await house.emails(alice, invoice)
    assert (mail["state"], mail["attempts"]) == ("sent", 2)
    assert "lastError" not in mail


async def test_a_server_that_is_down_is_waited_for(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox, port = Mailbox(), free_port()
    settings = house.settings(port)
    invoice = await house.world.invoice(alice, agency, send=True)
    await house.work(settings)
    await house.work(settings)  # not due yet: nothing happens
    [mail] = await house.emails(alice, invoice)
    assert (mail["state"], mail["attempts"]) == ("retrying", 1)
    assert mail["lastError"].startswith("rocket.man@example.com: 127.0.0.1: ")
    await house.later(settings)
    with listening(mailbox, port):
        await house.later(settings)
    assert [recipients for recipients, _ in mailbox.mails] == [["rocket.man@example.com"]]
    [mail] = await house.emails(alice, invoice)
    assert (mail["state"], mail["attempts"]) == ("sent", 3)


async def test_the_last_attempt_is_final(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    settings = house.settings(free_port())
    _, dead_before = await house.mailings()
    invoice = await house.world.invoice(alice, agency, send=True)
    for _ in range(9):
        await house.later(settings)
    [mail] = await house.emails(alice, invoice)
    assert (mail["state"], mail["attempts"]) == ("failed", 8)
    assert mail["refused"] == ["rocket.man@example.com"]
    assert await house.mailings() == (0, dead_before + 1)


async def test_no_transaction_is_open_while_the_mail_server_thinks(
    house: House, alice: Actor, agency: dict[str, Any]
) -> None:
    mailbox, seen = Mailbox(), []

    async def look() -> None:
        connection = await asyncpg.connect(house.database.url)
        seen.append(
            await connection.fetchval(
                "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'billhook' and state <> 'idle'"
            )
        )
        await connection.close()

    mailbox.looked = look
    await house.world.invoice(alice, agency, send=True)
    with listening(mailbox) as port:
        await house.work(house.settings(port))
    assert seen == [0]


WAITS = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def test_what_is_told_of_a_mail_comes_behind_what_was_done_meanwhile(
    house: House, alice: Actor, agency: dict[str, Any]
) -> None:
    """A payment is being booked while it is noted that the mail has left: the later event knows of it."""
    invoice = await house.world.invoice(alice, agency, send=True)
    assert (await alice.post(f"/Documents/{invoice['id']}/share")).status_code == 200
    booking = await asyncpg.connect(house.database.url)
    async with booking.transaction():
        changed = "update documents.document set total_paid = 100, updated_at = now() where id = $1"
        await booking.execute(changed, to_uuid(invoice["id"]))
        noting = asyncio.create_task(house.work(house.settings()))
        async with asyncio.timeout(60):
            while not (noting.done() or await house.look(WAITS)):
                pass
    await noting
    await booking.close()
    told = await until(alice, agency, "document.sent")
    sums = [(event["type"], event["data"]["totalPaid"]) for event in told if event["data"]["id"] == invoice["id"]]
    assert sums == [("document.issued", 0), ("document.updated", 1), ("document.sent", 1)]


async def test_hostile_names_and_subjects_stay_words(house: House, alice: Actor) -> None:
    mailbox = Mailbox()
    organization = await house.world.organization(alice, name=HOSTILE.replace("\r\n", " "))
    await house.work(house.settings())
    client = {"name": HOSTILE, "country": "Belgium", "email": "rocket.man@example.com"}
    invoice = await house.world.invoice(alice, organization, _documentClient=client)
    await send(alice, invoice, subject=HOSTILE, message=HOSTILE)
    await send(alice, invoice)
    with listening(mailbox) as port:
        await house.work(house.settings(port))
    assert [recipients for recipients, _ in mailbox.mails] == [["rocket.man@example.com"]] * 2
    for _, mail in mailbox.mails:
        names = [name.lower() for name, _ in mail.headers]
        assert len(names) == len(set(names)) == 9
        assert "bcc" not in names
        assert "<script" not in mail.html
        assert "&lt;script&gt;" in mail.html
        assert dict(mail.headers)["From"].endswith("<billing@example.com>")
        assert dict(mail.headers)["Reply-To"] == alice.account["email"]


async def test_international_addresses(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    modern, old = Mailbox(), Mailbox()
    invoice = await house.world.invoice(alice, agency)
    to = ["žiga@example.com", "info@münchen.example"]
    await send(alice, invoice, recipients=to)
    with listening(modern, enable_SMTPUTF8=True) as port:
        await house.work(house.settings(port))
    assert [recipients for recipients, _ in modern.mails] == [["žiga@example.com", "info@xn--mnchen-3ya.example"]]
    await send(alice, invoice, recipients=to)
    with listening(old, enable_SMTPUTF8=False) as port:
        await house.work(house.settings(port))
    assert [recipients for recipients, _ in old.mails] == [["info@xn--mnchen-3ya.example"]]
    second, first = await house.emails(alice, invoice)
    assert (first["state"], first["recipients"]) == ("sent", to)
    assert (second["state"], second["refused"]) == ("failed", ["žiga@example.com"])
    assert "SMTPUTF8" in second["lastError"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # what the test is about
async def test_the_password_of_the_mail_server(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox = Mailbox()
    invoice = await house.world.invoice(alice, agency, send=True)
    options = {"authenticator": mailbox.login, "auth_required": True, "auth_require_tls": False}
    with listening(mailbox, **options) as port:
        await house.work(house.settings(smtp_url=f"smtp://billing:wrong@127.0.0.1:{port}"))
        [mail] = await house.emails(alice, invoice)
        assert (mail["state"], mail["attempts"]) == ("retrying", 1)
        assert "535" in mail["lastError"]
        assert "wrong" not in mail["lastError"]
        await house.later(house.settings(smtp_url=f"smtp://billing:p%40ss%2Fword@127.0.0.1:{port}"))
    assert mailbox.logins[-1] == (b"billing", b"p@ss/word")
    assert len(mailbox.taken) == 1


async def test_a_server_without_tls_is_not_trusted_with_starttls(
    house: House, alice: Actor, agency: dict[str, Any]
) -> None:
    mailbox = Mailbox()
    invoice = await house.world.invoice(alice, agency, send=True)
    with listening(mailbox) as port:
        await house.work(house.settings(smtp_url=f"starttls://127.0.0.1:{port}"))
        [mail] = await house.emails(alice, invoice)
        assert mail["state"] == "retrying"
        assert mailbox.taken == []
        await house.later(house.settings(port))
    assert len(mailbox.taken) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    command = f"{outfit.program('openssl')} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {file} -out {file}.crt"
    subprocess.run(command.split(), check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.mark.parametrize("security", ["smtps", "starttls"])
async def test_tls_takes_a_certificate_that_is_trusted(
    house: House, alice: Actor, agency: dict[str, Any], certificate: Path, security: str, monkeypatch: Any
) -> None:
    mailbox = Mailbox()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    options = {"ssl_context" if security == "smtps" else "tls_context": context}
    invoice = await house.world.invoice(alice, agency, send=True)
    with listening(mailbox, **options) as port:
        settings = house.settings(smtp_url=f"{security}://127.0.0.1:{port}")
        await house.work(settings)
        [mail] = await house.emails(alice, invoice)
        assert mail["state"] == "retrying"
        assert "CERTIFICATE_VERIFY_FAILED" in mail["lastError"]
        assert mailbox.taken == []
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
        await house.later(settings)
    assert [recipients for recipients, _ in mailbox.mails] == [["rocket.man@example.com"]]
    assert mailbox.taken[0].mail_from == "billing@example.com"


async def test_mails_are_seen_by_those_who_may_see_the_document(
    house: House, alice: Actor, agency: dict[str, Any]
) -> None:
    invoice = await house.world.invoice(alice, agency, send=True)
    bob = await house.world.actor("bob")
    assert (await bob.get(f"/Documents/{invoice['id']}/emails")).status_code == 401
    assert (await house.world.http.get(f"/Documents/{invoice['id']}/emails")).status_code == 401
    assert len(await house.emails(alice, invoice)) == 1
    quiet = await house.world.invoice(alice, agency)
    assert await house.emails(alice, quiet) == []


async def test_a_deleted_estimate_is_not_mailed(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    mailbox = Mailbox()
    estimate = await house.world.invoice(alice, agency, type="estimate", send=True)
    assert (await alice.delete(f"/Documents/{estimate['id']}")).status_code == 200
    with listening(mailbox) as port:
        await house.work(house.settings(port))
    assert mailbox.taken == []
