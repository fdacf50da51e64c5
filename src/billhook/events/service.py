"""Reading events, each time inside one unit of work."""

from typing import Final

from billhook.db import Tx
from billhook.events import store
from billhook.events.model import BEGINNING, Page, Position
from billhook.kernel import ids

WINDOW: Final = 5_000
"""How many events are looked at in one read, whatever is looked for."""


async def read(tx: Tx, after: Position, *, types: list[str] | None = None, most: int = 100) -> Page:
    """Return events of the organization that was entered, behind a position and in order, of all types or of some.

    Whoever goes on behind the page's end misses none and gets none twice.
    """
    rows = await store.feed(tx, after.era, after.xid, after.sequence, types, WINDOW, most)
    if not rows:
        return Page([], after, more=False)
    events = [row.event for row in rows if types is None or row.type in types]
    return Page(events, rows[-1].event.position, more=len(rows) == most or rows[-1].scanned == WINDOW)


async def end(tx: Tx) -> Position:
    """Return where the feed of the organization that was entered ends for now."""
    if tx.organization is None:
        return BEGINNING
    found = await store.latest(tx, [ids.shard_of(tx.organization)], [tx.organization])
    return found[0].position if found else BEGINNING
