"""Credit notes, worked by hand: what is left, what an amount comes to at each rate, where the last cent goes."""

from decimal import Decimal

import pytest

from billhook.documents.model import crediting
from billhook.documents.model.crediting import Note, rest_of
from billhook.documents.model.document import Document, Line, LineTax, Options
from billhook.documents.model.lines import Lines, reckoned
from billhook.kernel.ids import Id


def invoice_of(*lines: tuple[str, str], exponent: int = 2) -> Document:
    """An invoice of net prices at rates."""
    written = [
        Line(id=str(at), name="Suit", price=Decimal(price), taxes=(LineTax(id="t", rate=Decimal(rate)),))
        for at, (price, rate) in enumerate(lines)
    ]
    sums = reckoned(written, exponent=exponent, decimal_places=9, rounding="document")
    fields = dict.fromkeys(Document.__struct_fields__) | {
        name: getattr(sums, name)
        for name in ("lines", "taxes", "reverse_taxes", "total", "total_discount", "total_with_tax")
    }
    return Document(
        **fields | {"exponent": exponent, "decimal_places": 9, "rounding": "document", "options": Options()}
    )


def note_of(sums: Lines) -> Note:
    return Note(Id("note"), sums.total_with_tax, sums.lines, sums.taxes, sums.reverse_taxes)


@pytest.mark.parametrize(
    ("lines", "exponent", "amount", "rows"),
    [
        ([("100", "21")], 2, 50_00, [(41_32, 8_68)]),
        ([("100", "21")], 2, 1, [(1, 0)]),
        ([("100", "21")], 2, 121_00, [(100_00, 21_00)]),
        ([("1000", "21"), ("30", "6")], 2, 100_00, [(80_53, 16_91), (2_42, 14)]),
        ([("1000", "21"), ("30", "6")], 2, 1241_80, [(1000_00, 210_00), (30_00, 1_80)]),
        ([("100", "0"), ("100", "20")], 2, 110_00, [(50_00, 0), (50_00, 10_00)]),
        ([("1000", "10")], 0, 333, [(303, 30)]),
        ([("0.13", "21"), ("0.13", "21"), ("0.13", "21")], 2, 46, [(38, 8)]),
    ],
)
def test_an_amount_at_each_rate(lines, exponent, amount, rows):
    invoice = invoice_of(*lines, exponent=exponent)
    sums = crediting.by_amount(invoice, rest_of(invoice, []), amount, "Credit")
    assert [(row.base, row.total_tax) for row in sums.taxes] == rows
    assert sums.total_with_tax == amount


def test_the_last_line_takes_the_cent_that_rounding_left():
    invoice = invoice_of(*[("0.13", "21")] * 3)  # 0.39 and once 0.08; each line alone would have 0.03
    notes: list[Note] = []
    for line in invoice.lines:
        sums = crediting.within(crediting.by_lines(invoice, {line.id: Decimal(1)}), rest_of(invoice, notes))
        assert sums is not None
        notes.append(note_of(sums))
    assert [note.total_with_tax for note in notes] == [16, 16, 15]
    assert rest_of(invoice, notes).is_nothing


def test_more_than_a_rate_has_left_is_refused():
    invoice = invoice_of(("100", "21"), ("100", "6"))
    more = reckoned(
        [Line(id="x", price=Decimal("100.01"), taxes=invoice.lines[1].taxes)],
        exponent=2,
        decimal_places=9,
        rounding="document",
    )
    assert crediting.within(more, rest_of(invoice, [])) is None


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1, [1, 1], [1, 0]),
        (0, [5], [0]),
        (10, [1, 2], [3, 7]),
        (7, [3, 3, 1], [3, 3, 1]),
    ],
)
def test_an_amount_in_parts(amount, weights, parts):
    assert crediting.shared_out(amount, weights) == parts
