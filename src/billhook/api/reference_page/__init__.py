"""`GET /docs`: the API reference, readable without a network, without a script and on any screen."""

import asyncio
import hashlib
from importlib import resources
from typing import Any, Final

from litestar import Litestar, Response, get

from billhook.api.openapi import description_of
from billhook.api.reference_page.page import render, with_token
from billhook.web import BillhookRequest, session_token, signed_in

_KEPT: Final = "reference_page"
_FOLDER: Final = resources.files(__package__)
_STYLE: Final = _FOLDER.joinpath("reference.css").read_bytes()
_SCRIPT: Final = _FOLDER.joinpath("reference.js").read_bytes()
_VERSION: Final = hashlib.sha256(_STYLE + _SCRIPT).hexdigest()[:12]
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_FOR_EVER: Final = _HEADERS | {"cache-control": "public, max-age=31536000, immutable"}
_OPEN: Final[dict[str, Any]] = {"public": True}


def _page_of(app: Litestar) -> bytes:
    page: bytes | None = app.state.get(_KEPT)
    if page is None:
        page = render(description_of(app), app.state.public_url, _VERSION)
        app.state[_KEPT] = page
    return page


@get("/docs", opt=_OPEN, include_in_schema=False)
async def docs(request: BillhookRequest) -> Response[bytes]:
    """Return the reference, made when it is first asked for."""
    page = await asyncio.to_thread(_page_of, request.app)
    headers = _HEADERS | {"cache-control": "no-cache", "vary": "cookie"}
    if await signed_in(request):
        page, headers["cache-control"] = with_token(page, session_token(request)), "private, no-store"
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


@get("/docs/reference.css", opt=_OPEN, include_in_schema=False)
async def style() -> Response[bytes]:
    """Return the style sheet."""
    return Response(_STYLE, media_type="text/css; charset=utf-8", headers=_FOR_EVER)


@get("/docs/reference.js", opt=_OPEN, include_in_schema=False)
async def script() -> Response[bytes]:
    """Return the script: search, copying, and the language that was chosen last."""
    return Response(_SCRIPT, media_type="text/javascript; charset=utf-8", headers=_FOR_EVER)


ROUTES = [docs, style, script]
