"""Wire types that a plain JSON type does not express."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from billhook.kernel import time

MOST_DIGITS = 30
"""Digits before or behind the point of a number; with more it is a mistake or an attack (1E+999999)."""


def is_sane(number: Decimal) -> bool:
    """Tell whether a number is one that can be reckoned with: finite, and within MOST_DIGITS."""
    return number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS


class Instant(datetime):
    """An instant on the wire, in any of the forms the seeds show (kernel.time.parse)."""


def decode_instant(value: Any) -> Instant:
    """Return the instant a wire value stands for; ValueError says what is accepted."""
    try:
        at = time.parse(value)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise ValueError("is not a date; use for example 2026-04-30 or 2026-04-30T06:14:03.266Z") from None
    return Instant(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, at.tzinfo)
