"""Numbers: `YYYY-00001` per organization, type and year; own numbers of that form carry the counter along.

A unit counts for itself, and its prefix stands before: `B2-2026-00001`.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

_STANDARD = re.compile(r"([0-9]{4})-([0-9]{5}|[1-9][0-9]{5,7})\Z")
_PREFIXED = re.compile(r"(.+)-[0-9]{4}-[0-9]{5,8}\Z")
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
    prefix: str = ""
    """What stands before an automatic number."""


class Series(msgspec.Struct, frozen=True):
    """Who counts: the organization itself, or one of its units with what stands before its numbers (`B2-`)."""

    unit_id: str = ""
    prefix: str = ""

    def key(self, *, incoming: bool) -> str:
        """Return the name of the counter."""
        return ":".join(part for part in (self.unit_id, "incoming" if incoming else "") if part)


MAIN: Final = Series()
"""The organization's own count."""


def counting(
    *,
    draft: bool,
    own: str | None,
    date_year: int,
    incoming: bool,
    series: Series = MAIN,
    others: Sequence[Series] = (),
) -> Counting:
    """Say which counter an issued document takes; a draft takes none, nor does an own number of another form.

    An own number like `2026-00007` moves the counter of 2026 to at least 7, so that the next automatic number follows:
    the counter of the series whose form it has, whoever gives it. `others` are the series its prefix may mean.
    """
    if draft or own is None:
        return Counting(not draft, own, None, date_year, series.key(incoming=incoming), series.prefix)
    for meant in (series, MAIN, *others):
        match = _STANDARD.match(own.removeprefix(meant.prefix)) if own.startswith(meant.prefix) else None
        if match is not None:
            key = meant.key(incoming=incoming)
            return Counting(counts=True, own=own, own_sequence=int(match[2]), year=int(match[1]), series=key)
    return Counting(counts=False, own=own, own_sequence=None, year=date_year, series=MAIN.key(incoming=incoming))


def prefix_of(own: str | None) -> str | None:
    """Return what stands before the year in an own number such as `B2-2026-00007`; None where nothing does."""
    match = _PREFIXED.match((own or "").strip())  # blanks around a number are not stored
    return match[1] if match else None


def standard(year: int, sequence: int, prefix: str = "") -> str:
    """Return the number of the nth document of a year."""
    return f"{prefix}{year}-{sequence:05d}"


def sequence_of(number: str, series: str) -> tuple[int, int] | None:
    """Return the year and the place in it of a number of the form that its series has; None of any other."""
    is_main = series in (MAIN.key(incoming=False), MAIN.key(incoming=True))
    match = _STANDARD.match(number if is_main else "-".join(number.rsplit("-", 2)[1:]))
    return None if match is None else (int(match[1]), int(match[2]))
