"""What can be exported, how it is asked for, and what is refused."""

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from billhook.kernel import time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, Kind, Problem
from billhook.transfer.values import Form

IMPORTED: Final = ("client", "item", "payment")
"""What can be imported."""
SEPARATORS: Final = {"comma": ",", ",": ",", "semicolon": ";", ";": ";", "tab": "\t", "\t": "\t", "pipe": "|", "|": "|"}
ENCODINGS: Final = (
    "utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1257",
    "iso-8859-1", "iso-8859-2", "iso-8859-15",
)  # fmt: skip

MAX_EXCEL_ROWS: Final = 1_048_575
"""Rows of a sheet of Excel, less the header."""


class Busy(Problem):
    """Too many files are being made at this moment; try again shortly."""

    kind = Kind.UNAVAILABLE
    code = "EXPORTS_BUSY"


class Format(enum.StrEnum):
    """How a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An export as asked for, checked: what, in which form, from when to when, and which of it."""

    type: str
    format: Format
    first: date | None
    last: date | None
    where: dict[str, Any]
    separator: str
    bom: bool


_SEPARATORS: Final = {"": ",", ",": ",", ";": ";", "comma": ",", "semicolon": ";", "tab": "\t", "\t": "\t"}


def asked(
    kinds: tuple[str, ...],
    *,
    type: str,
    format: str,
    first: str,
    last: str,
    where: dict[str, Any],
    separator: str,
    bom: bool,
) -> Asked:
    """Return an export as asked for. Raises Invalid with all that is wrong."""
    faults = []
    name = type.strip().lower().removesuffix("s")
    if name not in kinds:
        faults.append(Fault("type", "inclusion", f"must be one of {', '.join(kinds)}"))
    if format.lower() not in list(Format):
        faults.append(Fault("format", "inclusion", f"must be one of {', '.join(Format)}"))
    if separator.lower() not in _SEPARATORS:
        faults.append(Fault("separator", "inclusion", "must be one of comma, semicolon, tab"))
    days = {}
    for path, text in (("from", first), ("to", last)):
        try:
            days[path] = time.parse(text).date() if text else None
        except (ValueError, OverflowError):
            faults.append(Fault(path, "format", "is not a day; use for example 2026-04-30"))
    if faults:
        raise Invalid("query", faults)
    return Asked(
        type=name,
        format=Format(format.lower()),
        first=days["from"],
        last=days["to"],
        where=where,
        separator=_SEPARATORS[separator.lower()],
        bom=bom,
    )


MAX_FILE_BYTES: Final = 64 * 1024**2
"""The largest file that is taken in."""
MAX_ROWS: Final = 200_000
"""Rows of a file that is taken in."""
MAX_FAULTS: Final = 100
"""Faults of a file that are listed; more are only counted."""


class BadRow(msgspec.Struct, frozen=True):
    """What is wrong with a row of a file: on which line, in which column, and why."""

    line: int
    field: str
    code: str
    message: str


class Line(msgspec.Struct, frozen=True):
    """A row that was read, as it is kept; ids in the digits of their UUIDs."""

    line: int
    id: str
    entry_id: str
    key: str | None
    content: dict[str, Any]


class Counts(msgspec.Struct, frozen=True):
    """How many rows a file has, and how many of them are of something that is there."""

    rows: int
    known: int


class Import(msgspec.Struct, frozen=True):
    """A file that is taken in: `importing`, `done`, or `failed` with what was wrong; `done` rows of `rows`."""

    id: Id
    organization_id: Id
    account_id: Id
    type: str
    state: str
    file_name: str
    rows: int
    done: int
    created: int
    updated: int
    skipped: int
    faults: tuple[BadRow, ...]
    created_at: datetime
    updated_at: datetime


class Checked(msgspec.Struct, frozen=True):
    """A file without a fault: what it would do, or does as the import of this id."""

    id: Id | None
    type: str
    rows: int
    created: int
    updated: int
    skipped: int
    ignored: list[str]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """An import as asked for, checked."""

    type: str
    file_name: str
    dry_run: bool
    separator: str
    encoding: str
    form: Form


_DECIMAL: Final = {"": None, "point": ".", ".": ".", "comma": ",", ",": ","}
_DATES: Final = {"": None, "dmy": True, "mdy": False}


def asking(
    *, type: str, file_name: str, dry_run: bool, separator: str, encoding: str, decimal: str, dates: str
) -> Asking:
    """Return an import as asked for. Raises Invalid with all that is wrong."""
    name, faults = type.strip().lower().removesuffix("s"), []
    choices = (
        ("type", name, IMPORTED),
        ("separator", separator.lower(), ("", *SEPARATORS)),
        ("encoding", encoding.lower(), ("", *ENCODINGS)),
        ("decimal", decimal.lower(), tuple(_DECIMAL)),
        ("dates", dates.lower(), tuple(_DATES)),
    )
    for path, value, allowed in choices:
        if value not in allowed:
            shown = ", ".join(one for one in allowed if len(one) > 1)
            faults.append(Fault(path, "inclusion", f"must be one of {shown}"))
    if faults:
        raise Invalid("query", faults)
    return Asking(
        type=name,
        file_name=file_name[:200],
        dry_run=dry_run,
        separator=separator.lower(),
        encoding=encoding.lower(),
        form=Form(_DECIMAL[decimal.lower()], _DATES[dates.lower()]),
    )


def refused(faults: Sequence[BadRow], more: int) -> Invalid:
    """Return the problem of a file with bad rows: the path of a fault is its line and its column."""
    listed = [Fault(f"{fault.line}.{fault.field}".rstrip("."), fault.code, fault.message) for fault in faults]
    if more:
        listed.append(Fault("", "too_many", f"and {more} more faults; nothing was imported"))
    return Invalid("import", listed)
