"""The pages against their promises: whole in every language, no word of their own, nothing that runs or loads."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from billhook import pages
from billhook.documents import LANGUAGES, Document, SharedDocument, labels
from billhook.documents.model.document import Line, LineTax, Options, Party, PaymentOf, TaxRow
from billhook.kernel import ids
from billhook.pages.invoice_view import LANGUAGE_NAMES, invoice_page
from billhook.pages.rendering import html

TEMPLATES = Path(pages.__file__).parent / "templates"
OURS = [file for file in sorted(TEMPLATES.rglob("*.html")) if not {"dev_mail", "sandbox"} & set(file.parts)]
NOW = datetime(2026, 4, 10, 9, 30, tzinfo=UTC)
LINK = "abcDEF0123456789abcDEF01"
VAT = LineTax(id="1", rate=Decimal(21))
HOSTILE = '</title><script>alert(1)</script>" onload="x" {{ 7 * 7 }} [document number] {date}'


def document(**changes: Any) -> Document:
    """An invoice of 12,100.00 EUR, due in twenty days, with a bank account to pay into."""
    issuer = Party(
        name="International Space Agency",
        address="Rocket street 1",
        country_code="BE",
        email="billing@space.example",
        iban="BE68539007547034",
        swift="GKCCBEBB",
    )
    line = Line(id="1", name="Space suit", price=Decimal(10_000), total=1_000_000, taxes=(VAT,))
    fields: dict[str, Any] = dict.fromkeys(Document.__struct_fields__) | {
        "id": ids.new(7),
        "organization_id": ids.new(7),
        "account_id": ids.new(),
        "type": "invoice",
        "draft": False,
        "incoming": False,
        "canceled": False,
        "number": "2026-00001",
        "date_year": 2026,
        "date": NOW,
        "date_service": NOW,
        "date_due": NOW + timedelta(days=20),
        "reference": "",
        "currency": "EUR",
        "exponent": 2,
        "decimal_places": 2,
        "rounding": "document",
        "locale": "en",
        "timezone": "Europe/Brussels",
        "total": 1_000_000,
        "total_discount": 0,
        "total_with_tax": 1_210_000,
        "total_paid": 0,
        "total_credited": 0,
        "refers_to": (),
        "note": "Please pay to bank account [IBAN].\nWhen paying please use reference [document number].\n\nThank you",
        "tax_clause": "",
        "footer": "[organization name], [address]",
        "signature": "",
        "issuer": issuer,
        "client": Party(name="Rocket man"),
        "lines": (line,),
        "taxes": (TaxRow(rate=Decimal(21), base=1_000_000, total_tax=210_000),),
        "reverse_taxes": (),
        "has_unit": False,
        "options": Options(),
        "custom": {},
        "l10n": {},
        "data": [],
        "comments": [],
        "document_ids": [],
        "sent_snail_mail": False,
        "issued_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Document(**{**fields, **changes})


def payment(amount: int, type: str = "bank") -> PaymentOf:
    fields: dict[str, Any] = dict.fromkeys(PaymentOf.__struct_fields__) | {
        "type": type,
        "amount": amount,
        "exponent": 2,
        "date": NOW,
        "custom": {},
    }
    return PaymentOf(**fields)


STATES: dict[str, dict[str, Any]] = {
    "due": {},
    "overdue": {"date_due": NOW - timedelta(days=3)},
    "partly_paid": {"total_paid": 10_000},
    "paid": {"total_paid": 1_210_000},
    "canceled": {"canceled": True},
    "estimate": {"type": "estimate", "date_due": None, "date_valid_till": NOW},
    "accepted": {"type": "estimate", "date_due": None, "accepted_at": NOW},
    "rejected": {"type": "estimate", "date_due": None, "rejected_at": NOW},
    "credited": {"total_credited": 1_210_000},
    "credit-note": {"type": "credit-note", "date_due": None},
}


def shown(wanted: str | None = None, *, has_logo: bool = False, **changes: Any) -> str:
    one = document(**changes)
    paid = [payment(one.total_paid)] if one.total_paid else []
    shared = SharedDocument(document=one, payments=paid, colour="7a2e8f", has_logo=has_logo, seen_at=NOW)
    return html("invoice.html", page=invoice_page(shared, LINK, wanted)).content


class Outline(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_and_runs_nothing(language: str, state: str) -> None:
    outline = Outline(shown(language, has_logo=True, **STATES[state]))
    tags = [tag for tag, _ in outline.tags]
    assert outline.values("lang")[0] == language
    assert not {"script", "style", "iframe", "object", "base"} & set(tags)
    assert tags.count("form") == 2 * (state == "estimate")  # accept, reject
    assert not [key for _, attrs in outline.tags for key in attrs if key == "style" or key.startswith("on")]
    for target in outline.values("href") + outline.values("src"):
        assert re.match(r"/(?!/)|mailto:", target), target
    names = outline.values("id")
    assert len(names) == len(set(names))
    assert set(outline.values("aria-labelledby")) <= set(names)
    assert next(tag for tag in tags if re.fullmatch(r"h\d", tag)) == "h1"
    assert tags.count("h1") == tags.count("main") == 1
    assert all("scope" in attrs for tag, attrs in outline.tags if tag == "th")
    assert all("alt" in attrs for tag, attrs in outline.tags if tag == "img")
    assert not re.search(r"[{}]", outline.words)


@pytest.mark.parametrize("file", OURS, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_a_template_has_no_word_of_its_own(file: Path) -> None:
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text("utf-8"), flags=re.DOTALL)
    bare = re.sub(r"<[^>]*>", "", bare)
    assert re.findall(r"[^\W\d_]+", bare) == []


def test_a_value_nobody_gave_is_a_mistake() -> None:
    with pytest.raises(UndefinedError):
        html("refusal.html", language="en")


def test_hostile_words_stay_words() -> None:
    party = Party(name=HOSTILE, address=HOSTILE, email=HOSTILE)
    line = Line(id="1", name=HOSTILE, description=HOSTILE, unit=HOSTILE)
    text = shown(issuer=party, client=party, lines=(line,), number=HOSTILE, note=HOSTILE, footer=HOSTILE)
    outline = Outline(text)
    assert "<script" not in text
    assert not [key for _, attrs in outline.tags for key in attrs if key.startswith("on")]
    assert "{{ 7 * 7 }}" in outline.words
    assert "49" not in outline.words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("due", "due"),
        ("overdue", "overdue"),
        ("partly_paid", "partly_paid"),
        ("paid", "paid"),
        ("canceled", "canceled"),
    ],
)
def test_the_status_is_told_in_words(language: str, state: str, status: str) -> None:
    outline = Outline(shown(language, **STATES[state]))
    classes = outline.values("class")
    assert [name for name in classes if name.startswith("badge")] == [f"badge badge-{status}"]
    assert f" {getattr(labels(language).statuses, status)} " in outline.words


def test_what_is_owed_comes_with_how_to_pay_it() -> None:
    outline = Outline(shown())
    assert "Amount due €12,100.00 Due by 30 Apr 2026" in outline.words
    assert "Pay by bank transfer Scan to pay" in outline.words
    assert f"/i/{LINK}/qr.svg" in outline.values("src")
    assert "Please pay to bank account" not in outline.words, "said twice"
    assert "Thank you" in outline.words


def test_an_iban_is_copied_without_spaces() -> None:
    groups = re.search(r'<dd class="copy groups">(.*?)</dd>', shown())
    assert groups is not None
    assert re.sub(r"<[^>]+>", "", groups[1]) == "BE68539007547034"


def test_what_was_paid_is_listed_and_no_longer_asked_for() -> None:
    outline = Outline(shown(total_paid=1_210_000))
    assert "Paid on 10 Apr 2026 Thank you. This invoice has been paid." in outline.words
    assert "Payments Date Payment method Amount 10 Apr 2026 Bank transfer €12,100.00" in outline.words
    assert "BE68" not in outline.words
    assert f"/i/{LINK}/qr.svg" not in outline.values("src")


def test_a_canceled_document_asks_for_nothing() -> None:
    text = shown(canceled=True)
    assert "This document has been canceled. Please do not pay it." in text
    for sign in ("BE68", "GKCCBEBB", "qr.svg", "Amount due", "Pay by bank transfer", "please use reference"):
        assert sign not in text


def test_without_an_account_the_reference_still_is_asked_for() -> None:
    outline = Outline(shown(issuer=Party(name="International Space Agency")))
    assert "When paying please use reference 2026-00001." in outline.words
    assert "Pay by bank transfer" not in outline.words


def test_a_transfer_that_no_code_describes_has_none() -> None:
    outline = Outline(shown(currency="USD"))
    assert "BE68" in outline.words
    assert f"/i/{LINK}/qr.svg" not in outline.values("src")


def test_columns_that_say_nothing_are_left_out() -> None:
    plain = Line(id="1", name="Space suit", price=Decimal(10_000), total=1_000_000)
    outline = Outline(shown(lines=(plain,), taxes=(), total_with_tax=1_000_000))
    assert "VAT" not in outline.words
    assert "Discount" not in outline.words


def test_a_line_can_be_a_heading() -> None:
    heading = Line(id="1", name="Delivery", is_separator=True)
    text = shown(lines=(heading, Line(id="2", name="Transport", price=Decimal(1), total=100)))
    assert re.search(r'<th scope="rowgroup" colspan="5" dir="auto">Delivery</th>', text)


@pytest.mark.parametrize(
    ("currency", "exponent", "amount", "written", "size"),
    [
        ("JPY", 0, 4_074_071, "JP¥4,074,071", "normal"),
        ("KWD", 3, 3_703_701, "KWD\u00a03,703.701", "long"),
        ("EUR", 2, 123_456_789_01, "€123,456,789.01", "long"),
        ("EUR", 2, 123_456_789_012_345, "€1,234,567,890,123.45", "longer"),
    ],
)
def test_amounts_of_any_currency_and_length(currency: str, exponent: int, amount: int, written: str, size: str) -> None:
    text = shown(currency=currency, exponent=exponent, total_with_tax=amount, total=amount, taxes=())
    assert re.search(rf'<strong class="amount amount-{size}">{re.escape(written)}</strong>', text)


def test_a_document_written_from_the_right_has_our_words_in_english() -> None:
    assert '<html lang="en" dir="rtl">' in shown(locale="ar-KW")
    assert '<html lang="nl-BE" dir="ltr">' in shown(locale="nl-BE")
    assert '<html lang="de" dir="ltr">' in shown("de", locale="ar-KW")


def test_languages_are_called_what_their_speakers_call_them() -> None:
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)
    assert {"English", "Deutsch", "Français", "Slovenščina", "Srpski", "Čeština"} <= set(LANGUAGE_NAMES.values())
    outline = Outline(shown("sr"))
    choices = [attrs for tag, attrs in outline.tags if tag == "a" and "hreflang" in attrs]
    assert [choice["hreflang"] for choice in choices] == list(LANGUAGES)
    assert [choice["hreflang"] for choice in choices if "aria-current" in choice] == ["sr"]
    assert f"/v1/documents/public/{LINK}/pdf?l=sr" in outline.values("href")
