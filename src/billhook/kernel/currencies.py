"""Currencies: names and symbols of every currency a document may be in; `money` knows their exponents."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from billhook.kernel.money import EXPONENT_OF


class Currency(msgspec.Struct, frozen=True, gc=False):
    """One currency of ISO 4217."""

    code: str
    name: str
    """In English: `US Dollar`."""
    name_plural: str
    """In English, as after a number: `US dollars`."""
    symbol: str
    """Unmistakable in an English text: `$`, `A$`, `CHF`."""
    symbol_native: str
    """As written where it is paid with: `$` in Australia, too."""
    decimal_digits: int
    type: Literal["fiat"] = "fiat"


def all_currencies() -> Sequence[Currency]:
    """Return every currency a document may be in, by code."""
    return tuple(_by_code().values())


def get(code: str) -> Currency | None:
    """Return the currency of an ISO 4217 code in upper case, or None."""
    return _by_code().get(code)


@cache
def _by_code() -> dict[str, Currency]:
    raw = files("billhook.kernel").joinpath("data", "currencies.json").read_bytes()
    rows = msgspec.json.decode(raw, type=dict[str, tuple[str, str, str, str]])
    return {
        code: Currency(code, *row, decimal_digits=EXPONENT_OF[code])
        for code, row in rows.items()
        if code in EXPONENT_OF
    }
