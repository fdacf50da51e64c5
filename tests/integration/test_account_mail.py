"""Mails to accounts, end to end: the link in the mail does what the mail says."""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from billhook.delivery import Opened
from tests.integration.post_office import House, Mailbox, a_house, free_port, listening
from tests.world import PASSWORD


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"account_mail_{worker_name}") as house:
        yield house


def link_of(mail: Opened) -> tuple[str, dict[str, str]]:
    """The address in a mail's text, without its query, and the query; the button in the HTML leads to the same."""
    [url] = re.findall(r"^https?://\S+$", mail.text, re.MULTILINE)
    assert url.replace("&", "&amp;") in mail.html
    parts = urlsplit(url)
    words = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return parts._replace(query="").geturl(), words


async def test_an_address_is_confirmed_by_its_mail(house: House) -> None:
    mailbox = Mailbox()
    alice = await house.world.actor()
    with listening(mailbox) as port:
        await house.work(house.settings(port))
        mails = {recipients[0]: mail for recipients, mail in mailbox.mails}
        mail = mails[alice.account["email"]]
        assert dict(mail.headers)["From"] == "Billhook <billing@example.com>"
        assert dict(mail.headers)["Subject"] == "Confirm your email address for Billhook"
        page, words = link_of(mail)
        assert page == f"{house.url}/confirm-email"
        assert (await alice.get(f"/Accounts/{alice.id}/is-verified")).json() == {"isVerified": False}
        async with httpx.AsyncClient() as browser:
            assert (await browser.get(page, params=words)).status_code == 200
        assert (await alice.get(f"/Accounts/{alice.id}/is-verified")).json() == {"isVerified": True}
        await alice.post(f"/Accounts/{alice.id}/send-verification")
        await house.work(house.settings(port))
    assert len([1 for recipients, _ in mailbox.mails if recipients == [alice.account["email"]]]) == 1


async def test_a_confirmation_leads_on_to_the_platform(house: House) -> None:
    root = await house.world.actor("platform")
    target = "https://app.example.com/welcome?from=mail"
    await root.patch(f"/Accounts/{root.id}", {"activateRedirect": target})
    child = await house.world.actor("child", by=root)
    await house.work(house.settings())
    [mail] = await house.caught(child.account["email"])
    page, words = link_of(mail)
    assert page == f"{house.url}/v1/Accounts/confirm"
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(page, params=words)
    assert (answer.status_code, answer.headers["location"]) == (302, target)


async def test_a_password_is_set_anew_by_its_mail(house: House) -> None:
    alice = await house.world.actor()
    email = alice.account["email"]
    await house.work(house.settings())
    assert (await house.world.http.post("/Accounts/reset", json={"email": email})).status_code == 204
    await house.work(house.settings())
    mail = (await house.caught(email))[0]
    assert dict(mail.headers)["Subject"] == "Set a new password for Billhook"
    page, words = link_of(mail)
    assert page == f"{house.url}/reset-password"
    headers = {"Authorization": words["access_token"]}
    body = {"newPassword": "another battery staple"}
    answer = await house.world.http.post("/Accounts/reset-password", json=body, headers=headers)
    assert answer.status_code == 204, answer.text
    for password, status in ((PASSWORD, 401), ("another battery staple", 200)):
        login = await house.world.http.post("/Accounts/login", json={"email": email, "password": password})
        assert login.status_code == status
    again = await house.world.http.post("/Accounts/reset-password", json=body, headers=headers)
    assert again.status_code == 401


async def test_a_reset_leads_to_the_platform_s_own_page(house: House) -> None:
    root = await house.world.actor("platform")
    await root.patch(f"/Accounts/{root.id}", {"resetRedirect": "https://app.example.com/new-password?a=1"})
    child = await house.world.actor("child", by=root)
    await house.work(house.settings())  # the mails of one turn go out side by side: the confirmation goes first
    await house.world.http.post("/Accounts/reset", json={"email": child.account["email"]})
    await house.work(house.settings())
    page, words = link_of((await house.caught(child.account["email"]))[0])
    assert page == "https://app.example.com/new-password"
    assert words["a"] == "1"
    assert len(words["access_token"]) == 64


async def test_nobody_s_mail_is_put_off_by_a_server_that_is_down(house: House) -> None:
    mailbox, port = Mailbox(), free_port()
    alice = await house.world.actor()
    await house.work(house.settings(port))
    with listening(mailbox, port):
        await house.later(house.settings(port))
    [mail] = [mail for recipients, mail in mailbox.mails if recipients == [alice.account["email"]]]
    page, words = link_of(mail)
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(page, params=words)).status_code == 200
