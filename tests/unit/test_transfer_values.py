"""Numbers, days and headers as spreadsheets write them."""

import io
from decimal import Decimal

import pytest

from billhook.kernel.problems import Invalid
from billhook.transfer.reading import form_of, opened
from billhook.transfer.shapes import SHAPES
from billhook.transfer.sheets import cell
from billhook.transfer.values import Ambiguous, Form, day, number

NOTHING, COMMA, POINT = Form(), Form(decimal=","), Form(decimal=".")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"), ("-12.5", "-12.5"), ("+0,1", "0.1"), ("1,234.56", "1234.56"), ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"), ("1,234,567", "1234567"), ("1 234,5", "1234.5"), ("1'234.50", "1234.50"),
        ("0.125", "0.125"), (",125", "0.125"), ("1234.567", "1234.567"), ("12.3456", "12.3456"),
        ("999999999999999.99", "999999999999999.99"), ("1\u202f000,00", "1000.00"),
    ],
)  # fmt: skip
def test_numbers(text: str, expected: str) -> None:
    assert str(number(text, NOTHING)) == expected


@pytest.mark.parametrize(
    "text", ["", "abc", "1e5", "NaN", "1,2,3", "1.23.4", "12,34.5", "1..2", "--1", "1-", "٣", "1,", "$5"]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number(text, COMMA)


def test_a_number_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    with pytest.raises(Ambiguous):
        number("1,234", NOTHING)
    assert (number("1,234", COMMA), number("1,234", POINT)) == (Decimal("1.234"), Decimal(1234))
    assert (number("1.234", COMMA), number("1.234", POINT)) == (Decimal(1234), Decimal("1.234"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-30", "2026-04-30"), ("2026/4/3", "2026-04-03"), ("30.04.2026", "2026-04-30"), ("3. 4. 2026", "2026-04-03"),
        ("30/4/2026", "2026-04-30"), ("4/30/2026", "2026-04-30"), ("5/5/2026", "2026-05-05"), ("31-12-2026", "2026-12-31"),
        ("2026-04-30T12:00:00+02:00", "2026-04-30"),
    ],
)  # fmt: skip
def test_days(text: str, expected: str) -> None:
    assert day(text, NOTHING).date().isoformat() == expected


@pytest.mark.parametrize(
    "text", ["31/2/2026", "1/13/13", "30.4.26", "0000-01-01", "tomorrow", "13/13/2026", "2026-04-31"]
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError):
        day(text, Form(day_first=True))


def test_a_day_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    with pytest.raises(Ambiguous):
        day("3/4/2026", NOTHING)
    assert day("3/4/2026", Form(day_first=True)).month == 4
    assert day("3/4/2026", Form(day_first=False)).month == 3


def looked_at(text: str, encoding: str = "utf-8", kind: str = "payment") -> Form:
    shape = SHAPES[kind]
    table = opened(io.BytesIO(text.encode(encoding)), shape.known(), encoding="", separator="")
    return form_of(table, shape.numbers, shape.days)


def test_a_file_shows_how_it_writes() -> None:
    assert looked_at('date;amount\n3/4/2026;"1.234"\n30/4/2026;2,50\n') == Form(",", day_first=True)
    assert looked_at("date,amount\n3/4/2026,1\n") == Form()
    assert looked_at('date,amount\n4/30/2026,1.5\n30/4/2026,"1,5"\n') == Form()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_file_is_read_however_it_is_written(encoding: str, separator: str) -> None:
    text = separator.join(["E-Mail", "NAME", "Shoe size", "vat number"]) + "\r\n"
    text += separator.join(["ž@example.com", '"Two\nlines ""quoted"""', "42", "'=1"]) + "\r\n\r\n"
    table = opened(io.BytesIO(text.encode(encoding)), SHAPES["client"].known(), encoding="", separator="")
    assert list(table.rows()) == [
        (2, {"email": "ž@example.com", "name": 'Two\nlines "quoted"', "taxNumber": "=1"}),
    ]
    assert table.ignored == ["Shoe size"]


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        (b"", "file", "presence"),
        (b"colour,size\nred,1\n", "file", "presence"),
        (b"name,NAME\na,b\n", "file", "uniqueness"),
        (b"PK\x03\x04xl", "file", "format"),
        (b"\xd0\xcf\x11\xe0old", "file", "format"),
        ("name\nŽ\n".encode("cp1250"), "file", "format"),
        (b'name,email\n"a,b\nc,d\n', "2", "format"),
        (b'name,email\na,b\n"c" d,e\n', "3", "format"),
        (b"name,email\n" + b"a" * 200_000 + b",b\n", "2", "format"),
        (b"name,email\na,b\n" + b"a," * 2_000_000, "3", "format"),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes, path: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        list(opened(io.BytesIO(content), SHAPES["client"].known(), encoding="", separator="").rows())
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [(path, code)]


@pytest.mark.parametrize("text", ["=1+1", "+32 2", "-x", "@a", "\tx", "\rx"])
def test_no_text_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell(Decimal("-1.50")) == "-1.50"
    assert cell(Decimal("1E+3")) == "1000"
