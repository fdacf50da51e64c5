"""How the billing API describes itself: `GET /billing/openapi.json`, OpenAPI 3.1, made of its routes and types."""

import asyncio
import inspect
import re
import typing
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute

from billhook import __version__
from billhook.billing_api.admission import NETWORK, PURPOSE, SCOPE
from billhook.billing_api.envelope import RefusalOut, encode
from billhook.web import BillhookRequest, Instant

_KEPT: Final = "billing_openapi"
_REF: Final = "#/components/schemas/"
_REFUSALS: Final = {
    "400": "It is not valid, or the present state stands against it; nothing was changed.",
    "401": "There are no credentials, or they are not those of anybody.",
    "403": "The credentials may not do this.",
    "404": "There is no such thing in the network.",
    "409": "The first request with this Idempotency-Key is still under way.",
    "413": "The body is larger than this server accepts.",
    "422": "The Idempotency-Key came with another request before.",
    "429": "Too many requests; `retry-after` says how many seconds to wait.",
    "503": "The database or the payment provider cannot be reached; try again.",
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name for this request; when it comes again, it is answered as the first time and does nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
_NETWORK: Final = {
    "name": NETWORK,
    "in": "header",
    "required": False,
    "description": "The id of the network; required with an access token.",
    "schema": {"type": "string"},
}
_SCHEMES: Final = {
    "basic": {"type": "http", "scheme": "basic", "description": "The client id and its secret."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token of the OAuth2 code flow."},
}


def description(app: Litestar) -> dict[str, Any]:
    """Return the document of the running application, made when it is first asked for."""
    kept: dict[str, Any] | None = app.state.get(_KEPT)
    if kept is None:
        kept = _describe(app)
        app.state[_KEPT] = kept
    return kept


def _handlers(app: Litestar) -> list[tuple[str, str, HTTPRouteHandler]]:
    found = [
        (route.path_format, method.lower(), handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.opt.get("purpose") == PURPOSE and handler.tags
        for method in handler.http_methods
        if method != "OPTIONS"
    ]
    return sorted(found, key=lambda one: one[:2])


def _describe(app: Litestar) -> dict[str, Any]:
    handlers = _handlers(app)
    types = [kind for _, _, handler in handlers for kind in _types(handler)]
    kinds = list(dict.fromkeys([RefusalOut, *types]))
    schemas, components = msgspec.json.schema_components(kinds, schema_hook=_hook, ref_template=_REF + "{name}")
    of = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler in handlers:
        paths.setdefault(path, {})[method] = _operation(path, method, handler, of)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Billhook billing API", "version": __version__},
        "servers": [{"url": app.state.public_url}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
        "security": [{"basic": []}, {"bearer": []}],
    }
    polished: dict[str, Any] = _polished(document)
    return polished


def _hook(kind: type) -> dict[str, Any]:
    if kind is Instant:
        return {"type": "string", "format": "date-time"}
    raise NotImplementedError(f"no schema for {kind}")  # how msgspec is told that a hook does not know a type


def _types(handler: HTTPRouteHandler) -> list[Any]:
    return [kind for kind in (_body(handler), _answer(handler)) if kind not in (None, bytes)]


def _body(handler: HTTPRouteHandler) -> Any:
    field = handler.parsed_data_field
    return None if field is None else field.annotation


def _answer(handler: HTTPRouteHandler) -> Any:
    annotation = handler.parsed_return_field.annotation
    if typing.get_origin(annotation) is Response:
        annotation = typing.get_args(annotation)[0]
    return None if annotation is type(None) else annotation


def _operation(path: str, method: str, handler: HTTPRouteHandler, of: dict[Any, Any]) -> dict[str, Any]:
    module, answer, body = handler.fn.__module__.rpartition(".")[2], _answer(handler), _body(handler)
    named = re.findall(r"{(\w+)}", path)
    parameters = [
        {"name": name, "in": "path", "required": True, "description": "An id, as a UUID.", "schema": {"type": "string"}}
        for name in named
    ]
    done: dict[str, Any] = {"description": "Done."}
    if answer is bytes:
        done["content"] = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
    elif answer is not None:
        done["content"] = {"application/json": {"schema": of[answer]}}
    refusal = {"application/json": {"schema": of[RefusalOut]}}
    refusals = {status: {"description": text, "content": refusal} for status, text in _REFUSALS.items()}
    described = {
        "operationId": f"{module}_{handler.fn.__name__}",
        "tags": list(handler.tags or ()),
        "summary": handler.summary,
        "description": inspect.cleandoc(handler.fn.__doc__ or ""),
        "parameters": [*parameters, *_in_query(handler), _NETWORK, *([_KEY] if method != "get" else [])],
        "responses": {str(handler.status_code): done, **refusals},
        "x-scope": handler.opt.get(SCOPE),
    }
    if body is not None:
        described["requestBody"] = {"required": False, "content": {"application/json": {"schema": of[body]}}}
    return described


def _in_query(handler: HTTPRouteHandler) -> list[dict[str, Any]]:
    return [
        {
            "name": field.kwarg_definition.name or name,
            "in": "query",
            "required": field.is_required,
            "description": field.kwarg_definition.description or "",
            "schema": {"type": "string"},
        }
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(field.kwarg_definition, QueryParameter)
    ]


def _polished(node: Any) -> Any:
    """Return the document with numbers where types are decimals, and without the nulls that answers leave out."""
    if isinstance(node, list):
        return [_polished(part) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("format") == "decimal":
        return {"type": "number"}
    return {key: _polished(value) for key, value in node.items()}


@get("/billing/openapi.json", opt={"public": True}, include_in_schema=False)
async def openapi_json(request: BillhookRequest) -> Response[bytes]:
    """Return the OpenAPI document of the billing API."""
    document = await asyncio.to_thread(description, request.app)
    return Response(encode(document), media_type="application/json", headers={"cache-control": "no-cache"})


ROUTES = [openapi_json]
