"""The nouns: a rate of a day, a currency one sells in; and how two rates make the rate between two currencies."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem

DIGITS: Final = 12
"""A rate is kept with so many significant digits: enough for every amount below 10^10 to come out to the cent."""
ECB: Final = "ecb"
"""The one provider whose rates are kept here: the European Central Bank, as they were imported."""
_MOST: Final = Decimal(10) ** 12
_KEPT: Final = Context(prec=DIGITS, rounding=ROUND_HALF_UP)


class RatesUnreadable(Problem):
    """The rates cannot be read: {why}. What is read are the euro reference rates as CSV, XML, or CSV in a ZIP file."""

    kind = Kind.INVALID
    code = "RATES_UNREADABLE"


class CurrencyInUse(Problem):
    """Drafts in {currency} wait to be converted at its rate: issue or delete them first."""

    kind = Kind.CONFLICT
    code = "CURRENCY_IN_USE"


class Rate(msgspec.Struct, frozen=True):
    """What one unit of the source's base currency was worth in a currency on a day."""

    currency: str
    day: date
    rate: Decimal


class Alternative(msgspec.Struct, frozen=True):
    """A currency an organization sells in beside its own, as stored, with the newest published rates of both."""

    id: Id
    organization_id: Id
    currency: str
    provider: str | None
    kept_rate: Decimal
    one_rate: Decimal | None
    other_rate: Decimal | None
    created_at: datetime

    @property
    def is_known(self) -> bool:
        """Whether there is a rate of today: one that was said, or one published within a year."""
        return self.provider is None or self.one_rate is not None

    @property
    def rate(self) -> Decimal:
        """What a unit of the organization's own currency is worth in this one."""
        if self.provider is None or self.one_rate is None or self.other_rate is None:
            return plain(self.kept_rate)
        return between(self.other_rate, self.one_rate)


def faults_of(provider: str | None, rate: Decimal | None) -> list[Fault]:
    """Return what is wrong with how a currency is to be valued: exactly one of the two says it."""
    if (provider is None) == (rate is None):
        return [Fault("altCurrency.exchangeRate", "presence", "or `provider` has to be given, one of the two")]
    if provider not in (None, ECB):
        message = f"`{provider}` is not asked by this server: say `{ECB}`, or give an `exchangeRate`"
        return [Fault("altCurrency.provider", "inclusion", message)]
    if rate is not None and not (0 < rate < _MOST and len(rate.normalize().as_tuple().digits) <= DIGITS):
        message = f"must be more than zero, below 10^12, with at most {DIGITS} significant digits"
        return [Fault("altCurrency.exchangeRate", "numericality", message)]
    return []


def between(one: Decimal, other: Decimal) -> Decimal:
    """Return what a unit of a currency is worth in another, of the rates of both to the same base."""
    return plain(_KEPT.divide(other, one))


def plain(rate: Decimal) -> Decimal:
    """Return a rate without zeros at its end and without an exponent."""
    rate = rate.normalize()
    return rate.quantize(Decimal(1)) if rate == rate.to_integral_value() else rate
