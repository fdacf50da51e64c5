"""What the pages about programs say, in the languages of the documents room."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from billhook import documents


class ConsentWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentences of `consent_words.toml` in one language; a gap or a word too many fails when they are loaded."""

    language: str
    title: str
    nameless: str
    asks: str
    invoices: str
    invoices_readonly: str
    transactions: str
    transactions_readonly: str
    email: str
    password: str
    allow: str
    deny: str
    wrong: str
    too_many: str
    effect: str
    unknown_title: str
    unknown: str
    clients: str
    allowed_title: str
    none: str
    label: str
    redirect: str
    make: str
    revoke: str
    secret_title: str
    secret: str
    client_id: str
    client_secret: str
    network_id: str
    wrong_redirect: str

    def right(self, scope: str) -> str:
        """Return what a scope lets somebody do."""
        text: str = getattr(self, scope.replace(".", "_"))
        return text


def consent_words_in(language: str) -> ConsentWords:
    """Return the sentences in a language, English where these pages do not speak it."""
    known = _load()
    return known.get(documents.labels(language).language, known["en"])


@cache
def _load() -> dict[str, ConsentWords]:
    tables = tomllib.loads((Path(__file__).parent / "consent_words.toml").read_text(encoding="utf-8"))
    return {
        language: msgspec.convert({"language": language, **table}, ConsentWords) for language, table in tables.items()
    }
