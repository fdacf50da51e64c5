"""Paper without the compiler: formats, characters, uploaded pictures, and the press that keeps a worker."""

import base64
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from billhook.documents.paper import images
from billhook.documents.paper.coverage import FONTS, families, needed
from billhook.documents.paper.format import in_locale
from billhook.documents.paper.sanitise import BREAK, UNBROKEN, Alphabet
from billhook.documents.sheet import Branding, Sheet, chosen, paper_view
from billhook.documents.texts import LANGUAGES, labels
from billhook.kernel.money import EXPONENT_OF
from billhook.kernel.problems import Invalid
from tests.contract.test_mail_templates import sample

NBSP, THIN = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("locale", "money", "price", "percent", "day"),
    [
        ("nl-BE", f"€{NBSP}12.100,50", f"€{NBSP}0,00125", "21%", "30 mei 2026"),
        ("de", f"12.100,50{NBSP}€", f"0,00125{NBSP}€", f"21{NBSP}%", "30.05.2026"),
        ("fr", f"12{THIN}100,50{NBSP}€", f"0,00125{NBSP}€", f"21{THIN}%", "30 mai 2026"),
        ("en", "€12,100.50", "€0.00125", "21%", "30 May 2026"),
        ("en-US", "€12,100.50", "€0.00125", "21%", "May 30, 2026"),
        ("sr", f"12.100,50{NBSP}€", f"0,00125{NBSP}€", "21%", "30. 5. 2026."),
        ("pt", f"12{NBSP}100,50{NBSP}€", f"0,00125{NBSP}€", "21%", "30/05/2026"),
    ],
)
def test_figures_look_as_in_their_country(locale: str, money: str, price: str, percent: str, day: str) -> None:
    written = in_locale(locale)
    assert written.money(1_210_050, "EUR") == money
    assert written.price(Decimal("0.00125"), "EUR") == price
    assert written.percent(Decimal(21)).replace(THIN, NBSP) == percent.replace(THIN, NBSP)
    assert written.date(date(2026, 5, 30)) == day


def test_a_currency_keeps_its_own_digits() -> None:
    written = in_locale("en-US")
    assert written.money(1210, "JPY") == "¥1,210"
    assert written.money(1210, "KWD").endswith("1.210")
    assert written.money(-5, "EUR") == "-€0.05"
    assert written.price(Decimal(10), "EUR") == "€10.00"
    assert written.quantity(Decimal("1234.5000")) == "1,234.5"
    assert written.percent(Decimal("5.5")) == "5.5%"


@pytest.mark.parametrize(
    ("currency", "written"),
    [
        ("KWD", f"KWD{NBSP}3,703.701"),
        ("CHF", f"CHF{NBSP}37,037.01"),
        ("XOF", f"F\u202fCFA{NBSP}3,703,701"),
        ("XCG", f"Cg.{NBSP}37,037.01"),
        ("USD", "US$37,037.01"),
        ("EUR", "€37,037.01"),
    ],
)
def test_a_currency_s_letters_keep_away_from_the_figures(currency: str, written: str) -> None:
    assert in_locale("en").money(3_703_701, currency) == written
    assert in_locale("en").money(-3_703_701, currency) == f"-{written}"


@pytest.mark.parametrize("locale", [*LANGUAGES, "en-US", "nl-BE", "de-CH", "es-MX", "ja", "ar", "hi"])
def test_no_letter_touches_a_digit_in_any_currency(locale: str) -> None:
    written = in_locale(locale)
    amounts = [
        text
        for currency in EXPONENT_OF
        for text in (
            written.money(3_703_701, currency),
            written.money(-5, currency),
            written.price(Decimal("-0.00125"), currency),
        )
    ]
    assert [text for text in amounts if re.search(r"[^\W\d_]\d|\d[^\W\d_]", text)] == []


@pytest.mark.parametrize(("locale", "like"), [("nl-XX", "nl"), ("xx", "en"), ("", "en"), ("de_AT", "de-AT")])
def test_an_unknown_country_falls_back(locale: str, like: str) -> None:
    assert in_locale(locale).date(date(2026, 5, 30)) == in_locale(like).date(date(2026, 5, 30))


def test_direction() -> None:
    assert in_locale("ar").direction == "rtl"
    assert in_locale("nl").direction == "ltr"


def test_the_coverage_list_is_what_the_fonts_have() -> None:
    found: dict[str, set[str]] = {}
    for file in FONTS.glob("*.ttf"):
        with TTFont(file, lazy=True) as font:
            characters = set(map(chr, font.getBestCmap()))
            family = font["name"].getDebugName(1)
        found[family] = found.get(family, characters) & characters
    assert {family: set(characters) for family, characters in families().items()} == found


def test_fonts_are_small_enough_to_ship_with_their_licences() -> None:
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 12_000_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL-1.1.txt").read_text()
    assert "Apache License" in (FONTS / "Apache-2.0.txt").read_text()


def test_only_the_families_a_text_needs_are_asked_for() -> None:
    assert needed(set("Invoice Žagar Ελλάδα Ђ")) == ["Noto Sans"]
    assert needed(set("שלום 発票")) == ["Noto Sans", "Noto Sans Hebrew", "Droid Sans Fallback"]


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("plain", "plain"),
        ("Cafe\u0301", "Café"),
        ("rocket 🚀", "rocket □"),
        ("a\x00b\x1b[0mc", "ab[0mc"),
        ("private \ue000 use", "private  use"),
        ("half \ud800 pair", "half  pair"),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("no \u202eoverride", "no override"),
        ("\u033aϴ", "ϴ"),
        ("ﬁne № ①", "ﬁne № ①"),
        ("𞤀 unknown", "□ unknown"),
    ],
)
def test_what_cannot_be_drawn_becomes_a_square_or_goes(typed: str, drawn: str) -> None:
    assert Alphabet().clean(typed) == drawn


def test_a_refused_mark_goes_without_its_letter() -> None:
    alphabet = Alphabet()
    assert alphabet.refuse("b\u0339")
    assert not alphabet.refuse("b\u0339")
    assert alphabet.clean("b\u0339ée") == "bée"


def test_a_refused_sign_becomes_a_square() -> None:
    alphabet = Alphabet()
    assert alphabet.refuse("✓")
    assert alphabet.clean("✓ ok") == "□ ok"


def test_plain_letters_are_the_last_resort() -> None:
    alphabet = Alphabet()
    assert alphabet.only_plain()
    assert not alphabet.only_plain()
    assert alphabet.clean("Žagar שלום") == "Žagar □□□□"


def test_lines_of_the_other_direction_are_isolated() -> None:
    assert Alphabet("ltr").clean("شركة 22-1") == "\u2068شركة 22-1\u2069"
    assert Alphabet("rtl").clean("شركة 22-1") == "شركة 22-1"
    assert Alphabet("rtl").clean("2023-00001") == "\u20682023-00001\u2069"


@given(st.text(alphabet="abcé:/.λЖ ", max_size=200))
def test_no_run_is_too_long_for_a_column(text: str) -> None:
    clean = Alphabet().clean(text)
    assert clean.replace(BREAK, "") == text
    assert all(len(run) <= UNBROKEN for run in clean.replace(BREAK, " ").split())


def test_scripts_without_spaces_are_not_broken_up() -> None:
    assert Alphabet().clean("東" * 40) == "東" * 40


def picture(kind: str, width: int = 60, height: int = 20) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#123456").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_raster_logos_travel_inside_an_svg(kind: str, media: str) -> None:
    upload = picture(kind)
    svg = images.accept(upload)
    assert 'viewBox="0 0 60 20"' in svg
    assert f"data:{media};base64,{base64.b64encode(upload).decode()}" in svg


def test_a_harmless_svg_is_taken_as_it_is() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
        '<style>.a{fill:url(#g)}</style><linearGradient id="g"/><path id="p" class="a" d="M0 0h9v9z"/>'
        '<use xlink:href="#p"/><text>Žagar</text></svg>'
    )
    assert images.accept(f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}'.encode()) == svg


def svg(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">{inside}</svg>'.encode()


BOMB = b'<!DOCTYPE s [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>'


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        (b"", "must be a PNG, JPEG or SVG"),
        (b"GIF89a" + bytes(20), "must be a PNG, JPEG or SVG"),
        (bytes(images.MAX_BYTES + 1), "at most 1048576"),
        (picture("PNG", 4001, 1), "4001 x 1 pixels"),
        (picture("JPEG", 1, 4001), "1 x 4001 pixels"),
        (picture("PNG")[:60], "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(30), "damaged"),
        (BOMB, "doctype"),
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg('<rect onload="x()"/>'), "script in `onload`"),
        (svg('<image href="http://example.com/a.png"/>'), "outside itself"),
        (svg('<image x:href="file:///etc/passwd"/>'), "outside itself"),
        (svg('<image href="../other.png"/>'), "outside itself"),
        (svg('<image href="data:image/svg+xml;base64,AAAA"/>'), "outside itself"),
        (svg('<a href="javascript:alert(1)"/>'), "outside itself"),
        (svg('<rect fill="url(http://example.com/#a)"/>'), "from elsewhere"),
        (svg("<style>@import 'http://example.com/a.css';</style>"), "from elsewhere"),
        (svg("<foreignObject/>"), "<foreignobject>"),
        (svg("<filter/>"), "<filter>"),
        (svg("<g>" * 60 + "</g>" * 60), "too complex"),
        (svg("<g/>" * 5001), "too complex"),
        (svg("<text>🚀</text>"), "outlines"),
        (svg("<g>"), "not well-formed"),
        (svg('<?xml-stylesheet href="a.css"?>'), "processing instructions"),
        (b"<html><svg/></html>", "not an SVG"),
        ("<svg>é</svg>".encode("latin-1"), "UTF-8"),
        (
            svg(f'<image href="data:image/png;base64,{base64.b64encode(picture("PNG", 4001, 1)).decode()}"/>'),
            "pixels",
        ),
    ],
)
def test_uploads_that_are_refused(upload: bytes, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        images.accept(upload)
    assert message in refusal.value.message
    assert refusal.value.faults[0].path == "logo"


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        (None, "nl-BE"),
        ("nl", "nl-BE"),
        ("de", "de"),
        ("DE-at", "de-AT"),
        ("de_AT", "de-AT"),
        ("sr-Latn-RS", "sr-RS"),
        ("cz", "cs"),
        ("de-aaa", "de"),
        ("fr-x1", "fr"),
        ("fr-zz", "fr"),
        ("de-AT-x-anything", "de"),
        ("de-" + "a" * 1000, "de"),
        ("tlh", "nl-BE"),
        ("", "nl-BE"),
    ],
)
def test_only_ways_people_write_make_papers_of_their_own(wanted: str | None, locale: str) -> None:
    assert chosen("nl-BE", wanted) == locale


def test_the_habits_kept_in_memory_are_bounded() -> None:
    assert in_locale.cache_info().maxsize


@pytest.mark.parametrize(
    ("paid", "note"),
    [
        (1_210_000, "Thank you."),
        (1, "Please pay to bank account BE68539007547034.\nWhen paying please use reference 2026-00001.\n\nThank you."),
    ],
)
def test_a_paper_that_is_paid_does_not_say_how_to_pay(paid: int, note: str) -> None:
    own = labels("en").sentences
    told = [own.pay_to_account.replace("{iban}", "[IBAN]"), own.use_reference.replace("{number}", "[document number]")]
    document = sample(total_paid=paid, note="\n".join([*told, "", "Thank you."]))
    assert paper_view(Sheet(document), Branding(), draw_code=False).note == note
