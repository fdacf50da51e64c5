"""What mails say beyond the labels of the documents room, in the same languages."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from billhook import documents


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentences of `texts.toml` in one language; a gap or a word too many fails when they are loaded."""

    view_online: str
    confirm_subject: str
    confirm: str
    confirm_button: str
    confirm_expires: str
    confirm_ignore: str
    reset_subject: str
    reset: str
    reset_button: str
    reset_expires: str
    reset_ignore: str
    invite_subject: str
    invite: str
    invite_button: str
    invite_expires: str
    invite_ignore: str
    granted_subject: str
    granted: str
    granted_button: str
    copy_link: str
    recurred_subject: str
    recurred: str
    recurred_draft: str
    paused_subject: str
    paused: str
    paused_button: str


def texts(language: str) -> Texts:
    """Return the sentences in a language, English where we do not speak it: as `documents.labels` decides."""
    return _load()[documents.labels(language).language]


@cache
def _load() -> dict[str, Texts]:
    content = (Path(__file__).parent / "texts.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(content), dict[str, Texts])
