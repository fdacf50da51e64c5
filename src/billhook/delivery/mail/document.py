"""A document as a mail: the caller's words or ours, what is owed and when, where to see it, how to pay."""

import re
import unicodedata
from datetime import datetime
from typing import Any, Final

import msgspec

from billhook import documents
from billhook.delivery.mail.render import DocumentView, Pair
from billhook.delivery.mail.texts import texts
from billhook.documents.model import smartcodes
from billhook.documents.model.wording import Values
from billhook.kernel.colour import HOUSE, parse, text_on

LONGEST_SUBJECT: Final = 250
_SLUG = re.compile(r"[^a-z0-9]+")
_OWED = (documents.Type.INVOICE, documents.Type.ADVANCE)


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller and the organization want said; empty means nothing in particular."""

    subject: str = ""
    message: str = ""
    colour: Any = None
    """The organization's setting `color_main`."""
    reminds: bool = False
    """Whether the mail comes because the document is not paid."""
    payable: bool = False
    """Whether the page that the button leads to takes payments."""


def subject_of(sheet: documents.Sheet, wishes: Wishes, now: datetime) -> str:
    """Return the subject: what was said, with its smart codes replaced, or ours; always one line of a sane length."""
    document, words = sheet.document, sheet.words.mail
    line = one_line(smartcodes.replace(wishes.subject, _values(sheet)))
    if not line:
        ours = words.subject
        if wishes.reminds:
            ours = words.overdue_subject if document.is_overdue(now) else words.reminder_subject
        names = {"number": document.number or "", "seller": document.issuer.name, "date": sheet.day(document.date_due)}
        line = one_line(documents.fill(ours, title=sheet.title, **names))
    return line[:LONGEST_SUBJECT]


def view_of(sheet: documents.Sheet, wishes: Wishes, *, sender: str, link: str, now: datetime) -> DocumentView:
    """Return what the mail shows; `now` tells what is overdue."""
    document, words = sheet.document, sheet.words
    label, amount, standing, status = _owed(sheet, now)
    message = smartcodes.replace(wishes.message, _values(sheet)).strip()
    before, after = ((*_paragraphs(message),), ()) if message else _our_words(sheet, status, sender, wishes)
    transfer = sheet.transfer
    accent = parse(wishes.colour) or HOUSE
    is_invoice = document.type == documents.Type.INVOICE
    button = words.page.view_online if is_invoice else texts(words.language).view_online
    return DocumentView(
        language=words.language,
        subject=subject_of(sheet, wishes, now),
        preheader=one_line(f"{label}: {amount}. {standing}"),
        sender=sender,
        before=before,
        after=after,
        button=words.page.pay_now if wishes.payable else button,
        link=link,
        accent=f"#{accent}",
        on_accent=f"#{text_on(accent)}",
        footer=sheet.texts.footer,
        title=one_line(sheet.title),
        number=document.number or "",
        amount_label=label,
        amount=amount,
        standing=standing,
        late=status == "overdue",
        details=tuple(_details(sheet)),
        bank_title=words.bank.title,
        bank=tuple(Pair(*pair) for pair in sheet.transfer_pairs(transfer)) if transfer else (),
    )


def _values(sheet: documents.Sheet) -> Values:
    """Return what smart codes stand for, dates as the rest of the mail writes them."""
    document = sheet.document
    days = {"document date": sheet.day(document.date), "document due": sheet.day(document.date_due)}
    return Values(document, days)


def _owed(sheet: documents.Sheet, now: datetime) -> tuple[str, str, str, str]:
    """Return the amount that matters with its caption, a line on where it stands, and the status of the API."""
    document, words = sheet.document, sheet.words
    status, name = sheet.status(now)
    if document.type not in _OWED or status in ("paid", "canceled", "credited"):
        return words.totals.total, sheet.money(document.total_with_tax), name, status
    standing = ""
    if document.date_due:
        sentence = words.page.overdue_since if status == "overdue" else words.page.due_by
        standing = documents.fill(sentence, date=sheet.day(document.date_due))
    return words.totals.amount_due, sheet.money(document.total_due), standing, status


def _our_words(
    sheet: documents.Sheet, status: str, sender: str, wishes: Wishes
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return our paragraphs above and below the amount, for who wrote none."""
    document, words = sheet.document, sheet.words.mail
    name = one_line(document.client.contact or document.client.name)
    greeting = documents.fill(words.greeting, name=name) if name else words.greeting_plain
    opening = documents.fill(words.of(document.type), number=document.number or "")
    if wishes.reminds:
        facts = {"number": document.number or "", "amount": sheet.money(document.total_due)}
        sentence = words.overdue if status == "overdue" else words.reminder
        opening = documents.fill(sentence, date=sheet.day(document.date_due), **facts)
    elif status == "paid":
        opening = f"{opening} {words.amount_paid}"
    elif status == "canceled":
        opening = f"{opening} {sheet.words.page.canceled}"
    return (greeting, opening), (f"{words.attached} {words.questions}", f"{words.closing}\n{sender}")


def _details(sheet: documents.Sheet) -> list[Pair]:
    """Return the lines below the amount; the due date already stands with it."""
    document, totals = sheet.document, sheet.words.totals
    pairs = [Pair(*pair) for pair in sheet.meta() if pair[0] != sheet.words.meta.date_due]
    if document.type in _OWED and 0 < document.total_paid < document.total_with_tax:
        pairs.append(Pair(totals.total, sheet.money(document.total_with_tax)))
        pairs.append(Pair(totals.paid, sheet.money(document.total_paid)))
    return pairs


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text: what blank lines part."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", lines) if part.strip()]


def one_line(text: str) -> str:
    """Return a text without line breaks and other control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def file_name(sheet: documents.Sheet) -> str:
    """Return the name of the attached PDF: `invoice-2026-00001.pdf`, in the document's language."""
    title, number = _slug(sheet.title), _slug(sheet.document.number or "")
    return f"{'-'.join(part for part in (title or sheet.document.type, number) if part)}.pdf"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return _SLUG.sub("-", plain)[:80].strip("-")
