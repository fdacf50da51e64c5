"""Every statement of every room, prepared against the migrated schema as the application: columns, types, parameters."""

import importlib
import pkgutil
import re
import types
import typing
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import asyncpg
import pytest
from asyncpg.prepared_stmt import PreparedStatement

import billhook
from billhook.db import Database, all_statements
from billhook.db.statements import Statement
from billhook.web import Compiled, Query
from billhook.web.filters.columns import CAST, Column

ROOMS = [
    module.name
    for module in pkgutil.walk_packages(billhook.__path__, "billhook.")
    if module.name.rpartition(".")[2] in ("store", "columns")
]
for name in ROOMS:
    importlib.import_module(name)

# What PostgreSQL may call the type of a column that our code reads as this.
NAMES = {
    str: {"text", "varchar", "uuid", "name", "bpchar"},
    int: {"int2", "int4", "int8"},
    bool: {"bool"},
    Decimal: {"numeric"},
    datetime: {"timestamptz"},
    date: {"date"},
    bytes: {"bytea"},
}


def plain(annotation: Any) -> Any:
    """The type of a column without its names for ids, its `None` and its notes; None when it is no plain one."""
    if isinstance(annotation, typing.NewType):
        annotation = annotation.__supertype__
    if typing.get_origin(annotation) is typing.Annotated:
        return plain(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        rest = [argument for argument in typing.get_args(annotation) if argument is not type(None)]
        return plain(rest[0]) if len(rest) == 1 else None
    if isinstance(annotation, type):
        return next((kind for kind in (bool, *NAMES) if issubclass(annotation, kind)), None)
    return None


def postgresql_types(annotation: Any) -> set[str]:
    """The names of the types that a column read as `annotation` may have."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        rest = [argument for argument in typing.get_args(annotation) if argument is not type(None)]
        if len(rest) == 1:
            return postgresql_types(rest[0])
    if typing.get_origin(annotation) is list and (element := plain(typing.get_args(annotation)[0])):
        return {f"{name}[]" for name in NAMES[element]}
    return NAMES.get(plain(annotation), {"jsonb"})


def fields_of(row: Any) -> list[tuple[str, set[str]]]:
    hints = typing.get_type_hints(row, include_extras=True)
    return [(name, postgresql_types(hints[name])) for name in row.__struct_fields__]


def mismatches(prepared: "PreparedStatement[Any]", row: Any) -> list[str]:
    """What differs between the columns of a statement and the fields of the struct that its rows become."""
    columns = [(attribute.name, attribute.type.name) for attribute in prepared.get_attributes()]
    wanted = fields_of(row)
    found = []
    if [name for name, _ in columns] != [name for name, _ in wanted]:
        found.append(f"columns {[name for name, _ in columns]}, fields {[name for name, _ in wanted]}")
    found += [
        f"{name} is {kind}, not one of {sorted(allowed)}"
        for (name, kind), (_, allowed) in zip(columns, wanted, strict=False)
        if kind not in allowed
    ]
    return found


@pytest.fixture
async def connection(database: Database) -> AsyncIterator["asyncpg.Connection[Any]"]:
    async with database.open() as tx:
        role = await tx.connection.fetchval("select current_user")
        assert role == "billhook_app"
        yield tx.connection


def test_all_rooms_with_statements_are_looked_at() -> None:
    rooms = {statement.room for statement in all_statements()}
    assert {"accounts", "organizations", "documents", "catalog", "files", "jobs"} <= rooms
    assert len(all_statements()) > 50


@pytest.mark.parametrize("statement", all_statements(), ids=lambda statement: f"{statement.room}.{statement.name}")
async def test_a_statement_fits_schema_and_struct(statement: Statement, connection: "asyncpg.Connection[Any]") -> None:
    prepared = await connection.prepare(statement.sql)
    assert len(prepared.get_parameters()) == len(statement.parameters)
    columns = prepared.get_attributes()
    if statement.row is None:
        return  # it says how many rows it touched
    if statement.scalar:
        assert len(columns) == 1
        assert columns[0].type.name in postgresql_types(statement.row)
    else:
        assert mismatches(prepared, statement.row) == []


class Listed(NamedTuple):
    """A statement that the filter language completes."""

    room: str
    name: str
    text: str
    row: Any


def lists() -> list[Listed]:
    """The upper-case texts of every store, which the filter language completes, and what their rows become."""
    found = []
    for name in ROOMS:
        module = importlib.import_module(name)
        if name.endswith(".store"):
            texts = {key: value for key, value in vars(module).items() if key.isupper() and isinstance(value, str)}
            for key, text in texts.items():
                row = None if "count(" in text else getattr(module, key.lower()).row
                found.append(Listed(name.split(".")[1], key, text, row))
    return found


def columns_of(room: str) -> dict[str, dict[str, Column]]:
    """The allow-lists of a room, by name."""
    found = {}
    for name in ROOMS:
        if name.split(".")[1] == room and name.endswith(".columns"):
            values = vars(importlib.import_module(name)).items()
            lists = {key: value for key, value in values if key.isupper() and isinstance(value, dict)}
            found |= {key: value for key, value in lists.items() if isinstance(value.get("id"), Column)}
    return found


def columns_for(listed: Listed) -> dict[str, Column]:
    """The allow-list that completes a text: the one named in the text's name, else the room's only one."""
    named = {key: columns for key, columns in columns_of(listed.room).items() if key in listed.name}
    found = list((named or columns_of(listed.room)).values())
    assert len(found) == 1, f"{listed.room}: name the allow-list of {listed.name} after it"
    return found[0]


VALUES = {"bool": True, "number": 1, "whole": 1, "instant": "2026-04-30", "id": "0" * 24}


def conditions(columns: dict[str, Column]) -> dict[str, dict[str, Any]]:
    """For each name of an allow-list a `where` that uses every operator on it."""
    wheres = {}
    for name, column in columns.items():
        key = f'{name}.it\'s a "key"' if column.type == "custom" else name
        value = VALUES.get(column.type, "text")
        operators = dict.fromkeys(["eq", "neq", "gt", "gte", "lt", "lte"], value)
        operators |= {"between": [value, value], "inq": [value, None], "nin": [value], "exists": True}
        operators |= dict.fromkeys(["like", "nlike", "ilike", "nilike", "regexp"], "a%")
        wheres[key] = {"and": [{key: operators}, {"or": [{key: None}, {key: value}]}]}
    return wheres


def completed(listed: Listed) -> list[str]:
    """A text completed with each name of its allow-list, in the condition and in the order."""
    columns = columns_for(listed)
    first = max([0, *map(int, re.findall(r"\$(\d+)", listed.text))]) + 1
    if "count(" in listed.text:
        return [listed.text + Compiled.of_where(w, columns, first=first).where for w in conditions(columns).values()]
    texts = []
    for key, where in conditions(columns).items():
        query = Query(where=where, order=((key, "DESC"),))
        compiled = Compiled.of(query, columns, first=first, tie=columns["id"].sql)
        texts.append(f"{listed.text}{compiled.where} order by {compiled.order} limit {compiled.limit} offset 0")
    return texts


@pytest.mark.parametrize("listed", lists(), ids=lambda listed: f"{listed.room}.{listed.name}")
async def test_a_list_fits_with_every_filter(listed: Listed, connection: "asyncpg.Connection[Any]") -> None:
    for text in completed(listed):
        prepared = await connection.prepare(text)
        if "count(" in listed.text:
            assert [attribute.type.name for attribute in prepared.get_attributes()] == ["int8"]
        else:
            assert mismatches(prepared, listed.row) == []


def test_all_types_of_columns_are_tried() -> None:
    tried = {column.type for listed in lists() for column in columns_for(listed).values()}
    assert {"text", "id", "bool", "number", "whole", "instant", "custom"} <= tried
    assert tried <= {*CAST, "custom"}
