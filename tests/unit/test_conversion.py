"""Converting totals: exact, half-up, with the digits of the organization's currency."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billhook.documents.model import conversion
from billhook.documents.model.document import Conversion
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
    done = conversion.again(at(origin, target, exponent, rate), (minor, -minor))
    assert (done.total, done.total_with_tax) == (converted, -converted)


def test_what_outgrows_its_limit_is_refused() -> None:
    with pytest.raises(TotalsTooLarge):
        conversion.again(at("EUR", "JPY", 0, "999999999999"), (10**15, 0))
