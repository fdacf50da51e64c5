"""The days of recurrences, whatever day they begin on."""

import calendar
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billhook.recurring.model import Every, day_of, months_between

FIRST = st.dates(date(2000, 1, 1), date(2100, 12, 31))
MANY = st.integers(1, 400)


def last_of(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


@given(FIRST, MANY)
def test_each_month_has_one_and_none_is_left_out(first: date, nth: int) -> None:
    day = day_of(Every.MONTH, first, nth)
    assert months_between(first, day) == nth - 1
    assert day.day == min(first.day, last_of(day)), "the day it was counted from, or the month's last"


@given(FIRST, MANY)
def test_each_year_has_one_on_the_same_day(first: date, nth: int) -> None:
    day = day_of(Every.YEAR, first, nth)
    assert (day.year, day.month) == (first.year + nth - 1, first.month)
    assert day.day == min(first.day, last_of(day))


@given(FIRST, MANY)
def test_weeks_keep_their_weekday(first: date, nth: int) -> None:
    assert day_of(Every.WEEK, first, nth) - first == timedelta(days=7 * (nth - 1))


@given(FIRST, MANY, st.sampled_from(Every))
def test_the_first_is_the_first_and_days_go_forward(first: date, nth: int, every: Every) -> None:
    assert day_of(every, first, 1) == first
    assert day_of(every, first, nth) < day_of(every, first, nth + 1)
