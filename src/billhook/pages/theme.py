"""An organization's one colour, as two shades that can be read: one on light ground, one on dark."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

import msgspec
from litestar import Response, route
from litestar.params import FromPath

from billhook.kernel.problems import NotFound
from billhook.pages.assets import FOR_EVER, READS

HOUSE: Final = "0b6e4f"
LIGHT_GROUND: Final = "f4f3ef"
DARK_GROUND: Final = "1b1e22"
"""The grounds text in the accent stands on, as `--ground` and `--sheet` of `pages.css` have them (the harder ones)."""
LEAST_CONTRAST: Final = Decimal("4.5")
"""WCAG 2.2, 1.4.3 (AA), for text of normal size."""

_HEX = re.compile(r"#?([0-9a-f]{6})\Z", re.IGNORECASE)
_NAME = re.compile(r"([0-9a-f]{6})-([0-9a-f]{6})\.css\Z")
_STEPS: Final = 20

Rgb = tuple[int, int, int]


class Theme(msgspec.Struct, frozen=True):
    """The accent, `rrggbb`, on light and on dark ground."""

    light: str
    dark: str

    @property
    def url(self) -> str:
        """Where its style sheet is; the address says all there is to say, so nothing has to be looked up."""
        return f"/theme/{self.light}-{self.dark}.css"


@lru_cache(maxsize=1024)
def theme_of(colour: str) -> Theme:
    """Return the shades of an organization's colour (`0b6e4f`, `#0B6E4F`); of ours where it is none.

    Each is the colour itself where that can be read, else the nearest step towards black or white that can.
    """
    match = _HEX.match(colour)
    base = _rgb(match[1] if match else HOUSE)
    return Theme(_readable(base, _rgb(LIGHT_GROUND), (0, 0, 0)), _readable(base, _rgb(DARK_GROUND), (255, 255, 255)))


def contrast(one: str, other: str) -> Decimal:
    """Return the contrast ratio of two colours `rrggbb`, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    return _contrast(_rgb(one), _rgb(other))


def _rgb(colour: str) -> Rgb:
    red, green, blue = bytes.fromhex(colour)
    return red, green, blue


def _readable(colour: Rgb, ground: Rgb, towards: Rgb) -> str:
    for step in range(_STEPS + 1):
        mixed = [(part * (_STEPS - step) + end * step) // _STEPS for part, end in zip(colour, towards, strict=True)]
        shade: Rgb = (mixed[0], mixed[1], mixed[2])
        if _contrast(shade, ground) >= LEAST_CONTRAST:
            break
    return bytes(shade).hex()


def _contrast(one: Rgb, other: Rgb) -> Decimal:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + Decimal("0.05")) / (darker + Decimal("0.05"))


def _luminance(colour: Rgb) -> Decimal:
    """Return the relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = (_linear(part) for part in colour)
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


@lru_cache(maxsize=256)
def _linear(part: int) -> Decimal:
    share = Decimal(part) / 255
    if share <= Decimal("0.04045"):
        return share / Decimal("12.92")
    return ((share + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


@route("/theme/{name:str}", http_method=READS)
async def stylesheet(name: FromPath[str]) -> Response[str]:
    """Return the style sheet of two shades; pages allow no style of their own in line."""
    match = _NAME.match(name)
    if match is None:
        raise NotFound(what="theme of this name")
    css = (
        f":root{{--accent:#{match[1]}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--accent:#{match[2]}}}}}\n"
    )
    headers = {"cache-control": FOR_EVER, "x-content-type-options": "nosniff"}
    return Response(css, media_type="text/css", headers=headers)


ROUTES = [stylesheet]
