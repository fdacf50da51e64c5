"""The texts a document is born with, and the values its smart codes have.

Stored texts keep the dialect's codes ([document number], [IBAN] …), so that they show this document's own number; the
codes of ours that stand for whole sentences ([payment instructions], [thank you]) are spelled out when it is made.
"""

from typing import Final

import msgspec

from billhook.documents.model import smartcodes
from billhook.documents.model.document import Document, Party
from billhook.documents.model.ground import Ground
from billhook.documents.model.lines import Lines
from billhook.documents.model.new import NewDocument
from billhook.documents.texts import Labels, labels
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
    clause = new.tax_clause if new.tax_clause is not None else _clause(words, sums)
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


def _clause(words: Labels, sums: Lines) -> str:
    """Return the clause the law asks for where tax is reverse-charged; other exemptions the issuer has to name."""
    if not sums.reverse_taxes:
        return ""
    return words.sentences.reverse_charge


def values_of(document: Document) -> dict[str, str]:
    """Return what the smart codes of a document stand for, from its own snapshot; dates as `2026-04-30`."""
    issuer = document.issuer
    return {
        "organization name": issuer.name,
        "iban": issuer.iban or "",
        "swift": issuer.swift or "",
        "bank": issuer.bank or "",
        "address": issuer.address or "",
        "address2": issuer.address2 or "",
        "zip": issuer.zip or "",
        "city": issuer.city or "",
        "country": issuer.country or "",
        "tax number": issuer.tax_number or "",
        "company number": issuer.company_number or "",
        "document number": document.number or "",
        "document date": time.day(document.date, document.timezone).isoformat(),
        "document due": time.day(document.date_due, document.timezone).isoformat() if document.date_due else "",
        "client name": document.client.name,
        "tax clause": document.tax_clause,
    }


class Shown(msgspec.Struct, frozen=True):
    """The texts of a document with their codes replaced."""

    note: str
    tax_clause: str
    footer: str
    signature: str


def shown(document: Document, language: str | None = None) -> Shown:
    """Return the texts of a document as its reader sees them; `l10n` (`note_de`) wins in its language."""
    values = values_of(document)

    def text(name: str) -> str:
        own = document.l10n.get(f"{name}_{language}") if language else None
        return own if isinstance(own, str) else str(getattr(document, name))

    return Shown(
        note=smartcodes.replace(text("note"), values),
        tax_clause=smartcodes.replace(text("tax_clause"), values),
        footer=smartcodes.replace_list(text("footer"), values),
        signature=smartcodes.replace(text("signature"), values),
    )
