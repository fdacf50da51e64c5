"""The statements of the exchange room."""

from datetime import date
from decimal import Decimal

import msgspec

from billhook.db import Statements, Tx
from billhook.exchange.model import Alternative
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered

sql = Statements(__package__)


class Pair(msgspec.Struct, frozen=True):
    """What a currency (`one_rate`) and the organization's (`other_rate`) were worth on a day."""

    one_rate: Decimal
    other_rate: Decimal


@sql.one
async def keep(tx: Tx, source: str, currencies: list[str], days: list[date], rates: list[Decimal]) -> int: ...


@sql.enter
async def enter_alternative(tx: Tx, alternative: Id, alternative_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def main_currency(tx: Tx) -> str: ...


@sql.one
async def newest_rates(tx: Tx, currency: str, source: str) -> Pair | None: ...


@sql.one
async def insert_alternative(tx: Tx, id: Id, currency: str, provider: str | None, rate: Decimal) -> Id | None: ...


@sql.run
async def update_alternative(tx: Tx, alternative: Id, provider: str | None, rate: Decimal) -> int: ...


@sql.many
async def alternatives(
    tx: Tx, source: str, alternative: Id | None, after: Id | None, most: int
) -> list[Alternative]: ...


@sql.one
async def hold_alternative(tx: Tx, currency: str) -> Id | None: ...


@sql.one
async def lock_alternative(tx: Tx, alternative: Id) -> str | None: ...


@sql.one
async def has_drafts(tx: Tx, alternative: Id) -> bool: ...


@sql.run
async def delete_alternative(tx: Tx, alternative: Id) -> int: ...


sql.finish()
