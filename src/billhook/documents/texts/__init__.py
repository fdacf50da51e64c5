"""Labels and default sentences in the languages Billhook speaks; only the language asked for is loaded."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from billhook.documents.texts.words import Labels

LANGUAGES: Final = ("en", "de", "fr", "nl", "es", "it", "sl", "hr", "cs", "sk", "sr", "pl", "pt")
"""Serbian is in Latin script."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ALSO_KNOWN_AS: Final = {"cz": "cs", "bs": "hr", "sh": "sr"}

__all__ = ["LANGUAGES", "Labels", "fill", "labels"]


def labels(language: str) -> Labels:
    """Return the labels of a language: `nl-BE` is `nl`, `cz` is `cs`, and what we do not speak is English."""
    tongue = language.replace("_", "-").partition("-")[0].lower()
    tongue = _ALSO_KNOWN_AS.get(tongue, tongue)
    return _load(tongue if tongue in LANGUAGES else "en")


def fill(sentence: str, **values: str) -> str:
    """Return a sentence of ours with its `{placeholders}` filled; braces in the values stay as they are."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), sentence)


@cache
def _load(language: str) -> Labels:
    text = (Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8")
    return msgspec.convert({"language": language, **tomllib.loads(text)}, Labels)
