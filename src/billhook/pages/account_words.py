"""What the pages of accounts say, in the languages of the documents room."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from billhook import documents


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentences of `account_words.toml` in one language; a gap or a word too many fails when they are loaded."""

    language: str
    set_title: str
    password: str
    rule: str
    wrong_length: str
    save: str
    effect: str
    changed_title: str
    changed: str
    ended_title: str
    reset_ended: str
    ask_title: str
    ask: str
    email: str
    wrong_email: str
    send: str
    sent_title: str
    sent: str
    too_many: str
    confirmed_title: str
    confirmed: str
    confirm_ended: str
    invitation_title: str
    invited: str
    accept: str
    decline: str
    open_account: str
    accepted_title: str
    accepted: str
    declined_title: str
    declined: str
    invitation_ended: str
    confirm_first: str


def words_in(language: str) -> Words:
    """Return the sentences in a language, English where we do not speak it: as `documents.labels` decides."""
    return _load()[documents.labels(language).language]


@cache
def _load() -> dict[str, Words]:
    tables = tomllib.loads((Path(__file__).parent / "account_words.toml").read_text(encoding="utf-8"))
    return {language: msgspec.convert({"language": language, **table}, Words) for language, table in tables.items()}
