"""The files of euro reference rates: what is read of them, and what is refused."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from billhook.exchange import RatesUnreadable, between, ecb, read

DAILY = "Date, USD, JPY, ABC, \n20 November 2026, 1.0813, 160.45, 7.5, \n"
HISTORICAL = "Date,USD,JPY,CYP,\n2026-11-20,1.0813,160.45,N/A,\n2026-11-19,1.0800,161,N/A,\n\n"
XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube>
    <Cube time="2026-11-20"><Cube currency="USD" rate="1.0813"/><Cube currency="JPY" rate="160.45"/></Cube>
    <Cube time="2026-11-19"><Cube currency="USD" rate="1.0800"/></Cube>
  </Cube>
</gesmes:Envelope>
"""
FRIDAY, THURSDAY = date(2026, 11, 20), date(2026, 11, 19)


def zipped(*texts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for at, text in enumerate(texts):
            archive.writestr(f"eurofxref{at}.csv", text)
    return buffer.getvalue()


def found(content: bytes) -> dict[tuple[str, date], Decimal]:
    return {(rate.currency, rate.day): rate.rate for rate in read(content)}


@pytest.mark.parametrize(
    "content", [DAILY.encode(), zipped(DAILY), b"\xef\xbb\xbf" + DAILY.replace("\n", "\r\n").encode()]
)
def test_the_rates_of_a_day(content: bytes) -> None:
    assert found(content) == {
        ("USD", FRIDAY): Decimal("1.0813"),
        ("JPY", FRIDAY): Decimal("160.45"),
        ("EUR", FRIDAY): 1,
    }


@pytest.mark.parametrize("content", [HISTORICAL.encode(), zipped(HISTORICAL), XML.encode()])
def test_the_rates_of_many_days(content: bytes) -> None:
    rates = found(content)
    assert rates["USD", FRIDAY] == Decimal("1.0813")
    assert rates["USD", THURSDAY] == Decimal("1.08")
    assert rates["EUR", THURSDAY] == 1
    assert {currency for currency, _ in rates} == {"USD", "JPY", "EUR"}


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REFUSED = {
    "nothing": b"",
    "an empty line": b"\n",
    "no text": b"\xff\xfe\x00D",
    "another table": b"Name,USD\nx,1\n",
    "no rate": b"Date, USD, \n20 November 2026, much, \n",
    "no sane rate": b"Date, USD, \n20 November 2026, 1e5, \n",
    "a rate of zero": b"Date, USD, \n20 November 2026, 0.0, \n",
    "a rate below zero": b"Date, USD, \n20 November 2026, -1.2, \n",
    "not a number": b"Date, USD, \n20 November 2026, NaN, \n",
    "no day": b"Date, USD, \n31 November 2026, 1.2, \n",
    "a short line": b"Date,USD,JPY\n2026-11-20,1.0813\n",
    "a head alone": b"Date,USD,JPY\n",
    "a page": b"<html><body>Moved</body>",
    "broken XML": XML.encode()[:-30],
    "a rate without a day": b'<Cube><Cube currency="USD" rate="1"/></Cube>',
    "no rate in XML": b'<Cube><Cube time="2026-11-20"><Cube currency="USD"/></Cube></Cube>',
    "a bomb": XML.replace("?>\n", f"?>\n{BOMB}").replace("1.0813", "&b;").encode(),
    "a file of ours": XML.replace("?>\n", f"?>\n{OUTSIDE}").replace("1.0813", "&a;").encode(),
    "two files": zipped(DAILY, DAILY),
    "no file": zipped(),
    "half a file": zipped(DAILY)[:60],
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_whole(what: str) -> None:
    with pytest.raises(RatesUnreadable):
        read(REFUSED[what])


def test_no_more_is_unpacked_than_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecb, "MOST_BYTES", 1_000)
    with pytest.raises(RatesUnreadable, match="more than 1000 bytes"):
        read(zipped("Date, USD, \n" + " " * 1_000_000))


@pytest.mark.parametrize(
    ("one", "other", "rate"),
    [
        ("1", "1.0813", "1.0813"),
        ("1.0813", "1", "0.924812725423"),
        ("160.45", "0.85", "0.00529760049860"),
        ("2", "20", "10"),
    ],
)
def test_two_rates_make_the_one_between_them(one: str, other: str, rate: str) -> None:
    assert between(Decimal(one), Decimal(other)) == Decimal(rate)
