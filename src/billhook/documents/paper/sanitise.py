"""Keep one odd character from costing an invoice: what no shipped font can draw becomes a visible square.

PDF/A and PDF/UA make a missing glyph a hard error, and users do put emoji, control characters and lone surrogates
into names. Line breaks stay; other controls, private-use and unassigned characters go.
"""

import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from billhook.documents.paper.coverage import MAIN_FAMILY, covered, families

REPLACEMENT = "□"
BREAK = "\u200b"
UNBROKEN = 28
"""Latin, Greek or Cyrillic runs longer than this get break opportunities; no column is much wider."""

_LINE_BREAKS = {"\r\n": "\n", "\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_JOINERS = frozenset("\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u00ad")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_TWINS = {"\u2212": "-", "\u2010": "-", "\u2015": "—", "\u2003": " ", "\u2002": " ", "\t": " "}
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_SETTINGS = frozenset({"language", "direction", "size", "accent", "tone", "weight"})
"""Fields that say how to set the sheet; they are not shown."""
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_MARKS = ("M", "Cf")
_FIRST_UNSPACED_SCRIPT = "\u0590"


class Alphabet:
    """The characters one compile may use; `refuse` makes it smaller when the compiler named one it could not draw."""

    def __init__(self, direction: str = "ltr") -> None:
        self._ltr = direction == "ltr"
        self._refused: set[str] = set()
        self._plain = False

    def refuse(self, text: str) -> bool:
        """Take the characters of a refused cluster out; False when that changes nothing.

        Of a letter with marks only the marks go: the letter itself is used everywhere else.
        """
        marks = {character for character in text if unicodedata.category(character).startswith("M")}
        doubtful = (marks or set(text)) - self._refused - {REPLACEMENT, " ", "\n"}
        self._refused |= doubtful
        return bool(doubtful)

    def only_plain(self) -> bool:
        """Fall back to what the main font draws one character at a time; False when it already has."""
        was, self._plain = self._plain, True
        return not was

    def clean(self, text: str) -> str:
        """Return the text in NFC, drawable, with places to break over-long runs and its own reading direction."""
        if text.isascii() and text.isprintable() and self._ltr:
            return text if len(text) <= UNBROKEN else _breakable(text)
        for line_break, plain in _LINE_BREAKS.items():
            text = text.replace(line_break, plain)
        # Lone surrogates must be gone before anything else looks at the text.
        text = unicodedata.normalize("NFC", text.encode(errors="ignore").decode())
        drawn = _breakable("".join(map(self._drawn, text)))
        return "\n".join(self._isolated(_based(line)) for line in drawn.split("\n"))

    def _isolated(self, line: str) -> str:
        """Isolate a line of the other direction, so that numbers in it and beside it stay where they were typed."""
        right_to_left = any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line)
        return f"\u2068{line}\u2069" if line and right_to_left is self._ltr else line

    def _drawn(self, character: str) -> str:
        drawn = _drawn(character)
        if drawn in self._refused or (self._plain and not _is_plain(drawn)):
            return "" if unicodedata.category(character).startswith(_MARKS) else REPLACEMENT
        return drawn


@lru_cache(maxsize=8192)
def _drawn(character: str) -> str:
    character = _TWINS.get(character, character)
    if character in _JOINERS or character == "\n":
        return character
    # Embeddings without their end would turn the rest of the page around; selectors of emoji draw nothing.
    if character in _BIDI or 0xFE00 <= ord(character) <= 0xFE0F or unicodedata.category(character) in _UNSEEN:
        return ""
    if character in covered():
        return character
    plainer = unicodedata.normalize("NFKC", character)
    return plainer if plainer != character and all(part in covered() for part in plainer) else REPLACEMENT


def _based(line: str) -> str:
    """Return the line without marks that have no letter to stand on; the compiler panics over some of them."""
    while line and unicodedata.category(line[0]).startswith(_MARKS):
        line = line[1:]
    return line


def _is_plain(drawn: str) -> bool:
    if drawn in (REPLACEMENT, "\n", ""):
        return True
    return drawn in families()[MAIN_FAMILY] and not unicodedata.category(drawn[0]).startswith(_MARKS)


def _breakable(text: str) -> str:
    if max(map(len, text.split()), default=0) <= UNBROKEN:
        return text
    return "".join(_with_breaks(text)) if len(text) > UNBROKEN else text


def _with_breaks(text: str) -> Iterator[str]:
    run = 0
    for character in text:
        spaced = character < _FIRST_UNSPACED_SCRIPT and not character.isspace()
        run = run + 1 if spaced else 0
        if run > UNBROKEN and unicodedata.combining(character) == 0:
            yield BREAK
        yield character


def drawable(view: Any, alphabet: Alphabet) -> Any:
    """Return a copy of a view's builtins in which every string that is shown can be drawn."""
    if isinstance(view, str):
        return alphabet.clean(view)
    if isinstance(view, list | tuple):
        return [drawable(part, alphabet) for part in view]
    if isinstance(view, dict):
        return {key: part if key in _SETTINGS else drawable(part, alphabet) for key, part in view.items()}
    return view


def characters_of(view: Any) -> AbstractSet[str]:
    """Return the distinct characters in a view's builtins that need a glyph."""
    return set().union(*_texts_of(view)) - _JOINERS - _BIDI - {"\n"}


def _texts_of(view: Any) -> Iterator[str]:
    if isinstance(view, str):
        yield view
    elif isinstance(view, list | tuple | dict):
        for part in view.values() if isinstance(view, dict) else view:
            yield from _texts_of(part)
