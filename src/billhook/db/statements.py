"""Named statements: a room's `queries.sql` tied to the typed signatures of its `store.py`.

This is the one piece of magic in the house. `queries.sql` holds statements, each under `-- name: issue`, with
parameters written `:organization`. `store.py` holds one signature per statement:

    sql = Statements(__package__)

    @sql.one
    async def issue(tx: Tx, document: NewDocument) -> Issued: ...

The decorator finds the statement by the function's name, numbers its parameters, checks at import that the names are
those of the signature, and returns a function that runs it. What cannot be a column (structs, mappings, tuples)
travels as jsonb, both ways; a row becomes the struct of the return annotation, column by column in order. A contract
test prepares every statement against the migrated schema and compares the columns with the struct's fields.
"""

import inspect
import re
import types
import typing
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

import msgspec

from billhook.db.pool import Tx

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")
_PLAIN = (str, int, bool, Decimal, datetime, date, bytes, type(None))

encode = msgspec.json.Encoder(decimal_format="number").encode


class Statement(NamedTuple):
    """A statement as it is sent, with what the contract test needs to know of it."""

    room: str
    name: str
    sql: str
    parameters: tuple[str, ...]
    row: Any
    scalar: bool


_all: dict[tuple[str, str], Statement] = {}


def all_statements() -> list[Statement]:
    """Return every statement that a room has tied so far."""
    return list(_all.values())


def _is_plain(annotation: Any) -> bool:
    """Tell whether a value of this type is a column by itself (otherwise it travels as jsonb)."""
    if isinstance(annotation, typing.NewType):
        annotation = annotation.__supertype__
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _is_plain(typing.get_args(annotation)[0])
    if origin in (types.UnionType, typing.Union, list):  # a list is an array, its elements columns
        return all(_is_plain(argument) for argument in typing.get_args(annotation))
    return isinstance(annotation, type) and issubclass(annotation, _PLAIN)


def _reader(row: Any, *, scalar: bool) -> Callable[[Any], Any]:
    """Return what makes a value of type `row` of a database record."""
    if scalar:
        if _is_plain(row):
            return lambda record: record[0]
        decode_one = msgspec.json.Decoder(row, float_hook=Decimal).decode
        return lambda record: None if record[0] is None else decode_one(record[0])
    hints = typing.get_type_hints(row, include_extras=True)
    decoders = [
        None if _is_plain(hints[field]) else msgspec.json.Decoder(hints[field], float_hook=Decimal).decode
        for field in row.__struct_fields__
    ]
    if not any(decoders):
        return lambda record: row(*record)

    def read(record: Any) -> Any:
        return row(*[d(v) if d and v is not None else v for d, v in zip(decoders, record, strict=True)])

    return read


class Statements:
    """The statements of one room."""

    def __init__(self, package: str | None) -> None:
        self.room = (package or "").rpartition(".")[2]
        text = resources.files(package or "").joinpath("queries.sql").read_text("utf-8")
        parts = _NAME.split(text)[1:]
        self._sql = {name: body.strip().rstrip(";") for name, body in zip(parts[::2], parts[1::2], strict=True)}
        self._untied = set(self._sql)

    def text(self, name: str) -> str:
        """Return a statement as written: for the filter language, which completes it."""
        self._untied.discard(name)
        return self._sql[name]

    def _tie(self, function: Callable[..., Any], *, scalar: bool, row: Any) -> tuple[str, list[tuple[str, bool]]]:
        name = function.__name__
        self._untied.discard(name)
        hints = typing.get_type_hints(function, include_extras=True)
        signature = [p for p in inspect.signature(function).parameters if p != "tx"]
        numbered: dict[str, int] = {}
        code = re.sub(r"--[^\n]*", "", self._sql[name])
        sql = _PARAMETER.sub(lambda m: f"${numbered.setdefault(m[1], len(numbered) + 1)}", code)
        automatic = {"now", "organization_id", "shard", "account_id"}  # a Tx knows these itself
        if set(numbered) - automatic - set(signature) or set(signature) - set(numbered):
            raise TypeError(f"{self.room}.{name}: signature {signature} and statement {list(numbered)} differ")
        _all[self.room, name] = Statement(self.room, name, sql, tuple(numbered), row, scalar)
        return sql, [(p, p not in automatic and not _is_plain(hints[p])) for p in numbered]

    def one(self, function: Callable[P, Awaitable[R]], *, enters: bool = False) -> Callable[P, Awaitable[R]]:
        """Tie a statement that returns one row: None where there is none and the annotation allows it."""
        returned = typing.get_type_hints(function, include_extras=True)["return"]
        union = typing.get_origin(returned) in (types.UnionType, typing.Union)
        row = next(a for a in typing.get_args(returned) if a is not type(None)) if union else returned
        scalar = not (isinstance(row, type) and issubclass(row, msgspec.Struct))
        sql, plan = self._tie(function, scalar=scalar, row=row)
        read = _reader(row, scalar=scalar)

        async def call(tx: Tx, *args: Any, **kwargs: Any) -> Any:
            record = await tx.run("fetchrow", sql, _arguments(tx, plan, names, args, kwargs), enters=enters)
            return None if record is None else read(record)

        names = [p for p in inspect.signature(function).parameters if p != "tx"]
        return _dressed(call, function)

    def enter(self, function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        """Tie a one-row statement that itself sets the session to a tenant."""
        return self.one(function, enters=True)

    def many(self, function: Callable[P, Awaitable[list[R]]]) -> Callable[P, Awaitable[list[R]]]:
        """Tie a statement that returns rows."""
        row = typing.get_args(typing.get_type_hints(function, include_extras=True)["return"])[0]
        scalar = not (isinstance(row, type) and issubclass(row, msgspec.Struct))
        sql, plan = self._tie(function, scalar=scalar, row=row)
        read = _reader(row, scalar=scalar)

        async def call(tx: Tx, *args: Any, **kwargs: Any) -> Any:
            records = await tx.run("fetch", sql, _arguments(tx, plan, names, args, kwargs), enters=False)
            return [read(record) for record in records]

        names = [p for p in inspect.signature(function).parameters if p != "tx"]
        return _dressed(call, function)

    def run(self, function: Callable[P, Awaitable[int]]) -> Callable[P, Awaitable[int]]:
        """Tie a statement that returns how many rows it touched."""
        sql, plan = self._tie(function, scalar=True, row=None)

        async def call(tx: Tx, *args: Any, **kwargs: Any) -> Any:
            status = await tx.run("execute", sql, _arguments(tx, plan, names, args, kwargs), enters=False)
            last = status.rpartition(" ")[2]
            return int(last) if last.isdigit() else 0

        names = [p for p in inspect.signature(function).parameters if p != "tx"]
        return _dressed(call, function)

    def dynamic(self, row: type[R]) -> "Dynamic[R]":
        """Return what runs a statement the filter language has completed: text and positional arguments, rows back."""
        return Dynamic(row)

    def streamed(self, row: type[R]) -> Callable[[Tx, str, list[Any], int], AsyncIterator[list[R]]]:
        """Return what runs such a statement inside `Tx.atomic` and yields its rows, so many at a time."""
        read = _reader(row, scalar=False)

        async def call(tx: Tx, sql: str, arguments: list[Any], size: int) -> AsyncIterator[list[R]]:
            async for records in tx.batches(sql, arguments, size):
                yield [read(record) for record in records]

        call.row = row  # type: ignore[attr-defined] # what the contract test compares the columns with
        return call

    def finish(self) -> None:
        """Refuse statements that no signature names; the last line of each `store.py`."""
        if self._untied:
            raise TypeError(f"{self.room}: no signature for {sorted(self._untied)}")


class Dynamic(Generic[R]):
    """What runs a statement the filter language has completed."""

    def __init__(self, row: type[R]) -> None:
        self.row = row
        self._read = _reader(row, scalar=not (isinstance(row, type) and issubclass(row, msgspec.Struct)))

    async def __call__(self, tx: Tx, sql: str, arguments: list[Any]) -> list[R]:
        """Run it by the plan that the connection has, if it has one."""
        return [self._read(record) for record in await tx.run("fetch", sql, arguments, enters=False)]

    async def anew(self, tx: Tx, sql: str, arguments: list[Any]) -> list[R]:
        """Run it by a plan for these very arguments, at the price of planning.

        After a range that nearly all are in, a kept plan walks over all rows; for a range of few, too.
        """
        return [self._read(record) for record in await tx.run("fetch_anew", sql, arguments, enters=False)]


def _arguments(
    tx: Tx, plan: list[tuple[str, bool]], names: list[str], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[Any]:
    given = dict(zip(names, args, strict=False)) | kwargs
    values = []
    for name, as_json in plan:
        if name in given:
            value = given[name]
        elif name == "now":
            value = tx.now
        elif name == "organization_id":
            value = tx.organization
        else:
            value = tx.shard if name == "shard" else tx.account
        values.append(encode(value) if as_json and value is not None else value)
    return values


def _dressed(call: Callable[..., Any], function: F) -> F:
    call.__name__, call.__doc__, call.__module__ = function.__name__, function.__doc__, function.__module__
    return typing.cast("F", call)
