"""An organization's one colour, as two shades that can be read: one on light ground, one on dark."""

import re
from typing import Final

import msgspec
from litestar import Response, route
from litestar.params import FromPath

from billhook.kernel.colour import BLACK, HOUSE, WHITE, parse, readable
from billhook.kernel.problems import NotFound
from billhook.pages.assets import FOR_EVER, READS

LIGHT_GROUND: Final = "f4f3ef"
DARK_GROUND: Final = "1b1e22"
"""The grounds text in the accent stands on, as `--ground` and `--sheet` of `pages.css` have them (the harder ones)."""

_NAME = re.compile(r"([0-9a-f]{6})-([0-9a-f]{6})\.css\Z")


class Theme(msgspec.Struct, frozen=True):
    """The accent, `rrggbb`, on light and on dark ground."""

    light: str
    dark: str

    @property
    def url(self) -> str:
        """Where its style sheet is; the address says all there is to say, so nothing has to be looked up."""
        return f"/theme/{self.light}-{self.dark}.css"


def theme_of(said: str) -> Theme:
    """Return the shades of an organization's colour (`0b6e4f`, `#0B6E4F`); of ours where it is none.

    Each is the colour itself where that can be read, else the nearest step towards black or white that can.
    """
    colour = parse(said) or HOUSE
    return Theme(readable(colour, LIGHT_GROUND, BLACK), readable(colour, DARK_GROUND, WHITE))


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
