"""Looking: ask the gateway how a payment stands, and settle. Notice, return page and sweep all end here."""

import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from billhook import gateways
from billhook.gateways import Forged, operation_key
from billhook.jobs import Job
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, Problem
from billhook.processing import store
from billhook.processing.events import NOTICED
from billhook.processing.journeys.onboarding import refresh
from billhook.processing.journeys.till import Till, intent_and_desk, open_at_gateway, refund_at_gateway
from billhook.processing.model import OPEN, Desk, Intent, State
from billhook.processing.service.intents import enter_link, read
from billhook.processing.service.set_up import desk_of
from billhook.processing.service.settling import settle

log = logging.getLogger("billhook.processing")

MOST_AT_ONCE: Final = 100
OPERATOR: Final = Id("0" * 24)
"""Under whose name notices are kept that the operator's own keys prove."""
_OPERATORS: Final = gateways.Connection("", {})
_ROUNDS: Final = 20
_MONEY: Final = (gateways.Status.PROCESSING, gateways.Status.SUCCEEDED)
_AGAIN: Final = timedelta(minutes=5)


async def look(till: Till, organization: Id, intent_id: Id, hint: str | None = None) -> Intent:
    """Return an intent as it stands at the gateway; `hint` is what the gateway calls its payment, if somebody knows.

    What was begun and not finished (the process ended in between) is finished, under the keys it was begun with.
    Raises NotYours, NotEnabled and what a gateway raises.
    """
    while True:  # who goes round again does so because somebody else has settled, and that one is done
        intent, desk = await intent_and_desk(till, organization, intent_id)
        payment = await _payment(till, intent, desk, hint)
        if payment is None:
            return await _unopened(till, intent)
        if _lapsed(intent, payment, till.database.clock.now()):
            return await _reopened(till, intent)
        async with till.database.open(organization=organization) as tx:
            settled = await settle(tx, intent, payment, desk)
        if settled is not None:
            return settled


async def _unopened(till: Till, intent: Intent) -> Intent:
    """Let an intent expire that nobody has begun to pay."""
    async with till.database.open(organization=intent.organization_id) as tx:
        if intent.status in OPEN and intent.expires_at <= tx.now:
            await store.close_unopened(tx, intent.id, State.EXPIRED)
        return await read(tx, intent.id)


def _lapsed(intent: Intent, payment: gateways.Payment, now: datetime) -> bool:
    """Tell whether a page of the gateway is over that nobody has paid on, while the intent lives on."""
    over = payment.status == gateways.Status.EXPIRED and intent.expires_at > now
    return over and intent.status in OPEN and intent.initial_intent_id is None and payment.reference == intent.id


async def _reopened(till: Till, intent: Intent) -> Intent:
    async with till.database.open(organization=intent.organization_id) as tx:
        await store.reopen(tx, intent.id, intent.attempt, intent.remote_id)
        return await read(tx, intent.id)


async def _payment(till: Till, intent: Intent, desk: Desk, hint: str | None) -> gateways.Payment | None:
    """Return the payment of an intent, after what is left to do at the gateway; None where nobody has begun one."""
    gateway, connection = till.at(desk)
    merchant = desk.merchant_remote_id or ""
    payment = await _opened(gateway, connection, merchant, intent, hint)
    if payment is None and intent.begun_at is None:
        return None
    if payment is None:
        payment = await open_at_gateway(till, intent, desk)
    is_open = payment.status in (gateways.Status.OPEN, gateways.Status.REQUIRES_ACTION)
    if is_open and intent.expires_at <= till.database.clock.now():
        key = operation_key(intent.id, intent.attempt, "expire")
        payment = await gateway.cancel_payment(connection, merchant, payment.id, key=key)
    if intent.succeeded and await _finish_refunds(till, intent, desk):
        payment = await gateway.get_payment(connection, merchant, payment.id)
    return payment


async def _opened(
    gateway: gateways.Gateway, connection: gateways.Connection, merchant: str, intent: Intent, hint: str | None
) -> gateways.Payment | None:
    """Return the payment that was opened for an intent, if it is known which that is.

    A hint counts where money has come or is on its way. Else it may be about a page of before, which says nothing about
    the one that is just being opened.
    """
    if intent.remote_id is not None:
        return await gateway.get_payment(connection, merchant, intent.remote_id)
    hinted = await gateway.get_payment(connection, merchant, hint) if hint else None
    return hinted if hinted is not None and hinted.status in _MONEY else None


async def _finish_refunds(till: Till, intent: Intent, desk: Desk) -> bool:
    """Ask again for refunds whose answer never came; return whether there were any."""
    async with till.database.open(organization=intent.organization_id) as tx:
        rows = [row for row in await store.refunds_of(tx, intent.id) if row.status == "requested"]
    for row in rows:
        with contextlib.suppress(gateways.Refused):  # noted: it has failed
            await refund_at_gateway(till, intent, desk, row)
    return bool(rows)


def closed_as(intent: Intent, now: datetime) -> State:
    """Return how an intent ends that is called off now."""
    return State.EXPIRED if intent.expires_at <= now else State.CANCELED


class SharedIntent(msgspec.Struct, frozen=True):
    """What somebody who holds a payment link may see of it."""

    intent: Intent
    seller: str
    gateway: str
    page_origins: tuple[str, ...]
    obstacle: str
    document_link: str
    """The link of the document that is paid; empty where there is none."""


async def look_shared(till: Till, link: str) -> SharedIntent:
    """Return what a payment link shows, looked after if there may be news. Raises NotFound.

    Where the gateway does not answer, it is the intent as we know it.
    """
    async with till.database.open() as tx:
        intent = await read(tx, await enter_link(tx, link))
        desk = await desk_of(tx, intent.merchant_id)
        document_link = await store.document_link(tx, intent.document_id) if intent.document_id else None
    if intent.status in (*OPEN, State.PROCESSING):
        try:
            intent = await look(till, intent.organization_id, intent.id)
        except Problem as problem:
            log.warning("payment intent %s could not be looked after: %s", intent.id, problem)
    origins = till.gateways.get(desk.gateway).page_origins
    return SharedIntent(intent, desk.seller, desk.gateway, origins, desk.obstacle, document_link or "")


async def take_notice(till: Till, platform_id: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take what a gateway tells us: proved, kept once, acted on by a worker. Raises Forged."""
    async with till.database.open() as tx:
        keys = await store.keys_of(tx, Id(platform_id)) if ids.is_id(platform_id) else None
    if keys is None:
        raise Forged(why="its signature is not right")
    connection = gateways.Connection(keys.remote_id, till.gateways.seal.open(keys.credentials))
    await _take(till, Id(platform_id), till.gateways.get(keys.gateway), connection, headers, body)


async def take_operator_notice(till: Till, headers: Mapping[str, str], body: bytes) -> None:
    """Take what Stripe tells the operator, whose keys serve many accounts. Raises Forged."""
    try:
        await _take(till, OPERATOR, till.gateways.stripe, _OPERATORS, headers, body)
    except gateways.Refused:  # there are no keys
        raise Forged(why="its signature is not right") from None


async def _take(
    till: Till,
    platform: Id,
    gateway: gateways.Gateway,
    connection: gateways.Connection,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    notices = await gateway.read_notices(connection, headers, body, till.database.clock.now())
    async with till.database.open() as tx:
        for notice in notices:
            payload = msgspec.to_builtins(notice) | {"platform": platform}
            await store.note_notice(tx, platform, notice.id, notice.kind, notice.reference, NOTICED, payload)
    till.database.work.set()


async def noticed(till: Till, job: Job) -> None:
    """Look at what a notice is about: at a merchant, or at an intent. Notices are hints; the gateway is asked."""
    said, kind = job.payload, job.payload["kind"]
    reference = said["reference"] or await _traced(till, said)
    if reference is None:
        return  # somebody else's business with the same account
    reference, is_merchant = Id(reference), kind.startswith("merchant.")
    async with till.database.open() as tx:
        owner_of = store.merchant_owner if is_merchant else store.intent_owner
        organization = await owner_of(tx, reference, ids.shard_of(reference))
    if organization is None:
        log.warning("a notice is about %s, which is none of ours", reference)
    elif is_merchant:
        await refresh(till, organization, reference)
    else:
        await look(till, organization, reference, said["subject"] if said["reference"] else None)


async def _traced(till: Till, said: dict[str, Any]) -> Id | None:
    """Return our reference of what a notice is about that carries none.

    Merchants are known by the gateway's name of them; a payment is asked after at the gateway.
    """
    platform = Id(said["platform"])
    if said["kind"].startswith("merchant."):
        async with till.database.open() as tx:
            return await store.merchant_named(tx, said["subject"], None if platform == OPERATOR else platform)
    gateway: gateways.Gateway = till.gateways.stripe
    connection = _OPERATORS
    if platform != OPERATOR:
        async with till.database.open() as tx:
            keys = await store.keys_of(tx, platform)
        if keys is None:
            return None
        gateway = till.gateways.get(keys.gateway)
        connection = gateways.Connection(keys.remote_id, till.gateways.seal.open(keys.credentials))
    return await gateway.trace(connection, said["subject"], said["account"])


async def sweep(till: Till) -> int:
    """Look after everything that is due; return how much that was. What fails is looked after again later."""
    looked = 0
    for _ in range(_ROUNDS):
        async with till.database.open() as tx:
            due = await store.due(tx, MOST_AT_ONCE)
        for row in due:
            await _look_after(till, row)
        looked += len(due)
        if len(due) < MOST_AT_ONCE:
            break
    return looked


async def _look_after(till: Till, row: store.Due) -> None:
    try:
        await look(till, row.organization_id, row.intent_id)
    except (Problem, NotYours) as problem:
        log.warning("payment intent %s could not be looked after: %s", row.intent_id, problem)
        async with till.database.open(organization=row.organization_id) as tx:
            await store.look_later(tx, row.intent_id, tx.now + _AGAIN)
