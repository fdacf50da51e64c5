"""Smart codes: `[document number]` and its kin in notes, footers, signatures and mails.

Texts are stored with their codes and shown with them replaced, from the document's own snapshot: its own number, the
bank account it was issued with. A line that would speak of a bank account nobody gave is left out (I-8).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

_CODE = re.compile(r"\[([A-Za-z][A-Za-z0-9 ]{0,40})\]")
_BLANK_LINES = re.compile(r"\n{3,}")
ValueOf = Callable[[str], str]
"""What a known code stands for; empty when it has no value."""
_BANK: Final = frozenset({"iban", "swift", "bank"})

KNOWN: Final = frozenset(
    {
        "organization name",
        "iban",
        "swift",
        "bank",
        "address",
        "address2",
        "zip",
        "city",
        "country",
        "tax number",
        "company number",
        "document number",
        "document date",
        "document due",
        "client name",
        "tax clause",
        "payment instructions",
        "thank you",
        "tax number line",
        "company number line",
    }
)


class _Part(NamedTuple):
    """A stretch of a line: literal pieces around the known codes in it (`pieces[n]` stands before `codes[n]`)."""

    pieces: tuple[str, ...]
    codes: tuple[str, ...]

    def shown(self, value_of: ValueOf) -> str:
        if not self.codes:
            return self.pieces[0]
        told = [piece + value_of(code) for piece, code in zip(self.pieces, self.codes, strict=False)]
        return "".join(told) + self.pieces[-1]


def _part(text: str) -> _Part:
    pieces, codes, at = [], [], 0
    for match in _CODE.finditer(text):
        code = match[1].lower()
        if code in KNOWN:
            pieces.append(text[at : match.start()])
            codes.append(code)
            at = match.end()
    return _Part((*pieces, text[at:]), tuple(codes))


@lru_cache(maxsize=4096)
def _lines(text: str) -> tuple[_Part, ...]:
    """Return a text's lines, read once: most documents of an organization are born with the same texts."""
    return tuple(_part(line) for line in text.split("\n"))


@lru_cache(maxsize=4096)
def _listed(text: str) -> tuple[tuple[_Part, ...], ...]:
    """Return the comma-separated parts of a text's lines."""
    return tuple(tuple(_part(part.strip()) for part in line.split(",")) for line in text.split("\n"))


def replace(text: str, value_of: ValueOf) -> str:
    """Return a text with its known codes replaced; a code without a value is empty, unknown ones are left alone.

    Lines whose bank codes are all without a value are left out, blank lines never pile up.
    """
    if "[" not in text:
        return text
    lines = []
    for line in _lines(text):
        bank = [code for code in line.codes if code in _BANK]
        if not bank or any(value_of(code) for code in bank):
            lines.append(line.shown(value_of))
    joined = "\n".join(lines).strip()
    return _BLANK_LINES.sub("\n\n", joined) if "\n\n\n" in joined else joined


def replace_list(text: str, value_of: ValueOf) -> str:
    """Replace codes in a text of comma-separated parts (a footer), leaving out parts that come to nothing."""
    if "[" not in text:
        return text
    lines = []
    for line in _listed(text):
        told = [part.shown(value_of) for part in line if not part.codes or any(value_of(c) for c in part.codes)]
        lines.append(", ".join(part for part in told if part))
    return "\n".join(lines).strip()
