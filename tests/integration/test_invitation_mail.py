"""Invitations by mail, end to end: the link in the mail does what the mail says, and only for who got it."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from billhook.delivery import Opened
from tests.integration.access_cast import confirm, invite, ok
from tests.integration.accounts_cast import an_email
from tests.integration.post_office import House, a_house
from tests.world import PASSWORD, Actor


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"invitation_mail_{worker_name}") as house:
        yield house


def link_of(mail: Opened) -> tuple[str, dict[str, str]]:
    [url] = re.findall(r"^https?://\S+$", mail.text, re.MULTILINE)
    parts = urlsplit(url)
    words = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return parts._replace(query="").geturl(), words


async def mailed(house: House, email: str) -> tuple[Opened, str, dict[str, str]]:
    """The newest mail to an address, and where it leads."""
    await house.work(house.settings())
    mail = (await house.caught(email))[0]
    return mail, *link_of(mail)


async def respond(house: House, words: dict[str, str], answer: str, **fields: str) -> httpx.Response:
    async with httpx.AsyncClient() as browser:
        return await browser.post(f"{house.url}/invitation", data={**words, "answer": answer, **fields})


async def opens(actor: Actor, organization: dict[str, Any]) -> bool:
    return (await actor.get(f"/Organizations/{organization['id']}")).status_code == 200


async def test_who_has_an_account_accepts_by_the_link(house: House) -> None:
    alice, bob = await house.world.actor(), await house.world.actor("bob")
    await confirm(house.world, bob)
    await bob.patch(f"/Accounts/{bob.id}", {"locale": "de"})
    organization = await house.world.organization(alice)
    await invite(alice, organization, email=bob.account["email"])
    mail, page, words = await mailed(house, bob.account["email"])
    assert page == f"{house.url}/invitation"
    assert dict(mail.headers)["Subject"] == "Einladung zu International Space Agency"
    async with httpx.AsyncClient() as browser:
        for _ in range(2):
            shown = await browser.get(page, params=words)
            assert shown.status_code == 200
            assert "Annehmen" in shown.text
            assert "password" not in shown.text
    assert not await opens(bob, organization)
    accepted = await respond(house, words, "accept")
    assert "International Space Agency" in accepted.text
    assert await opens(bob, organization)
    again = await respond(house, words, "decline")
    assert again.status_code == 200
    assert await opens(bob, organization)


async def test_who_has_none_opens_one(house: House) -> None:
    alice, email = await house.world.actor(), an_email("newcomer")
    organization = await house.world.organization(alice, name='Space <b>"Agency"</b>')
    await invite(alice, organization, email=email, role="readonly")
    _, page, words = await mailed(house, email)
    async with httpx.AsyncClient() as browser:
        shown = await browser.get(page, params=words, headers={"Accept-Language": "en"})
    assert "Space &lt;b&gt;" in shown.text
    assert "choose a password" in shown.text
    short = await respond(house, words, "accept", password="short")
    assert short.status_code == 422
    accepted = await respond(house, words, "accept", password=PASSWORD)
    assert accepted.status_code == 200, accepted.text
    login = ok(await house.world.http.post("/Accounts/login", json={"email": email, "password": PASSWORD}))
    account = {"id": login["userId"], "email": email}
    newcomer = Actor(house.world.http, account, login["id"])
    assert ok(await newcomer.get(f"/Accounts/{newcomer.id}/is-verified")) == {"isVerified": True}
    assert await opens(newcomer, organization)
    assert [o["role"] for o in ok(await newcomer.get(f"/Accounts/{newcomer.id}/accountOrganizations"))] == ["readonly"]


async def test_an_address_somebody_else_signed_up_with_is_not_theirs(house: House) -> None:
    """Whoever signs up first with another's address gains nothing when that other accepts by the link."""
    alice = await house.world.actor()
    mallory = await house.world.actor("victim")
    organization = await house.world.organization(alice)
    await invite(alice, organization, email=mallory.account["email"])
    await house.work(house.settings())
    mails = [mail for mail in await house.caught(mallory.account["email"]) if "/invitation" in mail.text]
    _, words = link_of(mails[0])
    refused = await respond(house, words, "accept", password=PASSWORD)
    assert "not confirmed" in refused.text
    assert not await opens(mallory, organization)


async def test_an_invitation_is_declined_by_the_link(house: House) -> None:
    alice, email = await house.world.actor(), an_email()
    organization = await house.world.organization(alice)
    invited = await invite(alice, organization, email=email)
    _, _, words = await mailed(house, email)
    assert (await respond(house, words, "decline")).status_code == 200
    assert (await respond(house, words, "accept", password=PASSWORD)).status_code == 410
    url = f"/Organizations/{organization['id']}/accountOrganizations"
    [row] = ok(await alice.get(url, params={"filter[where][id]": invited["id"]}))
    assert row["rejected"] is True


async def test_a_link_opens_until_there_is_a_newer_one(house: House) -> None:
    alice, email = await house.world.actor(), an_email()
    organization = await house.world.organization(alice)
    invited = await invite(alice, organization, email=email)
    _, page, first = await mailed(house, email)
    ok(await alice.post(f"/AccountOrganizations/{invited['id']}/resend"))
    await house.work(house.settings())
    tokens = {link_of(mail)[1]["token"] for mail in await house.caught(email)}
    [second] = tokens - {first["token"]}
    async with httpx.AsyncClient() as browser:
        for token, status in ((first["token"], 410), (second, 200), ("x" * 64, 410), ("", 410)):
            shown = await browser.get(page, params={"invitation": invited["id"], "token": token})
            assert shown.status_code == status
        assert (await browser.get(page, params={"invitation": "\x01", "token": second})).status_code == 410
    ok(await alice.delete(f"/AccountOrganizations/{invited['id']}"))
    async with httpx.AsyncClient() as browser:
        shown = await browser.get(page, params={"invitation": invited["id"], "token": second})
    assert shown.status_code == 410


async def test_a_platforms_links_are_used(house: House) -> None:
    root, email = await house.world.actor("platform"), an_email()
    await confirm(house.world, root)
    links = {"invitationLink": "https://app.example.com/in?a=1", "invitationNewLink": "https://app.example.com/new"}
    ok(await root.patch(f"/Accounts/{root.id}", links))
    child = await house.world.actor("child", by=root)
    organization = await house.world.organization(child)
    invited = await invite(child, organization, email=email)
    _, page, words = await mailed(house, email)
    assert (page, words) == ("https://app.example.com/new", {"invitation": invited["id"], "email": email})
    sibling = await house.world.actor("sibling", by=root)
    await house.work(house.settings())
    given = await invite(root, organization, accountId=sibling.id, requireConfirmation=False)
    mail, page, words = await mailed(house, sibling.account["email"])
    assert (page, words) == ("https://app.example.com/in", {"a": "1", "invitation": given["id"]})
    assert dict(mail.headers)["Subject"] == "You now have access to International Space Agency"


async def test_nothing_is_mailed_where_nothing_is_to_be(house: House) -> None:
    root = await house.world.actor("platform")
    await confirm(house.world, root)
    organization = await house.world.organization(root)
    silent, withdrawn = an_email("silent"), an_email("withdrawn")
    await invite(root, organization, email=silent, requireConfirmation=False, sendEmail=False)
    gone = await invite(root, organization, email=withdrawn)
    ok(await root.delete(f"/AccountOrganizations/{gone['id']}"))
    await house.work(house.settings())
    assert await house.caught(silent) == await house.caught(withdrawn) == []
