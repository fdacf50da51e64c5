"""The API reference in a real browser: for every eye and width, with the keyboard, and without a script."""

import pytest
from playwright.async_api import Browser
from tests.e2e.visitor import PHONE, TINY, WIDE, Visitor

LANGUAGES = {"curl": "curl --fail-with-body", "python": "import requests", "javascript": "await fetch("}


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=str)
async def test_nothing_stands_in_anybody_s_way(
    browser: Browser, base_url: str, size: tuple[int, int], scheme: str
) -> None:
    async with Visitor(browser, base_url, size=size, color_scheme=scheme) as visitor:
        page = await visitor.open("/docs")
        assert await page.title() == "Billhook API reference"
        assert await visitor.barriers() == []
        assert len(visitor.requests) >= 3, "nothing was watched"


@pytest.mark.parametrize("size", [WIDE, PHONE, TINY], ids=str)
async def test_it_is_never_wider_than_the_window(browser: Browser, base_url: str, size: tuple[int, int]) -> None:
    async with Visitor(browser, base_url, size=size) as visitor:
        page = await visitor.open("/docs")
        assert await visitor.overflow() == 0
        await page.evaluate("document.querySelectorAll('details').forEach(found => { found.open = true; })")
        assert await visitor.overflow() == 0


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
async def test_the_language_is_chosen_once_for_all_examples(browser: Browser, base_url: str, has_script: bool) -> None:
    async with Visitor(browser, base_url, java_script_enabled=has_script) as visitor:
        page = await visitor.open("/docs")
        for language, words in LANGUAGES.items():
            await page.click(f"label[for=in-{language}]")
            shown = [text for text in await page.locator("pre[data-example]:visible").all_inner_texts() if text]
            assert len(shown) > 60
            assert all(words in text for text in shown)


async def test_the_language_is_remembered(browser: Browser, base_url: str) -> None:
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open("/docs")
        await page.focus("#in-curl")
        await page.keyboard.press("ArrowRight")
        assert await page.is_checked("#in-python")
        await page.reload()
        assert await page.is_checked("#in-python")


async def test_an_operation_is_found_by_typing(browser: Browser, base_url: str) -> None:
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open("/docs")
        await page.keyboard.press("/")
        await page.keyboard.type("documents pdf shared")
        shown = await page.locator(".menu .tag li:visible").all_inner_texts()
        assert len(shown) == 1
        await page.keyboard.press("Enter")
        assert page.url.endswith("#documentsPublicPdf")
        await page.fill("#search", "regenerate closes the old")  # words of a description
        assert await page.locator(".menu .tag li:visible a").get_attribute("href") == "#documentsShare"
        await page.fill("#search", "nothing has this name")
        assert await page.locator(".menu .none").is_visible()
        await page.keyboard.press("Escape")
        assert await page.locator(".menu .tag li:visible").count() > 50


async def test_an_example_is_copied_as_printed(browser: Browser, base_url: str) -> None:
    async with Visitor(browser, base_url, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        page = await visitor.open("/docs")
        example = page.locator("#organizationsCreate .example.in-curl")
        await example.locator("button").click()
        assert await example.locator("button").inner_text() == "Copied"
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == await example.locator("pre").inner_text()


async def test_a_search_hides_nothing_without_a_script(browser: Browser, base_url: str) -> None:
    async with Visitor(browser, base_url, java_script_enabled=False) as visitor:
        page = await visitor.open("/docs")
        assert await page.locator("#search").is_hidden()
        assert await page.locator("button:visible").count() == 0
        assert await page.locator(".operation:visible").count() > 60
