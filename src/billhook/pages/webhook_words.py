"""What the pages of webhooks say, in five languages."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec


class WebhookWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentences of `webhook_words.toml` in one language; a gap or a word too many fails when they are loaded."""

    language: str
    webhooks: str
    about: str
    none_yet: str
    add: str
    url: str
    wrong_url: str
    events: str
    events_hint: str
    wrong_events: str
    too_many: str
    on: str
    off: str
    paused: str
    failing: str
    secret: str
    secret_once: str
    new_secret: str
    both_good: str
    switch_on: str
    switch_off: str
    delete: str
    log: str
    no_log: str
    waiting: str
    delivered: str
    failed: str
    attempts: str
    next_attempt: str
    send_again: str
    send_failed_again: str
    message: str
    tries: str
    no_tries: str
    milliseconds: str


def webhook_words_in(language: str) -> WebhookWords:
    """Return the sentences in a language, English where the pages do not speak it."""
    known = _load()
    return known.get(language, known["en"])


@cache
def _load() -> dict[str, WebhookWords]:
    tables = tomllib.loads((Path(__file__).parent / "webhook_words.toml").read_text(encoding="utf-8"))
    return {
        language: msgspec.convert({"language": language, **table}, WebhookWords) for language, table in tables.items()
    }
