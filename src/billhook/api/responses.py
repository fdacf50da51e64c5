"""How answers are encoded: decimals as JSON numbers, unset properties left out."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Response

from billhook.web import Query

encode: Callable[[Any], bytes] = msgspec.json.Encoder(decimal_format="number").encode


class JsonResponse(Response[Any]):
    """A response whose Decimals are numbers."""

    def render(self, content: Any, media_type: str, enc_hook: Any = None) -> bytes:
        """Return the body."""
        if isinstance(content, bytes):
            return content
        return super().render(content, media_type, enc_hook) if "json" not in media_type else encode(content)


def listed(rows: Iterable[Any], total: int, query: Query) -> JsonResponse:
    """Return a page: the array, `x-total-count`, only the fields that were asked for."""
    content: Any = list(rows)
    if query.fields:
        content = [picked(row, query) for row in content]
    return JsonResponse(content, headers={"x-total-count": str(total)}, media_type="application/json")


def picked(row: Any, query: Query) -> Any:
    """Return the wire object with only the fields a query wants; all of it when the query does not say."""
    if not query.fields:
        return row
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
