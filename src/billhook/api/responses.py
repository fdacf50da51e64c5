"""How answers are encoded: decimals as JSON numbers, unset properties left out."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Response

from billhook.kernel.problems import invalid
from billhook.web import Query

encode: Callable[[Any], bytes] = msgspec.json.Encoder(decimal_format="number").encode


class JsonResponse(Response[Any]):
    """A response whose Decimals are numbers."""

    def render(self, content: Any, media_type: str, enc_hook: Any = None) -> bytes:
        """Return the body."""
        if isinstance(content, bytes):
            return content
        return super().render(content, media_type, enc_hook) if "json" not in media_type else encode(content)


def refuse_unknown_fields(query: Query, out: type[msgspec.Struct], relations: Sequence[str] = ()) -> None:
    """Refuse `filter[fields]` that names what the answer cannot have. Raises Invalid naming the first."""
    known = {field.encode_name for field in msgspec.structs.fields(out)} | set(relations)
    unknown = [name for name in query.fields if name not in known]
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, 1)
        message = f"names no field of the answer{f'; did you mean `{near[0]}`?' if near else ''}"
        raise invalid("filter", f"filter.fields.{unknown[0]}"[:80], "unknown_field", message)


def listed(rows: Iterable[Any], total: int, query: Query) -> JsonResponse:
    """Return a page: the array, `x-total-count`, only the fields that were asked for. Raises Invalid."""
    content: Any = list(rows)
    if query.fields:
        content = [picked(row, query) for row in content]
    return JsonResponse(content, headers={"x-total-count": str(total)}, media_type="application/json")


def picked(row: Any, query: Query) -> Any:
    """Return the wire object with only the fields a query wants; all of it when the query does not say.

    Raises Invalid for fields the object cannot have; of an object with relations in it, whoever put them in has looked.
    """
    if not query.fields:
        return row
    if isinstance(row, msgspec.Struct):
        refuse_unknown_fields(query, type(row))
    wire = row if isinstance(row, dict) else msgspec.to_builtins(row, builtin_types=(Decimal,))
    wanted = {name for name, want in query.fields.items() if want}
    unwanted = set(query.fields) - wanted
    return {key: value for key, value in wire.items() if (key in wanted if wanted else key not in unwanted)}


class Count(msgspec.Struct):
    """How many."""

    count: int


class Success(msgspec.Struct):
    """An action was carried out."""

    success: bool = True
