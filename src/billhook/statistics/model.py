"""Ranges of days, the periods they are cut into, and sums by period and currency."""

import enum
import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from billhook.documents.model.document import Type
from billhook.kernel import time
from billhook.kernel.problems import Fault, Invalid

MAX_PERIODS: Final = 1_100
"""Three years of days: more than a chart shows."""

SALES: Final = "sales"
"""Invoices and advances, less credit notes: what was sold."""
TYPES: Final = {
    **{str(kind): (str(kind),) for kind in Type},
    "invoice": ("invoice", "credit-note"),
    SALES: ("invoice", "advance", "credit-note"),
}
"""What a document statistic adds up, by the type that is asked for; credit notes are taken off invoices."""


class Dist(enum.StrEnum):
    """How long a period is. Weeks begin on Monday and are numbered as ISO 8601 does."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Range(msgspec.Struct, frozen=True):
    """Days from the first to the last, both of them in it."""

    first: date
    last: date


class Sum(msgspec.Struct, frozen=True):
    """One sum of the database: whole minor units of a currency in the period that begins on a day."""

    period: date
    type: str
    currency: str
    exponent: int
    amount: Decimal


class Open(msgspec.Struct, frozen=True):
    """What clients owe in a currency: past its day, due this month, and in all; minor units."""

    currency: str
    exponent: int
    overdue: Decimal
    due_this_month: Decimal
    due: Decimal


class Counted(msgspec.Struct, frozen=True):
    """How many documents or payments of a type there are in a currency, and what they come to; minor units."""

    type: str
    currency: str
    exponent: int
    count: int
    total: Decimal
    total_with_tax: Decimal


class Period(msgspec.Struct, frozen=True):
    """A period of a series: `2026-04-30`, `2026-W18`, `2026-04` or `2026`, and its sum in minor units."""

    name: str
    amount: int


class Series(msgspec.Struct, frozen=True):
    """The periods of a currency (of payments: and of their type), from the first to the last without a gap."""

    currency: str
    exponent: int
    type: str
    periods: list[Period]

    @property
    def total(self) -> int:
        """The sum of all periods."""
        return sum(period.amount for period in self.periods)


class Totals(msgspec.Struct, frozen=True):
    """What is owed, and what was paid this month, by currency; minor units."""

    open: list[Open]
    paid_this_month: list[Sum]


class Business(msgspec.Struct, frozen=True):
    """What was issued and what was paid in a range of days, by type and currency."""

    range: Range
    documents: list[Counted]
    payments: list[Counted]


_DAY_MONTH_YEAR: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")


def read_day(text: str, zone: str) -> date:
    """Read a day: ISO 8601, an instant (its day in the zone), or `D/M/YYYY` as clients of the dialect send it.

    Raises ValueError.
    """
    match = _DAY_MONTH_YEAR.match(text.strip())
    if match:
        day, month, year = (int(part) for part in match.groups())
        return time.day(time.parse(f"{year:04}-{month:02}-{day:02}"), zone)
    return time.day(time.parse(text), zone)


def read_range(first: str, last: str, zone: str) -> Range:
    """Read both ends of a range. Raises Invalid with all that is wrong."""
    found, faults = {}, []
    for name, text in (("from", first), ("to", last)):
        try:
            found[name] = read_day(text, zone)
        except (ValueError, OverflowError):
            faults.append(Fault(name, "format", "is not a date; use for example 2026-04-30 or 30/4/2026"))
    if not faults and found["to"] < found["from"]:
        faults.append(Fault("to", "date", "must not lie before `from`"))
    if faults:
        raise Invalid("query", faults)
    return Range(found["from"], found["to"])


def month_of(day: date) -> Range:
    """Return the calendar month of a day."""
    first = day.replace(day=1)
    return Range(first, _next(first, Dist.MONTH) - timedelta(days=1))


def starts(range: Range, dist: Dist) -> list[date]:
    """Return the first day of each period that a range touches. Raises Invalid when there are too many."""
    found: list[date] = []
    start = _start(range.first, dist)
    while start <= range.last:
        if len(found) == MAX_PERIODS:
            message = f"makes more than {MAX_PERIODS} periods of this length; take longer ones"
            raise Invalid("query", [Fault("dist", "too_many", message)])
        found.append(start)
        start = _next(start, dist)
    return found


def _start(day: date, dist: Dist) -> date:
    if dist is Dist.DAY:
        return day
    if dist is Dist.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if dist is Dist.MONTH else day.replace(month=1, day=1)


def _next(start: date, dist: Dist) -> date:
    if dist is Dist.DAY:
        return start + timedelta(days=1)
    if dist is Dist.WEEK:
        return start + timedelta(days=7)
    if dist is Dist.YEAR or start.month == 12:
        return start.replace(year=start.year + 1, month=1)
    return start.replace(month=start.month + 1)


def name_of(start: date, dist: Dist) -> str:
    """Return what a period is called: names sort as their periods do."""
    if dist is Dist.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02}"
    return {Dist.DAY: start.isoformat(), Dist.MONTH: f"{start:%Y-%m}"}.get(dist, f"{start.year:04}")


def series_of(sums: Iterable[Sum], range: Range, dist: Dist) -> list[Series]:
    """Return a series for each currency and type of the sums, periods without any at nothing. Raises Invalid."""
    periods = starts(range, dist)
    found: dict[tuple[str, str, int], dict[date, int]] = {}
    for one in sums:
        found.setdefault((one.currency, one.type, one.exponent), {})[one.period] = int(one.amount)
    return [
        Series(currency, exponent, kind, [Period(name_of(at, dist), amounts.get(at, 0)) for at in periods])
        for (currency, kind, exponent), amounts in sorted(found.items())
    ]
