"""The nouns: a rate of a day; and how two of them make the rate between two currencies."""

from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

import msgspec

from billhook.kernel.problems import Kind, Problem

DIGITS: Final = 12
"""A rate is kept with so many significant digits: enough for every amount below 10^10 to come out to the cent."""
_KEPT: Final = Context(prec=DIGITS, rounding=ROUND_HALF_UP)


class RatesUnreadable(Problem):
    """The rates cannot be read: {why}. What is read are the euro reference rates as CSV, XML, or CSV in a ZIP file."""

    kind = Kind.INVALID
    code = "RATES_UNREADABLE"


class Rate(msgspec.Struct, frozen=True):
    """What one unit of the source's base currency was worth in a currency on a day."""

    currency: str
    day: date
    rate: Decimal


def between(one: Decimal, other: Decimal) -> Decimal:
    """Return what a unit of a currency is worth in another, of the rates of both to the same base."""
    return plain(_KEPT.divide(other, one))


def plain(rate: Decimal) -> Decimal:
    """Return a rate without zeros at its end and without an exponent."""
    rate = rate.normalize()
    return rate.quantize(Decimal(1)) if rate == rate.to_integral_value() else rate
