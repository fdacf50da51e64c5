"""The value added taxes of countries, with the dates their rates changed."""

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from billhook.kernel.money import plain

__all__ = ["CountryTax", "Rate", "at", "label", "taxes_of"]

_EPOCH: Final = date(1970, 1, 1)
_CLASSIFICATIONS: Final = ("standard", "reduced", "super-reduced", "parking", "zero")
_STEP = re.compile(r"(\d+(?:\.\d+)?)(?: from (\d{4}-\d\d-\d\d))?\Z")


class Rate(msgspec.Struct, frozen=True):
    """A rate and its first day."""

    valid_from: date
    rate: Decimal
    """Percent: `Decimal("9.5")`."""


class CountryTax(msgspec.Struct, frozen=True):
    """One tax of a country, as an organization there has it from the start."""

    classification: str
    """`standard`, `reduced`, `super-reduced`, `parking` or `zero`."""
    name: str
    """In the country's language: `Belasting over de toegevoegde waarde`."""
    abbreviation: str
    """Without the rate, which is dated: `BTW`. See `label`."""
    rates: tuple[Rate, ...]
    """Newest first. The last one is valid from 1970-01-01 where the tax is older than 2015."""
    recoverable: bool = True
    compound: bool = False


def taxes_of(alpha2: str, language: str | None = None) -> tuple[CountryTax, ...]:
    """Return the taxes of a country, the standard one first; none for a country whose taxes we do not know.

    Names are in `language` (`fr` or `fr-BE`) where it is one of the country's, else in the country's main one. Northern
    Ireland (XI) has those of GB, Monaco those of France and Liechtenstein those of Switzerland.
    """
    return _taxes(alpha2, re.split("[-_]", language, maxsplit=1)[0].lower() if language else None)


def at(tax: CountryTax, day: date) -> Decimal:
    """Return the rate of a tax on a day, in percent. LookupError when there was no such tax yet."""
    for step in tax.rates:
        if step.valid_from <= day:
            return step.rate
    message = f"no {tax.abbreviation} {tax.classification} before {tax.rates[-1].valid_from}"
    raise LookupError(message)


def label(abbreviation: str, rate: Decimal) -> str:
    """Return the abbreviation as documents print it (seed 3): `BTW 21%`, `DDV 9.5%`."""
    return f"{abbreviation} {plain(rate)}%"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath("table.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=512)  # languages come from callers
def _taxes(alpha2: str, language: str | None) -> tuple[CountryTax, ...]:
    country = _table().get(alpha2)
    if country is None:
        return ()
    country = _table()[country["same_as"]] | country if "same_as" in country else country
    name, abbreviation = country["labels"].get(language) or next(iter(country["labels"].values()))
    return tuple(
        CountryTax(classification, name, abbreviation, _steps(history))
        for classification in _CLASSIFICATIONS
        for history in _several(country.get(classification, []))
    )


def _several(histories: str | list[str]) -> Iterable[str]:
    return [histories] if isinstance(histories, str) else histories


def _steps(history: str) -> tuple[Rate, ...]:
    """Read `19, 16 from 2020-07-01, 19 from 2021-01-01`, written oldest first."""
    steps = []
    for text in history.split(", "):
        step = _STEP.match(text)
        if step is None:
            message = f"not a rate: {text!r} in {history!r}"
            raise ValueError(message)
        rate, first_day = step.groups()
        steps.append(Rate(date.fromisoformat(first_day) if first_day else _EPOCH, Decimal(rate)))
    return tuple(reversed(steps))
