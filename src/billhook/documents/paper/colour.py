"""The accent colour: any `#rrggbb` an organization chose, darkened until white paper can carry text in it."""

import re

HOUSE = "#1f4e5f"
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})\Z")
_SHORT_HEX = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])\Z")
_DARK_ENOUGH = 118
"""Perceived brightness (ITU-R BT.601 weights, 0-255) at which text on white still has a contrast of about 4.5 to 1."""


def readable(colour: str) -> str:
    """Return `#rrggbb`, dark enough to be text on white; the house colour for what is no colour."""
    colour = _SHORT_HEX.sub(r"#\1\1\2\2\3\3", colour)
    parts = _HEX.match(colour)
    if parts is None:
        return HOUSE
    red, green, blue = (int(part, 16) for part in parts.groups())
    brightness = (299 * red + 587 * green + 114 * blue) // 1000
    if brightness > _DARK_ENOUGH:
        red, green, blue = (part * _DARK_ENOUGH // brightness for part in (red, green, blue))
    return f"#{red:02x}{green:02x}{blue:02x}"
