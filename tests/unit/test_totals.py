"""The totals engine against the worked examples of totals_examples.toml, and its refusals."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from billhook.documents.model.totals import (
    LineInput,
    LineTax,
    LineTotals,
    Rounding,
    TaxRow,
    Totals,
    TotalsTooLarge,
    compute,
)
from billhook.kernel.money import MAX_MINOR, exponent, to_minor
from billhook.kernel.problems import Problem

EXAMPLES = tomllib.loads(Path(__file__).with_name("totals_examples.toml").read_text())["example"]
OPTIONS = {"decimal_places", "omit_taxes", "keep_prices_as_gross"}
WORDS = OPTIONS | {"shows", "because", "currency", "rounding", "lines", "taxes", "reverse", "total"}

PRICED = re.compile(r"(?P<quantity>\S+) x (?:(?P<net>\S+) or )?(?P<price>\S+)(?P<gross> gross)?")
SUM = re.compile(r"(\S+) \+ (\S+) = (\S+)")


def read_tax(text: str) -> LineTax:
    key, rate, *kinds = text.split()
    assert set(kinds) <= {"compound", "reverse"}, text
    return LineTax(Decimal(rate), compound="compound" in kinds, reverse_charged="reverse" in kinds, key=key)


def read_line(text: str) -> LineInput:
    """Read what stands left of the arrow."""
    if text == "separator":
        return LineInput(Decimal(1), Decimal(9), taxes=(LineTax(Decimal(9)),), separator=True)
    priced, *more = text.split(" | ")
    match = PRICED.fullmatch(priced)
    assert match, text
    price = None if match["price"] == "none" else Decimal(match["price"])
    off = [part.removeprefix("off ") for part in more if part.startswith("off ")]
    return LineInput(
        Decimal(match["quantity"]),
        price=(Decimal(match["net"]) if match["net"] else None) if match["gross"] else price,
        price_gross=price if match["gross"] else None,
        discount=Decimal(off[0].rstrip("%")) if off else Decimal(0),
        discount_is_amount=bool(off) and not off[0].endswith("%"),
        taxes=tuple(read_tax(part) for part in more if not part.startswith("off ")),
    )


def read_sum(text: str, digits: int) -> tuple[int, int, int]:
    """Read `total + tax = with tax` as minor units; an example that does not add up is no example."""
    match = SUM.fullmatch(text)
    assert match, text
    total, tax, with_tax = (to_minor(Decimal(amount), digits) for amount in match.groups())
    assert total + tax == with_tax, text
    return total, tax, with_tax


def read_row(text: str, digits: int) -> TaxRow:
    name, amounts = text.split(": ")
    key, rate = name.split()
    base, tax = amounts.split(" -> ")
    return TaxRow(key, Decimal(rate), to_minor(Decimal(base), digits), to_minor(Decimal(tax), digits))


def read_expected_line(text: str, got: LineTotals, digits: int) -> LineTotals:
    """Read what stands right of the arrow; a price or quantity it does not name is taken as it is."""
    figures, *more = text.split(", ")
    total, tax, with_tax = read_sum(figures, digits)
    named = dict(part.split() for part in more)
    assert set(named) <= {"off", "at", "quantity"}, text
    return LineTotals(
        price=Decimal(named.get("at", got.price)),
        quantity=Decimal(named.get("quantity", got.quantity)),
        total=total,
        total_with_tax=with_tax,
        total_tax=tax,
        total_discount=to_minor(Decimal(named.get("off", 0)), digits),
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["shows"] for example in EXAMPLES])
def test_worked_example(example):
    assert set(example) <= WORDS
    digits = exponent(example.get("currency", "EUR"))
    sides = [line.split(" => ") for line in example["lines"]]
    options = {name: example[name] for name in OPTIONS & set(example)}
    rounding = Rounding(example.get("rounding", "document"))

    got = compute([read_line(left) for left, _ in sides], exponent=digits, rounding=rounding, **options)

    total, _, with_tax = read_sum(example["total"], digits)
    lines = tuple(read_expected_line(right, line, digits) for (_, right), line in zip(sides, got.lines, strict=True))
    assert got == Totals(
        lines=lines,
        taxes=tuple(read_row(row, digits) for row in example["taxes"]),
        reverse_taxes=tuple(read_row(row, digits) for row in example.get("reverse", [])),
        total=total,
        total_discount=sum(line.total_discount for line in lines),
        total_with_tax=with_tax,
    )


def test_the_table_is_large_and_says_each_thing_once():
    names = [example["shows"] for example in EXAMPLES]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


def test_the_table_adds_up():
    """A document's total is the sum of its lines' and its tax is the sum of its rows, also in what we expect."""
    for example in EXAMPLES:
        total, tax, _ = read_sum(example["total"], 3)
        assert total == sum(read_sum(line.split(" => ")[1].split(", ")[0], 3)[0] for line in example["lines"])
        assert tax == sum(read_row(row, 3).total_tax for row in example["taxes"])


def test_numbers_that_lose_nothing_come_back_as_they_were_written():
    [line] = compute([LineInput(Decimal("1.50"), Decimal("2.00"))], exponent=2).lines
    assert (str(line.quantity), str(line.price)) == ("1.50", "2.00")


def test_numbers_that_are_cut_or_worked_out_come_back_plain():
    cut = compute([LineInput(Decimal("100.5"), Decimal("1.209"))], exponent=2, decimal_places=1).lines[0]
    whole = compute([LineInput(Decimal("100.5"), price_gross=Decimal(1000))], exponent=2, decimal_places=0).lines[0]
    assert (str(cut.quantity), str(cut.price)) == ("100.5", "1.2")
    zeros = compute([LineInput(Decimal(1), Decimal("1.2009"))], exponent=2, decimal_places=3).lines[0]
    assert (str(whole.quantity), str(whole.price)) == ("100", "1000")
    assert str(zeros.price) == "1.2"


def test_any_number_of_decimals_is_cut_and_never_rounded():
    [line] = compute([LineInput(Decimal(1), Decimal("1." + "9" * 100))], exponent=2).lines
    assert line.price == Decimal("1.999999999")


def test_four_decimals_of_a_unit_of_account_are_fine():
    assert compute([LineInput(Decimal(1), Decimal("1.00005"))], exponent=4).total == 10001


JUST_TOO_LARGE = Decimal(MAX_MINOR) / 100
RATES = (LineTax(Decimal(50)),)
HALF = JUST_TOO_LARGE / 2


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([LineInput(Decimal(1), JUST_TOO_LARGE)], id="a line"),
        pytest.param([LineInput(Decimal(-1), JUST_TOO_LARGE)], id="a negative line"),
        pytest.param([LineInput(Decimal(1), price_gross=JUST_TOO_LARGE)], id="a gross line"),
        pytest.param([LineInput(Decimal(1), HALF), LineInput(Decimal(1), HALF)], id="the sum of two"),
        pytest.param(
            [LineInput(Decimal(1), JUST_TOO_LARGE), LineInput(Decimal(-1), JUST_TOO_LARGE)], id="a line and its return"
        ),
        pytest.param([LineInput(Decimal(1), HALF, taxes=RATES * 2)], id="a line with its tax"),
        pytest.param([LineInput(Decimal(1), JUST_TOO_LARGE, discount=Decimal(100))], id="a discount"),
        pytest.param(
            [LineInput(Decimal(1), HALF, taxes=(LineTax(Decimal(200), reverse_charged=True),))], id="a reverse charge"
        ),
        pytest.param([LineInput(Decimal(10**15 - 1), Decimal(10**15 - 1), taxes=RATES)], id="fifteen digits twice"),
        pytest.param([LineInput(Decimal(1), Decimal("1E+999999"))], id="an exponent out of all bounds"),
        pytest.param([LineInput(Decimal("Infinity"), Decimal(1))], id="infinite"),
        pytest.param([LineInput(Decimal(1), Decimal("NaN"))], id="not a number"),
    ],
)
@pytest.mark.parametrize("rounding", Rounding)
def test_what_is_too_large_is_refused(lines, rounding):
    with pytest.raises(TotalsTooLarge, match=r"below 100000000000000000 minor units") as refused:
        compute(lines, exponent=2, rounding=rounding)
    assert isinstance(refused.value, Problem)
    assert refused.value.code == "TOTAL_TOO_LARGE"


def test_the_largest_amount_is_not_refused():
    largest = Decimal(MAX_MINOR - 1) / 100
    assert compute([LineInput(Decimal(1), largest)], exponent=2).total_with_tax == MAX_MINOR - 1


def test_vanishing_numbers_are_nothing():
    assert compute([LineInput(Decimal(1), Decimal("1E-999999"))], exponent=2).total == 0


@pytest.mark.parametrize(("exponent", "decimal_places"), [(5, 9), (-1, 9), (2, 10), (2, -1)])
def test_digits_out_of_range_are_an_error_of_ours(exponent, decimal_places):
    with pytest.raises(ValueError, match="out of range"):
        compute([], exponent=exponent, decimal_places=decimal_places)
