"""OAuth2 for programs: codes and refresh tokens exchanged for access tokens (RFC 6749), tokens withdrawn (RFC 7009)."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Response, post

from billhook import credentials
from billhook.billing_api.envelope import encode
from billhook.web import BillhookRequest

_HEADERS = {"cache-control": "no-store", "pragma": "no-cache"}


async def _said(request: BillhookRequest) -> dict[str, str]:
    """Return the fields of a form; of one that is not, nothing."""
    try:
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    except ValueError:
        return {}


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[bytes]:
    kept = {name: value for name, value in (headers or {}).items() if name == "www-authenticate"}
    return Response(encode(body), status_code=status, media_type="application/json", headers=_HEADERS | kept)


@post("/oauth2/token", status_code=200)
async def token(request: BillhookRequest) -> Response[bytes]:
    """Exchange a code or a refresh token for an access token that lives an hour."""
    said = await _said(request)
    async with request.database.open() as tx, tx.atomic():
        verdict = await credentials.exchange(tx, said, request.headers.get("authorization"))
    return _answer(verdict.status, verdict.body, verdict.headers)


@post("/oauth2/revoke", status_code=200)
async def revoke(request: BillhookRequest) -> Response[bytes]:
    """Withdraw what a token shows: neither it nor its twin opens anything from here on."""
    said = await _said(request)
    async with request.database.open() as tx:
        if await credentials.withdraw(tx, said, request.headers.get("authorization")):
            return _answer(200, {})
    return _answer(401, {"error": "invalid_client"}, {"www-authenticate": 'Basic realm="Billhook"'})


ROUTES = [token, revoke]
