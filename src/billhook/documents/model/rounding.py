"""Rounding: cutting what was sent, rounding half-up what is worked out; whole numbers only."""

from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

from billhook.kernel.money import MAX_MINOR
from billhook.kernel.problems import Problem

# Nothing is trapped: what overflows becomes infinite and is refused below, before its digits can cost time.
_CONTEXT: Final = Context(prec=60, rounding=ROUND_DOWN, Emin=-99, Emax=99, traps=[])


class TotalsTooLarge(Problem):
    """The totals are too large: every amount has to stay below {limit} minor units of the currency."""

    code = "TOTAL_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__(limit=MAX_MINOR)


def half_up(dividend: int, divisor: int) -> int:
    """Return the quotient rounded to a whole number, halves away from zero; the divisor is positive."""
    if dividend >= 0:
        return (2 * dividend + divisor) // (2 * divisor)
    return -((divisor - 2 * dividend) // (2 * divisor))


def cut(number: Decimal, places: int) -> int:
    """Return a number in units of 10^-places, cut towards zero; TotalsTooLarge when it is not finite or over 10^90."""
    try:
        return int(_CONTEXT.scaleb(number, places))
    except (OverflowError, ValueError):  # infinite, not a number
        raise TotalsTooLarge from None


def uncut(units: int, places: int) -> Decimal:
    """Return the number that so many units of 10^-places are, without trailing zeros."""
    scale: int = 10**places
    whole, rest = divmod(abs(units), scale)
    if not rest:
        return Decimal(whole if units >= 0 else -whole)
    return _CONTEXT.normalize(_CONTEXT.scaleb(Decimal(units), -places))


def after_cut(number: Decimal, units: int, places: int) -> Decimal:
    """Return the number itself where the cut to `units` took nothing away, else what the cut left."""
    return number if _CONTEXT.scaleb(number, places) == units else uncut(units, places)


def check_size(*amounts: int) -> None:
    """Refuse amounts of MAX_MINOR minor units or more, of either sign: TotalsTooLarge."""
    if max(amounts) >= MAX_MINOR or min(amounts) <= -MAX_MINOR:
        raise TotalsTooLarge
