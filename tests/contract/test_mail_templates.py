"""Every mail in every language, with the names and texts people really (and hostile people would) write."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from billhook.accounts.model import CONFIRMATION_TTL_SECONDS, RESET_TTL_SECONDS
from billhook.delivery.mail import account
from billhook.delivery.mail.document import Wishes, file_name, subject_of, view_of
from billhook.delivery.mail.render import AccountView, Rendered, render
from billhook.delivery.mail.texts import texts
from billhook.documents import LANGUAGES, Document, Sheet, Type
from billhook.documents.model.document import Line, Options, Party
from billhook.kernel import ids

NOW = datetime(2026, 4, 10, 9, 30, tzinfo=UTC)
LINK = "https://billing.example.com/i/abcDEF0123456789abcDEF01"
HOSTILE = 'Žofia "O\'Neill" <script>alert(1)</script> & {{ 7 * 7 }} [document number] {amount}'


def sample(**changes: Any) -> Document:
    """The International Space Agency's invoice to Rocket man, unpaid, or as changed."""
    issuer = Party(
        name="International Space Agency",
        address="Rocket street 1",
        zip="10000",
        city="Brussels",
        country="Belgium",
        country_code="BE",
        iban="BE68539007547034",
        swift="GKCCBEBB",
        bank="Belfius",
    )
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
        "date": datetime(2026, 4, 1, tzinfo=UTC),
        "date_service": datetime(2026, 4, 1, tzinfo=UTC),
        "date_due": datetime(2026, 4, 30, tzinfo=UTC),
        "reference": "RF18 2026 00001",
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
        "note": "",
        "tax_clause": "",
        "footer": "[organization name], [address], [zip] [city]",
        "signature": "",
        "issuer": issuer,
        "client": Party(name="Rocket man", email="rocket.man@example.com"),
        "lines": (Line(id="1", name="Space suit", price=Decimal(10_000), total=1_000_000),),
        "taxes": (),
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


def mail(document: Document, wishes: Wishes = Wishes(), *, now: datetime = NOW) -> Rendered:  # noqa: B008 - frozen
    return render(view_of(Sheet(document), wishes, sender=document.issuer.name, link=LINK, now=now))


class _Reader(HTMLParser):
    """What a reader's program sees: the words, the links, and which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on")]
        assert given.get("src") is None
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(html: str) -> _Reader:
    reader = _Reader(html)
    assert reader.open == []
    assert not reader.tags & {"script", "img", "form", "iframe", "link", "object"}
    return reader


@pytest.mark.parametrize("type", list(Type))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_in_every_language(language: str, type: str) -> None:
    document = sample(type=type, locale=language)
    sheet = Sheet(document)
    rendered = mail(document)
    reader = read(rendered.html)
    amount = " ".join(sheet.money(1_210_000).split())
    for text in (" ".join(rendered.text.split()), reader.text):
        assert amount in text
        assert sheet.title in text
        assert "2026-00001" in text
        assert "Rocket man" in text
        assert not re.search(r"[{}\[\]]|None", text)
    assert set(reader.links) == {LINK}
    assert LINK in rendered.text.split("\n")
    assert "2026-00001" in rendered.subject
    assert f'lang="{language}"' in rendered.html
    owed = type in (Type.INVOICE, Type.ADVANCE)
    for text in (rendered.text, reader.text):
        assert ("BE68 5390 0754 7034" in text) is owed
        assert (sheet.day(document.date_due) in text) is owed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("compose", [account.confirmation, account.reset])
def test_a_mail_to_an_account_in_every_language(language: str, compose: Any) -> None:
    link = "https://billing.example.com/v1/Accounts/confirm?uid=1&token=abc"
    view: AccountView = compose(language, sender=HOSTILE, link=link)
    rendered = render(view)
    reader = read(rendered.html)
    assert set(reader.links) == {link}
    assert view.button in reader.text
    assert link in rendered.text.split("\n")
    assert f"{view.button}:" in rendered.text
    assert HOSTILE in rendered.subject
    assert HOSTILE in rendered.text
    assert HOSTILE in reader.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("compose", [account.invitation, account.granted])
def test_an_invitation_in_every_language(language: str, compose: Any) -> None:
    link = "https://billing.example.com/invitation?invitation=1&token=abc"
    rendered = render(compose(language, sender="Billhook", organization=HOSTILE, link=link))
    reader = read(rendered.html)
    assert set(reader.links) == {link}
    assert link in rendered.text.split("\n")
    for text in (rendered.subject, rendered.text, reader.text):
        assert HOSTILE in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pause_in_every_language(language: str) -> None:
    view = account.paused(language, sender="Billhook", organization=HOSTILE, address="hooks.example.com", link=LINK)
    rendered = render(view)
    reader = read(rendered.html)
    assert set(reader.links) == {LINK}
    assert HOSTILE in rendered.subject
    for text in (rendered.text, reader.text):
        assert HOSTILE in text
        assert "hooks.example.com" in text


def test_the_name_of_who_invites_is_no_text_of_its_own() -> None:
    view = account.invitation("en", sender="Billhook", organization="Win\n now " * 40, link=LINK)
    assert len(view.subject) < 130
    assert "\n" not in view.subject


def test_a_language_we_do_not_speak_is_english() -> None:
    assert texts("fi-FI") == texts("en")
    assert texts("nl-BE") == texts("nl")


def test_what_mails_promise_about_links_is_so() -> None:
    assert CONFIRMATION_TTL_SECONDS == 7 * 24 * 3600
    assert RESET_TTL_SECONDS == 3600
    assert texts("en").confirm_expires == "The link works for 7 days."
    assert texts("en").reset_expires == "The link works once, within the next hour."


def test_the_words_of_an_unpaid_invoice() -> None:
    rendered = mail(sample())
    assert rendered.subject == "Invoice 2026-00001 from International Space Agency"
    assert rendered.text.replace("\N{NO-BREAK SPACE}", " ") == (
        "Dear Rocket man,\n"
        "\n"
        "Here is our invoice 2026-00001.\n"
        "\n"
        "Invoice 2026-00001\n"
        "Amount due: €12,100.00\n"
        "Due by 30 Apr 2026\n"
        "Date: 1 Apr 2026\n"
        "Reference: RF18 2026 00001\n"
        "\n"
        "View invoice online:\n"
        f"{LINK}\n"
        "\n"
        "Pay by bank transfer\n"
        "Account holder: International Space Agency\n"
        "IBAN: BE68 5390 0754 7034\n"
        "BIC: GKCCBEBB\n"
        "Bank: Belfius\n"
        "Reference: RF18 2026 00001\n"
        "Amount: €12,100.00\n"
        "\n"
        "You will find it attached as a PDF. If you have any questions, just reply to this email.\n"
        "\n"
        "Kind regards,\n"
        "International Space Agency\n"
        "\n"
        "-- \n"
        "International Space Agency, Rocket street 1, 10000 Brussels\n"
    )


def test_a_paid_invoice_asks_for_nothing() -> None:
    rendered = mail(sample(total_paid=1_210_000))
    for text in (rendered.text, read(rendered.html).text):
        assert "already been paid" in text
        assert "\nPaid\n" in rendered.text
        assert "BE68" not in text
        assert "Amount due" not in text


def test_a_partly_paid_invoice_says_what_is_left() -> None:
    text = mail(sample(total_paid=210_000)).text
    assert "Amount due: €10,000.00" in text
    assert "Total: €12,100.00" in text
    assert "Paid: €2,100.00" in text


def test_an_overdue_invoice_says_since_when() -> None:
    rendered = mail(sample(), now=datetime(2026, 5, 20, tzinfo=UTC))
    assert "Overdue since 30 Apr 2026" in rendered.text
    assert "Overdue since 30 Apr 2026" in read(rendered.html).text


def test_a_canceled_invoice_asks_not_to_be_paid() -> None:
    text = mail(sample(canceled=True)).text
    assert "Please do not pay it." in text
    assert "BE68" not in text


def test_without_iban_and_due_date_nothing_is_left_hanging() -> None:
    issuer = msgspec.structs.replace(sample().issuer, iban=None)
    text = mail(sample(issuer=issuer, date_due=None, reference="")).text
    assert "Amount due: €12,100.00\nDate: 1 Apr 2026\n\nView invoice online:" in text
    assert "bank transfer" not in text


def test_the_caller_s_words_win_and_their_codes_are_replaced() -> None:
    wishes = Wishes(
        subject="Your\r\nBcc: everybody@example.com [document number]",
        message="Hi [client name],\n\n[document number] is due [document due].\nIBAN [IBAN]\n\n\nBye [unknown code]",
    )
    rendered = mail(sample(), wishes)
    assert rendered.subject == "Your Bcc: everybody@example.com 2026-00001"
    assert rendered.text.startswith(
        "Hi Rocket man,\n\n2026-00001 is due 30 Apr 2026.\nIBAN BE68539007547034\n\nBye [unknown code]\n\nInvoice"
    )
    assert "Dear" not in rendered.text
    html = read(rendered.html)
    assert "2026-00001 is due 30 Apr 2026. IBAN BE68539007547034" in html.text


def test_hostile_words_are_shown_and_do_nothing() -> None:
    document = sample(
        client=Party(name=HOSTILE, email="rocket.man@example.com"),
        issuer=Party(name=HOSTILE, iban="BE68539007547034", bank=HOSTILE),
        reference=HOSTILE[:30],
        footer=HOSTILE,
        type="estimate",
        options=Options(display_name=HOSTILE),
    )
    for wishes in (Wishes(), Wishes(message=HOSTILE, subject=HOSTILE, colour="red; } * { display: none")):
        rendered = mail(document, wishes)
        shown = HOSTILE if not wishes.message else HOSTILE.replace("[document number]", "2026-00001")
        assert shown in read(rendered.html).text
        assert shown in rendered.text
        assert "49" not in rendered.html.replace(document.number or "", "")
        assert "display: none }" not in rendered.html


def test_a_subject_is_one_line_of_bounded_length() -> None:
    sheet = Sheet(sample())
    assert len(subject_of(sheet, Wishes(subject="x" * 10_000), NOW)) == 250
    assert subject_of(sheet, Wishes(subject=" \r\n\x00 "), NOW) == subject_of(sheet, Wishes(), NOW)


def test_dark_and_narrow_screens_have_rules_of_their_own() -> None:
    html = mail(sample()).html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "@media (max-width: 480px)" in html
    assert '<td class="amount"' in html
    assert re.search(r'<td class="amount"[^>]* style="[^"]*font-size: 30px', html)


def test_button_text_can_be_read_on_any_accent() -> None:
    html = mail(sample(), Wishes(colour="FFEE00")).html
    assert 'bgcolor="#ffee00"' in html
    assert re.search(r'<a href="[^"]+" [^>]*color: #1c2126">View invoice online</a>', html)
    for said in (None, "blue", 17, "#0B6E4F"):
        html = mail(sample(), Wishes(colour=said)).html
        assert 'bgcolor="#0b6e4f"' in html
        assert re.search(r'<a href="[^"]+" [^>]*color: #ffffff">View invoice online</a>', html)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "invoice-2026-00001.pdf"),
        ({"locale": "de", "type": "credit-note"}, "rechnungskorrektur-2026-00001.pdf"),
        ({"locale": "fr", "type": "advance"}, "facture-dacompte-2026-00001.pdf"),
        ({"number": "../../etc/Ž 1"}, "invoice-etc-z-1.pdf"),
        ({"number": "請求書"}, "invoice.pdf"),
        ({"type": "estimate", "options": Options(display_name="見積")}, "estimate-2026-00001.pdf"),
    ],
)
def test_the_paper_s_name(changes: dict[str, Any], name: str) -> None:
    assert file_name(Sheet(sample(**changes))) == name
