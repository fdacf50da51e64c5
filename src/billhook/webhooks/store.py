"""The statements of webhooks."""

from datetime import datetime

from billhook.db import Statements, Tx
from billhook.events import Event
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered
from billhook.webhooks.model import Attempt, Delivery, Turn, Webhook

sql = Statements(__package__)


class Waiting(Event, frozen=True):
    """An event that is due for a webhook, and how often it was tried."""

    attempts: int


@sql.enter
async def enter_webhook(tx: Tx, webhook: Id, webhook_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def insert_webhook(
    tx: Tx, id: Id, url: str, events: list[str], enabled: bool, secret: bytes, hint: str, most: int
) -> Webhook | None: ...


@sql.one
async def select_webhook(tx: Tx, webhook: Id, deleted: bool) -> Webhook | None: ...


@sql.one
async def update_webhook(tx: Tx, webhook: Id, url: str, events: list[str], enabled: bool) -> Webhook | None: ...


@sql.one
async def rotate(tx: Tx, webhook: Id, secret: bytes, hint: str, until: datetime) -> Webhook | None: ...


@sql.run
async def delete_webhook(tx: Tx, webhook: Id) -> int: ...


@sql.many
async def deliveries(
    tx: Tx, webhook: Id, era: int, xid: int, sequence: int, state: str | None, most: int
) -> list[Delivery]: ...


@sql.one
async def delivery(tx: Tx, webhook: Id, era: int, xid: int, sequence: int) -> Delivery | None: ...


@sql.many
async def attempts_of(tx: Tx, webhook: Id, era: int, xid: int, sequence: int) -> list[Attempt]: ...


@sql.one
async def event(tx: Tx, era: int, xid: int, sequence: int) -> Event | None: ...


@sql.one
async def redeliver(
    tx: Tx,
    webhook: Id,
    era: int,
    xid: int,
    sequence: int,
    to_era: int | None,
    to_xid: int | None,
    to_sequence: int | None,
    since: datetime | None,
    until: datetime | None,
    failed: bool,
    most: int,
) -> int: ...


@sql.one
async def fan_out(tx: Tx, most: int) -> int: ...


@sql.one
async def look_for_missed(tx: Tx) -> bool: ...


@sql.one
async def forget(tx: Tx, before: datetime, most: int) -> int: ...


@sql.many
async def take_turns(tx: Tx, slow: bool, most: int, lease_seconds: int) -> list[Turn]: ...


@sql.many
async def waiting(tx: Tx, endpoint: Id, most: int) -> list[Waiting]: ...


@sql.run
async def note(
    tx: Tx,
    endpoint: Id,
    era: int,
    xid: int,
    sequence: int,
    url: str,
    at: datetime,
    milliseconds: int,
    status: int | None,
    answer: str | None,
    error: str | None,
    state: str,
    run_at: datetime,
) -> int: ...


@sql.one
async def end_turn(
    tx: Tx,
    endpoint: Id,
    lease: datetime,
    slow: bool,
    unreached: int,
    hold: datetime | None,
    succeeded: bool,
    failed: bool,
    recovered: bool,
    patience_hours: int,
) -> bool: ...


@sql.one
async def paused_now(tx: Tx, endpoint: Id) -> str | None: ...


list_webhooks = sql.dynamic(Webhook)
count_webhooks = sql.dynamic(int)
LIST_WEBHOOKS = sql.text("list_webhooks")
COUNT_WEBHOOKS = sql.text("count_webhooks")

sql.finish()
