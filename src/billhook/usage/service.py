"""What can be read of an account's usage; whether one may is settled by who calls."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from billhook.db import Tx
from billhook.kernel.ids import Id
from billhook.usage import store
from billhook.usage.columns import MONTH, MONTHS, REQUESTS
from billhook.usage.model import Month, Request
from billhook.web import Listing, Query

MOST_FORGOTTEN: Final = 5_000
MOST_MONTHS: Final = 24

_REQUESTS: Final = Listing(
    store.LIST_REQUESTS, store.list_requests, store.COUNT_REQUESTS, store.count_requests, REQUESTS, tie="r.id"
)
_MONTHS: Final = Listing(
    store.LIST_MONTHS, store.list_months, store.COUNT_MONTHS, store.count_months, MONTHS, tie=MONTH
)


async def requests(tx: Tx, account_id: Id, query: Query) -> tuple[list[Request], int]:
    """Return a page of an account's requests, newest first unless said otherwise, and how many there are in all."""
    if not query.order:
        query = msgspec.structs.replace(query, order=(("id", "DESC"),))
    return await _REQUESTS.page(tx, query, account_id)


async def count_requests(tx: Tx, account_id: Id, where: dict[str, Any]) -> int:
    """Return how many requests of an account match."""
    return await _REQUESTS.count(tx, where, account_id)


async def months(tx: Tx, account_id: Id, query: Query) -> tuple[list[Month], int]:
    """Return the last months in which something was issued for an account, newest first, and how many there are."""
    if not query.order:
        query = msgspec.structs.replace(query, order=(("year", "DESC"), ("month", "DESC")))
    return await _MONTHS.page(tx, query, account_id, _since(tx.now))


async def count_months(tx: Tx, account_id: Id, where: dict[str, Any]) -> int:
    """Return in how many of the last months something was issued for an account."""
    return await _MONTHS.count(tx, where, account_id, _since(tx.now))


def _since(now: datetime) -> datetime:
    """Return an instant before the first of the months that are told begins anywhere on earth."""
    year, month = divmod(now.year * 12 + now.month - 1 - (MOST_MONTHS - 1), 12)
    return now.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


async def forget(tx: Tx, days: int) -> int:
    """Forget requests that are older than so many days, at most MOST_FORGOTTEN of them; return how many went."""
    return await store.forget_requests(tx, tx.now - timedelta(days=days), MOST_FORGOTTEN)
