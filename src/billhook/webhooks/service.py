"""What can be done with webhooks, each inside one unit of work."""

from datetime import datetime
from typing import Any, Final

import msgspec

from billhook.db import Tx
from billhook.events import BEGINNING, Event, Position, pattern_of
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotFound, NotYours, invalid
from billhook.organizations import Entered, admit
from billhook.settings import Seal
from billhook.web import Listing, Query
from billhook.webhooks import store
from billhook.webhooks.columns import WEBHOOKS
from billhook.webhooks.model import (
    BOTH_GOOD,
    MOST_WEBHOOKS,
    Attempt,
    Delivery,
    Webhook,
    faults_of,
    new_secret,
)

MOST_REDELIVERED: Final = 10_000
_END: Final = Position(4095, 2**44 - 1, 2**40 - 1)
_LISTED: Final = Listing(
    store.LIST_WEBHOOKS, store.list_webhooks, store.COUNT_WEBHOOKS, store.count_webhooks, WEBHOOKS, softly=True
)


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are to be delivered anew: behind a place and up to another one, of a time, only what has failed."""

    after: Position = BEGINNING
    to: Position | None = None
    since: datetime | None = None
    until: datetime | None = None
    failed: bool = False


async def enter(tx: Tx, webhook_id: str, *, admin: bool = False) -> Entered:
    """Begin to act for the organization a webhook belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(webhook_id) or tx.account is None:
        raise NotYours
    found = await store.enter_webhook(tx, Id(webhook_id), ids.shard_of(webhook_id), tx.account)
    return admit(tx, found, admin=admin)


def _checked(url: str, events: list[Any], *, allow_private: bool) -> list[str]:
    if faults := faults_of(url, events, allow_private=allow_private):
        raise Invalid("Webhook", faults)
    return list(dict.fromkeys(pattern_of(wish) or "" for wish in events))


async def create(
    tx: Tx, seal: Seal, url: str, events: list[Any], *, enabled: bool, allow_private: bool
) -> tuple[Webhook, str]:
    """Make a webhook of the organization that was entered; return it and its secret, which is not shown again.

    It is told of what happens from now on. Raises Invalid.
    """
    wanted, secret = _checked(url, events, allow_private=allow_private), new_secret()
    made = await store.insert_webhook(
        tx, ids.new(tx.shard), url, wanted, enabled, seal.close_bytes(secret.encode()), secret[-4:], MOST_WEBHOOKS
    )
    if made is None:
        raise invalid("Webhook", "id", "too_many", f"cannot be more than {MOST_WEBHOOKS} in one organization")
    return made, secret


async def read(tx: Tx, webhook_id: str, *, deleted: bool = False) -> Webhook:
    """Return a webhook of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    return _there(await store.select_webhook(tx, Id(webhook_id), deleted))


def _there(found: Webhook | None) -> Webhook:
    if found is None:
        raise NotYours
    return found


async def change(
    tx: Tx, webhook: Webhook, url: str, events: list[Any], *, enabled: bool, allow_private: bool
) -> Webhook:
    """Store a webhook as changed. One that was off or paused goes on with what happens from now on. Raises Invalid."""
    wanted = _checked(url, events, allow_private=allow_private)
    return _there(await store.update_webhook(tx, webhook.id, url, wanted, enabled))


async def rotate(tx: Tx, seal: Seal, webhook_id: str) -> tuple[Webhook, str]:
    """Give a webhook a new secret; messages are signed with the old one, too, for a day. Raises NotYours."""
    secret = new_secret()
    sealed, until = seal.close_bytes(secret.encode()), tx.now + BOTH_GOOD
    return _there(await store.rotate(tx, Id(webhook_id), sealed, secret[-4:], until)), secret


async def delete(tx: Tx, webhook_id: str) -> int:
    """Delete a webhook, softly: nothing more is sent, its log stays. 0 when it was deleted before."""
    return await store.delete_webhook(tx, Id(webhook_id))


async def page(tx: Tx, query: Query) -> tuple[list[Webhook], int]:
    """Return a page of the organization's webhooks, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any]) -> int:
    """Return how many webhooks of the organization match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization)


async def deliveries(
    tx: Tx, webhook_id: str, *, before: Position | None, state: str | None, most: int
) -> list[Delivery]:
    """Return the log of a webhook, newest event first, in front of a place. Raises NotYours."""
    webhook, place = await read(tx, webhook_id), before or _END
    return await store.deliveries(tx, webhook.id, place.era, place.xid, place.sequence, state, most)


async def delivery(tx: Tx, webhook_id: str, event_id: str) -> tuple[Delivery, Event, list[Attempt]]:
    """Return what became of telling a webhook of an event: what is said, and every try. Raises NotYours, NotFound."""
    webhook, place = await read(tx, webhook_id), Position.of(event_id) or BEGINNING
    key = (place.era, place.xid, place.sequence)
    found, event = await store.delivery(tx, webhook.id, *key), await store.event(tx, *key)
    if found is None or event is None:
        raise NotFound(what="delivery of this event")
    return found, event, await store.attempts_of(tx, webhook.id, *key)


async def redeliver(tx: Tx, webhook_id: str, wanted: Range) -> int:
    """Deliver the events of a range anew; return how many, MOST_REDELIVERED at most, the oldest. Raises NotYours."""
    webhook, after, to = await read(tx, webhook_id), wanted.after, wanted.to
    return await store.redeliver(
        tx,
        webhook.id,
        era=after.era,
        xid=after.xid,
        sequence=after.sequence,
        to_era=to.era if to else None,
        to_xid=to.xid if to else None,
        to_sequence=to.sequence if to else None,
        since=wanted.since,
        until=wanted.until,
        failed=wanted.failed,
        most=MOST_REDELIVERED,
    )


async def redeliver_one(tx: Tx, webhook_id: str, event_id: str) -> None:
    """Deliver one event anew. Raises NotYours, NotFound."""
    found, _, _ = await delivery(tx, webhook_id, event_id)
    to = Position(found.era, found.xid, found.sequence)
    before = Position(to.era, to.xid, to.sequence - 1)
    if not await redeliver(tx, webhook_id, Range(after=before, to=to)):
        raise NotFound(what="event that this webhook still wants")
