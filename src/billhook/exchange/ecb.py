"""The files of euro reference rates that the European Central Bank publishes, daily and historical: CSV, ZIP, XML."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.parsers import expat

from billhook.exchange.model import Rate, RatesUnreadable
from billhook.kernel import money
from billhook.kernel.archives import DAMAGED

SOURCE: Final = "European Central Bank"
BASE: Final = "EUR"
MOST_BYTES: Final = 64 * 1024**2
"""The largest file that is read, also once it is unpacked; all days since 1999 take less than a tenth of it."""
_DAY_FORMATS: Final = ("%Y-%m-%d", "%d %B %Y")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?\Z")
_ABSENT: Final = ("", "N/A")


def read(content: bytes) -> list[Rate]:
    """Return the rates of a file, the base with a rate of 1 on each day; currencies we do not know are left out.

    Raises RatesUnreadable, also where only a part of the file cannot be read.
    """
    if content.startswith(b"PK"):
        content = _unpacked(content)
    if len(content) > MOST_BYTES:
        raise RatesUnreadable(why=f"it has more than {MOST_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RatesUnreadable(why="it is no text in UTF-8") from None
    by_day = _of_xml(text) if text.lstrip().startswith("<") else _of_csv(text)
    rates = []
    for day, found in by_day:
        rates += [Rate(currency, day, rate) for currency, rate in found.items() if currency in money.EXPONENT_OF]
        rates.append(Rate(BASE, day, Decimal(1)))
    if not rates:
        raise RatesUnreadable(why="there is none in it")
    return rates


def _unpacked(content: bytes) -> bytes:
    """Return the one file of a ZIP file; no more of it is unpacked than is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (name,) = archive.namelist()
            with archive.open(name) as file:
                return file.read(MOST_BYTES + 1)
    except (*DAMAGED, ValueError) as error:
        raise RatesUnreadable(why=f"it is no ZIP file with one file in it: {error}") from None


def _day(text: str) -> date:
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise RatesUnreadable(why=f"{text[:40]!r} is no day")


def _rate(text: str, currency: str, day: date) -> Decimal:
    try:
        rate = Decimal(text) if _NUMBER.match(text) else Decimal(0)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate:
        raise RatesUnreadable(why=f"{text[:40]!r} is no rate of {currency[:40]} on {day}")
    return rate


def _of_csv(text: str) -> Iterator[tuple[date, dict[str, Decimal]]]:
    """Yield the days of a CSV file: a column a currency, a line a day."""
    try:
        rows = iter(csv.reader(io.StringIO(text), skipinitialspace=True, strict=True))
        head = [cell.strip() for cell in next(rows, [])]
        if not head or head[0] != "Date":
            raise RatesUnreadable(why="its first line does not begin with Date")
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if len(cells) != len(head):
                raise RatesUnreadable(why=f"a line has {len(cells)} columns, the first one {len(head)}")
            day = _day(cells[0])
            pairs = zip(head[1:], cells[1:], strict=True)
            yield day, {name: _rate(cell, name, day) for name, cell in pairs if name and cell not in _ABSENT}
    except csv.Error as error:
        raise RatesUnreadable(why=str(error)) from None


def _of_xml(text: str) -> Iterator[tuple[date, dict[str, Decimal]]]:
    """Yield the days of an XML file: `Cube` elements with a time, and in them those with a currency and a rate.

    A document type is refused before anything it declares is heard, so no entity is ever made nor fetched.
    """
    days: dict[date, dict[str, Decimal]] = {}
    newest: list[date] = []

    def refuse(*_: object) -> None:
        raise RatesUnreadable(why="it declares a document type")

    def element(name: str, said: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in said:
            newest.append(_day(said["time"]))
            days.setdefault(newest[-1], {})
        elif "currency" in said:
            if not newest:
                raise RatesUnreadable(why="it has a rate without a day")
            currency = said["currency"]
            days[newest[-1]][currency] = _rate(said.get("rate", ""), currency, newest[-1])

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = element
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise RatesUnreadable(why=str(error)) from None
    yield from days.items()
