"""What the invoice page shows beside the paper: where the document stands today, what was paid, how to pay."""

from typing import Final

import msgspec
from babel import Locale

from billhook import documents
from billhook.documents import PaperView, SharedDocument, Sheet, fill
from billhook.pages.theme import Theme, theme_of

_LONG: Final = 13
_LONGER: Final = 19
"""Characters from which the large amount is set smaller, and smaller again, to stay on one line of a phone."""


def _own_name(language: str) -> str:
    """Return what speakers of a language call it, with a capital as a heading has one."""
    name = str(Locale.parse("sr_Latn" if language == "sr" else language).get_language_name())
    return name[:1].upper() + name[1:]


LANGUAGE_NAMES: Final = {language: _own_name(language) for language in documents.LANGUAGES}


class Choice(msgspec.Struct, frozen=True):
    """A language the page can be read in."""

    code: str
    name: str
    url: str


class Headline(msgspec.Struct, frozen=True):
    """What to see first: a caption, an amount, what there is to say of it. `size` is `normal`, `long` or `longer`."""

    label: str
    amount: str
    size: str
    sentences: tuple[str, ...]


class Received(msgspec.Struct, frozen=True):
    """A payment that was received."""

    day: str
    method: str
    amount: str


class TransferRow(msgspec.Struct, frozen=True):
    """A line of the bank transfer; an IBAN comes in groups, so that what is copied has no spaces."""

    label: str
    value: str
    groups: tuple[str, ...] = ()


class InvoicePage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page shows, as display strings in one language."""

    language: str
    """BCP 47, of the words around the document."""
    direction: str
    words: documents.Labels
    paper: PaperView
    theme: Theme
    status: str
    """The status as a word of the API; empty where there is none to show."""
    status_text: str
    headline: Headline
    canceled: bool
    transfer: tuple[TransferRow, ...] = ()
    received: tuple[Received, ...] = ()
    note: str = ""
    email: str = ""
    languages: tuple[Choice, ...] = ()
    pdf_url: str
    logo_url: str = ""
    code_url: str = ""
    pay_url: str = ""
    """Where the button leads that pays online; empty where there is none."""
    pay_text: str = ""
    answer_url: str = ""
    """Below which the buttons lead that accept and reject an estimate; empty where there are none."""


def invoice_page(shared: SharedDocument, link: str, wanted: str | None, *, payable: bool = False) -> InvoicePage:
    """Return the page of a shared document in the wanted language, else in the document's own."""
    document = shared.document
    sheet = Sheet(document, wanted)
    words = sheet.words
    status, status_text = sheet.status(shared.seen_at)
    transfer = sheet.transfer
    own = sheet.locale.replace("_", "-")
    paper = documents.paper_view(sheet, documents.Branding(), draw_code=False)
    if document.canceled:
        settled = tuple(row for row in paper.totals if row.weight != "due")
        paper = msgspec.structs.replace(paper, totals=settled, payment=None)
    return InvoicePage(
        language=own if own.partition("-")[0].lower() == words.language else words.language,
        direction=paper.direction,
        words=words,
        paper=paper,
        theme=theme_of(shared.colour),
        status=status if status_text else "",
        status_text=status_text,
        headline=_headline(sheet, shared, status),
        canceled=document.canceled,
        transfer=_transfer(sheet),
        received=tuple(_received(sheet, shared)),
        note="" if document.canceled else _note(sheet),
        email=document.issuer.email or "",
        languages=tuple(Choice(code, name, f"/i/{link}?l={code}") for code, name in LANGUAGE_NAMES.items()),
        pdf_url=f"/v1/documents/public/{link}/pdf?l={words.language}",
        logo_url=f"/i/{link}/logo" if shared.has_logo else "",
        answer_url=f"/i/{link}" if _is_open(shared) else "",
        pay_url=f"/i/{link}/pay?l={words.language}" if payable else "",
        pay_text=words.page.pay_now,
        code_url=f"/i/{link}/qr.svg" if transfer and documents.qr.takes_epc(transfer) else "",
    )


def _is_open(shared: SharedDocument) -> bool:
    """Tell whether an estimate still waits for the client's answer, and may have it."""
    document = shared.document
    waits = document.type == documents.Type.ESTIMATE and not (document.draft or document.canceled)
    answered = document.accepted_at or document.rejected_at
    return waits and not answered and not document.is_expired(shared.seen_at)


def _headline(sheet: Sheet, shared: SharedDocument, status: str) -> Headline:
    """Return the amount due of what is owed, else the total."""
    document, words = shared.document, sheet.words
    owed = status in ("due", "overdue", "partly_paid")
    amount = sheet.money(document.total_due if owed else document.total_with_tax)
    size = "longer" if len(amount) >= _LONGER else "long" if len(amount) >= _LONG else "normal"
    label = words.totals.amount_due if owed else words.totals.total
    return Headline(label, amount, size, _sentences(sheet, shared, status))


def _sentences(sheet: Sheet, shared: SharedDocument, status: str) -> tuple[str, ...]:
    document, words = shared.document, sheet.words.page
    if status == "canceled":
        return (words.canceled,)
    if status == "paid":
        paid = max((payment.date for payment in shared.payments), default=None)
        return (fill(words.paid_on, date=sheet.day(paid)), words.thanks) if paid else (words.thanks,)
    if not document.date_due or status not in ("due", "overdue", "partly_paid"):
        return ()
    return (fill(words.overdue_since if status == "overdue" else words.due_by, date=sheet.day(document.date_due)),)


def _transfer(sheet: Sheet) -> tuple[TransferRow, ...]:
    transfer = sheet.transfer
    if transfer is None:
        return ()
    iban = sheet.words.bank.iban
    pairs = sheet.transfer_pairs(transfer)
    return tuple(TransferRow(label, value, tuple(value.split()) if label == iban else ()) for label, value in pairs)


def _received(sheet: Sheet, shared: SharedDocument) -> list[Received]:
    methods = sheet.words.methods
    return [
        Received(sheet.day(payment.date), methods.of(payment.type), sheet.money(payment.amount))
        for payment in sorted(shared.payments, key=lambda payment: payment.date)
    ]


def _note(sheet: Sheet) -> str:
    """Return the note without our own sentences on where to pay: the page has a place for that, or nothing is owed."""
    shows_it = sheet.transfer or sheet.document.paid_in_full
    return sheet.note_without_instructions if shows_it else sheet.texts.note
