"""Numbers: `YYYY-00001` per organization, type and year; own numbers of that form carry the counter along."""

import re

import msgspec

_STANDARD = re.compile(r"([0-9]{4})-([0-9]{5}|[1-9][0-9]{5,7})\Z")
_TOO_LONG = re.compile(r"[0-9]{4}-[1-9][0-9]{8,}\Z")

MAX_LENGTH = 100


def is_refused(own: str) -> bool:
    """Tell whether an own number looks like ours but is too long to count on from (more than 8 digits)."""
    return _TOO_LONG.match(own) is not None


class Counting(msgspec.Struct, frozen=True):
    """How a document gets its number. `counts`: a counter row is taken; `own`: the number that was given."""

    counts: bool
    own: str | None
    own_sequence: int | None
    year: int
    series: str


def counting(*, draft: bool, own: str | None, date_year: int, incoming: bool) -> Counting:
    """Say which counter an issued document takes; a draft takes none, nor does an own number of another form.

    An own number like `2026-00007` moves the counter of 2026 to at least 7, so that the next automatic number follows.
    """
    series = "incoming" if incoming else ""
    if draft or own is None:
        return Counting(not draft, own, None, date_year, series)
    match = _STANDARD.match(own)
    if match is None:
        return Counting(counts=False, own=own, own_sequence=None, year=date_year, series=series)
    return Counting(counts=True, own=own, own_sequence=int(match[2]), year=int(match[1]), series=series)


def standard(year: int, sequence: int) -> str:
    """Return the number of the nth document of a year."""
    return f"{year}-{sequence:05d}"


def sequence_of(number: str) -> tuple[int, int] | None:
    """Return the year and the place in it of a number of the standard form; None of any other."""
    match = _STANDARD.match(number)
    return None if match is None else (int(match[1]), int(match[2]))
