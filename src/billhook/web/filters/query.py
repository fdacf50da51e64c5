"""Reading a filter: bracket form or one JSON string, into a `Query` of plain values."""

from typing import Any

import msgspec

from billhook.kernel.problems import invalid
from billhook.web.brackets import nest
from billhook.web.problems import Malformed

MAX_ROWS = 100
"""Rows a page; more are cut to this, as the seeds' vendor does."""
MAX_SKIP = 10_000_000


class Query(msgspec.Struct, frozen=True):
    """What a list asks for. `where` is still in wire words; `fields` maps a name to wanted or not wanted."""

    where: dict[str, Any] = {}
    include: tuple[str, ...] = ()
    fields: dict[str, bool] = {}
    limit: int = MAX_ROWS
    order: tuple[tuple[str, str], ...] = ()
    skip: int = 0
    deleted: bool = False


_EVERYTHING = Query()


def parse_query(query_string: bytes) -> Query:
    """Return the `filter` of a query string. Raises Invalid (422) naming what is not understood."""
    if not query_string:
        return _EVERYTHING
    raw = _object(query_string, "filter")
    unknown = set(raw) - {"where", "include", "fields", "limit", "order", "skip", "offset", "deleted"}
    if unknown:
        name = min(unknown)
        known = "where, include, fields, limit, order, skip, deleted"
        raise invalid("filter", f"filter.{name}"[:80], "unknown_key", f"is not part of a filter; known: {known}")
    where = raw.get("where") or {}
    if not isinstance(where, dict):
        raise invalid("filter", "filter.where", "type", "must be an object")
    return Query(
        where=where,
        include=_names(raw.get("include"), "filter.include"),
        fields=_fields(raw.get("fields")),
        limit=min(_whole(raw.get("limit"), MAX_ROWS, "filter.limit"), MAX_ROWS) or MAX_ROWS,
        order=_order(raw.get("order")),
        skip=_whole(raw.get("skip", raw.get("offset")), 0, "filter.skip"),
        deleted=str(raw.get("deleted", "")).lower() in ("true", "1"),
    )


def parse_where(query_string: bytes) -> dict[str, Any]:
    """Return the `where` of a count; `filter[where]` is taken too."""
    where = _object(query_string, "where") or _object(query_string, "filter").get("where") or {}
    if not isinstance(where, dict):
        raise invalid("filter", "where", "type", "must be an object")
    return where


def _object(query_string: bytes, name: str) -> dict[str, Any]:
    try:
        value = nest(query_string.decode()).get(name)
    except UnicodeDecodeError:
        raise Malformed(why="the query string is not UTF-8") from None
    if value in (None, ""):
        return {}
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value.encode())
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            raise invalid("filter", name, "json", "is not valid JSON; send a JSON object or the bracket form") from None
    if not isinstance(value, dict):
        raise invalid("filter", name, "type", "must be an object")
    return value


def _whole(value: Any, default: int, path: str) -> int:
    if value in (None, ""):
        return default
    text = str(value)
    if not text.isascii() or not text.isdigit() or int(text[:12]) > MAX_SKIP:
        raise invalid("filter", path, "numericality", f"must be a whole number from 0 to {MAX_SKIP}")
    return int(text)


def _names(value: Any, path: str) -> tuple[str, ...]:
    """Relations: `"client"`, `["client", {"relation": "payments"}]` or `{"client": "…"}`."""
    if value in (None, ""):
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        if "relation" in value:
            return (str(value["relation"]),)
        return tuple(str(name) for name in value)
    if isinstance(value, list):
        return tuple(name for element in value for name in _names(element, path))
    raise invalid("filter", path, "type", "must be a name, a list of names or an object")


def _fields(value: Any) -> dict[str, bool]:
    if value in (None, ""):
        return {}
    if isinstance(value, str):
        return {value: True}
    if isinstance(value, list):
        return {str(name): True for name in value}
    if isinstance(value, dict):
        return {str(name): str(wanted).lower() in ("true", "1") for name, wanted in value.items()}
    raise invalid("filter", "filter.fields", "type", "must be a list of names or an object of name: true/false")


def _order(value: Any) -> tuple[tuple[str, str], ...]:
    if value in (None, ""):
        return ()
    if isinstance(value, dict):
        return tuple(_direction(f"{name} {way}") for name, way in value.items())
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        raise invalid("filter", "filter.order", "type", "must be like `date DESC` or a list of such")
    return tuple(_direction(str(part)) for part in value)


def _direction(text: str) -> tuple[str, str]:
    name, _, way = text.strip().partition(" ")
    way = way.strip().upper() or "ASC"
    if way not in ("ASC", "DESC"):
        raise invalid("filter", "filter.order", "inclusion", f"`{text[:60]}`: the direction is ASC or DESC")
    return name, way
