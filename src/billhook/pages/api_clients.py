"""The page on which an account gives programs their credentials and takes them away. No script, no cookie.

Who has logged in gets a token of a quarter of an hour, which goes from form to form.
"""

from contextlib import suppress
from typing import Final

import msgspec
from litestar import Response, post, route

from billhook import accounts, credentials
from billhook.accounts.model import LoginFailed, LoginThrottled
from billhook.credentials import Fresh
from billhook.kernel import ids
from billhook.kernel.problems import Invalid, NotFound, NotYours
from billhook.pages.account import FORM, form_fields
from billhook.pages.assets import READS
from billhook.pages.consent import page
from billhook.pages.consent_words import ConsentWords, consent_words_in
from billhook.pages.refusals import language_of
from billhook.web import Authenticator, BillhookRequest, Principal, Unauthenticated, token_of

SESSION_SECONDS: Final = 15 * 60


class Row(msgspec.Struct, frozen=True):
    """A client as the page shows it."""

    id: str
    client_id: str
    label: str
    hint: str


class Given(msgspec.Struct, frozen=True):
    """What a program was allowed, as the page shows it."""

    id: str
    label: str
    scopes: str


class Shown(msgspec.Struct, frozen=True):
    """A client that was just made, with what is never shown again."""

    client_id: str
    secret: str
    network_id: str


@route("/api-clients", http_method=READS)
async def form(request: BillhookRequest) -> Response[str]:
    """Ask who wants to give credentials."""
    return _log_in(consent_words_in(language_of(request)))


@post("/api-clients", status_code=200)
async def act(request: BillhookRequest) -> Response[str]:
    """Do what a form says: log in, make a client, revoke one."""
    fields, words = await form_fields(request), consent_words_in(language_of(request))
    if fields.get("deed") == "log_in":
        return await _begin(request, fields, words)
    principal = await _session(request, fields.get("token", ""))
    if principal is None:
        return _log_in(words, status=401, error=words.ended)
    if fields.get("deed") == "make":
        return await _make(request, fields, words, principal)
    async with request.database.open(principal.account_id) as tx:
        if fields.get("deed") == "disallow":
            await credentials.disallow(tx, principal.account_id, fields.get("permission", ""))
        with suppress(NotFound, NotYours):  # it is gone, which is what was wanted
            await credentials.revoke(tx, principal, principal.account_id, fields.get("client", ""))
    return await _clients(request, words, principal, fields["token"])


async def _begin(request: BillhookRequest, fields: dict[str, str], words: ConsentWords) -> Response[str]:
    client, email = request.client.host if request.client else "", fields.get("email", "")
    try:
        granted, account = await accounts.log_in(
            request.database, request.settings, email, fields.get("password", ""), client, SESSION_SECONDS
        )
    except (LoginFailed, Invalid):
        return _log_in(words, status=422, email=email, error=words.wrong)
    except LoginThrottled:
        return _log_in(words, status=429, email=email, error=words.too_many)
    principal = Principal(account.id, account.root_id, granted.kept.id)
    return await _clients(request, words, principal, granted.token)


async def _session(request: BillhookRequest, token: str) -> Principal | None:
    """Return who has logged in; None when that was too long ago."""
    authenticate: Authenticator = request.app.state.authenticate
    try:
        principal = await authenticate(token_of(None, token))
    except Unauthenticated:
        return None
    return principal if principal is not None and principal.purpose == "access" else None


async def _make(
    request: BillhookRequest, fields: dict[str, str], words: ConsentWords, principal: Principal
) -> Response[str]:
    uris = [fields["redirect"]] if fields.get("redirect") else []
    label = fields.get("label", "")[:200]
    try:
        async with request.database.open(principal.account_id) as tx:
            fresh = await credentials.make(tx, principal, principal.account_id, label=label, redirect_uris=uris)
    except Invalid:
        return await _clients(request, words, principal, fields["token"], wrong=fields)
    return await _clients(request, words, principal, fields["token"], fresh=fresh)


async def _clients(
    request: BillhookRequest,
    words: ConsentWords,
    principal: Principal,
    token: str,
    *,
    fresh: Fresh | None = None,
    wrong: dict[str, str] | None = None,
) -> Response[str]:
    async with request.database.open(principal.account_id) as tx:
        kept = await credentials.listed(tx, principal, principal.account_id)
        allowed = await credentials.allowed(tx, principal.account_id)
    shown = None
    if fresh is not None:
        shown = Shown(str(ids.to_uuid(fresh.kept.id)), fresh.secret, str(ids.to_uuid(fresh.kept.root_id)))
    return page(
        "clients",
        words,
        words.clients_title,
        status=422 if wrong else 200,
        headers=FORM,
        token=token,
        rows=[Row(one.id, str(ids.to_uuid(one.id)), one.label, one.hint) for one in kept],
        permissions=[Given(one.id, one.label, ", ".join(one.scopes)) for one in allowed],
        fresh=shown,
        label=(wrong or {}).get("label", ""),
        redirect=(wrong or {}).get("redirect", ""),
        error=words.wrong_redirect if wrong else "",
    )


def _log_in(words: ConsentWords, *, status: int = 200, email: str = "", error: str = "") -> Response[str]:
    return page("log_in", words, words.clients_title, status=status, headers=FORM, email=email, error=error)


ROUTES = [form, act]
