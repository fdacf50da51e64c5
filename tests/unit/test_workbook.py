"""Workbooks of Excel: every kind of cell as a text that is read in one way only; what is no workbook is refused."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter

from billhook.transfer.workbook import Unreadable, Workbook

CELLS: list[tuple[Any, str, str]] = [
    ("Ada & <Söhne>\nLeeds", "", "Ada & <Söhne>\nLeeds"),
    (12, "", "12"),
    (0.1 + 0.2, "", "0.3"),
    (1.234, "", "1.2340"),
    (-1234567.5, "#,##0.00", "-1234567.5"),
    (0, "", "0"),
    (1e20, "", "100000000000000000000"),
    (0.125, '0.000 "days"', "0.1250"),
    (5, "[Red]0;[Blue]-0", "5"),
    (True, "", "true"),
    (datetime(2026, 4, 30), "yyyy-mm-dd", "2026-04-30"),
    (datetime(2026, 4, 30), "[$-407]d. mmmm yyyy", "2026-04-30"),
    (datetime(2026, 4, 30, 13, 5), "dd/mm/yy hh:mm", "2026-04-30T13:05:00.000"),
    ("=1+1", "", "2"),
    ("2026-04-30", "", "2026-04-30"),
]


def written(fill: Callable[[Any], None], **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **options})
    fill(book)
    book.close()
    return file


def changed(file: io.BytesIO, part: str, change: Callable[[bytes], bytes]) -> io.BytesIO:
    """The same workbook with another text of a part; None leaves it out."""
    found, out = zipfile.ZipFile(file), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in found.namelist():
            target.writestr(name, change(found.read(name)) if name == part else found.read(name))
    return out


def simple(book: Any) -> None:
    book.add_worksheet().write_row(0, 0, ["name", "email"])


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"date_1904": True}], ids=str)
def test_every_kind_of_cell_is_read(options: dict[str, Any]) -> None:
    def fill(book: Any) -> None:
        hidden, sheet = book.add_worksheet("notes"), book.add_worksheet("data")
        hidden.write(0, 0, "not this one")
        sheet.activate()
        hidden.hide()
        for row, (value, code, _) in enumerate(CELLS):
            style = book.add_format({"num_format": code} if code else {})
            if isinstance(value, datetime):
                sheet.write_datetime(row * 2, 1, value, style)
            elif str(value).startswith("="):
                sheet.write_formula(row * 2, 1, value, style, 2)
            else:
                sheet.write(row * 2, 1, value, style)

    book = Workbook(written(fill, **options))
    for _ in range(2):
        assert list(book.rows()) == [(at * 2 + 1, ["", text]) for at, (_, _, text) in enumerate(CELLS)]


def test_a_text_of_several_runs_is_one_text() -> None:
    def fill(book: Any) -> None:
        bold = book.add_format({"bold": True})
        book.add_worksheet().write_rich_string(0, 27, "Ada ", bold, "Love", "lace")

    assert list(Workbook(written(fill)).rows()) == [(1, [""] * 27 + ["Ada Lovelace"])]


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/worksheets/sheet1.xml", lambda xml: DOCTYPE + xml[xml.index(b"?>") + 2 :]),
        ("xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2]),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>0</v>", b"<v>77</v>")),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>0</v>", b"<v>-1</v>")),
        ("xl/workbook.xml", lambda xml: xml.replace(b"<sheet ", b"<other ")),
        ("xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet1", b"sheet7")),
        ("xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"worksheets/sheet1", b"../../../etc/passwd")),
    ],
)
def test_a_damaged_workbook_is_refused(part: str, change: Callable[[bytes], bytes]) -> None:
    file = written(simple)
    assert list(Workbook(file).rows()) == [(1, ["name", "email"])]
    with pytest.raises(Unreadable):
        list(Workbook(changed(file, part, change)).rows())


@pytest.mark.parametrize("content", [b"PK", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        Workbook(io.BytesIO(content))


def test_a_cut_file_is_refused() -> None:
    with pytest.raises(Unreadable):
        list(Workbook(io.BytesIO(written(simple).getvalue()[:-40])).rows())


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_part_whose_packing_is_damaged_is_refused(name: str) -> None:
    file = written(simple)
    info = zipfile.ZipFile(file).getinfo(name)
    content = bytearray(file.getvalue())
    begin = info.header_offset + 30 + len(name)
    content[begin : begin + info.compress_size] = b"\xff" * info.compress_size
    with pytest.raises(Unreadable):
        list(Workbook(io.BytesIO(content)).rows())
