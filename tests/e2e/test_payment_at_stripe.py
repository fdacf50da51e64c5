"""A payer with a real browser whose invoice is paid at Stripe: our pages let the browser go there, and come back."""

from typing import Any

import pytest
from playwright.async_api import Browser
from tests.e2e.visitor import PHONE, WIDE, Visitor
from tests.integration.stripe_shop import StripeShop, open_stripe_shop
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

from billhook.pages.payment_words import words_in
from billhook.settings import Settings

EN = words_in("en")


@pytest.fixture
async def shop(world: World, settings: Settings, stripe: StripeStandIn) -> StripeShop:
    return await open_stripe_shop(world, settings, stripe)


@pytest.mark.parametrize(("size", "scripts"), [(WIDE, True), (PHONE, False)], ids=["wide", "phone without scripts"])
async def test_an_invoice_is_paid_at_stripe(
    browser: Browser, base_url: str, shop: StripeShop, size: tuple[int, int], scripts: bool
) -> None:
    document, link = await shop.invoice()
    options: dict[str, Any] = {"size": size, "java_script_enabled": scripts}
    async with Visitor(browser, base_url, **options) as visitor:
        page = await visitor.open(f"/i/{link}")
        await page.get_by_role("button", name="Pay now").click()
        await page.wait_for_url(f"{shop.stripe.url}/pay/cs_test_*")
        await page.get_by_label("Card number").fill("4000000000009995")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await page.get_by_label("Card number").fill("4242424242424242")
        await page.get_by_role("button", name="Pay").click()
        await page.get_by_role("heading", name=EN.succeeded_title).wait_for()
        await page.get_by_role("link", name=EN.invoice).click()
        await page.get_by_role("heading").first.wait_for()
        assert await page.get_by_role("button", name="Pay now").count() == 0
        visitor.faults = [fault for fault in visitor.faults if shop.stripe.url not in fault]
    assert await shop.totals(document) == (12_100, 0, True)


async def test_a_payment_link_is_paid_at_stripe(browser: Browser, base_url: str, shop: StripeShop) -> None:
    intent = await shop.intent(allowRecurring=True, returnURL=f"{base_url}/health-of-the-shop")
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open(f"/pay/{intent['paymentLink'].rpartition('/')[2]}")
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button").first.click()
        await page.wait_for_url(f"{shop.stripe.url}/pay/cs_test_*")
        await page.get_by_label("Card number").fill("4242424242424242")
        await page.get_by_role("button", name="Pay").click()
        await page.wait_for_url("**/health-of-the-shop")
        visitor.faults = []  # a place that is not there, led to from a place that is not ours
    assert (await shop.read(intent))["succeeded"]
