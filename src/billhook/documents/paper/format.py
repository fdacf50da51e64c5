"""Amounts, quantities, rates and days as people in a locale write them. Integers and decimals only."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, localcontext
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.localedata import locale_identifiers
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern

from billhook.kernel.money import exponent

_ENOUGH_DIGITS = 100
MOST_DECIMALS = 9
"""Prices and quantities carry up to this many decimals."""

_ROOM = "\u00a0"

# Where a bare language would mean a country overseas or a script our texts are not written in.
_MEANT = {"en": "en_GB", "pt": "pt_PT", "sr": "sr_Latn"}


class Format:
    """The habits of one locale; get one from `in_locale`."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale
        self._day = lru_cache(maxsize=512)(lambda day: format_date(day, "medium", locale))
        self._currency = lru_cache(maxsize=512)(self._currency_pattern)
        self._number = _with_decimals(parse_pattern(locale.decimal_formats[None].pattern), 0, MOST_DECIMALS)
        self._exact = _with_decimals(parse_pattern(locale.decimal_formats[None].pattern), 0, 4 * MOST_DECIMALS)
        self._rate = _with_decimals(parse_pattern(locale.percent_formats[None].pattern), 0, MOST_DECIMALS)

    @property
    def direction(self) -> str:
        """Return `ltr` or `rtl`."""
        return str(self._locale.text_direction)

    def money(self, minor: int, currency: str) -> str:
        """Return an amount given in whole minor units: 1210000 EUR is `€ 12.100,00` in nl-BE."""
        digits = exponent(currency)
        amount = Decimal(minor).scaleb(-digits)
        return self._written(self._currency(currency, digits, digits), amount, currency)

    def price(self, amount: Decimal, currency: str) -> str:
        """Return a price in major units with the currency's digits, and more (up to nine) when it has more."""
        digits = exponent(currency)
        return self._written(self._currency(currency, digits, MOST_DECIMALS), amount, currency)

    def quantity(self, number: Decimal) -> str:
        """Return a number without trailing zeros."""
        return self._written(self._number, number)

    def exchange_rate(self, rate: Decimal) -> str:
        """Return an exchange rate with all its digits."""
        with localcontext(prec=_ENOUGH_DIGITS):  # of the ordinary context Babel's rounding would run out
            return self._written(self._exact, rate)

    def percent(self, rate: Decimal) -> str:
        """Return a rate given in percent: 21 is `21%` in nl and `21 %` in de."""
        return self._written(self._rate, rate.scaleb(-2))

    def date(self, day: date) -> str:
        """Return a day that cannot be misread: with the month's name, or in the order the country always uses."""
        text: str = self._day(day)
        return text

    def _written(self, pattern: NumberPattern, number: Decimal, currency: str | None = None) -> str:
        text: str = pattern.apply(number, self._locale, currency=currency, currency_digits=False)
        return text

    def _currency_pattern(self, currency: str, fewest: int, most: int) -> NumberPattern:
        pattern = parse_pattern(self._locale.currency_formats["standard"].pattern)
        symbol = get_currency_symbol(currency, self._locale)
        if _needs_room(symbol[-1]):
            plus, minus = (re.sub("¤$", f"¤{_ROOM}", prefix) for prefix in pattern.prefix)
            pattern.prefix = (plus, minus)
        if _needs_room(symbol[0]):
            plus, minus = (re.sub("^¤", f"{_ROOM}¤", suffix) for suffix in pattern.suffix)
            pattern.suffix = (plus, minus)
        return _with_decimals(pattern, fewest, most)


def _needs_room(character: str) -> bool:
    """Tell whether a currency's outer character may not touch a digit: `KWD 1`, but `US$1` (CLDR, currencySpacing)."""
    return unicodedata.category(character)[0] not in "SZ"


def _with_decimals(pattern: NumberPattern, fewest: int, most: int) -> NumberPattern:
    pattern.frac_prec = (fewest, most)
    return pattern


@cache
def _regions() -> frozenset[tuple[str, str]]:
    """Return language and region of each locale there are habits of; the script between them is left out."""
    parts = [name.split("_") for name in locale_identifiers()]
    return frozenset((part[0], part[-1]) for part in parts if len(part) > 1 and len(part[-1]) == len("AT"))


def is_written_in(language: str, region: str) -> bool:
    """Tell whether a language (`de`) has habits of its own in a region (`AT`)."""
    return (language, region) in _regions()


@lru_cache(maxsize=256)
def in_locale(name: str) -> Format:
    """Return the format of a locale such as `nl-BE`; an unknown country falls back to the language, then to English."""
    language = name.replace("_", "-").split("-")[0].lower()
    for attempt in (_MEANT.get(name, name), _MEANT.get(language, language)):
        try:
            return Format(Locale.parse(attempt.replace("-", "_")))
        except (UnknownLocaleError, ValueError):
            continue
    return Format(Locale.parse("en_GB"))
