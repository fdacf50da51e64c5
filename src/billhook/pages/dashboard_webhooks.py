"""Webhooks in the dashboard: which there are, what became of each message, and sending it again."""

from typing import Any, Final

import msgspec
from litestar import Response, post, route
from litestar.params import FromPath

from billhook import events, organizations, webhooks
from billhook.db import Tx
from billhook.events import Position
from billhook.kernel import time
from billhook.kernel.problems import Invalid, NotYours
from billhook.organizations.model import Organization
from billhook.pages.account import form_fields
from billhook.pages.assets import READS
from billhook.pages.dashboard import go, page, words_of
from billhook.pages.refusals import language_of
from billhook.pages.webhook_words import WebhookWords, webhook_words_in
from billhook.settings import Seal
from billhook.web import BillhookRequest, Query
from billhook.webhooks import Delivery, Range, Webhook

_AT: Final = "overview"
_LOGGED: Final = 50
_ALL: Final = Query(limit=100)
_BADGES: Final = {"waiting": "partly_paid", "delivered": "paid", "failed": "overdue"}


class Row(msgspec.Struct, frozen=True):
    """A message of the log, in words."""

    event_id: str
    type: str
    at: str
    state: str
    badge: str
    attempts: int
    next_at: str


def place(organization_id: str) -> str:
    """Return where the webhooks of an organization are."""
    return f"/dashboard/organizations/{organization_id}/webhooks"


@route("/dashboard/organizations/{organization_id:str}/webhooks", http_method=READS)
async def overview(request: BillhookRequest, organization_id: FromPath[str]) -> Response[Any]:
    """List the webhooks of an organization, with a form for another one."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return await _list(tx, request)


@post("/dashboard/organizations/{organization_id:str}/webhooks", status_code=200)
async def add(request: BillhookRequest, organization_id: FromPath[str]) -> Response[Any]:
    """Add a webhook, and show its secret this once."""
    fields = await form_fields(request)
    settings, seal = request.app.state.settings, request.app.state.seal
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        wishes = [wish.strip() for wish in fields.get("events", "").split(",") if wish.strip()]
        url = fields.get("url", "").strip()
        try:
            made, secret = await webhooks.create(
                tx, seal, url, wishes, enabled=True, allow_private=settings.allow_private_addresses
            )
        except Invalid as refused:
            wrong = {fault.path.partition(".")[0] for fault in refused.faults}
            return await _list(tx, request, said=fields, wrong=wrong, status=422)
        return await _one(tx, request, made, secret=secret)


@route("/dashboard/organizations/{organization_id:str}/webhooks/{webhook_id:str}", http_method=READS)
async def one(request: BillhookRequest, organization_id: FromPath[str], webhook_id: FromPath[str]) -> Response[Any]:
    """Show a webhook and its log."""
    async with request.database.open(request.principal.account_id) as tx:
        webhook = await _entered(tx, organization_id, webhook_id)
        return await _one(tx, request, webhook)


@post("/dashboard/organizations/{organization_id:str}/webhooks/{webhook_id:str}", status_code=200)
async def act(request: BillhookRequest, organization_id: FromPath[str], webhook_id: FromPath[str]) -> Response[Any]:
    """Do what a button says: switch it, give it another secret, send again what was given up, delete it."""
    deed = (await form_fields(request)).get("deed")
    settings, seal = request.app.state.settings, request.app.state.seal
    async with request.database.open(request.principal.account_id) as tx:
        webhook = await _entered(tx, organization_id, webhook_id, admin=True)
        if deed == "rotate":
            return await _rotated(tx, request, webhook, seal)
        if deed == "delete":
            await webhooks.delete(tx, webhook.id)
            return go(place(organization_id))
        if deed == "failed":
            await webhooks.redeliver(tx, webhook.id, Range(failed=True))
        if deed in ("on", "off"):
            await webhooks.change(
                tx,
                webhook,
                webhook.url,
                webhook.events,
                enabled=deed == "on",
                allow_private=settings.allow_private_addresses,
            )
    return go(f"{place(organization_id)}/{webhook_id}")


async def _rotated(tx: Tx, request: BillhookRequest, webhook: Webhook, seal: Seal) -> Response[Any]:
    changed, secret = await webhooks.rotate(tx, seal, webhook.id)
    return await _one(tx, request, changed, secret=secret)


@route(
    "/dashboard/organizations/{organization_id:str}/webhooks/{webhook_id:str}/{event_id:str}",
    http_method=READS,
)
async def message(
    request: BillhookRequest, organization_id: FromPath[str], webhook_id: FromPath[str], event_id: FromPath[str]
) -> Response[Any]:
    """Show a message, and every try to deliver it."""
    async with request.database.open(request.principal.account_id) as tx:
        webhook = await _entered(tx, organization_id, webhook_id)
        found, event, tries = await webhooks.delivery(tx, webhook.id, event_id)
        organization = await organizations.read(tx)
    own = _words(request)
    body = msgspec.json.format(msgspec.json.encode(events.message_of(event)), indent=2).decode()
    shown = [(time.iso(one.at), one.status, one.milliseconds, one.error, one.answer) for one in tries]
    return page(
        "webhook_message",
        words_of(request),
        event.type,
        at=_AT,
        own=own,
        organization=organization,
        webhook=webhook,
        row=_row(found, own),
        body=body,
        tries=shown,
    )


@post(
    "/dashboard/organizations/{organization_id:str}/webhooks/{webhook_id:str}/{event_id:str}",
    status_code=200,
)
async def send_again(
    request: BillhookRequest, organization_id: FromPath[str], webhook_id: FromPath[str], event_id: FromPath[str]
) -> Response[Any]:
    """Send a message again."""
    async with request.database.open(request.principal.account_id) as tx:
        webhook = await _entered(tx, organization_id, webhook_id, admin=True)
        await webhooks.redeliver_one(tx, webhook.id, event_id)
    return go(f"{place(organization_id)}/{webhook_id}/{event_id}")


async def _entered(tx: Tx, organization_id: str, webhook_id: str, *, admin: bool = False) -> Webhook:
    """Enter the tenant of a webhook that is where its address says. Raises what `webhooks.enter` raises."""
    entered = await webhooks.enter(tx, webhook_id, admin=admin)
    if entered.organization_id != organization_id:
        raise NotYours
    return await webhooks.read(tx, webhook_id)


def _words(request: BillhookRequest) -> WebhookWords:
    return webhook_words_in(language_of(request))


async def _list(
    tx: Tx,
    request: BillhookRequest,
    *,
    said: dict[str, str] | None = None,
    wrong: set[str] | None = None,
    status: int = 200,
) -> Response[Any]:
    organization: Organization = await organizations.read(tx)
    rows, _ = await webhooks.page(tx, _ALL)
    own = _words(request)
    return page(
        "webhooks",
        words_of(request),
        own.webhooks,
        at=_AT,
        status=status,
        own=own,
        organization=organization,
        rows=rows,
        said=said or {},
        wrong=wrong or set(),
    )


async def _one(tx: Tx, request: BillhookRequest, webhook: Webhook, *, secret: str = "") -> Response[Any]:
    organization: Organization = await organizations.read(tx)
    log = await webhooks.deliveries(tx, webhook.id, before=None, state=None, most=_LOGGED)
    own = _words(request)
    return page(
        "webhook",
        words_of(request),
        own.webhooks,
        at=_AT,
        own=own,
        organization=organization,
        webhook=webhook,
        secret=secret,
        mask=f"whsec_********{webhook.hint}",
        both_until=time.iso(webhook.previous_until) if webhook.previous_until else "",
        failing_since=time.iso(webhook.failing_since) if webhook.failing_since else "",
        log=[_row(delivery, own) for delivery in log],
        any_failed=any(delivery.state == "failed" for delivery in log),
    )


def _row(delivery: Delivery, own: WebhookWords) -> Row:
    return Row(
        event_id=Position(delivery.era, delivery.xid, delivery.sequence).word,
        type=delivery.type,
        at=time.iso(delivery.created_at),
        state=getattr(own, delivery.state),
        badge=_BADGES[delivery.state],
        attempts=delivery.attempts,
        next_at=time.iso(delivery.run_at) if delivery.state == "waiting" else "",
    )


ROUTES = [overview, add, one, act, message, send_again]
