"""The OAuth2 code flow in a real browser: asked, allowed or not, led back; and the page that gives credentials."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Browser
from tests.e2e.visitor import PHONE, TINY, WIDE, Visitor
from tests.integration.accounts_cast import from_elsewhere
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.world import PASSWORD, World

from billhook.pages.consent_words import consent_words_in
from billhook.pages.dashboard_words import words_in

EN = consent_words_in("en")
BODY = b"<!doctype html><html lang=en><title>Back</title><link rel=icon href=data:,><h1>Welcome back</h1>"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: "


@pytest.fixture
async def back() -> AsyncIterator[str]:
    """Where a partner's program answers: a server of its own, as a partner has one."""

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + str(len(BODY)).encode() + b"\r\n\r\n" + BODY)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/back"
    server.close()


def address(desk: Program, back: str, **more: str) -> str:
    wish = {"client_id": desk.made["clientId"], "redirect_uri": back, "response_type": "code", "state": "s1"}
    return f"/oauth2/authorize?{urlencode(wish | {'scope': 'invoices transactions.readonly'} | more)}"


async def partner_of(world: World, back: str) -> Program:
    return await program(world, await world.actor("partner"), label="Desk planner", redirectUris=[back])


def led_back(visitor: Visitor, back: str) -> None:
    """Forgive that the browser has left the house: it was led to the partner, once."""
    left = [fault for fault in visitor.faults if fault.startswith(f"left the house: {back}")]
    assert len(left) == 1
    visitor.faults.remove(left[0])


@pytest.mark.parametrize("script", [True, False])
async def test_a_person_lets_a_program_in(
    browser: Browser, base_url: str, world: World, back: str, script: bool
) -> None:
    desk, alice = await partner_of(world, back), await world.actor()
    made = await world.invoice(alice, await world.organization(alice))
    async with Visitor(
        browser, base_url, size=PHONE, java_script_enabled=script, extra_http_headers=from_elsewhere()
    ) as visitor:
        page = await visitor.open(address(desk, back))
        await page.get_by_label(EN.email).fill(alice.account["email"])
        await page.get_by_label(EN.password).fill("not the password")
        await page.keyboard.press("Enter")
        await page.get_by_text(EN.wrong).wait_for()
        await page.get_by_label(EN.password).fill(PASSWORD)
        await page.get_by_role("button", name=EN.allow, exact=True).click()
        await page.get_by_role("heading", name="Welcome back").wait_for()
        query = parse_qs(urlsplit(page.url).query)
        led_back(visitor, back)
        visitor.faults = [fault for fault in visitor.faults if "422" not in fault]
    assert query["state"] == ["s1"]
    form = {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": back}
    tokens = await world.http.post(f"{base_url}/oauth2/token", data=form, auth=desk.auth)
    assert tokens.status_code == 200, tokens.text
    headers = {"Authorization": f"Bearer {tokens.json()['access_token']}", "spacebring-network-id": uuid(alice.id)}
    listed = await world.http.get(f"{base_url}{INVOICES}", headers=headers)
    assert [row["id"] for row in listed.json()["invoices"]] == [uuid(made["id"])]


async def test_a_person_sends_a_program_away(browser: Browser, base_url: str, world: World, back: str) -> None:
    desk = await partner_of(world, back)
    async with Visitor(browser, base_url, java_script_enabled=False) as visitor:
        page = await visitor.open(address(desk, back))
        await page.get_by_role("button", name=EN.deny).click()
        await page.get_by_role("heading", name="Welcome back").wait_for()
        assert parse_qs(urlsplit(page.url).query) == {"error": ["access_denied"], "state": ["s1"]} | {
            "error_description": parse_qs(urlsplit(page.url).query)["error_description"]
        }
        led_back(visitor, back)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark"), (TINY, "light")], ids=str)
async def test_nothing_stands_in_anybody_s_way(
    browser: Browser, base_url: str, world: World, back: str, size: tuple[int, int], scheme: str
) -> None:
    desk, alice = await partner_of(world, back), await world.actor()
    async with Visitor(
        browser, base_url, size=size, color_scheme=scheme, extra_http_headers=from_elsewhere()
    ) as visitor:

        async def fits() -> None:
            assert await visitor.barriers() == []
            assert await visitor.overflow() == 0

        for language in ("en", "de", "fr", "nl", "sl", "sr"):
            await visitor.open(address(desk, back, l=language))
            await fits()
        await visitor.open(address(desk, back, redirect_uri="https://evil.example/"))
        await fits()
        page = await visitor.open("/api-clients")
        await page.get_by_label(EN.email).fill(alice.account["email"])
        await page.get_by_label(EN.password).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", level=1, name=words_in("en").programs).wait_for()
        await fits()
        await page.get_by_label(EN.label).fill("Front desk")
        await page.get_by_label(EN.redirect).fill("http://evil.example/")
        await page.get_by_role("button", name=EN.make).click()
        await page.get_by_text(EN.wrong_redirect).wait_for()
        await fits()
        await page.get_by_label(EN.redirect).fill(back)
        await page.get_by_role("button", name=EN.make).click()
        await page.get_by_role("heading", name=EN.secret_title).wait_for()
        await fits()
        await page.get_by_role("button", name=EN.revoke).click()
        await page.get_by_text(EN.none).wait_for()
        visitor.faults = [fault for fault in visitor.faults if "422" not in fault and "400" not in fault]
