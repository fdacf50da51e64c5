"""What the payment pages say: the button of the invoice in all languages, the pages themselves in five."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

SPOKEN: Final = ("en", "de", "fr", "nl", "sl")
CONSENT_VERSION: Final = "2026-11"
"""The version of the sentence a payer agrees to; it changes when the sentence does."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentences of `payment_words.toml` in one language; a gap or a word too many fails when they are loaded."""

    language: str
    title: str
    amount: str
    reference: str
    until: str
    pay: str
    confirm: str
    confirm_text: str
    consent: str
    consent_missing: str
    test: str
    refused: str
    succeeded_title: str
    succeeded: str
    processing_title: str
    processing: str
    failed_title: str
    failed: str
    expired_title: str
    expired: str
    canceled_title: str
    canceled: str
    disabled_title: str
    disabled: str
    busy_title: str
    busy: str
    go_on: str
    invoice: str


def words_in(language: str) -> Words:
    """Return the sentences in a language, English where the pages do not speak it."""
    known = _load()[1]
    return known.get(language, known["en"])


def pay_now(language: str) -> str:
    """Return what the button of the invoice page says in one of the languages of documents."""
    return _load()[0][language]


@cache
def _load() -> tuple[dict[str, str], dict[str, Words]]:
    tables = tomllib.loads((Path(__file__).parent / "payment_words.toml").read_text(encoding="utf-8"))
    words = {name: msgspec.convert({"language": name, **table}, Words) for name, table in tables["words"].items()}
    return tables["pay_now"], words
