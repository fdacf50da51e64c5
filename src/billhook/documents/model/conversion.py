"""Conversion: what a document in another currency comes to in the organization's, at a rate that is said or known."""

from datetime import UTC, date, datetime
from datetime import time as clock_time
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, Protocol

import msgspec

from billhook.documents.model.document import Conversion, ConvertedTax, TaxRow
from billhook.documents.model.ground import Ground
from billhook.documents.model.new import NewConversion
from billhook.documents.model.rounding import check_size
from billhook.exchange.model import DIGITS, between
from billhook.kernel import ids, money, time
from billhook.kernel.problems import Fault

MANUAL: Final = "manual"
"""The source of a rate that was said without one, with the document or for its currency."""
MAX_SOURCE: Final = 200
_MOST: Final = Decimal(10) ** 12
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)


class Sums(Protocol):
    """What comes to something in another currency: a document, or lines that are to become one."""

    @property
    def total(self) -> int:
        """What it comes to without taxes, in minor units."""

    @property
    def total_with_tax(self) -> int:
        """What it comes to in all, in minor units."""

    @property
    def taxes(self) -> tuple[TaxRow, ...]:
        """The taxes in it."""


def faults_of(said: NewConversion | None, ground: Ground, currency: str) -> list[Fault]:
    """Return what is wrong with a rate that was said, in wire paths."""
    if said is None:
        return []
    path, own = "_documentConversionRate", ground.currency
    if currency == own:
        return [Fault(path, "mismatch", f"cannot be said: the document is in {own}, the organization's own currency")]
    faults = [
        Fault(f"{path}.{name}", "mismatch", f"must be {wanted}, from the document's currency to the organization's")
        for name, named, wanted in (("from", said.origin, currency), ("to", said.target, own))
        if named is not None and named.upper() != wanted
    ]
    if said.rate is None:
        faults.append(Fault(f"{path}.rate", "presence", "can't be blank: leave out all of it for the rate of the day"))
    elif not 0 < said.rate < _MOST or _digits(said.rate) > DIGITS:
        message = f"must be more than zero, below 10^12, with at most {DIGITS} significant digits"
        faults.append(Fault(f"{path}.rate", "numericality", message))
    if len(said.source or "") > MAX_SOURCE:
        faults.append(Fault(f"{path}.source", "length", f"must have at most {MAX_SOURCE} characters"))
    return faults


def _digits(rate: Decimal) -> int:
    return len(rate.normalize().as_tuple().digits)


def conversion_of(
    said: NewConversion | None, ground: Ground, currency: str, day: date, sums: Sums, shard: int
) -> Conversion | None:
    """Return the conversion of what a document comes to.

    The rate that is said holds; else what the organization has said of the currency; else the newest published rate
    that is not after the document's day. None for a document in the organization's own currency, and where no rate is
    known. Raises TotalsTooLarge.
    """
    if currency == ground.currency:
        return None
    if said is not None and said.rate is not None:
        rate, at, source = said.rate, time.day(said.date, ground.timezone) if said.date else day, said.source or MANUAL
    elif ground.own_rate is not None:
        rate, at, source = between(ground.own_rate, Decimal(1)), day, MANUAL
    else:
        known = next((rate for rate in ground.rates if rate.day <= day), None)
        if known is None:
            return None
        rate, at, source = between(known.one_rate, known.other_rate), known.day, known.source
    blank = Conversion(
        id=ids.to_hex(ids.new(shard)),
        origin=currency,
        target=ground.currency,
        rate=rate,
        date=datetime.combine(at, clock_time(), UTC),
        source=source,
        exponent=money.exponent(ground.currency),
        total=0,
        total_with_tax=0,
    )
    return again(blank, sums)


def again(conversion: Conversion, sums: Sums) -> Conversion:
    """Return other sums converted at the same rate. Raises TotalsTooLarge."""
    total, total_with_tax = _converted(sums.total, conversion), _converted(sums.total_with_tax, conversion)
    check_size(total, total_with_tax)
    taxes = [
        ConvertedTax(_converted(row.base, conversion), _converted(row.total_tax, conversion)) for row in sums.taxes
    ]
    if taxes and sums.total + sum(row.total_tax for row in sums.taxes) == sums.total_with_tax:
        # Each was rounded by itself; that the whole is its parts, the largest tax makes up for.
        at = max(range(len(taxes)), key=lambda at: abs(taxes[at].total_tax))
        missing = total_with_tax - total - sum(tax.total_tax for tax in taxes)
        taxes[at] = msgspec.structs.replace(taxes[at], total_tax=taxes[at].total_tax + missing)
    return msgspec.structs.replace(conversion, total=total, total_with_tax=total_with_tax, taxes=tuple(taxes))


def price_in_origin(conversion: Conversion, price: Decimal) -> Decimal:
    """Return a price in the organization's currency in that of the document, rounded half-up to its minor unit."""
    unit = Decimal(1).scaleb(-money.exponent(conversion.origin))
    return _EXACT.divide(price, conversion.rate).quantize(unit, ROUND_HALF_UP, _EXACT)


def _converted(minor: int, conversion: Conversion) -> int:
    """Return minor units of one currency in minor units of the other, rounded half-up (away from zero)."""
    shift = conversion.exponent - money.exponent(conversion.origin)
    exact = _EXACT.multiply(Decimal(minor), conversion.rate).scaleb(shift, _EXACT)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP, _EXACT))
