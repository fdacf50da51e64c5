"""What can be exported, how it is asked for, and what is refused."""

import enum
from datetime import date
from typing import Any, Final

import msgspec

from billhook.kernel import time
from billhook.kernel.problems import Fault, Invalid, Kind, Problem

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
