"""Spans: what of a condition asks for a range of one order, so that the marks of that order can count it."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final

import msgspec

from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.web.filters.columns import Column, Columns, read

FIRST: Final = Id("0" * 24)
"""The id of the mark that stands before all rows."""
_MOST: Final = 9 * 10**18
_MIDDLE: Final = 10**19


class Order(msgspec.Struct, frozen=True):
    """An order in which any page is found at any size: its name in the tally, and how to compare with a mark of it.

    `value` makes a value of the mark's key, which is the parameter written `{}`; the order of ids has none. `kind` says
    how a value becomes a key. Rows without a value stand behind the key `unset`, if there can be such; in a `partial`
    order they do not stand at all. Of texts only the first `cut` characters count.
    """

    name: str
    value: str = ""
    kind: str = "id"
    unset: str | None = None
    cut: int = 0
    partial: bool = False

    def key(self, value: Any) -> tuple[str, bool] | None:
        """Return the key of a value, and whether it is exactly that or the last one below; None where none tells it."""
        if self.kind == "instant":
            at: datetime = value.astimezone(UTC).replace(tzinfo=None)
            return at.isoformat(" ", "microseconds"), True
        if self.kind == "total":
            thousandths = Decimal(value) * 1000
            whole = int(thousandths.to_integral_value(ROUND_FLOOR))
            return (f"{whole + _MIDDLE:020d}", whole == thousandths) if abs(whole) < _MOST else None
        if self.kind == "text":
            return None if self.cut and len(value) >= self.cut else (value, True)
        return (str(ids.to_uuid(Id(value))) if self.value else value), True


def order_by_instant(name: str, *, unset: bool = False, partial: bool = False) -> Order:
    """Return the order of a column that holds instants, or none where it can be `unset`."""
    nothing = "0001-01-01 00:00:00.000000" if unset else None
    return Order(name, "({}::text || '+00')::timestamptz", "instant", nothing, partial=partial)


def order_by_total(name: str, *, partial: bool = False) -> Order:
    """Return the order of a column that holds thousandths."""
    return Order(name, "({}::text::numeric - 10000000000000000000)::bigint", "total", partial=partial)


def order_by_text(name: str, *, unset: bool = False, cut: int = 0) -> Order:
    """Return the order of a column that holds texts, or their first `cut` characters."""
    return Order(name, "{}::text", "text", "" if unset else None, cut)


def order_by_reference(name: str, *, unset: bool = False) -> Order:
    """Return the order of a column that holds the ids of something else."""
    return Order(name, "{}::text::uuid", "id", str(uuid.UUID(int=0)) if unset else None)


class Bound(msgspec.Struct, frozen=True):
    """An end of a range, and whether what is there belongs to it."""

    key: str
    included: bool


class Span(msgspec.Struct, frozen=True):
    """A range of the order of a name, and the conditions beside it; without a name there is no range."""

    name: str
    rest: dict[str, Any]
    low: Bound | None = None
    high: Bound | None = None


def span_of(where: Any, columns: Columns, names: frozenset[str], orders: Mapping[str, Order]) -> Span | None:
    """Return what a condition, which is known to compile, asks for; None if more than one range and `names`."""
    name, rest, ends = "", list[dict[str, Any]](), list[tuple[Bound | None, Bound | None]]()
    for part, value in parts_of(where):
        if is_tallied({part: value}, names):
            rest.append({part: value})
            continue
        if part not in orders or name not in ("", part):
            return None
        name = part
        found = _ends(orders[part], columns[part], value)
        if found is None:
            return None
        ends += found
    lows, highs = [low for low, _ in ends if low], [high for _, high in ends if high]
    low = max(lows, key=lambda bound: (bound.key.encode(), not bound.included), default=None)
    high = min(highs, key=lambda bound: (bound.key.encode(), bound.included), default=None)
    return Span(name, {"and": rest} if rest else {}, low, high)


def sorted_by(where: Any, columns: Columns, orders: Mapping[str, Order]) -> str:
    """Return the name of the one order that a condition, which is known to compile, asks for a range of; or nothing."""
    asked = {name for name, value in parts_of(where) if name in orders and _ends(orders[name], columns[name], value)}
    return asked.pop() if len(asked) == 1 else ""


def parts_of(where: Any) -> Iterator[tuple[str, Any]]:
    """Yield the conditions all of which must hold."""
    for name, value in where.items() if isinstance(where, Mapping) else [("", None)]:
        if name == "and":
            for part in value if isinstance(value, list) else [value]:
                yield from parts_of(part)
        else:
            yield name, value


def _ends(order: Order, column: Column, value: Any) -> list[tuple[Bound | None, Bound | None]] | None:
    """Return the ends of a condition on one order; None if it is something else than a range."""
    said = value if isinstance(value, Mapping) else {"eq": value}
    above = (Bound(order.unset, included=False), None) if order.unset is not None else (None, None)
    ends: list[tuple[Bound | None, Bound | None]] = []
    for operator, operand in said.items():
        if operator == "between":
            pairs = [("gte", operand[0]), ("lte", operand[1])]
        elif operator in ("eq", "gt", "gte", "lt", "lte", "exists") and not isinstance(operand, (list, Mapping)):
            pairs = [(operator, operand)]
        else:
            return None
        for sign, one in pairs:
            end = _unset(order, sign, one) if one is None or sign == "exists" else _end(order, column, sign, one)
            if end is None:
                return None
            ends += [end] if one is None or sign == "exists" else [end, above]
    return ends


def _end(order: Order, column: Column, sign: str, value: Any) -> tuple[Bound | None, Bound | None] | None:
    found = order.key(read(column, value, ""))
    if found is None:
        return None
    key, exact = found
    low = Bound(key, included=exact and sign != "gt") if sign in ("eq", "gt", "gte") else None
    high = Bound(key, included=not exact or sign != "lt") if sign in ("eq", "lt", "lte") else None
    return low, high


def _unset(order: Order, sign: str, value: Any) -> tuple[Bound | None, Bound | None] | None:
    if order.unset is None or sign not in ("eq", "exists"):
        return None
    if sign == "exists" and read(Column("", "bool"), value, ""):
        return Bound(order.unset, included=False), None
    return Bound(order.unset, included=True), Bound(order.unset, included=True)


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
