"""Ranges and periods: how days are read, cut and named."""

from datetime import date
from decimal import Decimal

import pytest

from billhook.kernel.problems import Invalid
from billhook.statistics.model import (
    MAX_PERIODS,
    Dist,
    Range,
    Sum,
    month_of,
    name_of,
    read_day,
    read_range,
    series_of,
    starts,
)


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2026-04-30", "America/New_York", date(2026, 4, 30)),
        ("30/4/2026", "America/New_York", date(2026, 4, 30)),
        ("1/12/2026", "Europe/Brussels", date(2026, 12, 1)),
        ("2026-04-30T23:30:00Z", "Europe/Brussels", date(2026, 5, 1)),
        ("2026-04-30T00:00:00.000Z", "America/New_York", date(2026, 4, 30)),
    ],
)
def test_days_are_read(text: str, zone: str, day: date) -> None:
    assert read_day(text, zone) == day


def test_all_that_is_wrong_with_a_range_is_said_at_once() -> None:
    with pytest.raises(Invalid) as both:
        read_range("31/2/2026", "tomorrow", "UTC")
    assert [(fault.path, fault.code) for fault in both.value.faults] == [("from", "format"), ("to", "format")]
    with pytest.raises(Invalid) as order:
        read_range("2026-04-30", "2026-04-29", "UTC")
    assert [(fault.path, fault.code) for fault in order.value.faults] == [("to", "date")]


@pytest.mark.parametrize(
    ("first", "last", "dist", "names"),
    [
        (date(2026, 2, 27), date(2026, 3, 1), Dist.DAY, ["2026-02-27", "2026-02-28", "2026-03-01"]),
        (date(2026, 12, 31), date(2027, 1, 4), Dist.WEEK, ["2026-W53", "2027-W01"]),
        (date(2025, 12, 31), date(2026, 1, 1), Dist.MONTH, ["2025-12", "2026-01"]),
        (date(2025, 6, 1), date(2026, 5, 31), Dist.YEAR, ["2025", "2026"]),
        (date(2026, 4, 30), date(2026, 4, 30), Dist.MONTH, ["2026-04"]),
    ],
)
def test_a_range_is_cut_into_periods(first: date, last: date, dist: Dist, names: list[str]) -> None:
    assert [name_of(start, dist) for start in starts(Range(first, last), dist)] == names


def test_more_periods_than_a_chart_shows_are_refused() -> None:
    with pytest.raises(Invalid):
        starts(Range(date(2020, 1, 1), date(2026, 1, 1)), Dist.DAY)
    assert len(starts(Range(date(1900, 1, 1), date(1990, 12, 31)), Dist.MONTH)) == 91 * 12 <= MAX_PERIODS


@pytest.mark.parametrize(("day", "last"), [(date(2024, 2, 10), 29), (date(2026, 2, 1), 28), (date(2026, 12, 31), 31)])
def test_a_month_has_all_its_days(day: date, last: int) -> None:
    assert month_of(day) == Range(day.replace(day=1), day.replace(day=last))


def test_currencies_stay_apart_and_no_period_is_missing() -> None:
    sums = [
        Sum(date(2026, 2, 1), "", "JPY", 0, Decimal(7)),
        Sum(date(2026, 1, 1), "", "EUR", 2, Decimal(10**20)),
    ]
    euro, yen = series_of(sums, Range(date(2026, 1, 15), date(2026, 3, 1)), Dist.MONTH)
    assert [(period.name, period.amount) for period in euro.periods] == [
        ("2026-01", 10**20),
        ("2026-02", 0),
        ("2026-03", 0),
    ]
    assert (euro.currency, yen.currency, yen.total) == ("EUR", "JPY", 7)
