"""The pages that mails to accounts lead to, over HTTP: forms, refusals, headers, languages, secrets."""

import asyncio
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from billhook import accounts
from billhook.accounts.model import PASSWORD_CHARACTERS
from billhook.documents import LANGUAGES
from billhook.pages.account_words import words_in
from tests.integration.accounts_cast import (
    ANOTHER,
    an_email,
    confirmation_token,
    from_elsewhere,
    jobs_of,
    log_in,
    reset_token,
)
from tests.world import PASSWORD, Actor, World

EN = words_in("en")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action {}; frame-ancestors 'none'"
)


@pytest.fixture
async def web(base_url: str) -> Any:
    async with httpx.AsyncClient(base_url=base_url, headers={"accept": "text/html"}) as client:
        yield client


def title(page: httpx.Response) -> str:
    [found] = re.findall(r"<h1>(.*?)</h1>", page.text)
    assert f"<title>{found}</title>" in page.text
    return str(found)


def hidden_token(page: httpx.Response) -> str:
    [found] = re.findall(r'<input type="hidden" name="access_token" value="([\w-]+)">', page.text)
    return str(found)


def action(page: httpx.Response) -> str:
    [found] = re.findall(r'<form method="post" action="([^"]+)">', page.text)
    return str(found)


def keeps_it_to_itself(page: httpx.Response) -> None:
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["content-security-policy"] == POLICY.format("'self'" if "<form" in page.text else "'none'")
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text


async def set_password(web: httpx.AsyncClient, token: str, password: str) -> httpx.Response:
    return await web.post("/reset-password", data={"access_token": token, "password": password})


async def test_the_mail_leads_to_a_form_that_sets_the_password(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    token = await reset_token(world, alice)
    form = await web.get("/reset-password", params={"access_token": token})
    assert (form.status_code, title(form)) == (200, EN.set_title)
    keeps_it_to_itself(form)
    assert alice.account["email"] in form.text
    assert f'minlength="{PASSWORD_CHARACTERS.start}"' in form.text
    assert hidden_token(form) == token
    assert token not in form.text.replace(f'value="{token}"', "", 1)
    done = await web.post(action(form), data={"access_token": hidden_token(form), "password": ANOTHER})
    assert (done.status_code, title(done)) == (200, EN.changed_title)
    keeps_it_to_itself(done)
    assert token not in done.text
    assert (await log_in(world, alice.account["email"], PASSWORD, from_elsewhere())).status_code == 401
    assert (await log_in(world, alice.account["email"], ANOTHER, from_elsewhere())).status_code == 200
    assert (await alice.get("/Accounts/authorized")).status_code == 401


async def test_a_link_is_good_for_one_password(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    token = await reset_token(world, alice)
    assert (await set_password(web, token, ANOTHER)).status_code == 200
    for again in (
        await set_password(web, token, PASSWORD),
        await web.get("/reset-password", params={"access_token": token}),
    ):
        assert (again.status_code, title(again)) == (410, EN.ended_title)
        assert action(again) == "/reset-password/mail?l=en"
        assert token not in again.text
        keeps_it_to_itself(again)
    assert (await log_in(world, alice.account["email"], ANOTHER, from_elsewhere())).status_code == 200


async def test_of_two_hands_on_a_link_one_is_quicker(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    token, passwords = await reset_token(world, alice), [f"{ANOTHER} {n}" for n in range(4)]
    pages = await asyncio.gather(*(set_password(web, token, password) for password in passwords))
    assert sorted(page.status_code for page in pages) == [200, 410, 410, 410]
    [stands] = [password for password, page in zip(passwords, pages, strict=True) if page.status_code == 200]
    assert (await log_in(world, alice.account["email"], stands, from_elsewhere())).status_code == 200


async def test_a_link_is_good_for_an_hour(world: World, web: httpx.AsyncClient) -> None:
    token = await reset_token(world, await world.actor())
    late = timedelta(minutes=61)
    world.clock.move(late)
    try:
        pages = [
            await web.get("/reset-password", params={"access_token": token}),
            await set_password(web, token, ANOTHER),
        ]
    finally:
        world.clock.move(-late)
    assert [page.status_code for page in pages] == [410, 410]


@pytest.mark.parametrize("password", ["", "x", "short!!", "x" * (PASSWORD_CHARACTERS.stop), "😀😀😀😀"])
async def test_a_password_of_a_wrong_length_can_be_corrected(
    world: World, web: httpx.AsyncClient, password: str
) -> None:
    alice = await world.actor()
    token = await reset_token(world, alice)
    refused = await set_password(web, token, password)
    assert (refused.status_code, title(refused)) == (422, EN.set_title)
    keeps_it_to_itself(refused)
    assert "The password must have 8 to 200 characters." in refused.text
    [field] = re.findall(r'<input type="password"[^>]*>', refused.text)
    assert 'aria-invalid="true"' in field
    assert "value=" not in field
    done = await web.post(action(refused), data={"access_token": hidden_token(refused), "password": ANOTHER})
    assert done.status_code == 200
    assert (await log_in(world, alice.account["email"], ANOTHER, from_elsewhere())).status_code == 200


@pytest.mark.parametrize("password", ["&a=1%00+ b", "[x]", "пароль-пароль", '"<script>', "  spaces  "])
async def test_any_eight_characters_are_a_password(world: World, web: httpx.AsyncClient, password: str) -> None:
    alice, new = await world.actor(), password.ljust(PASSWORD_CHARACTERS.start, "~")
    done = await set_password(web, await reset_token(world, alice), new)
    assert done.status_code == 200
    assert (await log_in(world, alice.account["email"], new, from_elsewhere())).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 64, "x" * 5000, "é" * 64, "<b>", "..%2f", "%F0%9F%98%80"])
async def test_what_is_no_token_leads_to_the_form_for_a_mail(web: httpx.AsyncClient, token: str) -> None:
    page = await web.get(f"/reset-password?access_token={token}")
    assert (page.status_code, title(page)) == (410, EN.ended_title)
    keeps_it_to_itself(page)


async def test_an_access_token_sets_no_password(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    for token in (alice.token, await confirmation_token(world, alice)):
        assert (await web.get("/reset-password", params={"access_token": token})).status_code == 410
        assert (await set_password(web, token, ANOTHER)).status_code == 410
    assert (await log_in(world, alice.account["email"], PASSWORD, from_elsewhere())).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"access_token=%00&password=%00", "application/x-www-form-urlencoded"),
        (b"access_token=%ff", "application/x-www-form-urlencoded"),
        (b"access_token[a]=1&password[]=2", "application/x-www-form-urlencoded"),
        (b"[1]", "application/json"),
        (b'{"access_token": 1}', "application/json"),
        (b"--x--", "multipart/form-data; boundary=x"),
        (b"\xff", "text/plain"),
    ],
)
async def test_a_body_that_says_nothing_sets_nothing(web: httpx.AsyncClient, content: bytes, kind: str) -> None:
    for path, status in (("/reset-password", 410), ("/reset-password/mail", 422)):
        page = await web.post(path, content=content, headers={"content-type": kind})
        assert page.status_code == status, page.text
        keeps_it_to_itself(page)


async def asked(web: httpx.AsyncClient, email: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return await web.post("/reset-password/mail", data={"email": email}, headers=headers or from_elsewhere())


async def test_who_forgot_the_password_asks_for_a_mail(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    form = await web.get("/reset-password")
    assert (form.status_code, title(form)) == (200, EN.ask_title)
    keeps_it_to_itself(form)
    headers = from_elsewhere()
    sent = await web.post(action(form), data={"email": f" {alice.account['email'].upper()} "}, headers=headers)
    assert (sent.status_code, title(sent)) == (200, EN.sent_title)
    keeps_it_to_itself(sent)
    assert await jobs_of(world, alice.id) == [accounts.CONFIRM, accounts.RESET]
    assert (await asked(web, an_email())).text == sent.text
    assert (await web.get("/reset-password/mail")).text == form.text


@pytest.mark.parametrize("email", ["", "nobody", '"><script>alert(1)</script>', "a@b", "a@example.com\x00"])
async def test_what_is_no_address_can_be_corrected(web: httpx.AsyncClient, email: str) -> None:
    refused = await asked(web, email)
    assert (refused.status_code, title(refused)) == (422, EN.ask_title)
    keeps_it_to_itself(refused)
    assert EN.wrong_email in refused.text
    assert 'aria-invalid="true"' in refused.text


async def test_mails_cannot_be_asked_for_without_end(world: World, web: httpx.AsyncClient) -> None:
    alice, headers = await world.actor(), from_elsewhere()
    seen: dict[str, list[int]] = {}
    for email in (alice.account["email"], an_email()):
        answers = [await asked(web, email, headers) for _ in range(6)]
        seen[email] = [answer.status_code for answer in answers]
        assert EN.too_many in answers[-1].text
        assert int(answers[-1].headers["retry-after"]) > 0
        keeps_it_to_itself(answers[-1])
    assert list(seen.values()) == [[200] * 5 + [429]] * 2
    assert (await jobs_of(world, alice.id)).count(accounts.RESET) == 5


async def is_verified(alice: Actor) -> bool:
    answer = await alice.get(f"/Accounts/{alice.id}/is-verified")
    return bool(answer.json()["isVerified"])


async def test_an_address_is_confirmed_as_often_as_its_link_is_opened(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    words = {"uid": alice.id, "token": await confirmation_token(world, alice)}
    assert await is_verified(alice) is False
    for _ in range(2):
        page = await web.get("/confirm-email", params=words)
        assert (page.status_code, title(page)) == (200, EN.confirmed_title)
        keeps_it_to_itself(page)
        assert words["token"] not in page.text
        assert await is_verified(alice) is True
    week = timedelta(days=7, minutes=1)
    world.clock.move(week)
    try:
        late = await web.get("/confirm-email", params=words)
    finally:
        world.clock.move(-week)
    assert (late.status_code, title(late)) == (410, EN.ended_title)
    assert EN.confirm_ended in late.text


async def test_a_confirmation_needs_its_own_token(world: World, web: httpx.AsyncClient) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    own = await confirmation_token(world, alice)
    for words in (
        {},
        {"uid": alice.id},
        {"token": own},
        {"uid": bob.id, "token": own},
        {"uid": "nonsense", "token": own},
        {"uid": alice.id, "token": alice.token},
        {"uid": alice.id, "token": await reset_token(world, alice)},
    ):
        page = await web.get("/confirm-email", params=words)
        assert (page.status_code, title(page)) == (410, EN.ended_title)
        keeps_it_to_itself(page)
    assert not await is_verified(alice)
    assert not await is_verified(bob)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pages_speak_the_language_that_is_asked_for(
    world: World, web: httpx.AsyncClient, language: str
) -> None:
    words, alice = words_in(language), await world.actor()
    token = await reset_token(world, alice)
    ask = await web.get("/reset-password", params={"l": language})
    form = await web.get("/reset-password", params={"access_token": token, "l": language})
    refused = await web.post(action(form), data={"access_token": token, "password": "x"})
    done = await web.post(action(refused), data={"access_token": token, "password": ANOTHER})
    ended = await web.post(action(refused), data={"access_token": token, "password": ANOTHER})
    sent = await web.post(action(ended), data={"email": an_email()}, headers=from_elsewhere())
    confirmation = {"uid": alice.id, "token": await confirmation_token(world, alice), "l": language}
    confirmed = await web.get("/confirm-email", params=confirmation)
    pages = [ask, form, refused, done, ended, sent, confirmed]
    titles = [words.ask_title, words.set_title, words.set_title, words.changed_title]
    titles += [words.ended_title, words.sent_title, words.confirmed_title]
    assert [title(page) for page in pages] == titles
    for page in pages:
        assert f'<html lang="{language}" dir="ltr">' in page.text
        assert not re.search(r"[{}]", page.text)


async def test_the_pages_speak_the_language_of_the_mail_else_of_the_browser(
    world: World, web: httpx.AsyncClient
) -> None:
    alice = await world.actor()
    await alice.patch(f"/Accounts/{alice.id}", {"locale": "nl-BE"})
    web.headers["accept-language"] = "fr-BE, de;q=0.5"
    token = await reset_token(world, alice)
    form = await web.get("/reset-password", params={"access_token": token})
    confirmation = {"uid": alice.id, "token": await confirmation_token(world, alice)}
    assert title(form) == words_in("nl").set_title
    assert title(await web.get("/confirm-email", params=confirmation)) == words_in("nl").confirmed_title
    assert title(await web.post(action(form), data={"password": ANOTHER})) == words_in("nl").ended_title
    assert title(await web.get("/reset-password")) == words_in("fr").ask_title.replace("'", "&#39;")
    assert title(await web.get("/confirm-email")) == words_in("fr").ended_title


class Overheard(logging.Handler):
    """Whatever reaches the root logger, which is where an installation listens."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.name, record.getMessage()))


@pytest.fixture
def overheard() -> Iterator[Overheard]:
    root, ears = logging.getLogger(), Overheard()
    level = root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    yield ears
    root.setLevel(level)
    root.removeHandler(ears)


async def test_no_log_learns_a_secret(world: World, web: httpx.AsyncClient, overheard: Overheard) -> None:
    alice = await world.actor()
    token, confirmation = await reset_token(world, alice), await confirmation_token(world, alice)
    await web.get("/reset-password", params={"access_token": token})
    await web.get("/confirm-email", params={"uid": alice.id, "token": confirmation})
    for password in ("x", ANOTHER, ANOTHER):
        await set_password(web, token, password)
    secrets = (token, confirmation, ANOTHER)
    told = {name for name, line in overheard.lines if any(secret in line for secret in secrets)}
    assert told == {"httpx"}, "the browser of this test tells where it goes, and nobody else"


async def test_the_pages_say_the_rules_there_are() -> None:
    for language in LANGUAGES:
        words = words_in(language)
        assert "{least}" in words.rule
        assert "{least}" in words.wrong_length
        assert "{most}" in words.wrong_length


async def test_a_form_posts_to_its_own_server(world: World, web: httpx.AsyncClient) -> None:
    token = await reset_token(world, await world.actor())
    for page in (await web.get("/reset-password"), await web.get("/reset-password", params={"access_token": token})):
        assert urlsplit(action(page)).netloc == ""
        assert urlsplit(action(page)).path.startswith("/reset-password")
