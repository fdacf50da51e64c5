"""Whatever is credited of an invoice, in whatever parts: never more than there is, and in the end all of it."""

from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from billhook.documents.model import crediting
from billhook.documents.model.crediting import Note, Rest, rest_of
from billhook.documents.model.document import Document, Line, LineTax, Options
from billhook.documents.model.lines import Lines, reckoned
from billhook.kernel.ids import Id

RATES = st.sampled_from([Decimal(text) for text in ("0", "5", "9.975", "19", "21", "22.00", "100")])
TAX = st.builds(LineTax, id=st.just("t"), rate=RATES, reverse_charged=st.sampled_from([False, False, False, True]))
TAXES = st.one_of(
    st.tuples(TAX), st.lists(TAX, max_size=2, unique_by=lambda tax: (tax.rate, tax.reverse_charged)).map(tuple)
)
PRICES = st.one_of(st.decimals("0.01", 20, places=2), st.decimals("0.0001", 10**6, places=4))
QUANTITIES = st.one_of(st.integers(1, 5).map(Decimal), st.decimals("0.001", 100, places=3))


@st.composite
def a_line(draw, at: int) -> Line:
    price = draw(PRICES)
    gross = draw(st.booleans())
    percent = draw(st.sampled_from([0, 0, 10, 33, 100]))
    return Line(
        id=str(at),
        name="Suit",
        quantity=draw(QUANTITIES),
        price=Decimal(0) if gross else price,
        price_gross=price if gross else None,
        discount=Decimal(percent) if percent or draw(st.booleans()) else price / 7,
        discount_is_amount=percent == 0,
        taxes=draw(TAXES),
    )


@st.composite
def invoices(draw) -> Document:
    lines = [draw(a_line(at)) for at in range(draw(st.integers(1, 5)))]
    exponent, rounding = draw(st.sampled_from([0, 2, 2, 3])), draw(st.sampled_from(["document", "document", "line"]))
    places = draw(st.sampled_from([0, 2, 4, 9]))
    untaxed = draw(st.sampled_from([False, False, True]))
    sums = reckoned(lines, exponent=exponent, decimal_places=places, rounding=rounding, omit_taxes=untaxed)
    shown = [
        msgspec.structs.replace(
            line,
            price=part.price,
            taxes=() if untaxed else line.taxes,
            **{name: getattr(part, name) for name in ("total", "total_with_tax", "total_tax", "total_discount")},
        )
        for line, part in zip(lines, sums.lines, strict=True)
    ]
    fields = dict.fromkeys(Document.__struct_fields__) | {
        name: getattr(sums, name) for name in ("taxes", "reverse_taxes", "total", "total_discount", "total_with_tax")
    }
    fields |= {"lines": tuple(shown), "exponent": exponent, "decimal_places": places, "rounding": rounding}
    return Document(**fields | {"options": Options(omit_taxes=untaxed)})


def note_of(sums: Lines) -> Note:
    assert sums.total_with_tax == sums.total + sum(row.total_tax for row in sums.taxes)
    assert sums.total == sum(line.total for line in sums.lines)
    return Note(Id("note"), sums.total_with_tax, sums.lines, sums.taxes, sums.reverse_taxes)


def assert_not_more(before: Rest, after: Rest) -> None:
    """What is left of each part has the sign it had, and is no more than it was."""
    for name in ("nets", "taxes"):
        was, now = getattr(before, name), getattr(after, name)
        for key, left in now.items():
            assert 0 <= left <= was[key] or was[key] <= left <= 0, (name, key, was[key], left)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_credits_add_up_to_the_invoice_and_never_exceed_it(data) -> None:
    invoice = data.draw(invoices())
    notes: list[Note] = []
    for _ in range(data.draw(st.integers(0, 4))):
        before = rest_of(invoice, notes)
        if data.draw(st.booleans()) and before.total > 0:
            amount = data.draw(st.integers(1, before.total))
            sums = crediting.by_amount(invoice, before, amount, "Credit")
            assert sums.total_with_tax == amount
        else:
            left = {key: value for key, value in crediting.left_of_lines(invoice, notes).items() if value > 0}
            if not left:
                continue
            chosen = data.draw(st.sampled_from(sorted(left)))
            part = data.draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.333")]))
            found = crediting.within(crediting.by_lines(invoice, {chosen: left[chosen] * part}), before)
            if found is None:
                continue  # parts of it went by amount before
            sums = found
        notes.append(note_of(sums))
        assert_not_more(before, rest_of(invoice, notes))
    before = rest_of(invoice, notes)
    notes.append(note_of(crediting.of_rest(invoice, notes, "Credit")))
    after = rest_of(invoice, notes)
    assert_not_more(before, after)
    assert after.is_nothing
    assert sum(note.total_with_tax for note in notes) == invoice.total_with_tax


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**9), min_size=1, max_size=9))
def test_an_amount_is_shared_out_to_the_last_unit(amount: int, weights: list[int]) -> None:
    parts = crediting.shared_out(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)
