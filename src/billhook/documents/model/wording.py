"""The texts a document is born with, and the values its smart codes have.

Stored texts keep the dialect's codes ([document number], [IBAN] …), so that they show this document's own number; the
codes of ours that stand for whole sentences ([payment instructions], [thank you]) are spelled out when it is made.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from billhook.documents.model import smartcodes
from billhook.documents.model.document import Document, Party
from billhook.documents.model.ground import Ground
from billhook.documents.model.lines import Lines
from billhook.documents.model.new import NewDocument
from billhook.documents.texts import labels
from billhook.kernel import time

BUILT_IN: Final = {
    "invoice_note": "[payment instructions]\n\n[tax clause]\n\n[thank you]",
    "advance_note": "[payment instructions]\n\n[tax clause]\n\n[thank you]",
    "estimate_note": "[tax clause]\n\n[thank you]",
    "credit-note_note": "[tax clause]",
    "delivery-note_note": "[thank you]",
    "signature": "[organization name]",
    "footer": "[organization name], [address], [zip] [city], [country], [tax number line], [company number line]",
}


class Wording(msgspec.Struct, frozen=True):
    """Note, tax clause, footer and signature, as stored."""

    note: str
    tax_clause: str
    footer: str
    signature: str


def wording_of(new: NewDocument, ground: Ground, locale: str, *, issuer: Party, sums: Lines) -> Wording:
    """Return the texts: what was said, else the organization's settings, else ours, in the document's language."""
    words = labels(locale)
    if new.incoming:  # somebody else's paper: our texts have no place on it
        return Wording(new.note or "", new.tax_clause or "", new.footer or "", new.signature or "")
    clause = (
        new.tax_clause if new.tax_clause is not None else clause_of(locale, is_reverse_charged=bool(sums.reverse_taxes))
    )
    sentences = {
        "payment instructions": f"{_sentence(words.sentences.pay_to_account, iban='[IBAN]')}\n"
        f"{_sentence(words.sentences.use_reference, number='[document number]')}",
        "thank you": words.sentences.thank_you,
        "tax number line": _captioned(words.parties.vat_id, issuer.tax_number, "[tax number]"),
        "company number line": _captioned(words.parties.company_number, issuer.company_number, "[company number]"),
    }

    def text(said: str | None, setting: str) -> str:
        if said is not None:
            return said
        template = _localized(ground, setting, words.language)
        for code, sentence in sentences.items():
            template = template.replace(f"[{code}]", sentence)
        return template

    return Wording(
        note=text(new.note, f"{new.type}_note"),
        tax_clause=clause,
        footer=text(new.footer, "footer"),
        signature=text(new.signature, "signature"),
    )


def _localized(ground: Ground, setting: str, language: str) -> str:
    """Return a setting's text, in the document's language where the setting has it (`value_de`)."""
    translated = ground.settings_l10n.get(setting, {}).get(f"value_{language}")
    text = translated or ground.settings.get(setting)
    return text if isinstance(text, str) else BUILT_IN.get(setting, "")


def _sentence(sentence: str, **codes: str) -> str:
    for name, code in codes.items():
        sentence = sentence.replace("{" + name + "}", code)
    return sentence


def _captioned(caption: str, value: str | None, code: str) -> str:
    return f"{caption} {code}" if value else ""


def clause_of(locale: str, *, is_reverse_charged: bool) -> str:
    """Return the clause the law asks for where tax is reverse-charged; other exemptions the issuer has to name."""
    return labels(locale).sentences.reverse_charge if is_reverse_charged else ""


def _day(instant: datetime | None, document: Document) -> str:
    return time.day(instant, document.timezone).isoformat() if instant else ""


_VALUE_OF: Final[dict[str, Callable[[Document], str | None]]] = {
    "organization name": lambda document: document.issuer.name,
    "iban": lambda document: document.issuer.iban,
    "swift": lambda document: document.issuer.swift,
    "bank": lambda document: document.issuer.bank,
    "address": lambda document: document.issuer.address,
    "address2": lambda document: document.issuer.address2,
    "zip": lambda document: document.issuer.zip,
    "city": lambda document: document.issuer.city,
    "country": lambda document: document.issuer.country,
    "tax number": lambda document: document.issuer.tax_number,
    "company number": lambda document: document.issuer.company_number,
    "document number": lambda document: document.number,
    "document date": lambda document: _day(document.date, document),
    "document due": lambda document: _day(document.date_due, document),
    "client name": lambda document: document.client.name,
    "tax clause": lambda document: document.tax_clause,
}


class Values:
    """What the smart codes of a document stand for, from its own snapshot; dates as `2026-04-30`.

    Worked out when asked for: most documents use few of the codes, and a day takes a calendar.
    """

    def __init__(self, document: Document, others: Mapping[str, str] | None = None) -> None:
        self._document = document
        self._known = dict(others or {})

    def __call__(self, code: str) -> str:
        """Return the value of a code; empty when it has none. `others` win over the document's own."""
        value = self._known.get(code)
        if value is None:
            of = _VALUE_OF.get(code)
            value = self._known[code] = (of(self._document) or "") if of else ""
        return value


class Shown(msgspec.Struct, frozen=True):
    """The texts of a document with their codes replaced."""

    note: str
    tax_clause: str
    footer: str
    signature: str


def shown(document: Document, language: str | None = None) -> Shown:
    """Return the texts of a document as its reader sees them; `l10n` (`note_de`) wins in its language."""
    value_of = Values(document)

    def text(name: str) -> str:
        own = document.l10n.get(f"{name}_{language}") if language else None
        return own if isinstance(own, str) else str(getattr(document, name))

    return Shown(
        note=smartcodes.replace(text("note"), value_of),
        tax_clause=smartcodes.replace(text("tax_clause"), value_of),
        footer=smartcodes.replace_list(text("footer"), value_of),
        signature=smartcodes.replace(text("signature"), value_of),
    )
