"""The sheet: a document put into words for the paper, in a language; the template gets display strings only."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from billhook.documents.model.document import Document, Line, Party, PaymentOf, TaxRow, Type
from billhook.documents.model.wording import Shown, shown
from billhook.documents.paper import qr, view
from billhook.documents.paper.format import Format, in_locale, is_written_in
from billhook.documents.texts import LANGUAGES, Labels, fill, labels
from billhook.kernel import countries, time

MOST_RECEIVED: Final = 20
"""Payments that a receipt lists; the sum of all of them stands in its totals."""
_BLANK_LINES: Final = re.compile(r"\n{3,}")


class Branding(msgspec.Struct, frozen=True):
    """How an organization's papers look: pictures as SVG text, the main colour."""

    logo: str = ""
    signature: str = ""
    colour: str = ""


def locale_of(document: Document, wanted: str | None) -> str:
    """Return the locale to write a document in: the wanted language if we write it, else the document's own."""
    return chosen(document.locale, wanted)


def kept_as(document: Document, locale: str) -> str:
    """Return the name a document's paper is kept under: one that was canceled has another paper, which says so."""
    return f"{locale} canceled" if document.canceled else locale


def chosen(own: str, wanted: str | None) -> str:
    """Return the wanted language if we write it and it is not that of `own`, else `own`.

    Each paper is kept under the answer, so there are no more answers than there are ways to write: a language, with
    a region where people have habits of their own (`de-AT`).
    """
    if not wanted:
        return own
    language, _, rest = wanted.replace("_", "-").partition("-")
    language = {"cz": "cs"}.get(language.lower(), language.lower())
    if language not in LANGUAGES or language == own.partition("-")[0].lower():
        return own
    region = rest.rpartition("-")[2].upper()
    return f"{language}-{region}" if is_written_in(language, region) else language


class Sheet:
    """One document in one language; also what the invoice page and the mail take their words from."""

    def __init__(self, document: Document, wanted: str | None = None) -> None:
        self.document = document
        self.locale = locale_of(document, wanted)
        self.words: Labels = labels(self.locale)
        self.format: Format = in_locale(self.locale)
        self.texts: Shown = shown(document, self.words.language)

    def money(self, minor: int) -> str:
        """Return an amount of the document's currency."""
        return self.format.money(minor, self.document.currency)

    def day(self, instant: datetime | None) -> str:
        """Return the business day of an instant, or nothing."""
        return self.format.date(time.day(instant, self.document.timezone)) if instant else ""

    @property
    def title(self) -> str:
        """What the document is called."""
        document = self.document
        if document.type == Type.ESTIMATE and document.options.display_name:
            return document.options.display_name
        return self.words.titles.of(document.type)

    @property
    def origin(self) -> str:
        """The document that this one comes from, as a credit note has to name its invoice: title, number and day."""
        named = [one for one in self.document.refers_to if one.id == self.document.previous_document_id and one.number]
        return f"{self.words.titles.of(named[0].type)} {named[0].number}, {self.day(named[0].date)}" if named else ""

    @property
    def transfer(self) -> qr.Transfer | None:
        """The bank transfer that would pay the document; None where nothing is to be paid or into no account."""
        document = self.document
        owed = document.type in (Type.INVOICE, Type.ADVANCE) and document.total_due > 0 and not document.canceled
        if document.draft or not owed or not document.issuer.iban:
            return None
        return qr.Transfer(
            holder=document.issuer.name,
            iban=document.issuer.iban,
            bic=document.issuer.swift or "",
            amount=document.total_due,
            currency=document.currency,
            text=document.reference or document.number or "",
            reference=document.reference if document.reference[:2].upper() in ("RF", "SI") else "",
        )

    @property
    def note_without_instructions(self) -> str:
        """The note without our own sentences on where to pay: for who says that elsewhere, or where nothing is owed."""
        document = self.document
        own = labels(document.locale).sentences
        said = {
            fill(own.pay_to_account, iban=document.issuer.iban or ""),
            fill(own.use_reference, number=document.number or ""),
        }
        lines = (line for line in self.texts.note.split("\n") if line.strip() not in said)
        return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()

    def status(self, now: datetime | None = None) -> tuple[str, str]:
        """Return the status as a word of the API (`paid`) and in the sheet's language; `now` tells what is overdue."""
        document, words = self.document, self.words.statuses
        if document.canceled or document.draft:
            return ("canceled", words.canceled) if document.canceled else ("draft", words.draft)
        if document.accepted_at or document.rejected_at:
            return ("accepted", words.accepted) if document.accepted_at else ("rejected", words.rejected)
        we_owe = document.total_with_tax < 0 and document.total_due < 0  # a negative invoice that nobody has paid out
        if we_owe or document.type not in (Type.INVOICE, Type.ADVANCE):
            return "issued", ""
        if document.paid_in_full:
            credited = document.total_credited and document.total_paid <= 0
            return ("credited", words.credited) if credited else ("paid", words.paid)
        if now is not None and document.is_overdue(now):
            return "overdue", words.overdue
        return ("partly_paid", words.partly_paid) if document.total_paid else ("due", words.due)

    def transfer_pairs(self, transfer: qr.Transfer) -> list[tuple[str, str]]:
        """Return the lines of the block that says how to pay by bank transfer."""
        words, issuer = self.words.bank, self.document.issuer
        iban = " ".join(transfer.iban.replace(" ", "")[i : i + 4] for i in range(0, len(transfer.iban), 4)).strip()
        pairs = [
            (words.account_holder, transfer.holder),
            (words.iban, iban),
            (words.bic, transfer.bic),
            (words.bank, issuer.bank or ""),
            (words.reference, transfer.text),
            (words.amount, self.money(transfer.amount)),
        ]
        return [(label, value) for label, value in pairs if value]

    def party_lines(self, party: Party) -> list[str]:
        """Return the lines below a party's name."""
        words = self.words.parties
        country = party.country or ""
        if party.country_code:
            country = countries.name_in(party.country_code, self.words.language) or country
        lines = [
            party.contact,
            party.address,
            party.address2,
            " ".join(part for part in (party.zip, party.city) if part),
            party.state,
            country,
            f"{words.vat_id}: {party.tax_number}" if party.tax_number else "",
            f"{words.company_number}: {party.company_number}" if party.company_number else "",
        ]
        on_paper = (row for row in party.data if (row.get("options") or {}).get("onPDF"))
        lines += [f"{row.get('name', '')}: {row.get('value', '')}" for row in list(on_paper)[:2]]
        return [line for line in lines if line]

    def line_tax(self, line: Line) -> str:
        """Return what the tax column says of a line."""
        return ", ".join(self.format.percent(tax.rate) for tax in line.taxes)

    def line_discount(self, line: Line) -> str:
        """Return what the discount column says of a line."""
        if not line.discount:
            return ""
        if line.discount_is_amount:
            return self.format.price(line.discount, self.document.currency)
        return self.format.percent(line.discount)

    def line_price(self, line: Line) -> str:
        """Return the net unit price."""
        places = max(self.document.exponent, 4)
        return self.format.price(round(line.price, places), self.document.currency)

    def tax_rows(self) -> list[tuple[str, str, str]]:
        """Return the tax summary: tax, base, amount."""
        document = self.document
        rows = [(self._tax_name(row), self.money(row.base), self.money(row.total_tax)) for row in document.taxes]
        reverse = [(self._tax_name(row), self.money(row.base), self.money(0)) for row in document.reverse_taxes]
        return rows + reverse

    def _tax_name(self, row: TaxRow) -> str:
        return row.abbreviation or self.format.percent(row.rate)

    def total_rows(self) -> list[view.Total]:
        """Return the rows of the totals; the one of weight `due` is what is asked for."""
        document, words = self.document, self.words.totals
        rows = []
        if document.total_discount:
            rows.append(view.Total(words.discount, self.money(document.total_discount)))
        if document.taxes or document.reverse_taxes:
            rows.append(view.Total(words.total_without_tax, self.money(document.total)))
            rows.append(view.Total(words.tax, self.money(document.total_with_tax - document.total)))
        rows.append(view.Total(words.total, self.money(document.total_with_tax), "strong"))
        if document.type in (Type.INVOICE, Type.ADVANCE) and not document.draft:
            if document.total_paid:
                rows.append(view.Total(words.paid, self.money(-document.total_paid)))
            if document.total_credited:
                rows.append(view.Total(words.credited, self.money(-document.total_credited)))
            if not document.canceled:
                rows.append(view.Total(words.amount_due, self.money(document.total_due), "due"))
        return rows

    def exchange(self) -> str:
        """Return at what rate the document was converted, and what it comes to in the organization's currency."""
        conversion, words = self.document.conversion, self.words.totals
        if conversion is None:
            return ""
        rate = f"1 {conversion.origin} = {self.format.exchange_rate(conversion.rate)} {conversion.target}"
        amounts = [(words.total, conversion.total_with_tax)]
        if self.document.taxes:
            tax = conversion.total_with_tax - conversion.total
            amounts = [(words.total_without_tax, conversion.total), (words.tax, tax), *amounts]
        shown = [f"{label}: {self.format.money(minor, conversion.target)}" for label, minor in amounts]
        return f"{rate} ({conversion.source}, {self.day(conversion.date)})\n{' · '.join(shown)}"

    def meta(self) -> list[tuple[str, str]]:
        """Return dates and references: label and value."""
        document, words = self.document, self.words.meta
        period = ""
        if document.date_service_to:
            period = f"{self.day(document.date_service)} – {self.day(document.date_service_to)}"
        service = "" if period or document.date_service == document.date else self.day(document.date_service)
        pairs = [
            (words.date, self.day(document.date)),
            (words.date_service, service),
            (words.service_period, period),
            (words.date_due, self.day(document.date_due)),
            (words.valid_until, self.day(document.date_valid_till)),
            (words.reference, document.reference),
            (words.original, self.origin),
        ]
        return [(label, value) for label, value in pairs if value]


def paper_view(sheet: Sheet, branding: Branding, *, draw_code: bool = True) -> view.PaperView:
    """Return what the paper shows of a document. Status marks are those that do not change with the day.

    The payment QR code costs some 15 ms; whoever shows it another way leaves it out with `draw_code=False`.
    """
    document, words = sheet.document, sheet.words
    status, status_text = sheet.status()
    tones: dict[str, view.Tone] = {"draft": "draft", "canceled": "void", "paid": "good"}
    highlights = []
    if document.type in (Type.INVOICE, Type.ADVANCE) and not document.draft:
        if document.total_due > 0:
            highlights.append(view.Pair(words.totals.amount_due, sheet.money(document.total_due)))
        if document.total_due > 0 and document.date_due:
            highlights.append(view.Pair(words.meta.date_due, sheet.day(document.date_due)))
    if not highlights:
        highlights.append(view.Pair(words.totals.total, sheet.money(document.total_with_tax)))
    return view.PaperView(
        title=sheet.title,
        number=document.number or "",
        language=sheet.locale,
        direction="rtl" if sheet.format.direction == "rtl" else "ltr",
        accent=branding.colour,
        logo=branding.logo,
        signature_image=branding.signature,
        seller=view.Party(document.issuer.name, tuple(sheet.party_lines(document.issuer)), words.parties.seller),
        buyer=view.Party(document.client.name, tuple(sheet.party_lines(document.client)), words.parties.buyer),
        mark=view.Mark(status_text, tones[status]) if status in tones else None,
        highlights=tuple(highlights),
        meta=tuple(view.Pair(label, value) for label, value in sheet.meta()),
        columns=_columns(words),
        lines=tuple(_lines(sheet)),
        tax_columns=view.TaxColumns(words.totals.rate, words.totals.tax_base, words.totals.tax),
        taxes=tuple(view.TaxRow(*row) for row in sheet.tax_rows()),
        totals=tuple(sheet.total_rows()),
        payment=_payment(sheet, draw_code=draw_code),
        note=sheet.note_without_instructions if document.paid_in_full else sheet.texts.note,
        tax_clause="" if sheet.texts.tax_clause in sheet.texts.note else sheet.texts.tax_clause,
        exchange=sheet.exchange(),
        signature=sheet.texts.signature,
        footer=sheet.texts.footer,
        page_of=words.page.page_of,
    )


def _columns(words: Labels) -> view.Columns:
    lines = words.lines
    return view.Columns(
        item=lines.item,
        amount=lines.amount,
        position=lines.position,
        quantity=lines.quantity,
        price=lines.price,
        discount=lines.discount,
        tax=lines.tax,
    )


def _lines(sheet: Sheet) -> Iterable[view.Line]:
    language, position = sheet.words.language, 0
    for line in sheet.document.lines:
        name = str(line.l10n.get(f"name_{language}") or line.name)
        description = str(line.l10n.get(f"description_{language}") or line.description)
        if line.is_separator:
            yield view.Line(name=name, description=description, heading=True)
            continue
        position += 1
        yield view.Line(
            name=name,
            description=description,
            position=str(position),
            quantity=sheet.format.quantity(Decimal(line.quantity)),
            unit=str(line.l10n.get(f"unit_{language}") or line.unit or ""),
            price=sheet.line_price(line),
            discount=sheet.line_discount(line),
            tax=sheet.line_tax(line),
            amount=sheet.money(line.total),
        )


def _payment(sheet: Sheet, *, draw_code: bool) -> view.Payment | None:
    transfer = sheet.transfer
    if transfer is None:
        return None
    code = qr.epc(transfer) if draw_code else None
    return view.Payment(
        title=sheet.words.bank.title,
        pairs=tuple(view.Pair(label, value) for label, value in sheet.transfer_pairs(transfer)),
        qr=code or "",
        qr_caption=sheet.words.bank.scan_to_pay if code else "",
    )


def receipt_view(sheet: Sheet, branding: Branding, payments: Sequence[PaymentOf]) -> view.PaperView:
    """Return what a receipt shows: the paper of a paid document by another title, with what was received when."""
    words = sheet.words
    received = tuple(
        view.Pair(
            f"{words.methods.of(payment.type)}, {sheet.day(payment.date)}",
            sheet.money(payment.amount),
        )
        for payment in payments
    )
    paper = paper_view(sheet, branding, draw_code=False)
    return msgspec.structs.replace(
        paper, title=words.titles.receipt, meta=(*paper.meta, *received[:MOST_RECEIVED]), payment=None
    )
