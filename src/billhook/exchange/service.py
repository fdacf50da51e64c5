"""Keeping rates."""

from collections.abc import Sequence
from typing import Final

from billhook.db import Tx
from billhook.exchange import store
from billhook.exchange.model import Rate

AT_ONCE: Final = 5_000


async def keep(tx: Tx, source: str, rates: Sequence[Rate]) -> int:
    """Keep what a source has published, all of it or nothing; return how many rates are new or other than they were."""
    latest = {(rate.currency, rate.day): rate for rate in rates}
    ordered = [latest[key] for key in sorted(latest)]
    changed = 0
    async with tx.atomic():
        for start in range(0, len(ordered), AT_ONCE):
            part = ordered[start : start + AT_ONCE]
            changed += await store.keep(
                tx, source, [r.currency for r in part], [r.day for r in part], [r.rate for r in part]
            )
    return changed
