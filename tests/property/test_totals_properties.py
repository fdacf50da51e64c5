"""What holds of the totals of any document, and a naive engine in fractions that has to agree with ours."""

import math
from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal, localcontext
from fractions import Fraction

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from billhook.documents.model.totals import LineInput, LineTax, Rounding, TaxRow, TotalsTooLarge, compute

# --- Documents to try ---------------------------------------------------------------------------------------------

RATES = [Decimal(text) for text in ("0", "5", "6", "7.7", "9.975", "9.97512", "19", "20", "21", "22.00", "25.5", "100")]


def numbers(limit: int, places: int = 9) -> st.SearchStrategy[Decimal]:
    """Return decimals up to a limit of either sign, of few decimals or of many."""
    few = st.decimals(-limit, limit, places=2)
    return st.one_of(few, st.decimals(-limit, limit, places=places), st.integers(-limit, limit).map(Decimal))


QUANTITIES = st.one_of(st.integers(1, 5).map(Decimal), numbers(1000))
PRICES = st.one_of(st.decimals("0.01", 20, places=2), numbers(10**6))
PLAIN_TAXES = st.builds(LineTax, rate=st.sampled_from(RATES), key=st.sampled_from("AB"))
ANY_TAXES = st.builds(
    LineTax,
    rate=st.sampled_from([*RATES, Decimal(-15), Decimal(-100)]),
    compound=st.booleans(),
    reverse_charged=st.sampled_from([False, False, True]),
    key=st.sampled_from("AB"),
)
ONE_TAX = st.tuples(PLAIN_TAXES)
SOME_TAXES = st.lists(ANY_TAXES, max_size=3).map(tuple)


def lines_of(taxes: st.SearchStrategy, *, net: bool = True, gross: bool = True) -> st.SearchStrategy[list[LineInput]]:
    """Return lists of lines, with and without discounts, priced as asked for."""
    kinds = [{"price": PRICES}] * net + [{"price_gross": PRICES}] * gross
    discounts = st.one_of(st.just(Decimal(0)), st.integers(0, 100).map(Decimal), numbers(200, places=4))
    line = st.one_of(
        st.builds(
            LineInput, quantity=QUANTITIES, discount=discounts, discount_is_amount=st.booleans(), taxes=taxes, **kind
        )
        for kind in kinds
    )
    return st.lists(line, max_size=7)


EXPONENTS = st.sampled_from([0, 2, 2, 3, 4])
PLACES = st.sampled_from([0, 2, 4, 9, 9])
POLICIES = st.sampled_from(Rounding)
OPTIONS = st.fixed_dictionaries(
    {
        "exponent": EXPONENTS,
        "decimal_places": PLACES,
        "rounding": POLICIES,
        "omit_taxes": st.sampled_from([False, False, True]),
        "keep_prices_as_gross": st.booleans(),
    }
)
unhurried = settings(deadline=None, max_examples=100)

# --- The naive engine ---------------------------------------------------------------------------------------------


def rounded(number: Fraction) -> int:
    """Return the nearest whole number, halves away from zero."""
    nearest = math.floor(abs(number) + Fraction(1, 2))
    return nearest if number > 0 else -nearest


def truncated(number: Decimal, places: int) -> Fraction:
    return Fraction(math.trunc(Fraction(number) * 10**places), 10**places)


def rate_of(tax: LineTax) -> Fraction:
    return truncated(tax.rate, 4) / 100


def gross_line(line: LineInput, exponent: int, places: int) -> tuple[int, int]:
    """Return what a line comes to after discount, in the terms its price is in, and the discount."""
    price = line.price if line.price_gross is None else line.price_gross
    amount = rounded(truncated(line.quantity, places) * truncated(price, places) * 10**exponent)
    if line.discount_is_amount:
        sign = (amount > 0) - (amount < 0)
        discount = sign * rounded(truncated(line.discount, places) * 10**exponent)
    else:
        discount = rounded(amount * truncated(line.discount, 2) / 100)
    return amount - discount, discount


def taxes_on(taxes: Sequence[LineTax], net: int) -> list[tuple[int, int]]:
    """Return base and amount of each tax on a net amount."""
    plain = sum(rounded(net * rate_of(tax)) for tax in taxes if not tax.compound and not tax.reverse_charged)
    bases = [net + plain if tax.compound else net for tax in taxes]
    return [(base, rounded(base * rate_of(tax))) for base, tax in zip(bases, taxes, strict=True)]


def taxes_within(taxes: Sequence[LineTax], gross: int) -> list[tuple[int, int]]:
    """Return base and amount of each tax within a gross amount; reverse-charged ones come on top of what is left."""
    paid = [tax for tax in taxes if not tax.reverse_charged]
    plain = 1 + sum(rate_of(tax) for tax in paid if not tax.compound)
    compound = 1 + sum(rate_of(tax) for tax in paid if tax.compound)
    possible = plain > 0 and compound > 0
    net = Fraction(gross) / plain / compound if possible else Fraction(0)
    within = {id(tax): rounded((net * plain if tax.compound else net) * rate_of(tax)) for tax in paid}
    left = gross - sum(within[id(tax)] for tax in paid)
    upon = left + sum(within[id(tax)] for tax in paid if not tax.compound)
    bases = [upon if tax.compound else left for tax in taxes]
    amounts = [within.get(id(tax), rounded(base * rate_of(tax))) for base, tax in zip(bases, taxes, strict=True)]
    return list(zip(bases, amounts, strict=True))


def payable(taxes: Sequence[LineTax], worked: list[tuple[int, int]]) -> int:
    return sum(amount for tax, (_, amount) in zip(taxes, worked, strict=True) if not tax.reverse_charged)


def naive(lines: list[LineInput], *, exponent, decimal_places, rounding, omit_taxes, keep_prices_as_gross):
    """Return (line figures, rows, total, total with tax), by the book and in no hurry."""
    figures, parts = [], []  # parts: (taxes, base and amount of each, whether to be rounded with the rest of its row)
    net_of, gross_of = defaultdict(int), defaultdict(int)
    for line in lines:
        amount, discount = gross_line(line, exponent, decimal_places)
        is_gross = line.price_gross is not None and not (omit_taxes and keep_prices_as_gross)
        if is_gross:
            before = payable(line.taxes, taxes_within(line.taxes, gross_of[line.taxes]))
            if rounding == Rounding.LINE:
                before, gross_of[line.taxes] = 0, 0
                parts.append((line.taxes, taxes_within(line.taxes, amount)))
            gross_of[line.taxes] += amount
            tax = payable(line.taxes, taxes_within(line.taxes, gross_of[line.taxes])) - before
            discount -= payable(line.taxes, taxes_within(line.taxes, discount))
            figures.append((amount - tax, 0 if omit_taxes else tax, discount))
        else:
            net_of[line.taxes] += amount
            parts += [(line.taxes, taxes_on(line.taxes, amount))] if rounding == Rounding.LINE else []
            figures.append((amount, 0 if omit_taxes else payable(line.taxes, taxes_on(line.taxes, amount)), discount))
    rows = defaultdict(lambda: [0, 0])
    strict = set()
    if rounding == Rounding.DOCUMENT:
        parts = [(taxes, taxes_within(taxes, gross)) for taxes, gross in gross_of.items()]
        parts += [(taxes, taxes_on(taxes, net)) for taxes, net in net_of.items()]
        strict = {row_of(tax) for taxes, net in net_of.items() if net for tax in taxes}
        strict |= {row_of(tax) for taxes, _ in parts for tax in taxes if tax.reverse_charged}
    for taxes, worked in [] if omit_taxes else parts:
        for tax, (base, amount) in zip(taxes, worked, strict=True):
            rows[row_of(tax)][0] += base
            rows[row_of(tax)][1] += amount
    for row in strict & set(rows):
        rows[row][1] = rounded(rows[row][0] * row[1])
    total = sum(figure[0] for figure in figures)
    tax = sum(amount for (_, _, reverse), (_, amount) in rows.items() if not reverse)
    return figures, {row: tuple(sums) for row, sums in rows.items()}, total, total + tax


def row_of(tax: LineTax) -> tuple[str, Fraction, bool]:
    return tax.key, rate_of(tax), tax.reverse_charged


def by_row(rows: Sequence[TaxRow], *, reverse: bool = False) -> dict[tuple[str, Fraction, bool], tuple[int, int]]:
    found = {(row.key, Fraction(row.rate) / 100, reverse): (row.base, row.total_tax) for row in rows}
    assert len(found) == len(rows)
    return found


@unhurried
@given(lines_of(SOME_TAXES), OPTIONS)
def test_a_naive_engine_in_fractions_agrees(lines, options):
    got = compute(lines, **options)
    figures, rows, total, with_tax = naive(lines, **options)
    assert [(line.total, line.total_tax, line.total_discount) for line in got.lines] == figures
    assert by_row(got.taxes) | by_row(got.reverse_taxes, reverse=True) == rows
    assert (got.total, got.total_with_tax) == (total, with_tax)


# --- Properties ---------------------------------------------------------------------------------------------------


@unhurried
@given(lines_of(SOME_TAXES), OPTIONS)
def test_totals_are_sums(lines, options):
    got = compute(lines, **options)
    assert got.total == sum(line.total for line in got.lines)
    assert got.total_discount == sum(line.total_discount for line in got.lines)
    assert got.total_with_tax == got.total + sum(row.total_tax for row in got.taxes)
    assert all(line.total_with_tax == line.total + line.total_tax for line in got.lines)


@unhurried
@given(lines_of(SOME_TAXES, gross=False), EXPONENTS)
def test_a_row_of_net_lines_is_its_base_times_its_rate(lines, exponent):
    got = compute(lines, exponent=exponent)
    for row in got.taxes + got.reverse_taxes:
        assert row.total_tax == rounded(row.base * Fraction(row.rate) / 100)


@unhurried
@given(lines_of(ONE_TAX, gross=False), EXPONENTS)
def test_the_bases_of_single_taxes_are_the_total(lines, exponent):
    got = compute(lines, exponent=exponent)
    assert sum(row.base for row in got.taxes) == got.total


@unhurried
@given(lines_of(SOME_TAXES), OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_document_total(lines, options, chance):
    shuffled = lines.copy()
    chance.shuffle(shuffled)
    one, other = compute(lines, **options), compute(shuffled, **options)
    assert (one.total, one.total_with_tax, one.total_discount) == (
        other.total,
        other.total_with_tax,
        other.total_discount,
    )
    assert by_row(one.taxes) == by_row(other.taxes)
    assert by_row(one.reverse_taxes) == by_row(other.reverse_taxes)


@unhurried
@given(lines_of(ONE_TAX, gross=False), lines_of(ONE_TAX, gross=False), EXPONENTS, POLICIES)
def test_two_halves_of_a_document_have_its_bases(first, second, exponent, rounding):
    whole = compute(first + second, exponent=exponent, rounding=rounding)
    halves = [compute(half, exponent=exponent, rounding=rounding) for half in (first, second)]
    bases = defaultdict(int)
    for half in halves:
        for row in half.taxes:
            bases[row.key, row.rate] += row.base
    assert {(row.key, row.rate): row.base for row in whole.taxes} == bases
    assert whole.total == sum(half.total for half in halves)


@unhurried
@given(lines_of(SOME_TAXES), OPTIONS)
def test_returning_everything_negates_everything(lines, options):
    sale = compute(lines, **options)
    back = compute([msgspec.structs.replace(line, quantity=-line.quantity) for line in lines], **options)
    assert (back.total, back.total_with_tax, back.total_discount) == (
        -sale.total,
        -sale.total_with_tax,
        -sale.total_discount,
    )
    assert [(line.total, line.total_tax, line.total_discount) for line in back.lines] == [
        (-line.total, -line.total_tax, -line.total_discount) for line in sale.lines
    ]
    assert [(row.base, row.total_tax) for row in back.taxes + back.reverse_taxes] == [
        (-row.base, -row.total_tax) for row in sale.taxes + sale.reverse_taxes
    ]


@unhurried
@given(lines_of(ONE_TAX), EXPONENTS)
def test_the_policies_differ_by_at_most_a_minor_unit_a_line(lines, exponent):
    """Half a unit for each line and half for the row (rates to 100 %, one tax a line); gross totals do not differ."""
    once = compute(lines, exponent=exponent)
    each = compute(lines, exponent=exponent, rounding=Rounding.LINE)
    assert abs(once.total_with_tax - each.total_with_tax) <= len(lines)
    assert abs(once.total - each.total) <= len(lines)
    assert once.total_discount == each.total_discount


@unhurried
@given(lines_of(SOME_TAXES), EXPONENTS, PLACES)
def test_under_line_the_lines_add_up_to_the_document(lines, exponent, places):
    got = compute(lines, exponent=exponent, decimal_places=places, rounding=Rounding.LINE)
    assert got.total_with_tax == sum(line.total_with_tax for line in got.lines)


@unhurried
@given(lines_of(SOME_TAXES, net=False), EXPONENTS, PLACES, POLICIES)
def test_gross_lines_keep_their_gross(lines, exponent, places, rounding):
    got = compute(lines, exponent=exponent, decimal_places=places, rounding=rounding)
    gross = [gross_line(line, exponent, places)[0] for line in lines]
    assert [line.total_with_tax for line in got.lines] == gross
    assert got.total_with_tax == sum(gross)


@unhurried
@given(lines_of(ONE_TAX, net=False), EXPONENTS)
def test_a_row_of_gross_lines_follows_br_co_17_wherever_a_base_allows(lines, exponent):
    for row in compute(lines, exponent=exponent).taxes:
        rate = Fraction(row.rate) / 100
        by_rule = rounded(row.base * rate)
        gross = row.base + row.total_tax
        possible = any(base + rounded(base * rate) == gross for base in range(row.base - 3, row.base + 4))
        assert row.total_tax == by_rule or not possible
        assert abs(row.total_tax - by_rule) <= 1


@unhurried
@given(lines_of(SOME_TAXES), EXPONENTS, PLACES, POLICIES)
def test_omitting_taxes_leaves_the_net_total(lines, exponent, places, rounding):
    taxed = compute(lines, exponent=exponent, decimal_places=places, rounding=rounding)
    plain = compute(lines, exponent=exponent, decimal_places=places, rounding=rounding, omit_taxes=True)
    assert [line.total for line in plain.lines] == [line.total for line in taxed.lines]
    assert (plain.total_with_tax, plain.taxes, plain.reverse_taxes) == (taxed.total, (), ())


@unhurried
@given(lines_of(SOME_TAXES), OPTIONS, st.lists(st.integers(0, 7), max_size=3))
def test_separators_change_nothing(lines, options, places):
    separated = lines.copy()
    for place in places:
        separated.insert(place, LineInput(Decimal(3), Decimal(5), separator=True))
    with_them = compute(separated, **options)
    without = compute(lines, **options)
    kept = tuple(worked for line, worked in zip(separated, with_them.lines, strict=True) if not line.separator)
    assert msgspec.structs.replace(with_them, lines=kept) == without


@unhurried
@given(lines_of(SOME_TAXES), OPTIONS)
def test_the_same_lines_give_the_same_totals_in_any_decimal_context(lines, options):
    expected = compute(lines, **options)
    copies = msgspec.msgpack.decode(msgspec.msgpack.encode(lines), type=list[LineInput])
    with localcontext() as context:
        context.prec = 1
        context.rounding = ROUND_CEILING
        assert compute(copies, **options) == expected


@unhurried
@given(lines_of(SOME_TAXES), OPTIONS)
def test_amounts_are_ints_and_prices_decimals(lines, options):
    got = compute(lines, **options)
    rows = got.taxes + got.reverse_taxes
    amounts = [got.total, got.total_discount, got.total_with_tax]
    amounts += [amount for row in rows for amount in (row.base, row.total_tax)]
    amounts += [
        amount
        for line in got.lines
        for amount in (line.total, line.total_with_tax, line.total_tax, line.total_discount)
    ]
    decimals = [number for line in got.lines for number in (line.price, line.quantity)] + [row.rate for row in rows]
    assert {type(amount) for amount in amounts} == {int}
    assert {type(number) for number in decimals} <= {Decimal}


WIDE = st.one_of(st.decimals(-(10**15) + 1, 10**15 - 1, places=9), st.decimals(-1, 1, places=9))
WIDE_LINES = st.lists(
    st.builds(
        LineInput,
        quantity=WIDE,
        price=st.none() | WIDE,
        price_gross=st.none() | WIDE,
        discount=WIDE,
        discount_is_amount=st.booleans(),
        taxes=st.lists(st.builds(LineTax, rate=WIDE, compound=st.booleans(), reverse_charged=st.booleans())).map(tuple),
    ),
    max_size=4,
)


@unhurried
@given(WIDE_LINES, OPTIONS)
def test_any_fifteen_digits_come_to_a_total_or_are_too_large(lines, options):
    try:
        got = compute(lines, **options)
    except TotalsTooLarge:
        return
    assert abs(got.total_with_tax) < 10**17
