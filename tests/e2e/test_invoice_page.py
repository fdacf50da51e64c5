"""The invoice page in a real browser: for every eye, every width and every hand; on paper; without a script."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser
from pypdf import PdfReader
from tests.e2e.visitor import PHONE, TINY, WIDE, Visitor

from billhook.documents import labels

STATES = ("due", "overdue", "partly_paid", "paid", "canceled", "estimate")
HARD = ("forty lines", "long words", "right to left", "no tax", "branded", "yen", "dinar")
Gallery = dict[str, str]


@pytest.mark.parametrize("name", STATES + HARD)
@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (TINY, "dark")], ids=str
)
async def test_nothing_stands_in_anybody_s_way(
    browser: Browser, base_url: str, gallery: Gallery, name: str, size: tuple[int, int], scheme: str
) -> None:
    async with Visitor(browser, base_url, size=size, color_scheme=scheme) as visitor:
        await visitor.open(gallery[name])
        assert await visitor.barriers() == []
        assert await visitor.overflow() == 0
        assert len(visitor.requests) >= 4, "nothing was watched"


@pytest.mark.parametrize("language", ["de", "fr", "pl", "sl"])
@pytest.mark.parametrize("size", [WIDE, TINY], ids=str)
async def test_in_other_languages_too(
    browser: Browser, base_url: str, gallery: Gallery, language: str, size: tuple[int, int]
) -> None:
    async with Visitor(browser, base_url, size=size) as visitor:
        page = await visitor.open(f"{gallery['partly_paid']}?l={language}")
        assert await page.get_attribute("html", "lang") == language
        await page.click("summary")
        assert await visitor.barriers() == []
        assert await visitor.overflow() == 0


async def test_the_watch_sees_faults(browser: Browser, base_url: str, gallery: Gallery) -> None:
    visitor = Visitor(browser, base_url)
    async with visitor:
        page = await visitor.open(gallery["due"])
        await page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:#eee\">x</p><img src=/none.png>')"
        )
        await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => null)")
        await page.wait_for_function("performance.getEntriesByName(location.origin + '/none.png').length > 0")
        assert [fault for fault in await visitor.barriers() if fault.startswith("image-alt")]
        await page.evaluate("document.querySelector('.amount').textContent = '9'.repeat(200)")
        assert await visitor.overflow() == 0, "a long word is broken"
        await page.evaluate("document.querySelector('.figure').textContent = '9'.repeat(200)")
        assert await visitor.overflow() > 0
        seen, visitor.faults = " ".join(visitor.faults), []
    assert "style-src" in seen, "an inline style was not refused"
    assert "connect" in seen, "a request to elsewhere was not refused"
    assert "404" in seen


async def test_a_lost_visitor_finds_words(browser: Browser, base_url: str) -> None:
    visitor = Visitor(browser, base_url, locale="de-DE", size=TINY)
    async with visitor:
        page = await visitor.open("/i/unknownunknownunknown123")
        assert await page.text_content("h1") == labels("de").page.missing_title
        assert await visitor.barriers() == []
        assert await visitor.overflow() == 0
        assert [fault for fault in visitor.faults if "404" not in fault] == []
        visitor.faults.clear()


async def test_works_without_javascript(browser: Browser, base_url: str, gallery: Gallery) -> None:
    async with Visitor(browser, base_url, java_script_enabled=False, size=PHONE) as visitor:
        page = await visitor.open(gallery["due"])
        menu = page.get_by_role("link", name="Deutsch")
        assert not await menu.is_visible()
        await page.click("summary")
        await menu.click()
        await page.wait_for_url("**/i/*?l=de")
        assert "Zahlbetrag" in (await page.text_content("main") or "")
        assert await page.get_by_text("PDF herunterladen").is_visible()


async def test_the_button_downloads_the_paper(browser: Browser, base_url: str, gallery: Gallery) -> None:
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open(f"{gallery['due']}?l=de")
        async with page.expect_download() as starting:
            await page.get_by_text("PDF herunterladen").click()
        download = await starting.value
        assert re.fullmatch(r"invoice-\d{4}-\d{5}\.pdf", download.suggested_filename)
        paper = PdfReader(await download.path())
        assert "Rechnung" in paper.pages[0].extract_text()
        visitor.faults = [fault for fault in visitor.faults if "ERR_ABORTED" not in fault]  # how a download ends


async def test_the_code_on_the_screen_pays_what_is_due(browser: Browser, base_url: str, gallery: Gallery) -> None:
    async with Visitor(browser, base_url, color_scheme="dark") as visitor:
        page = await visitor.open(gallery["partly_paid"])
        shot = await page.locator(".code img").screenshot()
        codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)))
        rows = codes[0].text.split("\n")
        assert (rows[0], rows[6], rows[7]) == ("BCD", "BE68539007547034", "EUR8100.00")


async def test_what_is_copied_is_what_a_bank_takes(browser: Browser, base_url: str, gallery: Gallery) -> None:
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open(gallery["due"])
        await page.click(".groups")
        assert await page.evaluate("getSelection().toString()") == "BE68539007547034"


async def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, base_url: str, gallery: Gallery
) -> None:
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open(gallery["due"])
        reached = []
        for _ in range(3):
            await page.keyboard.press("Tab")
            focused = page.locator(":focus-visible")
            reached.append((await focused.evaluate("element => element.tagName"), await focused.text_content() or ""))
            assert await focused.evaluate("element => parseFloat(getComputedStyle(element).outlineWidth)") >= 2
        assert [tag for tag, _ in reached] == ["SUMMARY", "A", "A"]
        assert [text.strip() for _, text in reached][1:] == ["Download PDF", "billing@space.example"]


async def test_on_paper_every_line_is_there_and_no_button(browser: Browser, base_url: str, gallery: Gallery) -> None:
    async with Visitor(browser, base_url, color_scheme="dark") as visitor:
        page = await visitor.open(gallery["forty lines"])
        await page.emulate_media(media="print")
        for control in (".button", ".languages"):
            assert await page.locator(control).is_visible() is False
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        paper = PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True)))
        text = "\n".join(sheet.extract_text() for sheet in paper.pages)
        assert [n for n in range(1, 41) if f"Part {n:02}" not in text] == []
        assert "Second delivery" in text
        assert "Download PDF" not in text
        width, height = paper.pages[0].mediabox[2:]
        assert (round(width), round(height)) in {(595, 842), (596, 842), (595, 843)}, "not A4"
        assert all("Amount" in sheet.extract_text() for sheet in paper.pages[:2]), "the head of the table is repeated"


async def test_a_short_invoice_is_one_sheet(browser: Browser, base_url: str, gallery: Gallery) -> None:
    async with Visitor(browser, base_url) as visitor:
        page = await visitor.open(gallery["partly_paid"])
        paper = PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True)))
        assert len(paper.pages) == 1
        text = paper.pages[0].extract_text()
        for words in ("Pay by bank transfer", "IBAN", "Amount due", "Payments"):
            assert words in text


async def test_the_accent_follows_the_organization_and_the_light(
    browser: Browser, base_url: str, gallery: Gallery
) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        async with Visitor(browser, base_url, color_scheme=scheme) as visitor:
            page = await visitor.open(gallery["branded"])
            seen[scheme] = await page.evaluate("getComputedStyle(document.querySelector('.button')).backgroundColor")
            assert await page.locator(".brand img").evaluate("image => image.naturalWidth") > 0
    assert seen["dark"] == "rgb(255, 230, 0)"
    assert seen["light"] not in (seen["dark"], "rgb(11, 110, 79)")
