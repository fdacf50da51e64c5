"""Programs in the dashboard: an account gives them credentials and takes them away, and what it has allowed others."""

from contextlib import suppress
from typing import Any, Final

import msgspec
from litestar import Response, post, route

from billhook import credentials
from billhook.credentials import Fresh
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.problems import Invalid, NotFound, NotYours
from billhook.pages.account import form_fields
from billhook.pages.assets import READS
from billhook.pages.consent_words import consent_words_in
from billhook.pages.dashboard import go, page, words_of
from billhook.web import BillhookRequest

PLACE: Final = "/dashboard/api-clients"


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
async def short(request: BillhookRequest) -> Response[Any]:  # noqa: ARG001 - the guard wants it
    """Lead on who was told the short address."""
    return go(PLACE)


@route(PLACE, http_method=READS)
async def overview(request: BillhookRequest) -> Response[Any]:
    """List the account's clients and the programs it has allowed, with a form for another client."""
    async with request.database.open(request.principal.account_id) as tx:
        return await _listed(tx, request)


@post(PLACE, status_code=200)
async def act(request: BillhookRequest) -> Response[Any]:
    """Do what a button says: make a client and show its secret this once, revoke one, take a permission back."""
    fields, principal = await form_fields(request), request.principal
    deed, account_id = fields.get("deed"), principal.account_id
    async with request.database.open(account_id) as tx:
        if deed == "make":
            return await _made(tx, request, fields)
        with suppress(NotFound, NotYours):  # it is gone, which is what was wanted
            if deed == "disallow":
                await credentials.disallow(tx, account_id, fields.get("permission", ""))
            if deed == "revoke":
                await credentials.revoke(tx, principal, account_id, fields.get("client", ""))
    return go(PLACE)


async def _made(tx: Tx, request: BillhookRequest, fields: dict[str, str]) -> Response[Any]:
    principal, redirect = request.principal, fields.get("redirect", "").strip()
    label, uris = fields.get("label", "")[:200], [redirect] if redirect else []
    try:
        fresh = await credentials.make(tx, principal, principal.account_id, label=label, redirect_uris=uris)
    except Invalid:
        return await _listed(tx, request, wrong=fields)
    return await _listed(tx, request, fresh=fresh)


async def _listed(
    tx: Tx, request: BillhookRequest, *, fresh: Fresh | None = None, wrong: dict[str, str] | None = None
) -> Response[Any]:
    principal, words = request.principal, words_of(request)
    own = consent_words_in(words.language)
    kept = await credentials.listed(tx, principal, principal.account_id)
    allowed = await credentials.allowed(tx, principal.account_id)
    shown = None
    if fresh is not None:
        shown = Shown(str(ids.to_uuid(fresh.kept.id)), fresh.secret, str(ids.to_uuid(fresh.kept.root_id)))
    return page(
        "programs",
        words,
        words.programs,
        at="programs",
        status=422 if wrong else 200,
        own=own,
        rows=[Row(one.id, str(ids.to_uuid(one.id)), one.label, one.hint) for one in kept],
        permissions=[Given(one.id, one.label, ", ".join(one.scopes)) for one in allowed],
        fresh=shown,
        said=wrong or {},
        error=own.wrong_redirect if wrong else "",
    )


ROUTES = [short, overview, act]
