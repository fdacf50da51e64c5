"""Time: every form the seeds show, one form emitted, days of a zone, clocks that move."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billhook.kernel import time


@pytest.mark.parametrize(
    ("text", "emitted"),
    [
        ("2023-04-28T19:41:00.914Z", "2023-04-28T19:41:00.914Z"),
        ("2020-04-18", "2020-04-18T00:00:00.000Z"),
        ("2022-04-20T10:10:30+00:00Z", "2022-04-20T10:10:30.000Z"),
        ("2022-04-20T10:10:30+02:00", "2022-04-20T08:10:30.000Z"),
        ("2022-04-20T10:10:30", "2022-04-20T10:10:30.000Z"),
        (" 2022-04-20 10:10 ", "2022-04-20T10:10:00.000Z"),
        ("2022-04-20T10:10:30.9999999Z", "2022-04-20T10:10:30.999Z"),
    ],
)
def test_forms(text, emitted):
    assert time.iso(time.parse(text)) == emitted


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2022-13-01", "18.4.2020", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
)
def test_what_is_no_date(text):
    with pytest.raises(ValueError, match=r".*"):
        time.parse(text)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-12-31T23:30:00Z", "Europe/Brussels", date(2027, 1, 1)),
        ("2027-01-01T04:30:00Z", "America/New_York", date(2026, 12, 31)),
        ("2027-01-01", "America/New_York", date(2027, 1, 1)),
        ("2027-01-01", "Asia/Tokyo", date(2027, 1, 1)),
        ("2026-12-31T22:59:59Z", "Europe/Brussels", date(2026, 12, 31)),
    ],
)
def test_the_business_day(instant, zone, day):
    assert time.day(time.parse(instant), zone) == day


def test_a_clock_that_moves():
    clock = time.MovableClock()
    target = datetime(2030, 2, 28, 12, tzinfo=UTC)
    clock.move_to(target)
    assert timedelta(0) <= clock.now() - target < timedelta(minutes=1)
    clock.move(timedelta(days=1))
    assert clock.now().date() == date(2030, 3, 1)
    assert clock.now().microsecond % 1000 == 0
