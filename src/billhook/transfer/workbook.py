"""Reading a workbook of Excel (XLSX, ECMA-376), its first sheet row by row. Neither rows nor texts are in memory."""

import functools
import tempfile
import weakref
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from posixpath import join, normpath
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from billhook.kernel.archives import DAMAGED

MAX_PART: Final = 1024**3
"""Bytes that a part of a workbook may unpack to."""
MAX_COLUMNS: Final = 1_000
MAX_TEXT: Final = 100_000
_PIECE: Final = 256 * 1024
_EXACT: Final = Context(prec=15)
"""Excel counts with 15 digits; what is stored beyond is noise (0.30000000000000004)."""
_DAY_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""The built-in number formats that show days and times."""
_EPOCHS: Final = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - a sheet knows no zone


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """A file is no workbook that can be read; the message says why."""


class Workbook:
    """An open workbook; `rows` may be walked as often as needed."""

    def __init__(self, file: BinaryIO) -> None:
        """Open it. Raises Unreadable."""
        try:
            self._zip = zipfile.ZipFile(file)
        except (*DAMAGED, ValueError):
            raise Unreadable("is a ZIP, or a damaged workbook; send an Excel file (.xlsx) or CSV") from None
        self._sheet, epoch_1904 = self._first_sheet()
        self._epoch = _EPOCHS[epoch_1904]
        self._days = self._day_styles()
        self._texts = _Texts(self._walk("xl/sharedStrings.xml")) if self._has("xl/sharedStrings.xml") else None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each row that has cells, and their texts by column. Raises Unreadable."""
        for number, cells in _sheet_rows(self._walk(self._sheet)):
            line = [""] * (max(cells) + 1 if cells else 0)
            for at, (kind, style, text) in cells.items():
                line[at] = self._text(kind, style, text)
            yield number, line

    def _text(self, kind: str, style: str, text: str) -> str:
        if kind == "s":
            with suppress(ValueError, IndexError):
                return self._texts[int(text)] if self._texts else ""
            raise Unreadable("names a text that it does not have: the file is damaged")
        if kind == "b":
            return "true" if text == "1" else "false"
        return text if kind != "n" or not text else self._number(text, is_day=style in self._days)

    def _number(self, text: str, *, is_day: bool) -> str:
        """Return a number so that it can be read in one way only: `1.234` as `1.2340`, days as ISO 8601 has them."""
        try:
            exact = _EXACT.create_decimal(text)
            if is_day:
                at = self._epoch + timedelta(milliseconds=round(exact * 86_400_000))
                return at.date().isoformat() if at.time() == at.min.time() else at.isoformat(timespec="milliseconds")
        except (InvalidOperation, OverflowError, ValueError):
            return text
        if not exact.is_finite() or abs(exact.adjusted()) > 30:
            return text
        plain = format(exact.normalize() if exact else Decimal(0), "f")
        return f"{plain}0" if plain.partition(".")[2].isdigit() and len(plain.partition(".")[2]) == 3 else plain

    def _has(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def _walk(self, name: str) -> Iterator["_Event"]:
        """Yield what a part of the workbook says, piece by piece. Raises Unreadable."""
        info = self._zip.NameToInfo.get(name)
        if info is None or info.file_size > MAX_PART:
            raise Unreadable("is no workbook of Excel, or one that is too large; save the sheet as CSV and send that")
        try:
            with self._zip.open(info) as part:
                yield from _events(part)
        except (*DAMAGED, expat.ExpatError):
            raise Unreadable("is a damaged workbook, or one with a password; save the sheet as CSV") from None

    def _first_sheet(self) -> tuple[str, bool]:
        """Return where the first sheet that is not hidden is kept, and whether its days are counted from 1904."""
        first, epoch_1904 = "", False
        for kind, name, said in self._walk("xl/workbook.xml"):
            if kind == "start" and name == "workbookPr":
                epoch_1904 = said.get("date1904") in ("1", "true")
            elif kind == "start" and name == "sheet" and not first and said.get("state", "visible") == "visible":
                first = next((value for key, value in said.items() if key.endswith(" id")), "")
        for kind, name, said in self._walk("xl/_rels/workbook.xml.rels"):
            if kind == "start" and name == "Relationship" and said.get("Id") == first:
                return normpath(join("/xl", said.get("Target", ""))).lstrip("/"), epoch_1904
        raise Unreadable("has no sheet")

    def _day_styles(self) -> frozenset[str]:
        """Return the styles, by number, that show a number as a day or a time."""
        own, found, number, inside = set[str](), set[str](), 0, False
        for kind, name, said in self._walk("xl/styles.xml") if self._has("xl/styles.xml") else ():
            if name == "cellXfs":
                inside = kind == "start"
            elif kind == "start" and name == "numFmt" and _shows_days(said.get("formatCode", "")):
                own.add(said.get("numFmtId", ""))
            elif kind == "start" and name == "xf" and inside:
                shown = said.get("numFmtId", "0")
                if shown in own or (shown.isdigit() and int(shown) in _DAY_FORMATS):
                    found.add(str(number))
                number += 1
        return frozenset(found)


_Event = tuple[str, str, Any]
"""`start` with attributes, `end`, or `text` with what was written, and the local name of the element."""


def _events(part: Any) -> Iterator[_Event]:
    """Yield what an XML part says; a document type, which could unfold to anything, is not read."""
    parser, found = expat.ParserCreate(namespace_separator=" "), list[_Event]()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise Unreadable("declares a document type, which no workbook does")

    @functools.cache
    def local(name: str) -> str:
        return name.rpartition(" ")[2]

    def start(name: str, said: dict[str, str]) -> None:
        found.append(("start", local(name), said))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: found.append(("end", local(name), None))
    parser.CharacterDataHandler = lambda text: found.append(("text", "", text))
    while piece := part.read(_PIECE):
        parser.Parse(piece, False)
        yield from found
        found.clear()
    parser.Parse(b"", True)
    yield from found


def _texts(events: Iterator[_Event], of: str) -> Iterator[str]:
    """Yield the text of each element: all its runs, without what says how they are pronounced."""
    parts, reading, spoken = list[str](), False, False
    for kind, name, said in events:
        if name == of:
            if kind == "end":
                yield "".join(parts)[:MAX_TEXT]
            parts = []
        elif name == "rPh":
            spoken = kind == "start"
        elif name == "t":
            reading = kind == "start"
        elif kind == "text" and reading and not spoken:
            parts.append(said)


class _Texts:
    """The texts that cells share, kept in a file, as there may be very many; it goes with this object."""

    def __init__(self, events: Iterator[_Event]) -> None:
        file, ends = tempfile.TemporaryFile(), array("Q", [0])  # noqa: SIM115 - closed when nobody reads it any more
        weakref.finalize(self, file.close)
        for text in _texts(events, "si"):
            ends.append(ends[-1] + file.write(text.encode()))

        @functools.lru_cache(maxsize=1_000)
        def read(at: int) -> str:
            file.seek(ends[at])
            return file.read(ends[at + 1] - ends[at]).decode()

        self._read = read

    def __getitem__(self, at: int) -> str:
        """Return a text by its number. Raises IndexError."""
        if at < 0:
            raise IndexError
        return self._read(at)


_Cells = dict[int, tuple[str, str, str]]
"""By column: the kind of a cell, its style, what is written in it."""


def _sheet_rows(events: Iterator[_Event]) -> Iterator[tuple[int, _Cells]]:
    row, column = 0, -1
    cells, parts, said_of_cell = _Cells(), list[str](), dict[str, str]()
    reading = False
    for kind, name, said in events:
        if kind == "text":
            if reading:
                parts.append(said)
        elif name == "row" and kind == "start":
            row = _whole(said.get("r"), row + 1)
            cells, column = {}, -1
        elif name == "row":
            yield row, cells
        elif name == "c" and kind == "start":
            column = _column(said.get("r", ""), column + 1)
            said_of_cell, parts = said, []
        elif name == "c":
            text = "".join(parts)
            if text and column < MAX_COLUMNS:
                cells[column] = (said_of_cell.get("t", "n"), said_of_cell.get("s", "0"), text[:MAX_TEXT])
        elif name in ("v", "t"):
            reading = kind == "start"


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise


def _column(reference: str, otherwise: int) -> int:
    """Return the place of a column, from 0, of a reference such as `AB12`."""
    place = 0
    for letter in reference.rstrip("0123456789").upper():
        if not "A" <= letter <= "Z" or place > MAX_COLUMNS:
            return otherwise
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1 if place else otherwise


def _shows_days(code: str) -> bool:
    """Tell whether a number format shows days: by its letters, without what is quoted, escaped or in brackets."""
    bare, quoted, skip = "", False, False
    for sign in code.lower():
        if skip:
            skip = False
        elif sign == '"':
            quoted = not quoted
        elif not quoted:
            skip = sign in "\\_*"
            bare += "" if skip else sign
    while "[" in bare and "]" in bare[bare.index("[") :]:
        begin = bare.index("[")
        bare = bare[:begin] + bare[bare.index("]", begin) + 1 :]
    return any(sign in "dmyhs" for sign in bare.replace("general", ""))
