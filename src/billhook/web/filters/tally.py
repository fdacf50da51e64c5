"""Tallies: how many rows there are and where a page of them begins, told at any size by marks the database keeps."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from billhook.db import Dynamic, Tx
from billhook.kernel.ids import Id
from billhook.web.filters.columns import Columns
from billhook.web.filters.compiler import Compiled
from billhook.web.filters.query import Query
from billhook.web.filters.spans import FIRST, Bound, Order, Span, sorted_by, span_of

FEW = 2_000
"""As many rows in a range are counted one by one: that is quicker than to read the marks."""


class Mark(msgspec.Struct, frozen=True):
    """A mark of an order, and how many matching rows stand from it to the next; the first mark has no key."""

    key: str
    id: Id
    n: int


class Due(msgspec.Struct, frozen=True):
    """An organization whose changes are worth gathering."""

    shard: int
    organization_id: Id


class Place(msgspec.Struct, frozen=True):
    """Where to begin: from a mark on (descending: below it; None is the very end), and how many to leave out then."""

    mark: Mark | None
    skip: int


class Begin(msgspec.Struct, frozen=True):
    """A condition a page begins by, its arguments, how many rows to leave out after it; how many match in all."""

    sql: str
    arguments: list[Any]
    skip: int
    total: int


class Tally(msgspec.Struct, frozen=True):
    """A room's statements, each with what runs it: one that counts by its tally, one that returns marks, one of rows.

    `names` is what rows are counted by ahead of time: where only these are asked for, and a range of one order, a count
    takes the same at any size. `orders` are the tallied orders by wire name. `ids_text` selects the rows themselves, of
    which a small part is counted. All statements begin with shard and organization.
    """

    columns: Columns
    names: frozenset[str]
    orders: Mapping[str, Order]
    count_text: str
    counts: Dynamic[int]
    marks_text: str
    marks: Dynamic[Mark]
    ids_text: str
    rows: Dynamic[int]

    def span(self, where: Any) -> Span | None:
        """Return what a condition, which is known to compile, asks for, where a tally tells of that."""
        return span_of(where, self.columns, self.names, self.orders)

    def tells(self, where: Any) -> bool:
        """Tell whether a condition asks for nothing but what is counted ahead of time, however it is nested."""
        return self.span(where) is not None

    def ordered(self, query: Query) -> Query:
        """Return a query that says no order with the order of the range it asks for, if that is one."""
        name = "" if query.order else sorted_by(query.where, self.columns, self.orders)
        if name and self.orders[name].partial and not self.tells(query.where):
            return query
        return msgspec.structs.replace(query, order=((name, "ASC"),)) if name not in ("", "id") else query

    async def count(self, tx: Tx, where: dict[str, Any]) -> int:
        """Return how many rows of the organization match what is tallied."""
        span = self.span(where)
        if span is not None and span.name:
            if (few := await self._few(tx, span, where)) is not None:
                return few
            return sum(mark.n for mark in await self._marks_within(tx, span))
        compiled = Compiled.of_where(where, self.columns, first=3)
        return (
            await self.counts(tx, self.count_text + compiled.where, [tx.shard, tx.organization, *compiled.arguments])
        )[0]

    async def begin(self, tx: Tx, query: Query, first: int) -> Begin | None:
        """Return where a page begins by the marks of its order; None where that order has none.

        Its condition is all of the query's; its parameters are numbered from the `first` on.
        """
        name, way = query.order[0] if query.order else ("id", "ASC")
        order = self.orders.get(name) if len(query.order) <= 1 else None
        span = self.span(query.where)
        if order is None or span is None or span.name not in ("", name) or (order.partial and not span.name):
            return None
        if span.name and (few := await self._few(tx, span, query.where)) is not None:
            return Begin(*self.condition(query.where, first), query.skip, few)
        marks = await (self._marks_within(tx, span) if span.name else self.marks_of(tx, order, query.where))
        place, total = place_of(marks, query.skip, descending=way == "DESC"), sum(mark.n for mark in marks)
        return Begin(*self._from(name, span, marks, place.mark, first, way), place.skip, total)

    def _from(
        self, name: str, span: Span, marks: list[Mark], mark: Mark | None, first: int, way: str
    ) -> tuple[str, list[Any]]:
        """Return SQL of what matches from a mark on, and its arguments.

        The mark stands in the place of that end of the range: of two, an index may begin at the wrong one.
        """
        if mark is None or (not mark.key and mark.id == FIRST) or (way == "ASC" and span.low and mark == marks[0]):
            return self._asked(span, first)
        near = (
            Span(span.name, span.rest, span.low, None) if way == "DESC" else Span(span.name, span.rest, None, span.high)
        )
        sql, arguments = self._asked(near, first)
        beside, more = self._beside(name, mark, "<" if way == "DESC" else ">=", first + len(arguments))
        return f"{sql} and {beside}", [*arguments, *more]

    def condition(self, where: dict[str, Any], first: int) -> tuple[str, list[Any]]:
        """Return a condition that is told, as SQL, and its arguments; of a range, what an index can answer."""
        return self._asked(self.span(where) or Span("", where), first)

    def _asked(self, span: Span, first: int) -> tuple[str, list[Any]]:
        compiled = Compiled.of_where(span.rest, self.columns, first=first)
        sql, arguments = self._within(span, first + len(compiled.arguments))
        return compiled.where + sql, [*compiled.arguments, *arguments]

    def _within(self, span: Span, first: int) -> tuple[str, list[Any]]:
        """Return SQL that is true inside of a range, and its arguments."""
        sql, arguments = "", list[Any]()
        if span.name and self.orders[span.name].partial:  # which the comparison of a row with a mark does not tell
            sql = f" and {self.columns[span.name].order or self.columns[span.name].sql} is not null"
        for bound, sign in ((span.low, ">"), (span.high, "<")):
            if bound is not None:
                order, column = self.orders[span.name], self.columns[span.name]
                value = (order.value or "{}::uuid").format(f"${first + len(arguments)}")
                sql += f" and {column.order or column.sql} {sign}{'=' if bound.included else ''} {value}"
                arguments.append(bound.key)
        return sql, arguments

    async def _few(self, tx: Tx, span: Span, where: dict[str, Any]) -> int | None:
        """Return how many rows match, if there are only few in the range; None if there are many."""
        sql, arguments = self._within(span, 3)
        if await self._rows(tx, f"{sql} limit {FEW + 1}", arguments) > FEW:
            return None
        return await self._rows(tx, *self.condition(where, 3))

    async def _rows(self, tx: Tx, rest: str, arguments: list[Any]) -> int:
        """Return how many rows there are, by a look at them."""
        text = f"select count(*) from ({self.ids_text} and deleted_at is null{rest}) d"
        return (await self.rows.anew(tx, text, [tx.shard, tx.organization, *arguments]))[0]

    async def marks_of(self, tx: Tx, order: Order, where: dict[str, Any]) -> list[Mark]:
        """Return the marks of an order that rows stand behind which match what is tallied."""
        compiled = Compiled.of_where(where, self.columns, first=4)
        text = f"select key, id, sum(n)::bigint as n from ({self.marks_text}{compiled.where}) m"
        text += " group by key, id order by key, id"
        return await self.marks.anew(tx, text, [tx.shard, tx.organization, order.name, *compiled.arguments])

    async def _marks_within(self, tx: Tx, span: Span) -> list[Mark]:
        """Return the marks of a range, less what the first and the last have behind them that is outside of it."""
        order = self.orders[span.name]
        compiled = Compiled.of_where(span.rest, self.columns, first=4)
        number = f"coalesce(sum(n) filter (where true{compiled.where}), 0)::bigint"
        text = f"select key, id, {number} as n from ({self.marks_text}) m group by key, id order by key, id"
        marks = await self.marks.anew(tx, text, [tx.shard, tx.organization, order.name, *compiled.arguments])
        keys = [(mark.key if order.value else mark.id).encode() for mark in marks]
        first, below = 0, 0
        if span.low and (first := _last(keys, span.low.key, included=not span.low.included)) > -1:
            below = await self._behind(tx, span, marks[first], Bound(span.low.key, included=not span.low.included))
        first, last = max(first, 0), len(marks) - 1
        if span.high:
            last = _last(keys, span.high.key, included=span.high.included)
        if last < first:
            return []
        counts = [mark.n for mark in marks]
        if span.high:
            counts[last] = await self._behind(tx, span, marks[last], span.high)
        counts[first] -= below
        within = zip(marks[first : last + 1], counts[first : last + 1], strict=True)
        return [msgspec.structs.replace(mark, n=max(n, 0)) for mark, n in within]

    async def _behind(self, tx: Tx, span: Span, mark: Mark, bound: Bound) -> int:
        """Return how many matching rows stand from a mark to a value: no more than there are to the next mark."""
        compiled = Compiled.of_where(span.rest, self.columns, first=3)
        sql, more = self._beside(span.name, mark, ">=", len(compiled.arguments) + 3)
        arguments = [*compiled.arguments, *more]
        end, last = self._within(Span(span.name, {}, high=bound), len(arguments) + 3)
        return await self._rows(tx, f"{compiled.where} and {sql}{end}", [*arguments, *last])

    def _beside(self, name: str, mark: Mark, sign: str, first: int) -> tuple[str, list[Any]]:
        """Return SQL that compares rows with a mark, and its arguments."""
        order, column = self.orders[name], self.columns[name]
        if not order.value:
            return f"id {sign} ${first}::uuid", [mark.id]
        if not mark.key and mark.id == FIRST:
            return "true", []
        value = order.value.format(f"${first}")
        return f"({column.order or column.sql}, id) {sign} ({value}, ${first + 1}::uuid)", [mark.key, mark.id]


def _last(keys: Sequence[bytes], key: str, *, included: bool) -> int:
    """Return the place of the last mark before a value, or at it where that is `included`; -1 if there is none."""
    return (bisect_right if included else bisect_left)(keys, key.encode()) - 1


def place_of(marks: Sequence[Mark], skip: int, *, descending: bool) -> Place:
    """Return where the page behind `skip` rows begins, marks given in ascending order."""
    if not descending:
        for mark in marks:
            if skip < mark.n:
                return Place(mark, skip)
            skip -= mark.n
        return Place(marks[-1] if marks else None, skip + (marks[-1].n if marks else 0))
    above: Mark | None = None
    for mark in reversed(marks):
        if skip < mark.n:
            break
        skip -= mark.n
        above = mark
    return Place(above, skip)
