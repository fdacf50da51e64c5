"""What can be asked of an organization that was entered: each is its zone and one or two statements."""

from datetime import date

from billhook.db import Tx
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, invalid
from billhook.statistics import store
from billhook.statistics.model import (
    TYPES,
    Business,
    Dist,
    Series,
    Totals,
    month_of,
    read_day,
    read_range,
    series_of,
    starts,
)


async def totals(tx: Tx, on: str | None = None) -> Totals:
    """Return what is owed, and what was paid this month; `on` is taken for today. Raises Invalid."""
    zone = await _zone(tx)
    today = _day(tx, on, zone)
    month = month_of(today)
    return Totals(
        await store.open_sums(tx, zone, today, month.first, month.last),
        await store.payment_sums(tx, Dist.MONTH, zone, month.first, month.last),
    )


async def documents(
    tx: Tx, type: str, first: str, last: str, dist: Dist, *, gross: bool = False, incoming: bool = False
) -> list[Series]:
    """Return what documents of a type (one of TYPES) come to, a series for each currency. Raises Invalid."""
    if type not in TYPES:
        raise invalid("query", "type", "inclusion", f"must be one of {', '.join(TYPES)}")
    zone = await _zone(tx)
    days = read_range(first, last, zone)
    starts(days, dist)  # too many periods are refused before anything is summed
    sums = await store.document_sums(tx, dist, zone, list(TYPES[type]), incoming, gross, days.first, days.last)
    return series_of(sums, days, dist)


async def payments(tx: Tx, first: str, last: str, dist: Dist) -> list[Series]:
    """Return what clients paid, a series for each currency and type of payment. Raises Invalid."""
    zone = await _zone(tx)
    days = read_range(first, last, zone)
    starts(days, dist)
    return series_of(await store.payment_sums(tx, dist, zone, days.first, days.last), days, dist)


async def business(tx: Tx, first: str | None, last: str | None, account_id: str | None) -> Business:
    """Return counts and sums by type and currency, from the first day of this year to today unless said otherwise.

    With an account only what that one issued and recorded. Raises Invalid.
    """
    zone = await _zone(tx)
    today = time.day(tx.now, zone)
    days = read_range(first or f"{today.year:04}-01-01", last or today.isoformat(), zone)
    actor = None
    if account_id:
        actor = Id(account_id) if ids.is_id(account_id) else ids.new()  # an id of another form names nobody
    issued = await store.documents_by_type(tx, zone, sorted(TYPES.keys() - {"sales"}), actor, days.first, days.last)
    return Business(days, issued, await store.payments_by_type(tx, zone, actor, days.first, days.last))


async def this_month_invoices(tx: Tx) -> int:
    """Return how many invoices the organization has issued this month."""
    zone = await _zone(tx)
    month = month_of(time.day(tx.now, zone))
    return await store.invoices_issued(tx, zone, month.first, month.last)


async def _zone(tx: Tx) -> str:
    zone = await store.zone(tx)
    if zone is None:
        raise NotYours
    return zone


def _day(tx: Tx, text: str | None, zone: str) -> date:
    if not text:
        return time.day(tx.now, zone)
    try:
        return read_day(text, zone)
    except (ValueError, OverflowError):
        message = "is not a date; use for example 2026-04-30 or 30/4/2026"
        raise invalid("query", "date", "format", message) from None
