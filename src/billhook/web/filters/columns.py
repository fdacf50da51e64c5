"""The allow-list: which wire names may be filtered, sorted and included, and what SQL they stand for."""

import difflib
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from billhook.kernel import ids
from billhook.kernel.problems import invalid
from billhook.web.types import decode_instant


class Column(msgspec.Struct, frozen=True):
    """One filterable name: `sql` is a trusted expression; `type` says how a value is read.

    Types: text, id, bool, number, whole, instant. `custom` columns are jsonb objects whose keys are compared as text.
    `order` is what lists are sorted by instead, where an index has another expression of the same sense. `thousandths`
    is a whole number that an index has: the value times 1,000, rounded, no further from zero than 9 × 10^18. `also` is
    an expression of an index that has the same value, and `unset` where there is none; of texts it has the first `cut`
    characters. Ranges of a text that has an order are those of that order: of code points.
    """

    sql: str
    type: str = "text"
    order: str = ""
    thousandths: str = ""
    also: str = ""
    unset: str = ""
    cut: int = 0

    @property
    def ranged(self) -> str:
        """What a range of it is asked of."""
        return f'({self.sql} collate "C")' if self.order and self.type == "text" else self.sql


Columns = dict[str, Column]

CAST = {
    "text": "text",
    "id": "uuid",
    "bool": "boolean",
    "number": "numeric",
    "whole": "bigint",
    "instant": "timestamptz",
}


def find(columns: Columns, name: str, path: str) -> Column:
    """Return the column of a wire name (`custom.color` reads a key of a `custom` column). Raises Invalid."""
    if name in columns and columns[name].type != "custom":
        return columns[name]
    if name in columns:
        raise invalid("filter", path[:120], "unknown_field", f"is an object; name a key of it: `{name}.color`")
    base, dot, key = name.partition(".")
    if dot and key and base in columns and columns[base].type == "custom":
        if "\x00" in key or len(key) > 200:
            raise invalid("filter", path[:120], "unknown_field", "the key is too long or holds a null character")
        quoted = key.replace("'", "''")
        return Column(f"({columns[base].sql} ->> '{quoted}')")
    close = difflib.get_close_matches(name, columns, 1)
    hint = f"; did you mean `{close[0]}`?" if close else f"; known: {', '.join(sorted(columns))}"
    raise invalid("filter", path[:120], "unknown_field", f"cannot be filtered or sorted by{hint}")


def read(column: Column, value: Any, path: str) -> Any:
    """Return a wire value as the type of its column. Raises Invalid."""
    try:
        return _READERS[column.type](value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise invalid("filter", path[:120], "type", f"is not a value of type {column.type}") from None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise TypeError
    text = str(value)
    if "\x00" in text:
        raise ValueError
    return text


def _bool(value: Any) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower()) or _is_false(value)


def _is_false(value: Any) -> bool:
    if str(value).lower() not in ("false", "0"):
        raise ValueError
    return False


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError
    return number


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number) or abs(number) >= 2**63:
        raise ValueError
    return int(number)


def _id(value: Any) -> str:
    text = str(value)
    return text if ids.is_id(text) else ids.new()  # an id of another form names nothing: compare with a fresh one


_READERS: dict[str, Any] = {
    "text": _text,
    "id": _id,
    "bool": _bool,
    "number": _number,
    "whole": _whole,
    "instant": decode_instant,
}
