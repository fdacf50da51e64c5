"""Numbers and days as spreadsheets write them. What can be read in two ways is not guessed."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import msgspec

from billhook.kernel import time

MAX_DIGITS: Final = 40


class Ambiguous(ValueError):  # noqa: N818 - it says what the text is
    """A text that can be read in two ways."""


class Form(msgspec.Struct, frozen=True):
    """What is known of how a file writes numbers and days; None is nothing."""

    decimal: str | None = None
    day_first: bool | None = None


_BLANKS: Final = str.maketrans("", "", " \u00a0\u202f'’")
_NUMBER: Final = re.compile(r"[+-]?[\d.,]*\d\Z")
_GROUPED: Final = {".": re.compile(r"\d{1,3}(\.\d{3})+\Z"), ",": re.compile(r"\d{1,3}(,\d{3})+\Z")}
_OTHER: Final = {".": ",", ",": "."}


def decimal_sign(text: str) -> str | None:
    """Return the sign before the decimals of a number, "" if it needs none, None if it can be read in two ways."""
    body = text.lstrip("+-")
    points, commas = body.count("."), body.count(",")
    if points and commas:
        return "." if body.rfind(".") > body.rfind(",") else ","
    if not points and not commas:
        return ""
    sign = "." if points else ","
    if points + commas > 1:
        return _OTHER[sign]
    head, tail = body.split(sign)
    if len(tail) == 3 and head not in ("", "0") and len(head) <= 3:
        return None
    return sign


def number(text: str, form: Form) -> Decimal:
    """Read a number. Raises Ambiguous, ValueError."""
    bare = text.translate(_BLANKS)
    if not _NUMBER.match(bare) or len(bare) > MAX_DIGITS or not bare.isascii():
        raise ValueError("is not a number")
    sign = decimal_sign(bare)
    if sign is None:
        sign = form.decimal
        if sign is None:
            whole = re.sub("[.,]", "", bare)
            raise Ambiguous(f"may mean {whole} or {bare.replace(',', '.')}; say `decimal=point` or `decimal=comma`")
    minus, body = ("-" if bare[0] == "-" else ""), bare.lstrip("+-")
    head, _, tail = body.partition(sign) if sign else (body, "", "")
    group = next((one for one in (".", ",") if one in head), "")
    if (group and not _GROUPED[group].match(head)) or not (tail or "0").isdigit():
        raise ValueError("is not a number")
    whole = (head.replace(group, "") if group else head) or "0"
    return Decimal(f"{minus}{whole}.{tail}" if tail else f"{minus}{whole}")


_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\Z")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4})\.?\Z")


def day_order(text: str) -> bool | None:
    """Return whether a day shows that the file writes the day before the month; None where it does not show."""
    match = _YEAR_LAST.match(text)
    if match is None or match[2] == ".":
        return None
    first, second = int(match[1]), int(match[3])
    return None if (first > 12) == (second > 12) else first > 12


def day(text: str, form: Form) -> datetime:
    """Read a day, or an instant in ISO 8601; a day is midnight UTC. Raises Ambiguous, ValueError."""
    match = _YEAR_FIRST.match(text)
    if match:
        return _midnight(int(match[1]), int(match[3]), int(match[4]))
    match = _YEAR_LAST.match(text)
    if match is None:
        if len(text) < 19:
            raise ValueError("is not a date")
        return time.parse(text)
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    day_first = True if match[2] == "." or first == second else day_order(text)
    if day_first is None:
        day_first = form.day_first
    if day_first is None and first <= 12 and second <= 12:
        raise Ambiguous("may be day and month or month and day; say `dates=dmy` or `dates=mdy`")
    return _midnight(year, second, first) if day_first else _midnight(year, first, second)


def _midnight(year: int, month: int, day: int) -> datetime:
    if not 1900 <= year <= 9000:
        raise ValueError("is not a date")
    return datetime(year, month, day, tzinfo=UTC)


_FLAGS: Final = {
    **dict.fromkeys(("true", "yes", "y", "1", "x"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}


def flag(text: str) -> bool:
    """Read a yes or no. Raises ValueError."""
    found = _FLAGS.get(text.lower())
    if found is None:
        raise ValueError("is neither true nor false")
    return found
