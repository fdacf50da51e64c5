"""Tallies: how many rows there are and where a page of them begins, told at any size by marks the database keeps."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from billhook.db import Tx
from billhook.kernel.ids import Id
from billhook.web.filters.columns import Columns
from billhook.web.filters.compiler import Compiled
from billhook.web.filters.query import Query

FIRST: Final = Id("0" * 24)
"""The id of the mark that stands before all rows."""


class Order(msgspec.Struct, frozen=True):
    """An order in which any page is found at any size: its name in the tally, and how to compare with a mark of it.

    `value` makes a value of the mark's key, which is the parameter written `{}`; the order of ids has none.
    """

    name: str
    value: str = ""


def order_by_instant(name: str) -> Order:
    """Return the order of a column that holds instants."""
    return Order(name, "({}::text || '+00')::timestamptz")


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
    """A condition to begin a page by, its arguments, how many rows to leave out after it; how many match in all."""

    sql: str
    arguments: list[Any]
    skip: int
    total: int


class Tally(msgspec.Struct, frozen=True):
    """A room's two statements on its tally, each with what runs it: one that counts, one that returns marks.

    `names` is what rows are counted by ahead of time: where only these are asked for, a count takes the same at any
    size. `orders` are the tallied orders by wire name. Both statements begin with shard and organization.
    """

    columns: Columns
    names: frozenset[str]
    orders: Mapping[str, Order]
    count_text: str
    counts: Callable[[Tx, str, list[Any]], Awaitable[list[int]]]
    marks_text: str
    marks: Callable[[Tx, str, list[Any]], Awaitable[list[Mark]]]

    def tells(self, where: Any) -> bool:
        """Tell whether a condition asks for nothing but what is counted ahead of time, however it is nested."""
        return is_tallied(where, self.names)

    async def count(self, tx: Tx, where: dict[str, Any]) -> int:
        """Return how many rows of the organization match what is tallied."""
        compiled = Compiled.of_where(where, self.columns, first=3)
        return (
            await self.counts(tx, self.count_text + compiled.where, [tx.shard, tx.organization, *compiled.arguments])
        )[0]

    async def begin(self, tx: Tx, query: Query, numbered: int) -> Begin | None:
        """Return where a page begins by the marks of its order; None where that order has none.

        The parameters of its condition follow the `numbered` ones before.
        """
        name, way = query.order[0] if query.order else ("id", "ASC")
        order = self.orders.get(name) if len(query.order) <= 1 else None
        if order is None:
            return None
        compiled = Compiled.of_where(query.where, self.columns, first=4)
        text = f"select key, id, sum(n)::bigint as n from ({self.marks_text}{compiled.where}) m"
        text += " group by key, id order by key, id"
        marks = await self.marks(tx, text, [tx.shard, tx.organization, order.name, *compiled.arguments])
        place, total = place_of(marks, query.skip, descending=way == "DESC"), sum(mark.n for mark in marks)
        if place.mark is None or (not place.mark.key and place.mark.id == FIRST):
            return Begin("", [], place.skip, total)
        column, key, mark = self.columns[name], f"${numbered + 1}", f"${numbered + 2}::uuid"
        compare = "<" if way == "DESC" else ">="
        if not order.value:
            return Begin(f" and id {compare} ${numbered + 1}::uuid", [place.mark.id], place.skip, total)
        sql = f" and ({column.order or column.sql}, id) {compare} ({order.value.format(key)}, {mark})"
        return Begin(sql, [place.mark.key, place.mark.id], place.skip, total)


def is_tallied(where: Any, names: frozenset[str]) -> bool:
    """Tell whether a condition asks for nothing but these names, however it is nested."""
    if not isinstance(where, Mapping):
        return False
    for name, value in where.items():
        if name in ("and", "or"):
            parts = [value] if isinstance(value, Mapping) else value
            if not isinstance(parts, list) or not all(is_tallied(part, names) for part in parts):
                return False
        elif name not in names:
            return False
    return True


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
