"""Compiling a filter: wire words in, parameterised SQL out; nothing of the request ever becomes SQL text itself."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import msgspec

from billhook.kernel.problems import invalid
from billhook.web.filters.columns import CAST, Column, Columns, find, read
from billhook.web.filters.query import Query

MAX_CONDITIONS = 100
MAX_DEPTH = 8
MAX_VALUES = 1_000
MAX_PATTERN = 200

_MOST = Decimal(9 * 10**18)
_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PATTERN = {"like": False, "nlike": True, "ilike": False, "nilike": True, "regexp": False}


class Compiled(msgspec.Struct):
    """SQL of a filter: `where` begins with ` and `, arguments follow the statement's own `first - 1` ones."""

    where: str
    order: str
    limit: int
    skip: int
    arguments: list[Any]
    ranged: bool = False
    """Whether it asks for a range, so that its very values decide how it is best looked up."""

    @staticmethod
    def of(query: Query, columns: Columns, *, first: int, tie: str) -> "Compiled":
        """Compile a query; `first` numbers its first argument, `tie` is the SQL that makes the order total."""
        compiler = _Compiler(columns, first)
        where = compiler.group(query.where, "filter.where", 0)
        sorts = [(find(columns, name, "filter.order"), way) for name, way in query.order]
        order = [f"{column.order or column.sql} {way}" for column, way in sorts]
        way = query.order[-1][1] if query.order else "ASC"
        return Compiled(
            where=f" and {where}" if where else "",
            order=", ".join([*order, f"{tie} {way}"]),
            limit=query.limit,
            skip=query.skip,
            arguments=compiler.arguments,
            ranged=compiler.ranged,
        )

    @staticmethod
    def of_where(where: dict[str, Any], columns: Columns, *, first: int) -> "Compiled":
        """Compile the `where` of a count."""
        compiler = _Compiler(columns, first)
        text = compiler.group(where, "where", 0)
        return Compiled(f" and {text}" if text else "", "", 0, 0, compiler.arguments, compiler.ranged)


class _Compiler:
    def __init__(self, columns: Columns, first: int) -> None:
        self.columns = columns
        self.first = first
        self.arguments: list[Any] = []
        self.conditions = 0
        self.ranged = False

    def argument(self, value: Any, cast: str) -> str:
        self.arguments.append(value)
        return f"${self.first + len(self.arguments) - 1}::{cast}"

    def group(self, where: Any, path: str, depth: int) -> str:
        """Return the SQL of an object of conditions, all of which must hold; empty when there is none."""
        if not isinstance(where, dict):
            raise invalid("filter", path, "type", "must be an object")
        if depth > MAX_DEPTH:
            raise invalid("filter", path[:120], "too_deep", f"is nested more than {MAX_DEPTH} levels deep")
        parts = []
        for name, value in where.items():
            at = f"{path}.{name}"
            if name in ("and", "or"):
                parts.append(self.junction(name, value, at, depth))
            else:
                parts.append(self.condition(find(self.columns, name, at), value, at))
        return " and ".join(part for part in parts if part)

    def junction(self, word: str, value: Any, path: str, depth: int) -> str:
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list) or not value:
            raise invalid("filter", path[:120], "type", "must be a list of conditions that is not empty")
        parts = [self.group(element, f"{path}.{i}", depth + 1) or "true" for i, element in enumerate(value)]
        return "(" + f" {word} ".join(f"({part})" for part in parts) + ")"

    def condition(self, column: Column, value: Any, path: str) -> str:
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise invalid("filter", path[:120], "too_many", f"a filter has at most {MAX_CONDITIONS} conditions")
        if isinstance(value, dict):
            options = str(value.get("options", ""))
            operators = {name: operand for name, operand in value.items() if name != "options"}
            if not operators:
                raise invalid("filter", path[:120], "type", "names no operator")
            return " and ".join(self.operator(column, n, v, f"{path}.{n}", options) for n, v in operators.items())
        if isinstance(value, list):
            return self.operator(column, "inq", value, path, "")
        return self.equal(column, value, path)

    def equal(self, column: Column, value: Any, path: str) -> str:
        if value is None:
            return self.unset(column)
        return self.compared(column, "=", read(column, value, path))

    def compared(self, column: Column, sign: str, value: Any) -> str:
        """Return a comparison; beside it, where there is an index, what follows from it and the index can answer."""
        sql = column.sql if sign == "=" else column.ranged
        text = f"{sql} {sign} {self.argument(value, CAST[column.type])}"
        self.ranged |= sign != "="
        if column.also:
            if column.cut and len(value) >= column.cut:  # what is longer has the same beginning, or one further on
                value, sign = value[: column.cut], {"<": "<=", ">": ">="}.get(sign, sign)
            return f"({text} and {column.also} {sign} {self.argument(value, CAST[column.type])})"
        if not column.thousandths:
            return text
        thousandths = max(min(value * 1000, _MOST), -_MOST)
        if sign not in {"<", "<="}:
            lowest = int(thousandths.to_integral_value(ROUND_FLOOR))
            text += f" and {column.thousandths} >= {self.argument(lowest, 'bigint')}"
        if sign not in {">", ">="}:
            highest = int(thousandths.to_integral_value(ROUND_CEILING))
            text += f" and {column.thousandths} <= {self.argument(highest, 'bigint')}"
        return f"({text})"

    def unset(self, column: Column, *, exists: bool = False) -> str:
        """Return whether there is no value, or whether there is one."""
        self.ranged |= bool(column.unset)
        text = f"{column.sql} is {'not ' if exists else ''}null"
        return f"({text} and {column.also} {'>' if exists else '='} {column.unset})" if column.unset else text

    def operator(self, column: Column, name: str, value: Any, path: str, options: str) -> str:
        if name in _COMPARE:
            return self.compared(column, _COMPARE[name], read(column, value, path))
        if name in ("eq", "neq"):
            equal = self.equal(column, value, path)
            return equal if name == "eq" else f"({equal}) is not true"
        if name in ("inq", "nin"):
            return self.among(column, name, value, path)
        if name == "between":
            return self.between(column, value, path)
        if name in _PATTERN:
            return self.pattern(column, name, value, path, options)
        if name == "exists":
            return self.unset(column, exists=read(Column("", "bool"), value, path))
        known = "eq, neq, gt, gte, lt, lte, between, inq, nin, like, nlike, ilike, nilike, regexp, exists, and, or"
        raise invalid("filter", path[:120], "unknown_operator", f"`{name[:40]}` is no operator here; known: {known}")

    def between(self, column: Column, value: Any, path: str) -> str:
        if not isinstance(value, list) or len(value) != 2:
            raise invalid("filter", path[:120], "type", "must be a list of two values")
        low, high = (read(column, v, path) for v in value)
        if column.thousandths or column.also:
            return f"{self.compared(column, '>=', low)} and {self.compared(column, '<=', high)}"
        cast, self.ranged = CAST[column.type], True
        return f"{column.ranged} between {self.argument(low, cast)} and {self.argument(high, cast)}"

    def among(self, column: Column, name: str, value: Any, path: str) -> str:
        values = value if isinstance(value, list) else [value]
        if len(values) > MAX_VALUES:
            raise invalid("filter", path[:120], "too_many", f"a list has at most {MAX_VALUES} values")
        read_values = [read(column, v, path) for v in values if v is not None]
        found = f"{column.sql} = any({self.argument(read_values, CAST[column.type] + '[]')})"
        if None in values:
            found = f"({found} or {column.sql} is null)"
        return found if name == "inq" else f"({found}) is not true"

    def pattern(self, column: Column, name: str, value: Any, path: str, options: str) -> str:
        """Match a regular expression, or a pattern with `%` as SQL writes it; `options: "i"` ignores case."""
        text = str(value)
        if name == "regexp" and len(text) > 1 and text[0] == "/" and "/" in text[1:]:
            text, _, options = text[1:].rpartition("/")
        if len(text) > MAX_PATTERN or "\x00" in text or isinstance(value, (dict, list)):
            raise invalid("filter", path[:120], "type", f"must be a text of at most {MAX_PATTERN} characters")
        ignore_case = "i" in options or name.endswith("ilike")
        if "%" in text and name != "regexp":
            operator = "ilike" if ignore_case else "like"
        else:
            operator = "~*" if ignore_case else "~"
        match = f"{column.sql}::text {operator} {self.argument(text, 'text')}"
        return f"({match}) is not true" if _PATTERN[name] else match
