"""The accent of a mail: the organization's colour, and what can be read on it."""

import re
from typing import Any, Final

HOUSE: Final = "#0b6e4f"
"""The accent of organizations that chose none, and of mails of the installation itself."""

_HEX = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})\Z")
_BRIGHT = 150
"""Perceived brightness (ITU-R BT.601 weights, 0-255) from which dark text on a colour reads better than white."""


def accent_of(setting: Any) -> str:
    """Return `#rrggbb` for the setting `color_main`; the house's for what is no colour."""
    return f"#{setting.lstrip('#').lower()}" if isinstance(setting, str) and _HEX.match(setting) else HOUSE


def text_on(accent: str) -> str:
    """Return the colour of text on an accent (`#rrggbb`)."""
    red, green, blue = (int(accent[at : at + 2], 16) for at in (1, 3, 5))
    return "#1c2126" if (299 * red + 587 * green + 114 * blue) // 1000 >= _BRIGHT else "#ffffff"
