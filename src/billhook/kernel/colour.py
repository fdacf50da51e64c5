"""Colours `rrggbb`: what was meant by a text, how well one reads on another, the nearest shade that does."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

HOUSE: Final = "0b6e4f"
"""The accent of organizations that chose none, and of what the installation says in its own name."""
BLACK: Final = "000000"
WHITE: Final = "ffffff"
LEAST_CONTRAST: Final = Decimal("4.5")
"""WCAG 2.2, 1.4.3 (AA), for text of normal size."""

_INK: Final = "1c2126"
"""Dark text where it is dark enough: softer than black."""
_HEX = re.compile(r"#?([0-9a-f]{6})\Z", re.IGNORECASE)
_SHORT_HEX = re.compile(r"#([0-9a-f]{3})\Z", re.IGNORECASE)
_STEPS: Final = 20


def parse(said: Any) -> str | None:
    """Return `rrggbb` in lower case of `rrggbb`, `#rrggbb` or `#rgb`; None for anything else, texts or not."""
    if not isinstance(said, str):
        return None
    if found := _HEX.match(said):
        return found[1].lower()
    if found := _SHORT_HEX.match(said):
        return "".join(digit * 2 for digit in found[1].lower())
    return None


def contrast(one: str, other: str) -> Decimal:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + Decimal("0.05")) / (darker + Decimal("0.05"))


@lru_cache(maxsize=1024)
def readable(colour: str, ground: str, towards: str) -> str:
    """Return the colour where text in it can be read on a ground, else the nearest step towards another that can.

    Where no step can, it is that other colour: black on light grounds and white on dark ones always can.
    """
    shade = colour
    for step in range(_STEPS + 1):
        pairs = zip(bytes.fromhex(colour), bytes.fromhex(towards), strict=True)
        shade = bytes((part * (_STEPS - step) + end * step) // _STEPS for part, end in pairs).hex()
        if contrast(shade, ground) >= LEAST_CONTRAST:
            break
    return shade


def text_on(colour: str) -> str:
    """Return the colour of text on a ground of a colour: white, else the ink, else black, the first that can be read.

    One of them always can: what white cannot be read on, black can.
    """
    return next(text for text in (WHITE, _INK, BLACK) if contrast(text, colour) >= LEAST_CONTRAST)


def _luminance(colour: str) -> Decimal:
    """Return the relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = (_linear(part) for part in bytes.fromhex(colour))
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


@lru_cache(maxsize=256)
def _linear(part: int) -> Decimal:
    share = Decimal(part) / 255
    if share <= Decimal("0.04045"):
        return share / Decimal("12.92")
    return ((share + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
