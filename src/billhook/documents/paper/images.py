"""Take in a logo or a signature: check it, and return it as one SVG text that paper and web pages can show."""

import base64
import re
from typing import Final
from xml.parsers import expat

from billhook.documents.paper.sanitise import REPLACEMENT, Alphabet
from billhook.kernel.problems import Invalid, invalid

MAX_BYTES: Final = 1024 * 1024
MAX_SIDE_PIXELS: Final = 4000
"""A picture of 30,000 x 30,000 pixels fits in 100 kB and takes a gigabyte to draw."""
MAX_ELEMENTS: Final = 5000
MAX_DEPTH: Final = 50

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FORBIDDEN = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "filter", "handler", "listener"}
)
_EXTERNAL_CSS = re.compile(r"@import|url\s*\(\s*['\"]?\s*(?!['\"]?#)|expression\s*\(|\\", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:image/(png|jpeg|jpg);base64,([A-Za-z0-9+/=\s]+)\Z")
# JPEG markers that start a frame and so carry its size: SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def accept(upload: bytes, *, what: str = "logo") -> str:
    """Return a PNG, JPEG or SVG upload as SVG text.

    Raises Invalid (path `what`) when it is none of these, over 1 MiB, over 4000 pixels a side, not readable, or an SVG
    with scripts, a doctype, entities, filters or anything loaded from elsewhere.
    """
    if len(upload) > MAX_BYTES:
        raise _refusal(what, "too_large", f"is {len(upload)} bytes; at most {MAX_BYTES} are allowed")
    if upload.startswith(_PNG):
        return _wrapped(upload, "png", _checked_size(_png_size(upload), what))
    if upload.startswith(_JPEG):
        return _wrapped(upload, "jpeg", _checked_size(_jpeg_size(upload), what))
    if b"<svg" in upload or b":svg" in upload:
        return _checked_svg(upload, what)
    raise _refusal(what, "format", "must be a PNG, JPEG or SVG picture")


def _refusal(what: str, code: str, message: str) -> Invalid:
    return invalid(what, what, code, message)


def _wrapped(picture: bytes, kind: str, size: tuple[int, int]) -> str:
    width, height = size
    encoded = base64.b64encode(picture).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image href="data:image/{kind};base64,{encoded}" width="{width}" height="{height}"/></svg>'
    )


def _checked_size(size: tuple[int, int] | None, what: str) -> tuple[int, int]:
    if size is None or 0 in size:
        raise _refusal(what, "unreadable", "cannot be read: the picture is damaged")
    if max(size) > MAX_SIDE_PIXELS:
        too_large = f"is {size[0]} x {size[1]} pixels; at most {MAX_SIDE_PIXELS} a side are allowed"
        raise _refusal(what, "too_large", too_large)
    return size


def _png_size(picture: bytes) -> tuple[int, int] | None:
    """Return width and height from the IHDR chunk (PNG, 11.2.2), None when there is no whole picture."""
    if picture[12:16] != b"IHDR" or b"IDAT" not in picture or b"IEND" not in picture[-16:]:
        return None
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])


def _jpeg_size(picture: bytes) -> tuple[int, int] | None:
    """Return width and height from the first frame header (ITU-T T.81, B.2.2), None when there is none."""
    at = 2
    while at + 9 < len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker in _FRAMES:
            return int.from_bytes(picture[at + 7 : at + 9]), int.from_bytes(picture[at + 5 : at + 7])
        length = 0 if marker == 0xFF or 0xD0 <= marker <= 0xD8 else int.from_bytes(picture[at + 2 : at + 4])
        at += 1 if marker == 0xFF else 2 + length
    return None


def _checked_svg(upload: bytes, what: str) -> str:
    try:
        text = upload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(what, "unreadable", "must be saved as UTF-8") from error
    _SvgReader(what).read(text)
    return re.sub(r"\A\s*<\?xml[^>]*\?>\s*", "", text)


class _SvgReader:
    """Walks an SVG once and refuses what could run, load or swell."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._elements = 0
        self._path: list[str] = []
        self._text: dict[str, list[str]] = {"style": [], "text": []}

    def read(self, text: str) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse("has a doctype; save it without one")
        parser.EntityDeclHandler = lambda *_: self._refuse("declares entities")
        parser.ProcessingInstructionHandler = lambda *_: self._refuse("has processing instructions")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda _: self._path.pop()
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(text, True)
        except expat.ExpatError as error:
            raise self._refusal(f"is not well-formed: {expat.ErrorString(error.code)}") from error
        if _EXTERNAL_CSS.search("".join(self._text["style"])):
            raise self._refusal("loads style sheets or pictures from elsewhere")
        if REPLACEMENT in Alphabet().clean("".join(self._text["text"]).replace(REPLACEMENT, "")):
            raise self._refusal("has letters that cannot be drawn; convert its text to outlines")

    def _refusal(self, message: str) -> Invalid:
        return _refusal(self._what, "unsafe", message)

    def _refuse(self, message: str) -> None:
        raise self._refusal(message)

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(" ")[2].lower()
        if not self._path and name != "svg":
            raise self._refusal("is not an SVG picture")
        self._path.append(name)
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._path) > MAX_DEPTH:
            raise self._refusal(f"is too complex: at most {MAX_ELEMENTS} elements, {MAX_DEPTH} deep")
        if name in _FORBIDDEN:
            raise self._refusal(f"holds <{name}>, which is not allowed")
        for attribute, value in attributes.items():
            self._check(attribute.rpartition(" ")[2].lower(), value.strip())

    def _check(self, attribute: str, value: str) -> None:
        if attribute.startswith("on"):
            raise self._refusal(f"holds a script in `{attribute}`")
        if attribute in ("href", "src"):
            self._check_reference(value)
        elif attribute == "base" or "javascript:" in value.lower() or _EXTERNAL_CSS.search(value):
            raise self._refusal(f"loads something from elsewhere in `{attribute}`")

    def _check_reference(self, value: str) -> None:
        if value.startswith("#"):
            return
        embedded = _EMBEDDED.match(value)
        if embedded is None:
            raise self._refusal("refers to something outside itself; only embedded PNG or JPEG pictures are allowed")
        try:
            picture = base64.b64decode(embedded[2])
        except ValueError as error:
            raise self._refusal("holds an embedded picture that cannot be read") from error
        _checked_size(_png_size(picture) if picture.startswith(_PNG) else _jpeg_size(picture), self._what)

    def _characters(self, text: str) -> None:
        if not self._path:
            return
        kept = "style" if self._path[-1] == "style" else "text"
        if kept == "style" or "text" in self._path:
            self._text[kept].append(text)
