"""The LoopBack envelope: how the invoicing API says no."""

import logging
import re
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from billhook.api.responses import encode
from billhook.kernel import ids
from billhook.kernel.problems import Fault, Invalid, Kind, Problem
from billhook.web import CONTENT, STATUS_OF, decode_instant, find_faults

log = logging.getLogger("billhook.api")

_MISSING = re.compile(r"Missing required \w+ parameter '(.+?)'")
"""How the framework says that a parameter was not sent."""


def decode_wire(expected: type, value: Any) -> Any:
    """Decode wire types of ours; the hook that msgspec calls for them."""
    del expected  # `Instant` is the only one
    return decode_instant(value)


def _name(status: int) -> str:
    return {401: "AuthorizationError", 422: "ValidationError"}.get(status) or f"{_camel(status)}Error"


def _camel(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        return "Http"
    return "".join(word.capitalize() for word in phrase.removesuffix(" Error").replace("-", " ").split())


def envelope(status: int, code: str, message: str, details: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Return the response of a refusal."""
    error: dict[str, Any] = {"statusCode": status, "name": _name(status), "message": message, "code": code}
    if details:
        error["details"] = details
    return Response(encode({"error": error}), status_code=status, media_type="application/json", headers=headers)


def _details(problem: Problem) -> dict[str, Any] | None:
    """Return LoopBack's details of a validation: `codes` and `messages` by field."""
    if not isinstance(problem, Invalid):
        return dict(problem.facts) if problem.kind is Kind.CONFLICT else None
    codes: dict[str, list[str]] = {}
    messages: dict[str, list[str]] = {}
    for fault in problem.faults:
        codes.setdefault(fault.path, []).append(fault.code)
        messages.setdefault(fault.path, []).append(fault.message)
    return {"context": problem.what, "codes": codes, "messages": messages}


def on_problem(_: Request[Any, Any, Any], problem: Problem) -> Any:
    """Answer a refusal of ours."""
    status = STATUS_OF[problem.kind]
    wait = problem.facts.get("wait_seconds")
    headers = {"retry-after": str(wait)} if wait else None
    return envelope(status, problem.code, problem.message, _details(problem), headers)


def on_validation(request: Request[Any, Any, Any], error: ValidationException) -> Any:
    """Answer a body (or parameter) that does not fit: every fault of it, at once."""
    handler = request.route_handler
    field = getattr(handler, "parsed_data_field", None)
    content = request.scope.get(CONTENT)
    faults = find_faults(content, field.annotation, decode_wire) if field is not None and content is not None else []
    if faults and field is not None:
        what = getattr(field.annotation, "__name__", "body").removesuffix("In")
        return on_problem(request, Invalid(what, faults))
    messages: dict[str, list[str]] = {}
    for extra in error.extra if isinstance(error.extra, list) else []:
        messages.setdefault(str(extra.get("key", "")), []).append(str(extra.get("message", "")))
    missing = _MISSING.match(error.detail)
    if missing:
        return on_problem(request, Invalid("query", [Fault(missing[1], "presence", "is missing")]))
    details = {"context": "request", "codes": {key: ["type"] for key in messages}, "messages": messages}
    return envelope(422, "VALIDATION_FAILED", "The request is not valid.", details)


def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Any:
    """Answer what the framework refuses: unknown routes, methods."""
    code = {404: "ROUTE_NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}.get(error.status_code, "REFUSED")
    return envelope(error.status_code, code, error.detail, headers=error.headers)


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Any:
    """Answer a mistake of ours: a request id, no internals."""
    if isinstance(error, msgspec.ValidationError):
        return envelope(422, "VALIDATION_FAILED", str(error))
    request_id = ids.new()
    # The route as declared: a path may hold a public link, which is a secret.
    path = request.scope.get("path_template", "")
    log.error("request %s: %s %s failed", request_id, request.method, path, exc_info=error)
    return envelope(500, "INTERNAL_ERROR", f"Something went wrong on our side. Request id: {request_id}")


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    ValidationException: on_validation,
    HTTPException: on_http,
    Exception: on_bug,
}
