"""The pages that mails to accounts lead to, in a real browser: the whole way, without a script, at every width."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page
from tests.e2e.visitor import PHONE, TINY, WIDE, Visitor
from tests.integration.accounts_cast import (
    ANOTHER,
    an_email,
    confirmation_token,
    from_elsewhere,
    jobs_of,
    log_in,
    reset_token,
)
from tests.world import World

from billhook import accounts
from billhook.pages.account_words import words_in

EN = words_in("en")
TOO_SHORT = "😀😀😀😀"  # eight as browsers count, four characters to everybody else
Visit = Callable[[World, Page], Awaitable[None]]


async def the_mail_is_asked_for(_: World, page: Page) -> None:
    await page.goto("/reset-password")


async def the_address_is_none(_: World, page: Page) -> None:
    await page.goto("/reset-password")
    await page.fill("#email", "nobody@nowhere")
    await page.click("button")


async def the_mail_is_under_way(_: World, page: Page) -> None:
    await page.goto("/reset-password")
    await page.fill("#email", an_email())
    await page.click("button")


async def the_password_is_set(world: World, page: Page) -> None:
    alice = await world.actor("somebody.with-a-rather.long-address.to-be-broken")
    await page.goto(f"/reset-password?access_token={await reset_token(world, alice)}")


async def the_password_is_too_short(world: World, page: Page) -> None:
    await the_password_is_set(world, page)
    await page.fill("#password", TOO_SHORT)
    await page.click("button")


async def the_password_has_changed(world: World, page: Page) -> None:
    await the_password_is_set(world, page)
    await page.fill("#password", ANOTHER)
    await page.click("button")


async def the_link_has_ended(_: World, page: Page) -> None:
    await page.goto(f"/reset-password?access_token={'x' * 64}")


async def the_address_is_confirmed(world: World, page: Page) -> None:
    alice = await world.actor()
    await page.goto(f"/confirm-email?uid={alice.id}&token={await confirmation_token(world, alice)}")


async def the_confirmation_has_ended(_: World, page: Page) -> None:
    await page.goto("/confirm-email?uid=1&token=2")


VISITS: dict[Visit, str] = {
    the_mail_is_asked_for: EN.ask_title,
    the_address_is_none: EN.ask_title,
    the_mail_is_under_way: EN.sent_title,
    the_password_is_set: EN.set_title,
    the_password_is_too_short: EN.set_title,
    the_password_has_changed: EN.changed_title,
    the_link_has_ended: EN.ended_title,
    the_address_is_confirmed: EN.confirmed_title,
    the_confirmation_has_ended: EN.ended_title,
}


def expected(visitor: Visitor, *statuses: int) -> None:
    """Forgive the answers a test has asked for, in the browser's words and in ours."""
    said = [f"{status}: {visitor.origin}" for status in statuses] + [f"status of {status} " for status in statuses]
    visitor.faults = [fault for fault in visitor.faults if not any(words in fault for words in said)]


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.__name__)
@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (TINY, "dark")], ids=str
)
async def test_nothing_stands_in_anybody_s_way(
    browser: Browser, base_url: str, world: World, visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    headers = from_elsewhere()
    async with Visitor(browser, base_url, size=size, color_scheme=scheme, extra_http_headers=headers) as visitor:
        await visit(world, visitor.page)
        assert await visitor.page.text_content("h1") == VISITS[visit]
        assert await visitor.barriers() == []
        assert await visitor.overflow() == 0
        expected(visitor, 410, 422)


@pytest.mark.parametrize("language", ["de", "fr", "pl", "pt"])
async def test_long_words_of_other_languages_fit_too(
    browser: Browser, base_url: str, world: World, language: str
) -> None:
    token = await reset_token(world, await world.actor())
    async with Visitor(browser, base_url, size=TINY) as visitor:
        for path in ("/reset-password?", f"/reset-password?access_token={token}&", "/confirm-email?"):
            page = await visitor.open(f"{path}l={language}")
            assert await page.get_attribute("html", "lang") == language
            assert await visitor.barriers() == []
            assert await visitor.overflow() == 0
        expected(visitor, 410)


async def test_a_forgotten_password_is_replaced_without_a_script(browser: Browser, base_url: str, world: World) -> None:
    alice, headers = await world.actor(), from_elsewhere()
    email = alice.account["email"]
    async with Visitor(browser, base_url, java_script_enabled=False, size=PHONE, extra_http_headers=headers) as visitor:
        page = await visitor.open("/reset-password")
        await page.get_by_label(EN.email).fill(email)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name=EN.sent_title).wait_for()
        assert accounts.RESET in await jobs_of(world, alice.id)
        await visitor.open(f"/reset-password?access_token={await reset_token(world, alice)}")
        await page.get_by_label(EN.password).fill("short")
        await page.get_by_role("button", name=EN.save).click()
        assert await page.get_by_role("heading", name=EN.set_title).is_visible(), "the browser knows the rule too"
        await page.get_by_label(EN.password).fill(TOO_SHORT)
        await page.get_by_role("button", name=EN.save).click()
        await page.get_by_text("The password must have 8 to 200 characters.").wait_for()
        assert "access_token" not in page.url
        await page.keyboard.insert_text(ANOTHER)  # the field that is to be corrected has the focus
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name=EN.changed_title).wait_for()
        expected(visitor, 422)
    assert (await log_in(world, email, ANOTHER, from_elsewhere())).status_code == 200


async def test_an_old_link_leads_to_a_new_one(browser: Browser, base_url: str, world: World) -> None:
    alice, headers = await world.actor(), from_elsewhere()
    async with Visitor(browser, base_url, extra_http_headers=headers) as visitor:
        page = await visitor.open(f"/reset-password?access_token={'x' * 64}&l=de")
        de = words_in("de")
        await page.get_by_label(de.email).fill(alice.account["email"])
        await page.get_by_role("button", name=de.send).click()
        await page.get_by_role("heading", name=de.sent_title).wait_for()
        expected(visitor, 410)
    assert accounts.RESET in await jobs_of(world, alice.id)
