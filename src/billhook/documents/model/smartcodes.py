"""Smart codes: `[document number]` and its kin in notes, footers, signatures and mails.

Texts are stored with their codes and shown with them replaced, from the document's own snapshot: its own number, the
bank account it was issued with. A line that would speak of a bank account nobody gave is left out (I-8).
"""

import re
from collections.abc import Mapping
from typing import Final

_CODE = re.compile(r"\[([A-Za-z][A-Za-z0-9 ]{0,40})\]")
_BLANK_LINES = re.compile(r"\n{3,}")
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


def codes_in(text: str) -> set[str]:
    """Return the known codes of a text, in lower case."""
    return {code for code in (match[1].lower() for match in _CODE.finditer(text)) if code in KNOWN}


def replace(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its known codes replaced; a code without a value is empty, unknown ones are left alone.

    Lines whose bank codes are all without a value are left out, blank lines never pile up.
    """
    if "[" not in text:
        return text
    lines = []
    for line in text.split("\n"):
        bank = codes_in(line) & _BANK
        if bank and not any(values.get(code) for code in bank):
            continue
        lines.append(_CODE.sub(lambda match: _value(match, values), line))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def replace_list(text: str, values: Mapping[str, str]) -> str:
    """Replace codes in a text of comma-separated parts (a footer), leaving out parts that come to nothing."""
    if "[" not in text:
        return text
    lines = []
    for line in text.split("\n"):
        parts = []
        for part in line.split(","):
            codes = codes_in(part)
            if not codes or any(values.get(code) for code in codes):
                parts.append(_CODE.sub(lambda match: _value(match, values), part).strip())
        lines.append(", ".join(part for part in parts if part))
    return "\n".join(lines).strip()


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    code = match[1].lower()
    return values.get(code, "") if code in KNOWN else match[0]
