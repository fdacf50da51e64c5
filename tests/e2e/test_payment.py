"""A payer with a real browser: from the invoice through the provider's pages and back, without a script, at every width."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page
from tests.e2e.visitor import PHONE, TINY, WIDE, Visitor
from tests.integration import shop as shops
from tests.integration.payment_desk import ok
from tests.integration.shop import CHALLENGED, GOOD, POOR, Shop

from billhook.pages.payment_words import words_in

shop = shops.shop
EN = words_in("en")


async def type_card(page: Page, number: str) -> None:
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expiry").fill("12 / 40")
    await page.get_by_label("Security code").fill("123")
    await page.keyboard.press("Enter")


def forgive(visitor: Visitor, status: int) -> None:
    """Forgive an answer the test has asked for."""
    words = (f"{status}: {visitor.origin}", f"status of {status} ")
    visitor.faults = [fault for fault in visitor.faults if not any(word in fault for word in words)]


@pytest.mark.parametrize(("size", "scripts"), [(WIDE, True), (PHONE, False)], ids=["wide", "phone without scripts"])
async def test_an_invoice_is_paid(
    browser: Browser, base_url: str, shop: Shop, size: tuple[int, int], scripts: bool
) -> None:
    document, link = await shop.invoice()
    async with Visitor(browser, base_url, size=size, java_script_enabled=scripts) as visitor:
        page = await visitor.open(f"/i/{link}")
        await page.get_by_role("button", name="Pay now").dblclick()
        await page.get_by_role("heading", name="Pay International Space Agency").wait_for()
        await type_card(page, POOR)
        await page.get_by_text("There is not enough money on the account.").wait_for()
        assert await page.get_by_label("Card number").input_value() == ""
        await type_card(page, CHALLENGED)
        await page.get_by_role("heading", name="Your bank asks: is it you?").wait_for()
        await page.get_by_role("button", name="It is not me").click()
        await page.get_by_text("The bank could not confirm that it is you.").wait_for()
        await type_card(page, CHALLENGED)
        await page.get_by_role("button", name="Confirm the payment").click()
        await page.get_by_role("heading", name=EN.succeeded_title).wait_for()
        await page.get_by_role("link", name=EN.invoice).click()
        assert await page.get_by_role("button", name="Pay now").count() == 0
        await page.go_back()
        await page.go_back()
        await page.get_by_role("heading").first.wait_for()
        forgive(visitor, 422)
        # The second click of a double click takes the place of the first.
        visitor.faults = [fault for fault in visitor.faults if "ERR_ABORTED" not in fault]
    assert await shop.totals(document) == (12100, 0, True)
    assert len(await shop.payments()) == 1


async def test_a_payment_link_is_paid_by_keyboard_and_leads_on(browser: Browser, base_url: str, shop: Shop) -> None:
    intent = await shop.intent(allowRecurring=True, returnURL=f"{base_url}/health-of-the-shop")
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open(urlsplit(intent["paymentLink"]).path)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Pay International Space Agency").wait_for()
        await type_card(page, GOOD)
        await page.wait_for_url("**/health-of-the-shop")
        forgive(visitor, 404)
        visitor.faults = [fault for fault in visitor.faults if "ERR_ABORTED" not in fault]  # it was led on at once
    assert (await shop.read(intent))["succeeded"]


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark"), (TINY, "light")], ids=str)
async def test_nothing_stands_in_anybody_s_way(
    browser: Browser, base_url: str, shop: Shop, size: tuple[int, int], scheme: str
) -> None:
    _, link = await shop.invoice()
    intent, canceled = await shop.intent(allowRecurring=True, reference="R" * 200), await shop.intent()
    ok(await shop.alice.post(f"/payment-intents/{canceled['id']}/cancel"))
    organization = await shop.world.organization(shop.alice)
    ok(await shop.alice.post(f"/Organizations/{organization['id']}/merchant"))
    form = ok(await shop.alice.get(f"/Organizations/{organization['id']}/merchant/link"))["url"]
    async with Visitor(browser, base_url, size=size, color_scheme=scheme) as visitor:

        async def looks_good(page: Page) -> None:
            assert await visitor.barriers() == []
            assert await visitor.overflow() == 0
            assert await page.locator("h1").count() == 1

        for path in (f"/i/{link}", intent["paymentLink"], canceled["paymentLink"], form):
            await looks_good(await visitor.open(urlsplit(path).path))
        page = await visitor.open(f"/i/{link}")
        await page.get_by_role("button", name="Pay now").click()
        await page.get_by_role("heading", name="Pay International Space Agency").wait_for()
        await looks_good(page)
        await type_card(page, POOR)
        await page.get_by_role("alert").wait_for()
        await looks_good(page)
        await type_card(page, CHALLENGED)
        await page.get_by_role("heading", name="Your bank asks: is it you?").wait_for()
        await looks_good(page)
        await page.get_by_role("button", name="Confirm the payment").click()
        await page.get_by_role("heading", name=EN.succeeded_title).wait_for()
        await looks_good(page)
        forgive(visitor, 422)
