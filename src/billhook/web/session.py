"""A person's session: the cookie a browser carries, and whether a form comes from a page of ours."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request

from billhook.web.principal import Authenticator, Principal, Unauthenticated, token_of

COOKIE: Final = "billhook_session"
SESSION_SECONDS: Final = 12 * 3600


def session_token(request: Request[Any, Any, Any]) -> str:
    """Return the token that a browser's cookie holds; empty where there is none."""
    return request.cookies.get(COOKIE, "")


async def signed_in(request: Request[Any, Any, Any]) -> Principal | None:
    """Return who is signed in by the cookie, None where nobody is. Only pages ask: the API takes no cookie."""
    authenticate: Authenticator = request.app.state.authenticate
    try:
        principal = await authenticate(token_of(None, session_token(request)))
    except Unauthenticated:
        return None
    return principal if principal and principal.purpose == "access" else None


def is_own_form(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a form was sent by a page of this installation: browsers say so, in one header or the other."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", "")).netloc
    return bool(origin) and origin in (request.headers.get("host"), urlsplit(request.app.state.public_url).netloc)
