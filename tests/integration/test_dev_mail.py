"""Caught mail and who may look at it."""

import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from billhook.app import bind
from billhook.delivery import open_mail, postman
from billhook.delivery.mail.message import Letter
from billhook.pages import dev_mail
from tests.integration.post_office import House, a_house, send, serve
from tests.world import Actor


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"dev_mail_{worker_name}") as house:
        yield house


@pytest.fixture
async def alice(house: House) -> Actor:
    return await house.world.actor()


@pytest.fixture
async def agency(house: House, alice: Actor) -> dict[str, Any]:
    organization = await house.world.organization(alice, IBAN="BE68539007547034", email="agency@example.com")
    await house.work(house.settings())  # what has nothing to do with the test is done before it
    return organization


async def test_caught_mail_can_be_looked_at(house: House, alice: Actor, agency: dict[str, Any]) -> None:
    invoice = await house.world.invoice(alice, agency)
    await send(
        alice, invoice, recipients=["look@example.com"], subject="<b>Look</b>", message="<script>alert(1)</script>"
    )
    await house.work(house.settings())
    async with httpx.AsyncClient(base_url=house.url) as browser:
        listed = await browser.get("/dev/mail")
        assert listed.status_code == 200
        assert "&lt;b&gt;Look&lt;/b&gt;" in listed.text
        path = re.findall(r'href="(/dev/mail/\d+)"', listed.text)[0]
        shown = await browser.get(path)
        assert "look@example.com" in shown.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text
        assert "<script" not in shown.text
        frame = await browser.get(f"{path}/html")
        policy = frame.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "sandbox" in policy
        assert "allow-scripts" not in policy + shown.text
        assert "&lt;script&gt;alert(1)" in frame.text
        raw = await browser.get(f"{path}/raw")
        assert raw.headers["content-type"] == "text/plain; charset=utf-8"
        assert open_mail(raw.content).text.startswith("<script>alert(1)</script>\n")
        paper = await browser.get(f"{path}/attachments/1")
        assert paper.content.startswith(b"%PDF")
        assert paper.headers["content-disposition"] == f'attachment; filename="invoice-{invoice["number"]}.pdf"'
        for gone in (f"{path}/attachments/2", f"{path}/attachments/0", "/dev/mail/0", f"/dev/mail/{2**70}"):
            assert (await browser.get(gone)).status_code == 404


async def test_caught_mail_is_for_the_developer_at_this_machine_only(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        assert (await browser.get("/dev/mail")).status_code == 200
        for headers in (
            {"host": "rebound.example.com"},
            {"host": "["},
            {"x-forwarded-for": "127.0.0.1"},
            {"forwarded": "for=127.0.0.1"},
            {"x-real-ip": "127.0.0.1"},
        ):
            for path in (
                "/dev/mail",
                "/dev/mail/1",
                "/dev/mail/1/html",
                "/dev/mail/1/raw",
                "/dev/mail/1/attachments/1",
            ):
                answer = await browser.get(path, headers=headers)
                assert answer.status_code in (400, 404), (path, headers)
                assert "script" not in answer.text


@pytest.mark.parametrize(
    ("smtp_url", "public_url"), [("smtp://127.0.0.1:25", "http://127.0.0.1"), ("", "https://billing.example.com")]
)
async def test_caught_mail_is_hidden(house: House, smtp_url: str, public_url: str) -> None:
    sock = bind("127.0.0.1", 0)
    stop = await serve(house.settings(smtp_url=smtp_url), house.database, house.press, public_url, sock)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{sock.getsockname()[1]}") as browser:
        answers = [await browser.get(path) for path in ("/dev/mail", "/dev/mail/1", "/dev/mail/1/raw")]
    await stop()
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_only_the_newest_caught_mails_are_kept(house: House) -> None:
    carrier = postman(house.settings(), house.database, house.url)
    for number in range(505):
        message = EmailMessage()
        message["Subject"] = f"Number {number}"
        await carrier.deliver(Letter(message, "billing@example.com", ("kept@example.com",)))
    [kept] = await house.look("select count(*), min(id) as oldest, max(id) as newest from delivery.caught")
    assert (kept["count"], kept["newest"] - kept["oldest"]) == (500, 499)


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("app.localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:192.0.2.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_what_is_this_machine(host: str | None, is_local: bool) -> None:
    assert dev_mail.is_loopback(host) is is_local
