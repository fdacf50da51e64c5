"""The template against its promises: PDF/A and UA, the same bytes, any text, many lines; and the press that runs it."""

import asyncio
import io
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from tests import outfit

from billhook.documents.paper import images
from billhook.documents.paper.coverage import FONTS
from billhook.documents.paper.format import in_locale
from billhook.documents.paper.press import Press, PressError
from billhook.documents.paper.qr import Transfer, epc
from billhook.documents.paper.render import render
from billhook.documents.paper.view import (
    Columns,
    Line,
    Mark,
    Pair,
    PaperView,
    Party,
    Payment,
    TaxColumns,
    TaxRow,
    Total,
)
from billhook.documents.texts import LANGUAGES, labels
from billhook.kernel.colour import HOUSE, LEAST_CONTRAST, WHITE, contrast

ISSUED = 1_682_835_243  # 2023-04-30T06:14:03Z, as in the quick start


def quick_start(language: str = "en", **changes: object) -> PaperView:
    """Return the invoice of the quick start, not yet paid, in a language."""
    words, figures = labels(language), in_locale(language)
    due = figures.money(1_210_000, "EUR")
    code = epc(Transfer("International Space Agency", "BE68539007547034", 1_210_000, "EUR", "2023-00001"))
    view = PaperView(
        title=words.titles.invoice,
        number="2023-00001",
        language=language,
        seller=Party("International Space Agency", ("Rocket street 1", "10000 Brussels", "Belgium")),
        buyer=Party("Rocket man", ("United Kingdom",), words.parties.buyer),
        highlights=(
            Pair(words.totals.amount_due, due),
            Pair(words.meta.date_due, figures.date(date(2023, 5, 30))),
        ),
        meta=(Pair(words.meta.date, figures.date(date(2023, 4, 30))), Pair(words.meta.reference, "2023-00001")),
        columns=Columns(words.lines.item, words.lines.amount, "#", words.lines.quantity, words.lines.price),
        lines=(Line("Space suit", due, quantity="1", price=figures.money(1_000_000, "EUR")),),
        tax_columns=TaxColumns(words.totals.tax, words.totals.tax_base, words.totals.tax),
        taxes=(TaxRow("BTW 21%", "10000", "2100"),),
        totals=(Total(words.totals.total, due), Total(words.totals.amount_due, due, "due")),
        payment=Payment(
            words.bank.title, (Pair(words.bank.iban, "BE68 5390 0754 7034"),), code or "", words.bank.scan_to_pay
        ),
        note=words.sentences.thank_you,
        footer="International Space Agency, Rocket street 1, 10000 Brussels, Belgium",
        page_of=words.page.page_of,
    )
    return msgspec.structs.replace(view, **changes)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_renders_and_says_what_is_due(language: str) -> None:
    view = quick_start(language)
    text = text_of(render(view, issued_at=ISSUED))
    for shown in (view.title, "2023-00001", view.highlights[0].label, view.highlights[1].value, "Space suit"):
        assert shown.replace("\u00a0", " ") in text
    assert "□" not in text


def test_the_file_says_that_it_is_pdf_a_3a_and_pdf_ua_1() -> None:
    reader = PdfReader(io.BytesIO(render(quick_start("nl-BE"), issued_at=ISSUED)))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.trailer["/Root"]["/Lang"] == "nl-BE"
    assert reader.metadata is not None
    assert reader.metadata.title == "Factuur 2023-00001"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.timestamp() == ISSUED
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert all("NotoSans" in font["/BaseFont"] for font in fonts)


@pytest.mark.parametrize(
    ("accent", "drawn"),
    [("#ffff00", "727200"), ("#FFF", "727272"), ("7a2e8f", "7a2e8f"), ("", HOUSE), ("red", HOUSE)],
)
def test_whatever_is_written_can_be_read_on_white(accent: str, drawn: str) -> None:
    drawing = PdfReader(io.BytesIO(render(quick_start(accent=accent), issued_at=ISSUED))).pages[0].get_contents()
    assert drawing is not None
    fills = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) scn", drawing.get_data())
    colours = {bytes(round(Decimal(part.decode()) * 255) for part in fill).hex() for fill in fills}
    assert drawn in colours
    assert {colour for colour in colours if contrast(colour, WHITE) < LEAST_CONTRAST} == set()


def test_the_same_view_gives_the_same_bytes_in_another_process() -> None:
    # Whatever was rendered before must not matter, and least of all what has much in common with it.
    others = (
        "t.render(t.quick_start('de'), issued_at=1), t.render(t.quick_start(number='1', note=''), issued_at=t.ISSUED)"
    )
    digests = set()
    for before in ("()", others):
        program = (
            f"import hashlib, tests.contract.test_paper_templates as t; {before}; "
            "print(hashlib.sha256(t.render(t.quick_start(), issued_at=t.ISSUED)).hexdigest())"
        )
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        digests.add(result.stdout)
    assert len(digests) == 1
    assert render(quick_start(), issued_at=ISSUED) == render(quick_start(), issued_at=ISSUED)
    assert render(quick_start(), issued_at=ISSUED) != render(quick_start(), issued_at=ISSUED + 1)


def test_texts_are_never_markup() -> None:
    traps = (
        '#read("/etc/passwd")',
        "*b* _i_ `c`",
        "$x^2$ @ref <label>",
        "= heading",
        "// no comment",
        "\\u{41} #let a = 1",
    )
    text = text_of(render(quick_start(lines=tuple(Line(trap, "1") for trap in traps)), issued_at=ISSUED))
    for trap in traps:
        assert trap in text


def test_five_hundred_lines_repeat_the_head_on_each_page_and_keep_their_order() -> None:
    lines = tuple(Line(f"Item {at:03d}", f"{at}.00", position=str(at), quantity="1") for at in range(500))
    reader = PdfReader(io.BytesIO(render(quick_start(lines=lines), issued_at=ISSUED)))
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 10
    with_lines = [page for page in pages if "Item " in page]
    assert all("Quantity" in page for page in with_lines)
    assert all(f"Page {at} of {len(pages)}" in page for at, page in enumerate(pages, 1))
    whole = "".join(pages)
    places = [whole.index(f"Item {at:03d}") for at in range(500)]
    assert places == sorted(places)


def test_a_note_that_needs_more_pages_gets_them_numbered() -> None:
    """Few lines are believed to be a single page; where they are not, the pages say so, and have a running head."""
    assert "Page 1 of 1" in text_of(render(quick_start(), issued_at=ISSUED))
    reader = PdfReader(io.BytesIO(render(quick_start(note="A long story.\n\n" * 80), issued_at=ISSUED)))
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 1
    assert all(f"Page {at} of {len(pages)}" in page for at, page in enumerate(pages, 1))
    assert ["Invoice 2023-00001" in page for page in pages] == [True] * len(pages)


def test_nothing_of_a_document_is_left_for_the_next() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (600, 200), "#d9480f").save(out, "PNG")
    before = render(quick_start(), issued_at=ISSUED)
    render(quick_start(logo=images.accept(out.getvalue()), note="Said once"), issued_at=ISSUED)
    assert render(quick_start(), issued_at=ISSUED) == before


def test_columns_nobody_uses_are_left_out() -> None:
    columns = Columns("Item", "Amount", "#", "Quantity", "Price", "Discount", "VAT")
    text = text_of(render(quick_start(columns=columns), issued_at=ISSUED))
    assert "Quantity" in text
    assert "Discount" not in text


@pytest.mark.parametrize("tone", ["draft", "void", "good", "plain"])
def test_marks_and_directions_compile(tone: str) -> None:
    mark = msgspec.convert({"text": "Geannuleerd", "tone": tone}, Mark)
    for direction in ("ltr", "rtl"):
        pdf = render(quick_start(mark=mark, direction=direction, bare=True, size="us-letter"), issued_at=ISSUED)
        assert "Geannuleerd" in text_of(pdf)


def test_a_picture_that_cannot_be_read_does_not_cost_the_document() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (600, 200), "#d9480f").save(out, "PNG")
    good = render(quick_start(logo=images.accept(out.getvalue())), issued_at=ISSUED)
    assert len(PdfReader(io.BytesIO(good)).pages[0].images) == 1
    for broken in ("no svg at all", '<svg xmlns="http://www.w3.org/2000/svg"><text>🚀</text></svg>'):
        assert "2023-00001" in text_of(render(quick_start(logo=broken), issued_at=ISSUED))


def test_the_code_scans_from_the_page() -> None:
    pdftoppm = outfit.program("pdftoppm")
    pdf = render(quick_start(), issued_at=ISSUED)
    page = subprocess.run([pdftoppm, "-r", "150", "-png", "-"], input=pdf, capture_output=True, check=True).stdout
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))
    assert [code.text.split("\n")[7] for code in found] == ["EUR12100.00"]


RANGES = (
    (0x1, 0x2FF), (0x300, 0x36F), (0x370, 0x7FF), (0x900, 0x1FFF), (0x2000, 0xD7FF), (0xD800, 0xDFFF),
    (0xE000, 0xFFFF), (0x10000, 0x1FAFF), (0x20000, 0x2FFFF), (0xE0000, 0xE01EF), (0x20, 0x7E),
)  # fmt: skip
LETTERS = "abcéñßØ דםשλЖक中あ한ع١ "
MARKS = "\u093f\u05b4\u064e\u0e31\u200d\u20e3\ufe0f\U0001f3fb\u033a\u0301"


def odd_texts(chance: random.Random) -> Iterator[str]:
    while True:
        points = (chr(chance.randint(*chance.choice(RANGES))) for _ in range(chance.randint(0, 30)))
        yield "".join(points)
        letters = (
            chance.choice(LETTERS) + chance.choice(MARKS) * (chance.random() < 0.4)
            for _ in range(chance.randint(0, 30))
        )
        yield "".join(letters) + "\n" + chance.choice(MARKS)


def test_any_text_compiles() -> None:
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(10**9))
    print(f"TEST_SEED={seed}")  # noqa: T201 - shown when it fails
    chance = random.Random(seed)
    odd = odd_texts(chance)
    for _ in range(200):
        view = quick_start(
            direction=chance.choice(["ltr", "rtl"]),
            title=next(odd),
            number=next(odd),
            note=next(odd),
            footer=next(odd),
            page_of=next(odd),
            signature=next(odd),
            mark=Mark(next(odd), "draft"),
            buyer=Party(next(odd), (next(odd), next(odd)), next(odd)),
            lines=(Line(next(odd), next(odd), description=next(odd)), Line(next(odd), heading=True), Line(next(odd))),
        )
        assert render(view, issued_at=ISSUED).startswith(b"%PDF")


@pytest_asyncio.fixture(loop_scope="session")
async def press() -> AsyncIterator[Press]:
    press = Press()
    yield press
    await press.close()


async def at_work(press: Press) -> None:
    while not press.busy:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)


async def test_the_press_gives_what_rendering_here_gives_and_stays_warm(press: Press) -> None:
    assert press.pid is None
    assert await press.render(quick_start(), ISSUED) == render(quick_start(), issued_at=ISSUED)
    pid = press.pid
    assert pid not in (None, os.getpid())
    await press.render(quick_start("de"), ISSUED)
    assert press.pid == pid


async def test_documents_come_back_to_whoever_asked(press: Press) -> None:
    views = [quick_start(number=f"2023-{at:05d}") for at in range(8)]
    pdfs = await asyncio.gather(*(press.render(view, ISSUED) for view in views))
    assert all(view.number in text_of(pdf) for view, pdf in zip(views, pdfs, strict=True))


async def test_a_worker_killed_between_documents_is_replaced(press: Press) -> None:
    await press.render(quick_start(), ISSUED)
    pid = press.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert (await press.render(quick_start(), ISSUED)).startswith(b"%PDF")
    assert press.pid != pid


async def test_a_worker_killed_in_the_middle_of_a_document_is_replaced(press: Press) -> None:
    await press.render(quick_start(), ISSUED)
    pid = press.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that it surely has not answered when it dies
    document = asyncio.create_task(press.render(quick_start("fr"), ISSUED))
    await at_work(press)
    os.kill(pid, signal.SIGKILL)
    assert "Facture" in text_of(await document)
    assert press.pid != pid


async def test_a_cancelled_document_does_not_answer_for_the_next(press: Press) -> None:
    await press.render(quick_start(), ISSUED)
    document = asyncio.create_task(press.render(quick_start("fr"), ISSUED))
    await at_work(press)
    document.cancel()
    with pytest.raises(asyncio.CancelledError):
        await document
    assert "Rechnung" in text_of(await press.render(quick_start("de"), ISSUED))


async def test_a_worker_that_hangs_twice_is_given_up() -> None:
    press = Press(deadline_seconds=0)
    with pytest.raises(PressError, match="2 times"):
        await press.render(quick_start(), ISSUED)
    assert press.pid is None
    await press.close()


@pytest.mark.parametrize("limit", [{"max_jobs": 1}, {"max_rss_bytes": 1}])
async def test_a_worker_is_recycled(limit: dict[str, int]) -> None:
    press = Press(**limit)
    pids = set()
    for _ in range(2):
        await press.render(quick_start(), ISSUED)
        pids.add(press.pid)
    assert len(pids) == 2
    await press.close()


async def test_an_idle_press_ends_its_worker_and_starts_again() -> None:
    press = Press(idle_seconds=0)
    await press.render(quick_start(), ISSUED)
    await press.rested()
    assert press.pid is None
    assert (await press.render(quick_start(), ISSUED)).startswith(b"%PDF")
    await press.close()


async def test_the_worker_knows_nothing_but_the_paper(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLHOOK_DATABASE_URL", "postgresql://secret")
    await press.render(quick_start(), ISSUED)
    mapped = Path(f"/proc/{press.pid}/maps").read_text()  # noqa: ASYNC240 - a file of the kernel, at once there
    assert "typst" in mapped
    assert "asyncpg" not in mapped
    assert "BILLHOOK_" not in Path(f"/proc/{press.pid}/environ").read_text()  # noqa: ASYNC240


def test_whoever_holds_a_press_does_not_load_the_compiler() -> None:
    program = (
        f"import sys, types; room = types.ModuleType('billhook.documents'); room.__path__ = [{str(FONTS.parent)!r}]; "
        "sys.modules['billhook.documents'] = room; import billhook.documents.paper.press; print('typst' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )


async def test_lone_surrogates_cross_to_the_worker(press: Press) -> None:
    assert "ab" in text_of(await press.render(quick_start(note="a\ud800b"), ISSUED))


def test_the_worker_dies_with_its_parent() -> None:
    program = (
        "import asyncio, os, signal, tests.contract.test_paper_templates as t\n"
        "async def main():\n"
        "    press = t.Press()\n"
        "    await press.render(t.quick_start(), 1)\n"
        "    print(press.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    # The worker inherits the error stream: reading it to its end is waiting until the worker is gone.
    parent = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert parent.returncode == -signal.SIGKILL
    left = Path(f"/proc/{int(parent.stdout)}/cmdline")
    assert not left.exists() or left.read_bytes() == b""  # gone, or dead and not yet reaped
