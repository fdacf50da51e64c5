"""How long a PDF takes: the paper room beside WeasyPrint with the same content, interleaved in one run.

Run: `python -m bench.paper`. Read the ratios; the milliseconds are those of the machine and its load.
"""

import asyncio
import html
import statistics
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import msgspec
import weasyprint

from billhook.documents.paper.format import in_locale
from billhook.documents.paper.press import Press
from billhook.documents.paper.qr import Transfer, epc
from billhook.documents.paper.view import Columns, Line, Pair, PaperView, Party, Payment, TaxColumns, TaxRow, Total
from billhook.documents.texts import labels

ROUNDS = {1: 30, 3: 30, 10: 20, 500: 3}
WORLDLY = 3
"""The page with this many lines also has a logo, and names in Greek, Cyrillic, Chinese and Arabic."""

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 80" width="240" height="80">'
    '<circle cx="40" cy="40" r="36" fill="#7048e8"/><path d="M24 56 40 20 56 56z" fill="#fff"/>'
    '<rect x="90" y="30" width="140" height="20"/></svg>'
)
NAMES = ("Διαστημική στολή, ООО «Ромашка»", "宇航服 发票 株式会社", "بدلة فضاء")


def view(lines: int, at: int) -> PaperView:
    """Return an invoice that was not rendered before: neither side may answer from a cache.

    What it has in common with the one before, its seller among it, may have been laid out already; see `of_another`.
    """
    words, figures = labels("nl"), in_locale("nl-BE")
    total = figures.money(121_000 * lines + at, "EUR")
    code = epc(
        Transfer("International Space Agency", "BE68539007547034", 121_000 * lines + at, "EUR", f"2026-{at:05d}")
    )
    return PaperView(
        title=words.titles.invoice,
        number=f"2026-{at:05d}",
        language="nl-BE",
        logo=LOGO if lines == WORLDLY else "",
        seller=Party("International Space Agency", ("Rocket street 1", "10000 Brussels", "België")),
        buyer=Party("Čevljarstvo Žagar d.o.o.", ("Šmartinska cesta 152", "1000 Ljubljana"), words.parties.buyer),
        highlights=(Pair(words.totals.amount_due, total), Pair(words.meta.date_due, figures.date(date(2026, 5, 30)))),
        meta=(Pair(words.meta.date, figures.date(date(2026, 4, 30))), Pair(words.meta.reference, f"2026-{at:05d}")),
        columns=Columns(words.lines.item, words.lines.amount, "#", words.lines.quantity, words.lines.price),
        lines=tuple(
            Line(
                name=f"{NAMES[line % 3] if lines == WORLDLY else 'Space suit'} {at}-{line}",
                description="With helmet, gloves and a year of maintenance",
                position=str(line + 1),
                quantity="1",
                price=figures.money(100_000 + line, "EUR"),
                amount=figures.money(100_000 + line, "EUR"),
            )
            for line in range(lines)
        ),
        tax_columns=TaxColumns(words.lines.tax, words.totals.tax_base, words.totals.tax),
        taxes=(TaxRow("BTW 21%", figures.money(100_000 * lines, "EUR"), figures.money(21_000 * lines, "EUR")),),
        totals=(Total(words.totals.total, total), Total(words.totals.amount_due, total, "due")),
        payment=Payment(
            title=words.bank.title,
            pairs=(Pair(words.bank.iban, "BE68 5390 0754 7034"), Pair(words.bank.reference, f"2026-{at:05d}")),
            qr=code or "",
            qr_caption=words.bank.scan_to_pay,
        ),
        note=words.sentences.thank_you,
        footer="International Space Agency, Rocket street 1, 10000 Brussels",
        page_of=words.page.page_of,
    )


def of_another(_: int, at: int) -> PaperView:
    """Return a page of one line whose seller no earlier page had: what sheets have in common is their language."""
    name, street = f"Space Agency {at}", f"Rocket street {at}, {10_000 + at} Brussels"
    return msgspec.structs.replace(
        view(1, at),
        seller=Party(name, tuple(street.split(", "))),
        accent=f"#{at * 7919 % 0x606060:06x}",
        footer=f"{name}, {street}",
    )


# The same sheet for WeasyPrint: two columns, captions over values, panel, running footer, repeated table head.
STYLE = """
@page { size: A4; margin: 22mm 20mm; @bottom-left { content: element(foot) }
  @bottom-right { content: counter(page) " / " counter(pages); font: 7pt "Noto Sans"; color: #5f6875 } }
body { font: 9pt "Noto Sans"; color: #191d23; margin: 0 } small { font-size: 7.5pt; color: #5f6875 }
.two { display: flex; gap: 6mm; margin-bottom: 11mm } .two > * { width: 82mm; margin: 0 }
.four { display: flex; gap: 6mm } .four > * { width: 38mm; margin: 0 } .who { font-size: 14pt; color: #1f4e5f }
.big { font-size: 19pt; font-weight: bold; color: #1f4e5f } h1 { font-size: 20pt } h1 span { font-weight: normal }
table { width: 100%; border-collapse: collapse; margin: 6mm 0 } thead { display: table-header-group }
th { text-align: left; font-size: 7.5pt; font-weight: normal; color: #5f6875; border-bottom: 1pt solid #1f4e5f }
td { border-bottom: .5pt solid #d9dee4; vertical-align: top } th, td { padding: 2mm 1mm } tr { break-inside: avoid }
.end { text-align: right } .panel { border: .5pt solid #d9dee4; border-radius: 3pt; padding: 4.5mm; display: flex }
.panel table { margin: 0; width: 120mm } .panel td { border: 0 }
svg { width: 50mm } .panel svg { width: 30mm } .panel p { margin: 0 }
footer { position: running(foot); font-size: 7pt; color: #5f6875 }
"""


def page(shown: PaperView) -> str:
    """Return the same content as HTML."""
    said = html.escape
    pairs = "".join(f"<p><small>{said(pair.label)}</small><br>{said(pair.value)}" for pair in shown.meta)
    due, day = shown.highlights
    columns, payment = shown.columns, shown.payment or Payment("")
    return (
        f"<html lang=nl><title>{shown.number}</title><style>{STYLE}</style><footer>{said(shown.footer)}</footer>"
        f"<div class=two><div>{shown.logo}<b class=who>{said(shown.seller.name)}</b></div>"
        f"<p><small>{'<br>'.join(shown.seller.lines)}</small>"
        f"</div><div class=two><p><small>{shown.buyer.caption}</small><br><b>{said(shown.buyer.name)}</b><br>"
        f"{'<br>'.join(shown.buyer.lines)}<p><small>{due.label}</small><br><span class=big>{due.value}</span><br>"
        f"{day.label} <b>{day.value}</b></div><h1>{shown.title} <span>{shown.number}</span></h1>"
        f"<div class=four>{pairs}</div><table><thead><tr><th>{columns.position}<th>{columns.item}"
        f"<th class=end>{columns.quantity}<th class=end>{columns.price}<th class=end>{columns.amount}</thead>"
        f"{''.join(map(line_row, shown.lines))}</table><div class=two>"
        f"<table>{rows((row.tax, row.base, row.amount) for row in shown.taxes)}</table>"
        f"<table>{rows((row.label, row.value) for row in shown.totals)}</table></div><div class=panel><div>"
        f"<b>{payment.title}</b><table>{rows((pair.label, pair.value) for pair in payment.pairs)}</table></div>"
        f"<p>{payment.qr}<br><small>{payment.qr_caption}</small></div><p>{said(shown.note)}"
    )


def line_row(line: Line) -> str:
    """Return one line of the table."""
    return (
        f"<tr><td>{line.position}<td>{html.escape(line.name)}<br><small>{html.escape(line.description)}</small>"
        f"<td class=end>{line.quantity}<td class=end>{line.price}<td class=end>{line.amount}</tr>"
    )


def rows(cells: Iterable[tuple[str, ...]]) -> str:
    """Return plain table rows, figures at the right."""
    return "".join(
        f"<tr><td>{html.escape(first)}{''.join(f'<td class=end>{cell}' for cell in rest)}</tr>"
        for first, *rest in cells
    )


def weasyprint_ns(text: str) -> int:
    """Render in this process; return how long it took."""
    start = time.perf_counter_ns()
    weasyprint.HTML(string=text).write_pdf(pdf_variant="pdf/a-3a")
    return time.perf_counter_ns() - start


async def press_ns(press: Press, shown: PaperView) -> int:
    """Render with the press; return how long the whole round trip took."""
    start = time.perf_counter_ns()
    await press.render(shown, 1)
    return time.perf_counter_ns() - start


async def compare(
    press: Press,
    other: ProcessPoolExecutor,
    lines: int,
    rounds: int,
    draw: Callable[[int, int], PaperView] = view,
) -> None:
    """Print the medians of both, interleaved, each warm in a process of its own."""
    loop = asyncio.get_running_loop()
    ours, theirs = [], []
    for at in range(rounds + 1):
        shown = draw(lines, at)
        ours.append(await press_ns(press, shown))
        theirs.append(await loop.run_in_executor(other, weasyprint_ns, page(shown)))
    size = len(await press.render(draw(lines, rounds), 1))
    mine, other_one = statistics.median(ours[1:]), statistics.median(theirs[1:])  # the first round warms both up
    print(
        f"{lines:>4} lines{'*' if lines == WORLDLY else '+' if draw is of_another else ' '} "
        f"billhook {mine / 1e6:8.1f} ms   weasyprint {other_one / 1e6:8.1f} ms   "
        f"1/{other_one / mine:.1f}   {size // 1024} KiB",
        flush=True,
    )


async def alone(press: Press) -> None:
    """Print the press's cold start, its warm round trip with nothing beside it, and its memory."""
    cold = await press_ns(press, view(1, 1000))
    warm = [await press_ns(press, view(1, 1001 + at)) for at in range(30)]
    at_rest = resident_mib(press)
    await press.render(view(500, 1), 1)
    print(
        f"press       cold start and first page {cold / 1e6:.0f} ms, warm page {statistics.median(warm) / 1e6:.1f} ms; "
        f"worker {at_rest} MiB after 31 pages, {resident_mib(press)} MiB after 500 lines",
        flush=True,
    )


def resident_mib(press: Press) -> int:
    """Return the worker's resident memory."""
    status = Path(f"/proc/{press.pid}/status").read_text()
    return next(int(row.split()[1]) // 1024 for row in status.splitlines() if row.startswith("VmRSS"))


async def main() -> None:
    """Print every figure."""
    press = Press()
    await alone(press)
    await press.close()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        for lines, rounds in ROUNDS.items():
            await compare(press, other, lines, rounds)
            if lines == 1:
                await compare(press, other, lines, rounds, of_another)
    await press.close()
    print("* with a logo and four more scripts; + each of another seller")


if __name__ == "__main__":
    asyncio.run(main())
