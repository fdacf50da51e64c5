"""Pages with a cursor: over one location, or over those of a network one after the other."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from billhook import documents
from billhook.billing_api.network import enter_location, locations
from billhook.billing_api.wire import shown
from billhook.db import Tx
from billhook.documents import Document
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import invalid
from billhook.web import BillhookRequest, Query

_MOST: Final = 100
_USUAL: Final = 25


class Cursor(msgspec.Struct, frozen=True):
    """Where a page begins: in a location, behind a row of it."""

    location: Id | None = None
    after: Id | None = None

    @classmethod
    def read(cls, token: str | None) -> "Cursor":
        """Return the place that a token of ours names. Raises Invalid."""
        if not token:
            return cls()
        try:
            location, _, after = base64.urlsafe_b64decode(token.encode()).decode().partition(".")
        except (binascii.Error, ValueError):
            location, after = "", ""
        if not ids.is_id(location) or (after and not ids.is_id(after)):
            raise invalid("query", "nextPageToken", "format", "is no token that a page has answered with")
        return cls(Id(location), Id(after) if after else None)

    @property
    def token(self) -> str:
        """The place as a token."""
        return base64.urlsafe_b64encode(f"{self.location}.{self.after or ''}".encode()).decode()


def limit_of(said: str | None) -> int:
    """Return how many rows a page has: more than there may be are cut. Raises Invalid."""
    if said is None or said == "":
        return _USUAL
    if not (said.isascii() and said.isdigit() and int(said[:9]) > 0):
        raise invalid("query", "limit", "numericality", f"must be a whole number from 1 to {_MOST}")
    return min(int(said[:9]), _MOST)


class Window(msgspec.Struct, frozen=True):
    """What a page wants: conditions in words of the filter language, how many rows, from where, of which location."""

    where: list[dict[str, Any]]
    limit: int
    cursor: Cursor
    location: str | None

    async def walk(self, request: BillhookRequest, take: Callable[[Tx, list[Document]], Awaitable[None]]) -> str | None:
        """Hand the page's documents over, newest first within a location; return the token of the next page."""
        principal, left = request.principal, self.limit
        async with request.database.open(principal.account_id) as tx:
            if self.location is not None:
                places = [(await enter_location(tx, principal, self.location)).id]
            else:
                places = [place async for place in locations(tx, principal, self.cursor.location)]
            for place in places:
                after = self.cursor.after if place == self.cursor.location else None
                await enter_location(tx, principal, shown(place))
                rows = await self._rows(tx, left + 1, after)
                await take(tx, rows[:left])
                if len(rows) > left:
                    return Cursor(place, rows[left - 1].id if left else after).token
                left -= len(rows)
        return None

    async def _rows(self, tx: Tx, most: int, after: Id | None) -> list[Document]:
        where = [*self.where, *([{"id": {"lt": after}}] if after else [])]
        query = Query(where={"and": where}, order=(("id", "DESC"),), limit=most)
        return (await documents.page(tx, query))[0]
