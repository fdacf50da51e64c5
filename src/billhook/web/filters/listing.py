"""A list that the filter language completes: a page of its rows, and how many there are."""

from typing import Any, Generic, TypeVar

import msgspec

from billhook.db import Dynamic, Tx
from billhook.web.filters.columns import Columns
from billhook.web.filters.compiler import Compiled
from billhook.web.filters.query import Query
from billhook.web.filters.tally import Tally

R = TypeVar("R")


class Listing(msgspec.Struct, Generic[R], frozen=True):
    """A room's two statements, each with what runs it, and the allow-list of both; `tie` makes the order total.

    Both statements have the same arguments of their own, `own`, and end where a further ` and …` may stand. Rows that
    were deleted `softly` are seen only by a query that asks for them. What a `tally` tells of an organization's rows is
    neither counted nor walked; `own` is then its shard and its id.
    """

    text: str
    rows: Dynamic[R]
    count_text: str
    counts: Dynamic[int]
    columns: Columns
    tie: str = "id"
    softly: bool = False
    tally: Tally | None = None

    async def page(self, tx: Tx, query: Query, *own: Any, only: str = "") -> tuple[list[R], int]:
        """Return a page and how many rows there are in all; `only` is a condition to stand before the query's.

        Rows are counted only where the page does not show that it is the last. Raises Invalid.
        """
        compiled = Compiled.of(query, self.columns, first=len(own) + 1, tie=self.tie)
        if self.tally is not None and query is not (ordered := self.tally.ordered(query)):
            query, compiled = ordered, Compiled.of(ordered, self.columns, first=len(own) + 1, tie=self.tie)
        tally = self._tally(query, only)
        begin = await tally.begin(tx, query, len(own) + 1) if tally and (query.where or query.skip) else None
        where, said, skip = compiled.where, compiled.arguments, query.skip
        if begin is not None:
            where, said, skip = begin.sql, begin.arguments, begin.skip
            if begin.total <= query.skip:
                return [], begin.total
        where, arguments = only + self._live(deleted=query.deleted) + where, [*own, *said]
        tail = f" order by {compiled.order} limit {compiled.limit} offset {skip}"
        run = self.rows.anew if compiled.ranged else self.rows
        rows = await run(tx, self.text + where + tail, arguments)
        if begin is not None:
            return rows, begin.total
        if len(rows) < query.limit and (rows or not query.skip):
            return rows, query.skip + len(rows)
        return rows, await self.count(tx, query.where, *own, only=only, deleted=query.deleted)

    async def count(self, tx: Tx, where: dict[str, Any], *own: Any, only: str = "", deleted: bool = False) -> int:
        """Return how many rows match. Raises Invalid."""
        compiled = Compiled.of_where(where, self.columns, first=len(own) + 1)
        if (tally := self._tally(Query(where=where, deleted=deleted), only)) is not None:
            return await tally.count(tx, where)
        text = self.count_text + only + self._live(deleted=deleted) + compiled.where
        run = self.counts.anew if compiled.ranged else self.counts
        return (await run(tx, text, [*own, *compiled.arguments]))[0]

    def _tally(self, query: Query, only: str) -> Tally | None:
        """Return the tally where it tells what is asked for."""
        asked = self.tally is not None and not only and not query.deleted and self.tally.tells(query.where)
        return self.tally if asked else None

    def _live(self, *, deleted: bool) -> str:
        return " and deleted_at is null" if self.softly and not deleted else ""
