"""Converting totals: exact, half-up, with the digits of the organization's currency."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billhook.documents.model import conversion
from billhook.documents.model.document import Conversion, TaxRow
from billhook.documents.model.lines import Lines
from billhook.documents.model.rounding import TotalsTooLarge


def at(origin: str, target: str, exponent: int, rate: str) -> Conversion:
    return Conversion(
        id="",
        origin=origin,
        target=target,
        rate=Decimal(rate),
        date=datetime(2026, 11, 20, tzinfo=UTC),
        source="x",
        exponent=exponent,
        total=0,
        total_with_tax=0,
    )


def sums(total: int, total_with_tax: int, *taxes: TaxRow) -> Lines:
    return Lines((), taxes, (), total, 0, total_with_tax)


@pytest.mark.parametrize(
    ("origin", "target", "exponent", "rate", "minor", "converted"),
    [
        ("USD", "EUR", 2, "0.924812725423", 10_000, 9_248),
        ("USD", "EUR", 2, "0.5", 1, 1),  # half of a cent is a cent
        ("USD", "EUR", 2, "0.5", -1, -1),  # away from zero, for what is given back too
        ("USD", "EUR", 2, "0.4999999", 1, 0),
        ("JPY", "EUR", 2, "0.00623247117482", 1_000_000, 623_247),
        ("EUR", "JPY", 0, "160.45", 12_345, 19_808),
        ("KWD", "EUR", 2, "3.0105", 1_000, 301),
        ("EUR", "KWD", 3, "0.3322", 1, 3),
        ("EUR", "USD", 2, "1.0813", 999_999_999_999_999, 1_081_299_999_999_999),
        ("USD", "EUR", 2, "123456.789012", 0, 0),
    ],
)
def test_worked_examples(origin: str, target: str, exponent: int, rate: str, minor: int, converted: int) -> None:
    done = conversion.again(at(origin, target, exponent, rate), sums(minor, -minor))
    assert (done.total, done.total_with_tax) == (converted, -converted)


def test_what_outgrows_its_limit_is_refused() -> None:
    with pytest.raises(TotalsTooLarge):
        conversion.again(at("EUR", "JPY", 0, "999999999999"), sums(10**15, 0))


def test_the_taxes_come_to_what_lies_between_the_totals() -> None:
    """10.01 and 2.10 and 0.60 dollars at 0.85: 8.5085, 1.785, 0.51, and 10.8035 in all; each rounded, a cent is too much."""
    low, high = TaxRow(rate=Decimal(6), base=1_000, total_tax=60), TaxRow(rate=Decimal(21), base=1, total_tax=210)
    done = conversion.again(at("USD", "EUR", 2, "0.85"), sums(1_001, 1_271, low, high))
    assert (done.total, done.total_with_tax) == (851, 1_080)
    assert [(tax.base, tax.total_tax) for tax in done.taxes] == [(850, 51), (1, 178)]


def test_taxes_that_a_supplier_printed_otherwise_are_converted_as_they_are() -> None:
    row = TaxRow(rate=Decimal(21), base=1_000, total_tax=211)
    done = conversion.again(at("USD", "EUR", 2, "0.85"), sums(1_000, 1_210, row))
    assert [(tax.base, tax.total_tax) for tax in done.taxes] == [(850, 179)]


def test_prices_are_turned_back_to_the_cent() -> None:
    found = conversion.price_in_origin(at("USD", "EUR", 2, "0.8"), Decimal("10.01"))
    assert found == Decimal("12.51")  # 12.5125
    assert conversion.price_in_origin(at("JPY", "EUR", 2, "0.00625"), Decimal(1)) == Decimal(160)
