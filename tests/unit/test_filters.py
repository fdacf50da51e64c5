"""The filter language: what is read from a query string, what SQL it becomes, what it refuses and in which words."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.kernel.problems import Invalid
from billhook.web import Column, Compiled, Query, parse_query, parse_where
from billhook.web.problems import Malformed

COLUMNS = {
    "id": Column("d.id", "id"),
    "type": Column("d.type"),
    "draft": Column("d.draft", "bool"),
    "total": Column("(d.total / 100)", "number"),
    "dateYear": Column("d.year", "whole"),
    "date": Column("d.date", "instant"),
    "custom": Column("d.custom", "custom"),
    "_client.name": Column("(d.client ->> 'name')"),
}
AN_ID = "644c214c6ee48100249d5d7d"


def sql(where: dict[str, Any]) -> tuple[str, list[Any]]:
    compiled = Compiled.of_where(where, COLUMNS, first=3)
    return compiled.where, compiled.arguments


def fault(where: dict[str, Any]) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as refused:
        Compiled.of_where(where, COLUMNS, first=1)
    (only,) = refused.value.faults
    return only.path, only.code, only.message


WHERES: list[tuple[dict[str, Any], str, list[Any]]] = [
    ({}, "", []),
    ({"type": "invoice"}, " and d.type = $3::text", ["invoice"]),
    ({"type": 5}, " and d.type = $3::text", ["5"]),
    ({"type": None}, " and d.type is null", []),
    ({"draft": "true"}, " and d.draft = $3::boolean", [True]),
    ({"draft": 0}, " and d.draft = $3::boolean", [False]),
    ({"total": "12.50"}, " and (d.total / 100) = $3::numeric", [Decimal("12.50")]),
    ({"dateYear": "2026"}, " and d.year = $3::bigint", [2026]),
    ({"date": "2026-04-30"}, " and d.date = $3::timestamptz", [datetime(2026, 4, 30, tzinfo=UTC)]),
    ({"id": AN_ID}, " and d.id = $3::uuid", [AN_ID]),
    ({"_client.name": "Ada"}, " and (d.client ->> 'name') = $3::text", ["Ada"]),
    ({"custom.color": "red"}, " and (d.custom ->> 'color') = $3::text", ["red"]),
    ({"custom.a.b": True}, " and (d.custom ->> 'a.b') = $3::text", ["true"]),
    ({"type": {"eq": "a"}}, " and d.type = $3::text", ["a"]),
    ({"type": {"neq": "a"}}, " and (d.type = $3::text) is not true", ["a"]),
    ({"type": {"neq": None}}, " and (d.type is null) is not true", []),
    ({"total": {"gt": 1}}, " and (d.total / 100) > $3::numeric", [Decimal(1)]),
    ({"total": {"gte": 1}}, " and (d.total / 100) >= $3::numeric", [Decimal(1)]),
    ({"total": {"lt": 1}}, " and (d.total / 100) < $3::numeric", [Decimal(1)]),
    ({"total": {"lte": 1}}, " and (d.total / 100) <= $3::numeric", [Decimal(1)]),
    (
        {"total": {"gte": 1, "lt": 5}},
        " and (d.total / 100) >= $3::numeric and (d.total / 100) < $4::numeric",
        [Decimal(1), Decimal(5)],
    ),
    ({"dateYear": {"between": [2025, 2026]}}, " and d.year between $3::bigint and $4::bigint", [2025, 2026]),
    ({"type": {"inq": ["a", "b"]}}, " and d.type = any($3::text[])", [["a", "b"]]),
    ({"type": ["a", "b"]}, " and d.type = any($3::text[])", [["a", "b"]]),
    ({"type": {"inq": ["a", None]}}, " and (d.type = any($3::text[]) or d.type is null)", [["a"]]),
    ({"type": {"nin": ["a"]}}, " and (d.type = any($3::text[])) is not true", [["a"]]),
    ({"type": {"like": "in.*"}}, " and d.type::text ~ $3::text", ["in.*"]),
    ({"type": {"like": "in%"}}, " and d.type::text like $3::text", ["in%"]),
    ({"type": {"like": "in%", "options": "i"}}, " and d.type::text ilike $3::text", ["in%"]),
    ({"type": {"nlike": "in"}}, " and (d.type::text ~ $3::text) is not true", ["in"]),
    ({"type": {"ilike": "IN"}}, " and d.type::text ~* $3::text", ["IN"]),
    ({"type": {"nilike": "IN"}}, " and (d.type::text ~* $3::text) is not true", ["IN"]),
    ({"type": {"regexp": "^in"}}, " and d.type::text ~ $3::text", ["^in"]),
    ({"type": {"regexp": "/^IN/i"}}, " and d.type::text ~* $3::text", ["^IN"]),
    ({"type": {"regexp": "50%"}}, " and d.type::text ~ $3::text", ["50%"]),
    ({"type": {"exists": True}}, " and d.type is not null", []),
    ({"type": {"exists": "false"}}, " and d.type is null", []),
    (
        {"or": [{"type": "a"}, {"type": "b", "draft": True}]},
        " and ((d.type = $3::text) or (d.type = $4::text and d.draft = $5::boolean))",
        ["a", "b", True],
    ),
    (
        {"and": [{"type": "a"}, {"or": [{"draft": True}, {"draft": None}]}], "dateYear": 1},
        " and ((d.type = $3::text) and (((d.draft = $4::boolean) or (d.draft is null)))) and d.year = $5::bigint",
        ["a", True, 1],
    ),
    ({"or": {"type": "a"}}, " and ((d.type = $3::text))", ["a"]),
    ({"or": [{}, {"type": "a"}]}, " and ((true) or (d.type = $3::text))", ["a"]),
]


@pytest.mark.parametrize(("where", "text", "arguments"), WHERES, ids=lambda value: str(value)[:60])
def test_compiles(where: dict[str, Any], text: str, arguments: list[Any]) -> None:
    assert sql(where) == (text, arguments)


def test_an_id_of_another_form_names_nothing() -> None:
    text, (compared,) = sql({"id": "not an id"})
    assert text == " and d.id = $3::uuid"
    assert re.fullmatch("[0-9a-f]{24}", compared)


REFUSED: list[tuple[dict[str, Any], str, str, str]] = [
    ({"typ": 1}, "where.typ", "unknown_field", "did you mean `type`?"),
    ({"zzzzzz": 1}, "where.zzzzzz", "unknown_field", "known: _client.name, custom"),
    ({"or": [{"dat": 1}]}, "where.or.0.dat", "unknown_field", "did you mean `date`?"),
    ({"custom": {}}, "where.custom", "unknown_field", "`custom.color`"),
    ({"custom.": 1}, "where.custom.", "unknown_field", "did you mean `custom`?"),
    ({"custom." + "k" * 201: 1}, "where.custom." + "k" * 201, "unknown_field", "too long"),
    ({"custom.\x00": 1}, "where.custom.\x00", "unknown_field", "null character"),
    ({"type": {"near": 1}}, "where.type.near", "unknown_operator", "`near` is no operator here"),
    ({"type": {}}, "where.type", "type", "names no operator"),
    ({"type": {"options": "i"}}, "where.type", "type", "names no operator"),
    ({"type": {"eq": {"a": 1}}}, "where.type.eq", "type", "not a value of type text"),
    ({"type": "a\x00"}, "where.type", "type", "not a value of type text"),
    ({"draft": "perhaps"}, "where.draft", "type", "not a value of type bool"),
    ({"total": "NaN"}, "where.total", "type", "not a value of type number"),
    ({"total": "1e31"}, "where.total", "type", "not a value of type number"),
    ({"total": True}, "where.total", "type", "not a value of type number"),
    ({"dateYear": 1.5}, "where.dateYear", "type", "not a value of type whole"),
    ({"dateYear": 2**63}, "where.dateYear", "type", "not a value of type whole"),
    ({"date": "yesterday"}, "where.date", "type", "not a value of type instant"),
    ({"date": {"between": ["2026-01-01"]}}, "where.date.between", "type", "a list of two values"),
    ({"type": {"inq": ["x"] * 1001}}, "where.type.inq", "too_many", "at most 1000 values"),
    ({"type": {"like": "x" * 201}}, "where.type.like", "type", "at most 200 characters"),
    ({"type": {"regexp": ["x"]}}, "where.type.regexp", "type", "at most 200 characters"),
    ({"or": []}, "where.or", "type", "not empty"),
    ({"and": "x"}, "where.and", "type", "a list of conditions"),
    ({"and": ["x"]}, "where.and.0", "type", "must be an object"),
    ({"and": [{"type": "x"}] * 101}, "where.and.100.type", "too_many", "at most 100 conditions"),
]


@pytest.mark.parametrize(("where", "path", "code", "words"), REFUSED, ids=lambda value: str(value)[:50])
def test_refuses_and_names_the_place(where: dict[str, Any], path: str, code: str, words: str) -> None:
    found_path, found_code, message = fault(where)
    assert (found_path, found_code) == (path[:120], code)
    assert words in message


def test_refuses_deep_nesting() -> None:
    where: dict[str, Any] = {"type": "x"}
    for _ in range(9):
        where = {"or": [where]}
    assert fault(where)[1] == "too_deep"


HOSTILE = ["'; drop table x; --", "$1", "a' or '1'='1", "\\'", '"', "/*", "%s", ":now", "name) or (1=1", "custom.x"]


@pytest.mark.parametrize("text", HOSTILE)
def test_values_never_become_sql(text: str) -> None:
    for operator in ("eq", "neq", "gt", "like", "regexp"):
        written, arguments = sql({"type": {operator: text}})
        assert text not in written
        assert arguments == [text]


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_names_never_become_sql(text: str) -> None:
    assert fault({text: 1})[1] == "unknown_field"
    assert fault({"type": {text: 1}})[1] == "unknown_operator"
    with pytest.raises(Invalid):
        Compiled.of(Query(order=((text, "ASC"),)), COLUMNS, first=1, tie="d.id")


@given(st.text(min_size=1, max_size=50).filter(lambda key: "\x00" not in key))
def test_a_key_of_custom_stays_inside_its_quotes(key: str) -> None:
    written, _ = sql({f"custom.{key}": "x"})
    inside = written.removeprefix(" and (d.custom ->> '").removesuffix("') = $3::text")
    assert inside.replace("''", "") == key.replace("'", "")
    assert "'" not in inside.replace("''", "")


def test_orders_with_a_tie_break() -> None:
    query = Query(order=(("date", "DESC"), ("total", "ASC")), limit=5, skip=7)
    compiled = Compiled.of(query, COLUMNS, first=2, tie="d.id")
    assert compiled.order == "d.date DESC, (d.total / 100) ASC, d.id ASC"
    assert (compiled.limit, compiled.skip) == (5, 7)
    assert Compiled.of(Query(), COLUMNS, first=2, tie="d.id").order == "d.id ASC"
    assert Compiled.of(Query(order=(("date", "DESC"),)), COLUMNS, first=2, tie="d.id").order == "d.date DESC, d.id DESC"


# Reading: the same filter in both encodings

BOTH: list[tuple[str, dict[str, Any], Query]] = [
    ("", {}, Query()),
    ("filter[limit]=5", {"limit": 5}, Query(limit=5)),
    ("filter[limit]=1000", {"limit": 1000}, Query(limit=100)),
    ("filter[skip]=20", {"skip": 20}, Query(skip=20)),
    ("filter[offset]=20", {"offset": 20}, Query(skip=20)),
    ("filter[deleted]=true", {"deleted": True}, Query(deleted=True)),
    ("filter[deleted]=false", {"deleted": False}, Query()),
    ("filter[where][type]=invoice", {"where": {"type": "invoice"}}, Query(where={"type": "invoice"})),
    (
        "filter[where][or][0][type]=a&filter[where][or][1][type]=b",
        {"where": {"or": [{"type": "a"}, {"type": "b"}]}},
        Query(where={"or": [{"type": "a"}, {"type": "b"}]}),
    ),
    (
        "filter[where][type][inq][]=a&filter[where][type][inq][]=b",
        {"where": {"type": {"inq": ["a", "b"]}}},
        Query(where={"type": {"inq": ["a", "b"]}}),
    ),
    ("filter[order]=date DESC", {"order": "date DESC"}, Query(order=(("date", "DESC"),))),
    ("filter[order]=date", {"order": "date"}, Query(order=(("date", "ASC"),))),
    ("filter[order][date]=desc", {"order": {"date": "desc"}}, Query(order=(("date", "DESC"),))),
    (
        "filter[order][0]=date DESC&filter[order][1]=id ASC",
        {"order": ["date DESC", "id ASC"]},
        Query(order=(("date", "DESC"), ("id", "ASC"))),
    ),
    ("filter[order]=date DESC,id", {"order": "date DESC,id"}, Query(order=(("date", "DESC"), ("id", "ASC")))),
    ("filter[fields][id]=true", {"fields": {"id": True}}, Query(fields={"id": True})),
    ("filter[fields][id]=false", {"fields": {"id": False}}, Query(fields={"id": False})),
    ("filter[fields][]=id&filter[fields][]=type", {"fields": ["id", "type"]}, Query(fields={"id": True, "type": True})),
    ("filter[fields]=id", {"fields": "id"}, Query(fields={"id": True})),
    ("filter[include]=payments", {"include": "payments"}, Query(include=("payments",))),
    ("filter[include][]=a&filter[include][]=b", {"include": ["a", "b"]}, Query(include=("a", "b"))),
    ("filter[include][tax]=rate", {"include": {"tax": "rate"}}, Query(include=("tax",))),
    ("filter[include][0][relation]=a", {"include": [{"relation": "a"}]}, Query(include=("a",))),
]


@pytest.mark.parametrize(("brackets", "value", "query"), BOTH, ids=lambda value: str(value)[:60])
def test_reads_both_encodings_alike(brackets: str, value: dict[str, Any], query: Query) -> None:
    as_json = "filter=" + quote(msgspec.json.encode(value).decode())
    assert parse_query(as_json.encode()) == query
    assert parse_query(brackets.encode()) == query
    assert parse_query(quote(brackets, safe="=&").encode()) == query


BAD_QUERIES = [
    ('filter={"limt":1}', "filter.limt", "unknown_key"),
    ("filter[limit]=-1", "filter.limit", "numericality"),
    ("filter[limit]=1e3", "filter.limit", "numericality"),
    ("filter[skip]=99999999999999999999", "filter.skip", "numericality"),
    ("filter[limit]=%D9%A3", "filter.limit", "numericality"),
    ("filter={", "filter", "json"),
    ("filter=[1]", "filter", "type"),
    ('filter={"where":"x"}', "filter.where", "type"),
    ('filter={"where":[1]}', "filter.where", "type"),
    ("filter[order]=date sideways", "filter.order", "inclusion"),
    ('filter={"order":5}', "filter.order", "type"),
    ('filter={"include":5}', "filter.include", "type"),
    ('filter={"fields":5}', "filter.fields", "type"),
]


@pytest.mark.parametrize(("text", "path", "code"), BAD_QUERIES)
def test_refuses_a_bad_filter(text: str, path: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_query(quote(text, safe="=&[]%").encode())
    assert [(f.path, f.code) for f in refused.value.faults] == [(path, code)]


def test_refuses_a_query_that_is_not_utf8() -> None:
    for text in (b"filter=%ff", b"filter[where][type]=%ff"):
        with pytest.raises(Malformed):
            parse_query(text)


def test_a_where_is_read_from_where_or_filter() -> None:
    for text in (
        "where[type]=invoice",
        'where={"type":"invoice"}',
        "filter[where][type]=invoice",
        'filter={"where":{"type":"invoice"}}',
    ):
        assert parse_where(quote(text, safe="=[]").encode()) == {"type": "invoice"}
    assert parse_where(b"") == {}
    with pytest.raises(Invalid):
        parse_where(b"where=5")


@given(st.binary(max_size=200))
def test_any_query_string_is_read_or_refused(text: bytes) -> None:
    try:
        query = parse_query(text)
        Compiled.of(query, COLUMNS, first=1, tie="d.id")
    except (Invalid, Malformed):
        return
    assert query.limit <= 100
