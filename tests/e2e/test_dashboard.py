"""The dashboard in a real browser, without a script: from sign-in to the mail's link and a paid invoice, at every width."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page
from tests.e2e.test_payment import forgive, type_card
from tests.e2e.visitor import PHONE, TINY, WIDE, Visitor
from tests.integration import shop as shops
from tests.integration.payment_desk import ok
from tests.integration.shop import GOOD, Shop
from tests.world import PASSWORD, Actor, World

from billhook.pages.dashboard_words import words_in
from billhook.pages.payment_words import words_in as payment_words_in
from billhook.settings import Settings

shop = shops.shop
EN, PAY = words_in("en"), payment_words_in("en")


async def sign_in(page: Page, actor: Actor) -> None:
    await page.get_by_label(EN.email).fill(actor.account["email"])
    await page.get_by_label(EN.password).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", level=1, name=EN.organizations).wait_for()


async def open_from_the_mail(page: Page, shop: Shop, document: dict[str, Any]) -> None:
    """Send a document, and follow the link in the mail that came of it."""
    client = f"client-{secrets.token_hex(5)}@example.com"
    ok(await shop.alice.post(f"/Documents/{document['id']}/send", {"recipients": [client]}))
    await shop.work()
    await page.goto("/dev/mail")
    await page.get_by_role("row").filter(has_text=client).get_by_role("link").click()
    link = page.frame_locator("iframe").locator('a[href*="/i/"]').first
    await page.goto(str(await link.get_attribute("href")))


@pytest.mark.parametrize(("size", "scripts"), [(WIDE, True), (PHONE, False)], ids=["wide", "phone without scripts"])
async def test_from_set_up_to_a_paid_invoice(
    browser: Browser, base_url: str, world: World, settings: Settings, size: tuple[int, int], scripts: bool
) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    async with Visitor(browser, base_url, size=size, java_script_enabled=scripts) as visitor:
        page = await visitor.open("/dashboard")
        await sign_in(page, alice)
        await page.get_by_role("link", name=EN.processing).click()
        await page.get_by_role("link", name=EN.set_up).click()
        await page.get_by_label(EN.fee).fill("2")
        await page.get_by_role("button", name=EN.save).click()
        await page.get_by_role("link", name=EN.open_form).click()
        await page.get_by_label(EN.business).fill("Agency Ltd")
        await page.get_by_label(EN.website).fill("https://agency.example")
        await page.get_by_label(EN.country).fill("Belgium")
        await page.get_by_label(EN.person).fill("Ann")
        await page.get_by_label(EN.agree).check()
        await page.get_by_role("button", name=EN.send, exact=True).click()
        await page.get_by_text(EN.approved_text).wait_for()

        await page.get_by_role("link", name=EN.organizations).click()
        await page.get_by_role("link", name=organization["name"]).click()
        await page.get_by_role("main").get_by_role("link", name=EN.processing).click()
        await page.get_by_role("button", name=EN.begin).click()
        await page.get_by_label("I agree to the terms of the sandbox.").check()
        await page.get_by_role("button", name="Send, to be approved").click()
        await page.get_by_role("link", name="Go on").click()
        await page.get_by_text(EN.enabled).wait_for()

        shop = Shop(world, alice, organization, settings)
        document = await world.invoice(alice, organization)
        await open_from_the_mail(page, shop, document)
        await page.get_by_role("button", name="Pay now").click()
        await type_card(page, GOOD)
        await page.get_by_role("heading", name=PAY.succeeded_title).wait_for()

        await page.goto(f"/dashboard/organizations/{organization['id']}/fees")
        await page.get_by_text("€242.00").wait_for()
        await page.get_by_role("button", name=EN.sign_out).click()
        await page.get_by_role("heading", name=EN.sign_in_title).wait_for()
    assert await shop.totals(document) == (12100, 0, True)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark"), (TINY, "light")], ids=str)
async def test_nothing_stands_in_anybody_s_way(
    browser: Browser, base_url: str, shop: Shop, size: tuple[int, int], scheme: str
) -> None:
    await shop.pay(await shop.intent())
    other = await shop.world.organization(shop.alice, name="W" * 80)
    hook = await a_webhook(shop)
    async with Visitor(browser, base_url, size=size, color_scheme=scheme) as visitor:

        async def looks_good(page: Page) -> None:
            assert await visitor.barriers() == []
            assert await visitor.overflow() == 0
            assert await page.locator("h1").count() == 1

        page = await visitor.open("/sign-in")
        await looks_good(page)
        await sign_in(page, shop.alice)
        await looks_good(page)
        own = f"/dashboard/organizations/{shop.id}"
        for path in (
            "/dashboard/payment-processing",
            "/dashboard/payment-processing/set-up",
            "/dashboard/payment-processing/verification",
            own,
            f"{own}/payment-processing",
            f"{own}/fees",
            f"{own}/fees?month=2020-01",
            f"{own}/webhooks",
            f"{own}/webhooks/{hook}",
            f"{own}/webhooks/{hook}/{await an_event(shop)}",
            f"/dashboard/organizations/{other['id']}/webhooks",
            f"/dashboard/organizations/{other['id']}/payment-processing",
            "/onboarded",
        ):
            await looks_good(await visitor.open(path))
        page = await visitor.open("/dashboard/payment-processing/set-up")
        await page.get_by_label(EN.fee).fill("200")
        await page.keyboard.press("Enter")
        await page.get_by_text(EN.wrong_fee).wait_for()
        await looks_good(page)
        forgive(visitor, 422)


async def a_webhook(shop: Shop) -> str:
    """A webhook with a log: of everything that has happened to the shop, and nothing sent of it."""
    said = {"url": f"https://example.com/{'w' * 90}", "events": ["*"], "enabled": False}
    made: str = (await shop.alice.post(f"/Organizations/{shop.id}/webhooks", said)).json()["id"]
    await an_event(shop)
    assert (await shop.alice.post(f"/Webhooks/{made}/redeliver", {"after": "0" * 24})).json()["count"] > 0
    return made


async def an_event(shop: Shop) -> str:
    read = await shop.alice.get(f"/Organizations/{shop.id}/events", params={"limit": 1, "wait": 20})
    found: str = read.json()["events"][0]["id"]
    return found


async def test_a_link_that_has_expired_says_so_and_asks_for_nothing(
    browser: Browser, base_url: str, shop: Shop
) -> None:
    begun, other = await shop.intent(), await shop.intent()
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open(urlsplit(begun["paymentLink"]).path)
        await page.get_by_role("button", name=PAY.pay).click()
        await page.get_by_label("Card number").wait_for()
        shop.world.clock.move(timedelta(days=2))
        await type_card(page, GOOD)  # too late
        await page.get_by_role("heading", name=PAY.expired_title).wait_for()
        page = await visitor.open(urlsplit(other["paymentLink"]).path)
        await page.get_by_role("heading", name=PAY.expired_title).wait_for()
        assert await page.get_by_role("button").count() == 0
    assert await shop.payments() == []
    assert [(await shop.read(one))["status"] for one in (begun, other)] == ["expired", "expired"]


async def test_who_comes_to_pay_again_is_thanked(browser: Browser, base_url: str, shop: Shop) -> None:
    document, link = await shop.invoice()
    async with Visitor(browser, base_url) as first, Visitor(browser, base_url) as second:
        tabs = [await visitor.open(f"/i/{link}") for visitor in (first, second)]
        for page in tabs:
            await page.get_by_role("button", name="Pay now").click()
            await page.get_by_label("Card number").wait_for()
        await type_card(tabs[0], GOOD)
        await tabs[0].get_by_role("heading", name=PAY.succeeded_title).wait_for()
        await type_card(tabs[1], GOOD)
        await tabs[1].get_by_role("heading", name=PAY.succeeded_title).wait_for()
        page = await second.open(f"/i/{link}")
        assert await page.get_by_role("button", name="Pay now").count() == 0
    assert await shop.totals(document) == (12100, 0, True)
    assert len(await shop.payments()) == 1
