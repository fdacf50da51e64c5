"""What the payment pages say, in five languages."""

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
    surcharge: str
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
    known = _load()
    return known.get(language, known["en"])


@cache
def _load() -> dict[str, Words]:
    tables = tomllib.loads((Path(__file__).parent / "payment_words.toml").read_text(encoding="utf-8"))
    return {language: msgspec.convert({"language": language, **table}, Words) for language, table in tables.items()}
