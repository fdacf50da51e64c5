"""Webhooks: addresses that an organization's events are told to, signed, until they are taken."""

from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from billhook import events, organizations, webhooks
from billhook.api.feed import EventOut, event_out
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, Success, listed, picked
from billhook.api.wire import UNSET, Flag, In, Out, Text, When, given, iso
from billhook.events import BEGINNING, Position
from billhook.kernel.problems import Fault, Invalid
from billhook.settings import Seal
from billhook.web import BillhookRequest, parse_query, parse_where
from billhook.webhooks import Attempt, Delivery, Range, Webhook

MASK = "********"
MOST_LOGGED = 100
STATES = ("waiting", "delivered", "failed")

Before = Annotated[
    str | None, QueryParameter(name="before", description="The `eventId` to go on in front of: the last one you have.")
]
StateOf = Annotated[
    str | None, QueryParameter(name="state", description="Only deliveries that are `waiting`, `delivered` or `failed`.")
]
LogLimit = Annotated[int, QueryParameter(name="limit", description="How many deliveries at most: 1 to 100.")]


class WebhookIn(In, kw_only=True):
    """A webhook as said."""

    url: Text = UNSET
    events: list[Any] | None | msgspec.UnsetType = UNSET
    enabled: Flag = UNSET


class WebhookOut(Out, kw_only=True):
    """A webhook."""

    id: str
    organization_id: str
    url: str
    events: list[str]
    """`document.issued`, `payment.*`, `*`; in the words of the dialect `client/create`, `client/*`."""
    enabled: bool
    secret: str
    """What messages are signed with. Shown whole only in the answer that made it; after that by its end."""
    previous_secret_until: str | None = None
    """Until then messages are signed with the secret before, too."""
    failing_since: str | None = None
    """The first failure after the last success."""
    paused_at: str | None = None
    """When it was paused, after days without a success. It is resumed by `enabled`: true."""
    created_at: str
    updated_at: str
    deleted_at: str | None = None
    is_deleted: bool


class DeliveryOut(Out, kw_only=True):
    """What became of telling a webhook of an event."""

    event_id: str
    """The event, and the header `webhook-id` of every try."""
    type: str
    state: str
    """`waiting`, `delivered` or `failed`."""
    attempts: int
    """How often it was tried since it was asked for."""
    next_attempt_at: str | None = None
    delivered_at: str | None = None
    created_at: str


class AttemptOut(Out, kw_only=True):
    """One try."""

    at: str
    url: str
    duration: int
    """Milliseconds until the answer, or until there was none."""
    status: int | None = None
    answer: str | None = None
    """How the answer began: 2,000 bytes at most."""
    error: str | None = None


class LoggedOut(DeliveryOut, kw_only=True):
    """A delivery with all that is known of it."""

    body: EventOut
    """What is sent."""
    tries: list[AttemptOut]
    """Every try, oldest first."""


class RangeIn(In, kw_only=True):
    """Which events are to be delivered anew: of a time, or behind a place of the feed; or only those that failed."""

    after: Text = UNSET
    since: When = UNSET
    until: When = UNSET
    failed: Flag = UNSET


def webhook_out(webhook: Webhook, secret: str | None = None) -> WebhookOut:
    """Return the wire form of a webhook; its secret only where it was just made."""
    return WebhookOut(
        id=webhook.id,
        organization_id=webhook.organization_id,
        url=webhook.url,
        events=webhook.events,
        enabled=webhook.enabled,
        secret=secret or f"whsec_{MASK}{webhook.hint}",
        previous_secret_until=iso(webhook.previous_until),
        failing_since=iso(webhook.failing_since),
        paused_at=iso(webhook.paused_at),
        created_at=iso(webhook.created_at) or "",
        updated_at=iso(webhook.updated_at) or "",
        deleted_at=iso(webhook.deleted_at),
        is_deleted=webhook.deleted_at is not None,
    )


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "event_id": Position(delivery.era, delivery.xid, delivery.sequence).word,
        "type": delivery.type,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_attempt_at": iso(delivery.run_at) if delivery.state == "waiting" else None,
        "delivered_at": iso(delivery.delivered_at),
        "created_at": iso(delivery.created_at) or "",
    }


def _attempt(attempt: Attempt) -> AttemptOut:
    return AttemptOut(
        at=iso(attempt.at) or "",
        url=attempt.url,
        duration=attempt.milliseconds,
        status=attempt.status,
        answer=attempt.answer,
        error=attempt.error,
    )


def _seal(request: BillhookRequest) -> Seal:
    seal: Seal = request.app.state.seal
    return seal


def _private(request: BillhookRequest) -> bool:
    return bool(request.app.state.settings.allow_private_addresses)


TAGS = ["Webhooks"]


@post("/Organizations/{organization_id:str}/webhooks", status_code=200, tags=TAGS, summary="Add a webhook")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[WebhookIn]) -> WebhookOut:
    """Let an address be told of what happens from now on. The answer, and no other, shows the secret."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        made, secret = await webhooks.create(
            tx,
            _seal(request),
            given(data.url) or "",
            given(data.events) or [],
            enabled=given(data.enabled) is not False,
            allow_private=_private(request),
        )
    return webhook_out(made, secret)


@get("/Organizations/{organization_id:str}/webhooks", tags=TAGS, summary="List webhooks")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[WebhookOut]:
    """Return a page of the organization's webhooks; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await webhooks.page(tx, query)
    return listed([webhook_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/webhooks/count", tags=TAGS, summary="Count webhooks")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's webhooks match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await webhooks.count(tx, condition))


@get("/Webhooks/{webhook_id:str}", tags=TAGS, summary="Read a webhook")
async def read(request: BillhookRequest, webhook_id: FromPath[str], filter: FilterParameter = None) -> WebhookOut:
    """Return a webhook; `filter[deleted]` finds deleted ones."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id)
        found = await webhooks.read(tx, webhook_id, deleted=query.deleted)
    return JsonResponse(picked(webhook_out(found), query), media_type="application/json")  # type: ignore[return-value]


@put("/Webhooks/{webhook_id:str}", tags=TAGS, summary="Replace a webhook")
async def replace(request: BillhookRequest, webhook_id: FromPath[str], data: JSONBody[WebhookIn]) -> WebhookOut:
    """Replace address, events and whether it is enabled; id and secret stay."""
    enabled = given(data.enabled) is not False
    return await _changed(request, webhook_id, given(data.url) or "", given(data.events) or [], enabled=enabled)


@post("/Webhooks/{webhook_id:str}/replace", status_code=200, tags=TAGS, summary="Replace a webhook")
async def replace_by_post(request: BillhookRequest, webhook_id: FromPath[str], data: JSONBody[WebhookIn]) -> WebhookOut:
    """Do the same as PUT."""
    enabled = given(data.enabled) is not False
    return await _changed(request, webhook_id, given(data.url) or "", given(data.events) or [], enabled=enabled)


@patch("/Webhooks/{webhook_id:str}", tags=TAGS, summary="Change a webhook")
async def change(request: BillhookRequest, webhook_id: FromPath[str], data: JSONBody[WebhookIn]) -> WebhookOut:
    """Change what is said. One that was off or paused goes on with what happens from now on; see `redeliver`."""
    return await _changed(request, webhook_id, given(data.url), given(data.events), enabled=given(data.enabled))


async def _changed(
    request: BillhookRequest, webhook_id: str, url: str | None, wishes: list[Any] | None, *, enabled: bool | None
) -> WebhookOut:
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id, admin=True)
        before = await webhooks.read(tx, webhook_id)
        changed = await webhooks.change(
            tx,
            before,
            before.url if url is None else url,
            before.events if wishes is None else wishes,
            enabled=before.enabled if enabled is None else enabled,
            allow_private=_private(request),
        )
    return webhook_out(changed)


@delete("/Webhooks/{webhook_id:str}", status_code=200, tags=TAGS, summary="Delete a webhook")
async def remove(request: BillhookRequest, webhook_id: FromPath[str]) -> Count:
    """Delete a webhook: nothing more is sent; `count` is 0 when it was deleted before."""
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id, admin=True)
        return Count(await webhooks.delete(tx, webhook_id))


@post("/Webhooks/{webhook_id:str}/rotate-secret", status_code=200, tags=TAGS, summary="Give a webhook a new secret")
async def rotate(request: BillhookRequest, webhook_id: FromPath[str]) -> WebhookOut:
    """Make a new secret, shown in this answer only. For 24 hours messages are signed with the old one, too."""
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id, admin=True)
        changed, secret = await webhooks.rotate(tx, _seal(request), webhook_id)
    return webhook_out(changed, secret)


@get("/Webhooks/{webhook_id:str}/deliveries", tags=TAGS, summary="The log of a webhook")
async def log(
    request: BillhookRequest,
    webhook_id: FromPath[str],
    only: StateOf = None,
    before: Before = None,
    limit: LogLimit = 50,
) -> list[DeliveryOut]:
    """Return what became of the last events it was told, newest first. The log is kept for 30 days."""
    place = Position.of(before) if before else None
    faults = []
    if before and place is None:
        faults.append(Fault("before", "format", "must be an `eventId` of the log"))
    if only and only not in STATES:
        faults.append(Fault("state", "inclusion", f"must be one of {', '.join(STATES)}"))
    if not 1 <= limit <= MOST_LOGGED:
        faults.append(Fault("limit", "numericality", f"must be 1 to {MOST_LOGGED}"))
    if faults:
        raise Invalid("Delivery", faults)
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id)
        found = await webhooks.deliveries(tx, webhook_id, before=place, state=only or None, most=limit)
    return [DeliveryOut(**_delivery(row)) for row in found]


@get("/Webhooks/{webhook_id:str}/deliveries/{event_id:str}", tags=TAGS, summary="Read a delivery")
async def read_delivery(request: BillhookRequest, webhook_id: FromPath[str], event_id: FromPath[str]) -> LoggedOut:
    """Return what is sent of an event, every try, and what was answered."""
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id)
        found, event, tries = await webhooks.delivery(tx, webhook_id, event_id)
    body = event_out(events.message_of(event))
    return LoggedOut(**_delivery(found), body=body, tries=[_attempt(one) for one in tries])


@post(
    "/Webhooks/{webhook_id:str}/deliveries/{event_id:str}/redeliver",
    status_code=200,
    tags=TAGS,
    summary="Deliver an event anew",
)
async def redeliver_one(request: BillhookRequest, webhook_id: FromPath[str], event_id: FromPath[str]) -> Success:
    """Send an event again, whatever became of it, under the same `webhook-id`; it is tried for three days again."""
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id, admin=True)
        await webhooks.redeliver_one(tx, webhook_id, event_id)
    return Success()


@post("/Webhooks/{webhook_id:str}/redeliver", status_code=200, tags=TAGS, summary="Deliver a range of events anew")
async def redeliver(request: BillhookRequest, webhook_id: FromPath[str], data: JSONBody[RangeIn]) -> Count:
    """Send the events of a range again, also those it was off or paused for; 10,000 at a time, the oldest first."""
    wanted = _range(data)
    async with request.database.open(request.principal.account_id) as tx:
        await webhooks.enter(tx, webhook_id, admin=True)
        return Count(await webhooks.redeliver(tx, webhook_id, wanted))


def _range(data: RangeIn) -> Range:
    """Return the range that is meant. Raises Invalid."""
    after, since = given(data.after), given(data.since)
    place = Position.of(after) if after else BEGINNING
    if place is None:
        raise Invalid("Range", [Fault("after", "format", "must be `next` of the feed, or the id of an event")])
    if not after and since is None and given(data.failed) is not True:
        message = "must be said, unless `after` or `failed` is: all events there ever were are meant by nobody"
        raise Invalid("Range", [Fault("since", "presence", message)])
    return Range(after=place, since=since, until=given(data.until), failed=given(data.failed) is True)


ROUTES = [
    create,
    page,
    count,
    read,
    replace,
    replace_by_post,
    change,
    remove,
    rotate,
    log,
    read_delivery,
    redeliver_one,
    redeliver,
]
