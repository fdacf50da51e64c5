"""Reading a table row by row: the encoding and separator of CSV, and the header. Only one row is in memory."""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final

import msgspec

from billhook.kernel.problems import Fault, Invalid
from billhook.transfer import values
from billhook.transfer.model import SEPARATORS
from billhook.transfer.sheets import FORMULA
from billhook.transfer.values import Form
from billhook.transfer.workbook import Unreadable, Workbook

MAX_HEADER: Final = 64 * 1024
MAX_LINE: Final = 1024 * 1024
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Table(msgspec.Struct, frozen=True):
    """A file that can be read: its lines after the header, anew at each call; the columns that are known, by place."""

    lines: Callable[[], Iterator[tuple[int, list[str]]]]
    columns: dict[int, str]
    ignored: list[str]

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each row that is not blank: its line, and its cells by column. Raises Invalid."""
        for line, cells in self.lines():
            found = {name: text for at, name in self.columns.items() if at < len(cells) and (text := _plain(cells[at]))}
            if found:
                yield line, found


def bad_file(code: str, message: str, path: str = "file") -> Invalid:
    """Return the problem of a file that cannot be read at all."""
    return Invalid("import", [Fault(path, code, message)])


def opened(file: BinaryIO, known: dict[str, str], *, encoding: str, separator: str) -> Table:
    """Return a file ready to be read; `known` has the names of columns as `bare` leaves them. Raises Invalid."""
    file.seek(0)
    start = file.read(4)
    if start.startswith(b"PK"):
        return _of_workbook(file, known)
    if start == _OLD_EXCEL:
        raise bad_file("format", "is a workbook of the old kind (.xls); save it as .xlsx or CSV and send that")
    encoding = encoding or next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8")
    sign = SEPARATORS.get(separator.lower(), "") if separator else ""
    header = _first_line(file, encoding)
    best = max((sign,) if sign else (",", ";", "\t", "|"), key=lambda one: len(_known(header, one, known)))
    cells = next(csv.reader([header], delimiter=best), [])
    return _table(lambda: lines(file, encoding, best), cells, known)


def _of_workbook(file: BinaryIO, known: dict[str, str]) -> Table:
    try:
        book = Workbook(file)
        cells = next((cells for _, cells in book.rows() if any(cells)), [])
    except Unreadable as error:
        raise bad_file("format", str(error)) from None

    def rows() -> Iterator[tuple[int, list[str]]]:
        try:
            yield from itertools.islice((row for row in book.rows() if any(row[1])), 1, None)
        except Unreadable as error:
            raise bad_file("format", str(error)) from None

    return _table(rows, cells, known)


def _table(rows: Callable[[], Iterator[tuple[int, list[str]]]], cells: list[str], known: dict[str, str]) -> Table:
    """Return a table whose header is known. Raises Invalid."""
    names = _named(cells, known)
    if not names:
        raise bad_file(
            "presence", f"has no known column in its first line; known: {', '.join(sorted(set(known.values())))}"
        )
    twice = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if twice:
        raise bad_file("uniqueness", f"names these columns twice: {', '.join(twice)}")
    ignored = [cell.strip()[:80] for at, cell in enumerate(cells) if at not in names and cell.strip()]
    return Table(rows, names, ignored[:50])


def bare(name: str) -> str:
    """Return the name of a column without case, blanks and signs: `E-mail` and `email` are the same."""
    return re.sub(r"[\W_]+", "", name.lower())


def _known(header: str, separator: str, known: dict[str, str]) -> dict[int, str]:
    try:
        return _named(next(csv.reader([header], delimiter=separator), []), known)
    except csv.Error:
        return {}


def _named(cells: list[str], known: dict[str, str]) -> dict[int, str]:
    return {at: known[bare(cell)] for at, cell in enumerate(cells) if bare(cell) in known}


def _first_line(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    start = file.read(MAX_HEADER)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(start, final=False)
    except UnicodeDecodeError:
        raise _not_in(encoding) from None
    return text.lstrip("\ufeff").splitlines()[0] if text.strip("\ufeff \r\n") else ""


def _not_in(encoding: str) -> Invalid:
    return bad_file("format", f"is not text in {encoding}; say which it is, such as `encoding=windows-1252`")


def lines(file: BinaryIO, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row after the header begins, and its cells. Raises Invalid."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    reader = csv.reader(_bounded(text), delimiter=separator, strict=True)
    line = 1
    try:
        for number, cells in enumerate(reader):
            if number:
                yield line, cells
            line = reader.line_num + 1
    except UnicodeDecodeError:
        raise _not_in(encoding) from None
    except csv.Error as error:
        raise bad_file("format", f"cannot be read as CSV from this line on: {error}", str(line)) from None
    finally:
        text.detach()


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines of a file; one that is too long is not read to its end."""
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise csv.Error(f"the line has more than {MAX_LINE} characters")
        yield line.replace("\0", "\ufffd")


def _plain(text: str) -> str:
    """Return a cell without blanks around it and without the sign that keeps a spreadsheet from running it."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def form_of(table: Table, numbers: Iterable[str], days: Iterable[str]) -> Form:
    """Look through a file for how it writes numbers and days; what it writes both ways is unknown. Raises Invalid."""
    numbers, days = frozenset(numbers), frozenset(days)
    signs, orders = set[str](), set[bool]()
    for _, cells in table.rows() if numbers & set(table.columns.values()) or days & set(table.columns.values()) else ():
        for name, text in cells.items():
            if name in numbers:
                signs.add(values.decimal_sign(text) or "")
            elif name in days and (order := values.day_order(text)) is not None:
                orders.add(order)
    signs.discard("")
    return Form(signs.pop() if len(signs) == 1 else None, orders.pop() if len(orders) == 1 else None)
