"""Writing tables row by row: CSV that is sent as it grows, and Excel that grows in a file."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text may not begin with in a CSV file: a spreadsheet would take it for a formula and run it."""
MAX_TEXT: Final = 32_767
"""Characters that a cell of Excel holds."""
EXACT_DIGITS: Final = 15
"""Digits that a number of Excel keeps; with more, it is written as a text."""
_PIECE: Final = 256 * 1024


def cell(value: Any) -> str:
    """Return a value as it is written into a CSV file: no text is a formula, no number has an exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_lines(rows: Iterable[Sequence[Any]], separator: str) -> bytes:
    """Return rows as lines of a CSV file (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


class Excel:
    """An Excel file with one sheet; each row is written away before the next one comes."""

    def __init__(self, path: Path, name: str, header: Sequence[str]) -> None:
        self.path = path
        options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_urls": False}
        import xlsxwriter  # not at the start: few processes ever write a workbook

        self._book = xlsxwriter.Workbook(str(path), options)
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._decimals = {n: self._book.add_format({"num_format": f"0.{'0' * n}".rstrip(".")}) for n in range(10)}
        self._row = 0
        for column, text in enumerate(header):
            self._sheet.write_string(0, column, text, self._bold)

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows."""
        for row in rows:
            self._row += 1
            for column, value in enumerate(row):
                if value is not None and value != "":
                    self._write(column, value)

    def _write(self, column: int, value: Any) -> None:
        at = (self._row, column)
        if isinstance(value, bool):
            self._sheet.write_boolean(*at, value)
        elif isinstance(value, Decimal):
            self._write_number(at, value)
        elif isinstance(value, date):
            self._sheet.write_datetime(*at, value, self._day)
        else:
            self._sheet.write_string(*at, str(value)[:MAX_TEXT])

    def _write_number(self, at: tuple[int, int], value: Decimal) -> None:
        """Write a number by its digits; what Excel would round stays a text."""
        _, digits, exponent = value.as_tuple()
        if len(digits) > EXACT_DIGITS or not isinstance(exponent, int):
            self._sheet.write_string(*at, format(value, "f"))
        else:
            self._sheet.write_number(*at, value, self._decimals.get(max(-exponent, 0)))

    def close(self) -> None:
        """Put the file together."""
        self._book.close()


def pieces(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
