"""Files that pages are made of: each is served under the hash of what it contains, so it may be kept for ever."""

import hashlib
from pathlib import Path
from typing import Final

import msgspec
from litestar import Response, route
from litestar.enums import HttpMethod
from litestar.params import FromPath

from billhook.kernel.problems import NotFound

READS: Final = [HttpMethod.GET, HttpMethod.HEAD]
FOR_EVER: Final = "public, max-age=31536000, immutable"
_A_DAY: Final = "public, max-age=86400"
_MEDIA_TYPES: Final = {".css": "text/css", ".svg": "image/svg+xml", ".ico": "image/x-icon"}

# A crawler must be allowed to read an invoice page to learn from its headers that it may not be listed.
_ROBOTS: Final = b"User-agent: *\nAllow: /i/\nDisallow: /\n"


class Asset(msgspec.Struct, frozen=True):
    """One file of `static/`."""

    content: bytes
    media_type: str
    version: str
    """The first 16 hex digits of the SHA-256 of its bytes."""


def _read(file: Path) -> Asset:
    content = file.read_bytes()
    return Asset(content, _MEDIA_TYPES[file.suffix], hashlib.sha256(content).hexdigest()[:16])


_ASSETS: Final = {file.name: _read(file) for file in (Path(__file__).parent / "static").iterdir()}


def url(name: str) -> str:
    """Return the address of a file of `static/`; KeyError where there is none."""
    return f"/static/{_ASSETS[name].version}/{name}"


def _answer(name: str, caching: str) -> Response[bytes]:
    asset = _ASSETS[name]
    headers = {"cache-control": caching, "x-content-type-options": "nosniff"}
    return Response(asset.content, media_type=asset.media_type, headers=headers)


@route("/static/{version:str}/{name:str}", http_method=READS)
async def static(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Return a file; an address of another release gets ours, but not for keeps."""
    if name not in _ASSETS:
        raise NotFound(what="file of this name")
    return _answer(name, FOR_EVER if version == _ASSETS[name].version else "no-cache")


@route("/favicon.ico", http_method=READS)
async def favicon() -> Response[bytes]:
    """Return the icon to those who ask where icons used to be."""
    return _answer("favicon.ico", _A_DAY)


@route("/robots.txt", http_method=READS)
async def robots() -> Response[bytes]:
    """Keep crawlers out; what they may fetch says `noindex` itself."""
    return Response(_ROBOTS, media_type="text/plain", headers={"cache-control": _A_DAY})


ROUTES = [static, favicon, robots]
