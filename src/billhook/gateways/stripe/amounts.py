"""Amounts as Stripe counts them: its smallest units are not always those of ISO 4217."""

from typing import Final

from billhook.gateways.protocol import Refused
from billhook.kernel import money

_WHOLE: Final = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE: Final = frozenset("BHD JOD KWD OMR TND".split())


def _factors(currency: str) -> tuple[int, int]:
    """Return by how much Stripe counts finer than we do, and by how much coarser; one of them is 1."""
    theirs, ours = 0 if currency in _WHOLE else 3 if currency in _THREE else 2, money.exponent(currency)
    return int("1" + "0" * max(theirs - ours, 0)), int("1" + "0" * max(ours - theirs, 0))


def to_wire(minor: int, currency: str) -> int:
    """Return an amount in Stripe's units. Raises Refused where Stripe cannot count it."""
    more, less = _factors(currency)
    wire, rest = divmod(minor * more, less)
    if rest:
        raise Refused(why=f"Stripe takes no smaller part of {currency} than {less} of its units")
    if currency in _THREE and wire % 10:
        raise Refused(why=f"Stripe takes two decimals of {currency} only: the third one has to be 0")
    return wire


def fee_to_wire(minor: int, currency: str) -> int:
    """Return a fee in Stripe's units, cut to what Stripe can count."""
    step = 10 if currency in _THREE else _factors(currency)[1]
    return to_wire(minor // step * step, currency)


def from_wire(wire: int, currency: str) -> int:
    """Return an amount of Stripe's in our minor units of the same currency (in capitals)."""
    more, less = _factors(currency)
    return wire * less // more
