"""Money: half-up at the currency's exponent, and back without a trace of rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.kernel import currencies, money


@pytest.mark.parametrize(
    ("amount", "exponent", "minor"),
    [
        ("0.005", 2, 1),
        ("0.0049999", 2, 0),
        ("-0.005", 2, -1),
        ("1.005", 2, 101),
        ("0.5", 0, 1),
        ("-0.5", 0, -1),
        ("1234.5678", 3, 1234568),
        ("999999999999999.994", 2, 99999999999999999),
    ],
)
def test_half_up_away_from_zero(amount, exponent, minor):
    assert money.to_minor(Decimal(amount), exponent) == minor


@given(st.integers(-(10**17), 10**17), st.sampled_from([0, 2, 3]))
def test_minor_to_major_and_back(minor, exponent):
    major = money.to_major(minor, exponent)
    assert money.to_minor(Decimal(major), exponent) == minor
    assert isinstance(major, int) == (minor % 10**exponent == 0)


@pytest.mark.parametrize(
    ("minor", "exponent", "wire"),
    [(1210000, 2, "12100"), (1210050, 2, "12100.5"), (-5, 2, "-0.05"), (0, 2, "0"), (1, 3, "0.001"), (7, 0, "7")],
)
def test_the_wire_has_no_trailing_zeros(minor, exponent, wire):
    assert str(money.to_major(minor, exponent)) == wire


@pytest.mark.parametrize(
    ("amount", "exponent", "fits"),
    [
        ("1.10", 2, True),
        ("1.100", 2, True),
        ("1.005", 2, False),
        ("1E+3", 0, True),
        ("1.0", 0, True),
        ("0.5", 0, False),
    ],
)
def test_what_fits_a_currency(amount, exponent, fits):
    assert money.fits(Decimal(amount), exponent) is fits


def test_every_currency_there_is_a_name_for_has_an_exponent():
    assert {currency.code for currency in currencies.all_currencies()} == set(money.EXPONENT_OF)
