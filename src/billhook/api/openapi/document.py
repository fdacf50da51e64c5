"""The OpenAPI document as a whole, and the route that serves it."""

import asyncio
import inspect
import itertools
import sys
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get
from litestar.routes import HTTPRoute

from billhook import __version__
from billhook.api.openapi.operations import Operation
from billhook.api.openapi.schemas import schemas_of
from billhook.api.openapi.shared import RESPONSES, SCHEMAS, SECURITY_SCHEMES
from billhook.api.openapi.words import WORDS
from billhook.api.responses import encode
from billhook.web import BillhookRequest

_KEPT: Final = "openapi"


class Description(msgspec.Struct, frozen=True):
    """The document, as served and as a value, and the operations it describes."""

    document: dict[str, Any]
    content: bytes
    operations: tuple[Operation, ...]


def operations_of(app: Litestar) -> tuple[Operation, ...]:
    """Return the operations of the routes that have a tag (pages for browsers have none), in a fixed order."""
    found: list[Operation] = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                methods = sorted(method.lower() for method in handler.http_methods if method != "OPTIONS")
                if methods and handler.tags and handler.resolve_include_in_schema():
                    found += [Operation(route.path_format, method, handler) for method in methods]
    for _, same in itertools.groupby(sorted(found, key=lambda o: id(o.handler.fn)), lambda o: o.handler.fn):
        _name_aliases(list(same))
    modules = list(dict.fromkeys(operation.handler.fn.__module__ for operation in found))
    return tuple(sorted(found, key=lambda operation: _place(operation, modules)))


def _place(operation: Operation, modules: list[str]) -> tuple[int, str, int, int, bool, str]:
    """Return where an operation stands: as its section is listed, as its routes are written, aliases behind."""
    tags, fn = list(WORDS.tags), operation.handler.fn
    section = tags.index(operation.tag) if operation.tag in tags else len(tags)
    line = inspect.unwrap(fn).__code__.co_firstlineno
    return section, operation.tag, modules.index(fn.__module__), line, bool(operation.alias), operation.path


def _name_aliases(operations: list[Operation]) -> None:
    """Of several ways to call one handler, the shortest path is the operation; the rest are older names for it."""
    main, *others = sorted(operations, key=lambda o: (len(o.path), o.method == "get", o.path))
    for other in others:
        word = f"by-{other.method}" if other.path == main.path else other.path.rpartition("/")[2]
        other.alias = "".join(part.capitalize() for part in word.split("-"))


def _tags(operations: Iterable[Operation]) -> list[dict[str, str]]:
    """Return the sections: described in `words.toml`, else by the first line of the module that holds the routes."""
    tags = {}
    for operation in operations:
        if operation.tag not in tags:
            module = inspect.getdoc(sys.modules[operation.handler.fn.__module__]) or ""
            tags[operation.tag] = WORDS.tags.get(operation.tag) or module.partition("\n")[0]
    return [{"name": name, "description": description} for name, description in tags.items()]


def describe(app: Litestar, public_url: str) -> Description:
    """Return the description of an application that is reached at `public_url`."""
    operations = operations_of(app)
    types = list(dict.fromkeys(kind for operation in operations for kind in operation.wire_types()))
    for operation in operations:
        types += [kind for kind in operation.query_types() if kind not in types]
    schemas, components = schemas_of(types)

    def schema_of(kind: Any) -> dict[str, Any]:
        return dict(schemas[types.index(kind)])

    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = operation.describe(schema_of)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Billhook",
            "version": __version__,
            "summary": "Self-hosted invoicing and payments.",
            "description": "Issue legally numbered documents through an API, send them, get them paid.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url, "description": "This installation"}],
        "tags": _tags(operations),
        "paths": paths,
        "components": {
            "schemas": SCHEMAS | components,
            "responses": RESPONSES,
            "securitySchemes": SECURITY_SCHEMES,
        },
        "security": [{"accessToken": []}, {"accessTokenInQuery": []}],
    }
    return Description(document, encode(document), operations)


def description_of(app: Litestar) -> Description:
    """Return the description of the running application, made when it is first asked for."""
    kept: Description | None = app.state.get(_KEPT)
    if kept is None:
        kept = describe(app, app.state.public_url)
        app.state[_KEPT] = kept
    return kept


@get("/openapi.json", opt={"public": True}, include_in_schema=False)
async def openapi_json(request: BillhookRequest) -> Response[bytes]:
    """Return the OpenAPI document."""
    content = (await asyncio.to_thread(description_of, request.app)).content  # the first time it takes a while
    return Response(content, media_type="application/json", headers={"cache-control": "no-cache"})


ROUTES = [openapi_json]
