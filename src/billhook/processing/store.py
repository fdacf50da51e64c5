"""The statements of money taken online."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from billhook.db import Statements, Tx
from billhook.gateways import Failure, Saved
from billhook.kernel.ids import Id
from billhook.organizations import Entered
from billhook.processing.attempts import OnlinePayment
from billhook.processing.model import (
    Consent,
    Desk,
    Intent,
    Merchant,
    Method,
    Movement,
    Platform,
    Refund,
    Transaction,
)

sql = Statements(__package__)


class Keys(msgspec.Struct, frozen=True):
    """What a platform's gateway is called with, sealed."""

    gateway: str
    remote_id: str
    credentials: bytes


class Due(msgspec.Struct, frozen=True):
    """An intent to look after."""

    organization_id: Id
    intent_id: Id


@sql.one
async def insert_platform(
    tx: Tx,
    *,
    id: Id,
    owner: Id,
    face: str,
    gateway: str,
    environment: str,
    approved: bool,
    application_fee: Decimal,
    refund_fee: str,
    return_url: str | None,
    remote_id: str,
    credentials: bytes,
    options: dict[str, Any],
    custom: dict[str, Any],
) -> Platform | None: ...


@sql.one
async def select_platform(tx: Tx, owner: Id, face: str) -> Platform | None: ...


@sql.one
async def sealed(tx: Tx, owner: Id, face: str) -> bytes | None: ...


@sql.run
async def change_platform(
    tx: Tx,
    *,
    owner: Id,
    face: str,
    application_fee: Decimal | None,
    refund_fee: str | None,
    says_return_url: bool,
    return_url: str | None,
    active: bool | None,
    custom: dict[str, Any] | None,
    options: dict[str, Any] | None,
    credentials: bytes | None,
) -> int: ...


@sql.run
async def verify(tx: Tx, owner: Id, face: str, gateway: str, form: dict[str, str], approved: bool) -> int: ...


@sql.one
async def is_offered(tx: Tx, face: str) -> bool: ...


@sql.one
async def keys_of(tx: Tx, platform: Id) -> Keys | None: ...


@sql.one
async def platform_of_organization(tx: Tx, face: str) -> Id | None: ...


@sql.one
async def put_merchant(tx: Tx, id: Id, platform: Id) -> Merchant: ...


@sql.one
async def note_merchant(
    tx: Tx, merchant: Id, remote_id: str, charges_enabled: bool, reason: str
) -> Merchant | None: ...


@sql.one
async def merchant_of_organization(tx: Tx, face: str) -> Merchant | None: ...


@sql.run
async def switch_merchant(tx: Tx, face: str, active: bool) -> int: ...


@sql.one
async def merchant_owner(tx: Tx, merchant: Id, merchant_shard: int) -> Id | None: ...


@sql.one
async def merchant_named(tx: Tx, remote_id: str, platform: Id | None) -> Id | None: ...


@sql.one
async def intent_owner(tx: Tx, intent: Id, intent_shard: int) -> Id | None: ...


@sql.one
async def desk(tx: Tx, merchant: Id | None, face: str | None) -> Desk | None: ...


@sql.enter
async def enter_intent(tx: Tx, intent: Id, intent_shard: int, actor: Id) -> Entered | None: ...


@sql.enter
async def enter_link(tx: Tx, link: str) -> Due | None: ...


@sql.one
async def insert_intent(
    tx: Tx,
    *,
    id: Id,
    owner: Id,
    merchant: Id,
    document: Id | None,
    token: str,
    status: str,
    amount: int,
    currency: str,
    exponent: int,
    application_fee: int,
    operator_fee: int,
    reference: str,
    return_url: str | None,
    allow_recurring: bool,
    initial: Id | None,
    attempt: int,
    consent: Consent | None,
    embedded: bool,
    expires_at: datetime,
    look_at: datetime,
    surcharge: int,
    surcharge_percentage: Decimal | None,
) -> Intent | None: ...


@sql.one
async def select_intent(tx: Tx, intent: Id) -> Intent | None: ...


@sql.one
async def lock_intent(tx: Tx, intent: Id) -> Intent | None: ...


@sql.one
async def intent_being_collected(tx: Tx, document: Id) -> Intent | None: ...


@sql.one
async def intent_of_payment(tx: Tx, payment: Id) -> Intent | None: ...


@sql.many
async def online_payments(tx: Tx, documents: list[Id]) -> list[OnlinePayment]: ...


@sql.one
async def keep_method(tx: Tx, intent: Id, client: Id, automatic: bool) -> Method | None: ...


@sql.many
async def methods(tx: Tx, clients: list[Id]) -> list[Method]: ...


@sql.run
async def forget_method(tx: Tx, client: Id, intent: Id) -> int: ...


@sql.one
async def document_link(tx: Tx, document: Id) -> str | None: ...


@sql.one
async def is_outdated(tx: Tx, intent: Id) -> bool: ...


LIST_INTENTS = sql.text("list_intents")
list_intents = sql.dynamic(Intent)
COUNT_INTENTS = sql.text("count_intents")
count_intents = sql.dynamic(int)


@sql.run
async def reprice(
    tx: Tx,
    intent: Id,
    amount: int,
    surcharge: int,
    surcharge_percentage: Decimal | None,
    application_fee: int,
    operator_fee: int,
    expires_at: datetime,
) -> int: ...


@sql.one
async def begin(tx: Tx, intent: Id, consent: Consent | None, look_at: datetime) -> Intent | None: ...


@sql.run
async def note_remote(tx: Tx, intent: Id, attempt: int, remote_id: str, page_url: str) -> int: ...


@sql.one
async def revise(
    tx: Tx, intent: Id, revision: int, amount: int, application_fee: int, operator_fee: int
) -> Intent | None: ...


@sql.run
async def reopen(tx: Tx, intent: Id, attempt: int, remote_id: str | None) -> int: ...


@sql.run
async def close_unopened(tx: Tx, intent: Id, status: str) -> int: ...


@sql.run
async def refuse(tx: Tx, intent: Id, failure: Failure) -> int: ...


@sql.run
async def look_later(tx: Tx, intent: Id, look_at: datetime) -> int: ...


@sql.one
async def settle(
    tx: Tx,
    *,
    intent: Id,
    before: str,
    status: str,
    gateway: str,
    remote_id: str,
    page_url: str | None,
    amount: int,
    application_fee: int,
    operator_fee: int,
    failure: Failure | None,
    saved: Saved | None,
    payment: Id | None,
    refunded: int,
    disputed: int,
    look_at: datetime | None,
    changed: bool,
    movements: list[Movement],
) -> int: ...


class Moved(msgspec.Struct, frozen=True):
    """What moved of one kind in one currency, in minor units."""

    currency: str
    exponent: int
    kind: str
    count: int
    amount: int


@sql.many
async def moved_between(tx: Tx, first: datetime, last: datetime) -> list[Moved]: ...


LIST_TRANSACTIONS = sql.text("list_transactions")
list_transactions = sql.dynamic(Transaction)
COUNT_TRANSACTIONS = sql.text("count_transactions")
count_transactions = sql.dynamic(int)


@sql.one
async def insert_refund(
    tx: Tx,
    *,
    id: Id,
    owner: Id,
    intent: Id,
    amount: int,
    fee: int,
    currency: str,
    exponent: int,
    reason: str | None,
    status: str,
    remote_id: str | None,
    look_at: datetime | None,
    surcharge: int,
) -> Refund: ...


@sql.many
async def refunds_of(tx: Tx, intent: Id) -> list[Refund]: ...


@sql.run
async def note_asked(tx: Tx, refund: Id, status: str, remote_id: str | None, look_at: datetime | None) -> int: ...


@sql.one
async def note_refund(
    tx: Tx, refund: Id, status: str, remote_id: str | None, payment: Id | None, look_at: datetime | None
) -> Refund | None: ...


@sql.one
async def note_notice(
    tx: Tx, platform: Id, event: str, kind: str, reference: Id | None, job: str, payload: dict[str, Any]
) -> int: ...


@sql.many
async def due(tx: Tx, most: int) -> list[Due]: ...


sql.finish()
