"""Addresses, messages, verdicts: what must hold of a mail whatever people are called and write."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.policy import SMTP

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billhook.delivery.journeys import with_query
from billhook.delivery.mail.document import one_line
from billhook.delivery.mail.message import LONGEST_NAME, Attachment, Letter, compose, header_text, mailbox, sender_of
from billhook.delivery.mail.opened import open_mail
from billhook.delivery.mail.render import Rendered
from billhook.delivery.model import Outcome, email_id, judge, message_id, wire_address
from billhook.kernel import ids

AT = datetime(2026, 4, 10, 9, 30, tzinfo=UTC)
HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]


def box(name: str, address: str) -> Address:
    found = mailbox(name, address)
    assert found is not None
    return found


def letter(name: str = "Rocket man", subject: str = "Hello", *to: str, reply_to: str = "reply@example.com") -> Letter:
    recipients = to or ("rocket.man@example.com",)
    message = compose(
        Rendered(one_line(subject), "Grüße\n", "<p>Grüße</p>"),
        sender=box(name, "billing@example.com"),
        to=[box(name, address) for address in recipients],
        reply_to=box(name, reply_to),
        message_id="<abc@example.com>",
        at=AT,
        attachments=[Attachment("invoice-1.pdf", b"%PDF-1.7\x00\xff")],
    )
    return Letter(message, "billing@example.com", recipients)


@settings(deadline=None)
@given(name=st.text(max_size=200), subject=st.text(max_size=300))
@example(name='A, B; "C" <ceo@example.org>', subject="Hi\r\nBcc: everybody@example.org")
@example(name="ž" * 60 + ", " + "ž" * 60, subject="=?utf-8?q?x?=")
@example(name="=?utf-8?q?a=0D=0ABcc:_x@example.org?=", subject="=?utf-8?q?a=0D=0ABcc:_x@example.org?=")
@example(name="0000000000000¡¡¡¡¡¡¡¡¡ࠀ", subject="請求書 🚀 " * 20)
def test_no_name_and_no_subject_can_add_a_header_or_a_recipient(name: str, subject: str) -> None:
    raw = letter(name, subject).raw()
    read, old = message_from_bytes(raw, policy=SMTP), message_from_bytes(raw)
    assert list(read.keys()) == HEADERS
    assert [a.addr_spec for a in read["From"].addresses] == ["billing@example.com"]
    assert [a.addr_spec for a in read["To"].addresses] == ["rocket.man@example.com"]
    assert [a.addr_spec for a in read["Reply-To"].addresses] == ["reply@example.com"]
    assert str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", old["Subject"])))) == header_text(subject)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


@settings(deadline=None)
@given(st.text(max_size=120), st.lists(st.from_regex(r"[a-z]{1,30}@[a-z]{1,30}\.example", fullmatch=True), min_size=2))
def test_every_recipient_of_many_is_named(name: str, to: list[str]) -> None:
    read = message_from_bytes(letter(name, "Hello", *to).raw(), policy=SMTP)
    assert [a.addr_spec for a in read["To"].addresses] == to


@pytest.mark.parametrize(
    ("written", "wire"),
    [
        ("rocket.man@example.com", "rocket.man@example.com"),
        (" Rocket+x@Example.com ", "Rocket+x@Example.com"),
        ("info@münchen.example", "info@xn--mnchen-3ya.example"),
        ("žiga@example.com", "žiga@example.com"),
        ("billhook@localhost", "billhook@localhost"),
        ("", None),
        ("nobody", None),
        ("@example.com", None),
        ("a@", None),
        ("a@b@example.com", None),
        ("a..b@example.com", None),
        (".a@example.com", None),
        ('"a b"@example.com', None),
        ("a(b)@example.com", None),
        ("<a@example.com>", None),
        ("a@example.com>\r\nRCPT TO:<b@example.com", None),
        ("a\r\nb@example.com", None),
        ("a@[127.0.0.1]", None),
        ("a@-example.com", None),
        ("a@exa mple.com", None),
        ("a@example..com", None),
        ("a" * 250 + "@example.com", None),
    ],
)
def test_what_can_be_written_to(written: str, wire: str | None) -> None:
    assert wire_address(written) == wire


def test_a_letter_without_international_addresses() -> None:
    mixed = letter("Žiga", "Hello", "žiga@example.com", "info@münchen.example", reply_to="jürgen@example.com")
    assert not mixed.is_plain()
    assert "žiga@example.com".encode() in mixed.raw()
    plain = mixed.without_international()
    assert plain.is_plain()
    assert plain.raw().isascii()
    assert plain.recipients == ("info@münchen.example",)
    read = message_from_bytes(plain.raw(), policy=SMTP)
    assert str(read["To"]) == "info@xn--mnchen-3ya.example"
    assert "Reply-To" not in read
    assert not mixed.is_plain()


def test_a_mail_taken_apart_is_what_was_put_together() -> None:
    opened = open_mail(letter("Žofia O'Neill", "Rechnung für Žofia").raw())
    headers = dict(opened.headers)
    assert headers["Subject"] == "Rechnung für Žofia"
    assert headers["From"].startswith("Žofia O'Neill")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert opened.text == "Grüße\n"
    assert opened.html.strip() == "<p>Grüße</p>"
    [paper] = opened.attachments
    assert (paper.name, paper.media_type, paper.content) == ("invoice-1.pdf", "application/pdf", b"%PDF-1.7\x00\xff")


def test_names_are_cut_to_a_sane_length() -> None:
    assert len(box("x" * 1000, "a@example.com").display_name) == LONGEST_NAME


def test_the_sender_of_the_setting() -> None:
    assert sender_of("Billhook <billhook@localhost>") == ("Billhook", "billhook@localhost")
    assert sender_of("billing@münchen.example") == ("münchen.example", "billing@xn--mnchen-3ya.example")


def test_a_message_id_hangs_on_what_is_sent_to_whom_and_on_nothing_else() -> None:
    first = message_id(7, "document", ["a@example.com", "b@example.com"], "example.com")
    assert first == message_id(7, "document", ["b@example.com", "a@example.com"], "example.com")
    assert re.fullmatch(r"<[0-9a-f]{40}@example\.com>", first)
    others = {
        message_id(8, "document", ["a@example.com", "b@example.com"], "example.com"),
        message_id(7, "another", ["a@example.com", "b@example.com"], "example.com"),
        message_id(7, "document", ["a@example.com"], "example.com"),
    }
    assert len({first, *others}) == 4


def test_the_id_of_a_mail_is_known_while_it_waits() -> None:
    first = email_id(7, AT, 0xBEEF)
    assert ids.is_id(first)
    assert ids.shard_of(first) == 0xBEEF
    assert int(first[:12], 16) == 1_775_813_400_000
    assert email_id(8, AT, 0xBEEF) > first
    assert email_id(1, AT + timedelta(milliseconds=1), 0xBEEF) > email_id(2**40, AT, 0xBEEF)


ACCEPTED = Outcome(accepted=("a",))
REFUSED = Outcome(accepted=("a",), refused={"b": "550 no such user"})
POSTPONED = Outcome(accepted=("a",), refused={"b": "550 no such user"}, postponed={"c": "451 later"})


@pytest.mark.parametrize(
    ("outcome", "refused_before", "last", "state", "refused", "error"),
    [
        (ACCEPTED, [], False, "sent", [], None),
        (ACCEPTED, ["z"], False, "failed", [], None),
        (REFUSED, [], False, "failed", ["b"], "b: 550 no such user"),
        (POSTPONED, [], False, "retrying", ["b"], "b: 550 no such user; c: 451 later"),
        (POSTPONED, [], True, "failed", ["b", "c"], "b: 550 no such user; c: 451 later"),
        (Outcome(postponed={"c": "451\r\nlater"}), [], False, "retrying", [], "c: 451 later"),
    ],
)
def test_where_an_attempt_leaves_a_mail(
    outcome: Outcome, refused_before: list[str], last: bool, state: str, refused: list[str], error: str | None
) -> None:
    verdict = judge(outcome, refused_before, last=last)
    assert (verdict.state, verdict.refused, verdict.error) == (state, refused, error)


def test_words_are_added_to_the_query_an_address_has() -> None:
    words = {"access_token": "a b&c"}
    assert with_query("https://app.example.com/reset", words) == "https://app.example.com/reset?access_token=a+b%26c"
    assert with_query("https://a.example/?x=1#top", words) == "https://a.example/?x=1&access_token=a+b%26c#top"
