"""How the billing API says no: `{message, type, issues}`."""

import logging
import re
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from billhook.kernel import ids
from billhook.kernel.problems import Fault, Invalid, Kind, NotYours, Problem
from billhook.web import CONTENT, STATUS_OF, decode_instant, find_faults

log = logging.getLogger("billhook.billing_api")

_OTHER_STATUS: Final = {
    "AUTHORIZATION_REQUIRED": 404,
    "INVALID_CREDENTIALS": 401,
    "INVALID_TOKEN": 401,
    "IDEMPOTENCY_KEY_IN_USE": 409,
    "IDEMPOTENCY_KEY_REUSED": 422,
}
"""Codes whose status this dialect has otherwise than their kind."""
_STATUS: Final = STATUS_OF | {Kind.INVALID: 400, Kind.CONFLICT: 400, Kind.UNAUTHENTICATED: 403}
_MISSING = re.compile(r"Missing required \w+ parameter '(.+?)'")
_WORDS: Final = {
    "_documentItems": "items",
    "_documentItemTaxes": "tax",
    "name": "product.title",
    "price": "unitAmount",
    "dateDue": "dueDate",
    "clientId": "customerRef",
    "_documentClient": "customer",
}
"""What rooms below call something, and how it is called here."""


class IssueOut(msgspec.Struct, rename="camel"):
    """One thing that is wrong."""

    code: str
    path: list[str | int]
    message: str


class RefusalOut(msgspec.Struct, rename="camel", omit_defaults=True):
    """A refusal: `type` says which, for programs; `issues` lists everything that is wrong with what was sent."""

    message: str
    type: str
    issues: list[IssueOut] | None = None


encode = msgspec.json.Encoder(decimal_format="number").encode


def refusal(
    status: int, type: str, message: str, faults: tuple[Fault, ...] = (), headers: dict[str, str] | None = None
) -> Response[bytes]:
    """Return the response of a refusal."""
    issues = [IssueOut(fault.code, path_of(fault.path), fault.message) for fault in faults] or None
    content = encode(RefusalOut(message, type, issues))
    return Response(content, status_code=status, media_type="application/json", headers=headers)


def path_of(path: str) -> list[str | int]:
    """Return the parts of a path, in the words of this dialect."""
    words = [word for part in path.split(".") if part for word in _WORDS.get(part, part).split(".")]
    return [int(word) if word.isascii() and word.isdigit() else word for word in words]


def _message(problem: Problem) -> str:
    if isinstance(problem, NotYours):
        return "Not found: there is nothing with this id in your network."
    if not isinstance(problem, Invalid):
        return problem.message
    texts = [f"`{'.'.join(map(str, path_of(f.path)))}` {f.message}" if f.path else f.message for f in problem.faults]
    return f"The request is not valid: {'; '.join(texts)}"


def _type(code: str) -> str:
    head, *rest = code.lower().split("_")
    return head + "".join(word.capitalize() for word in rest)


def on_problem(_: Any, problem: Problem) -> Response[bytes]:
    """Answer a refusal of ours."""
    status = _OTHER_STATUS.get(problem.code, _STATUS[problem.kind])
    headers = {"www-authenticate": 'Basic realm="Billhook"'} if status == 401 else {}
    if wait := problem.facts.get("wait_seconds"):
        headers["retry-after"] = str(wait)
    if isinstance(problem, NotYours):
        return refusal(status, "notFound", _message(problem))
    if isinstance(problem, Invalid):
        return refusal(status, "validationError", _message(problem), problem.faults)
    return refusal(status, _type(problem.code), _message(problem), headers=headers)


def on_validation(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Answer a body (or parameter) that does not fit: every fault of it, at once."""
    field = getattr(request.route_handler, "parsed_data_field", None)
    content = request.scope.get(CONTENT)
    faults: list[Fault] = []
    if field is not None and content is not None:
        faults = find_faults(content, field.annotation, lambda _, value: decode_instant(value))
    if not faults and isinstance(error.extra, list):
        faults = [Fault(str(e.get("key", "")), "type", str(e.get("message", ""))) for e in error.extra]
    if not faults and (missing := _MISSING.match(error.detail)):
        faults = [Fault(missing[1], "presence", "is missing")]
    return on_problem(request, Invalid("request", faults or [Fault("", "type", "cannot be read")]))


def on_http(_: Any, error: HTTPException) -> Response[bytes]:
    """Answer what the framework refuses: unknown routes, methods."""
    sort = {404: "routeNotFound", 405: "methodNotAllowed", 413: "bodyTooLarge"}.get(error.status_code, "refused")
    return refusal(error.status_code, sort, error.detail, headers=dict(error.headers or {}))


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a mistake of ours: a request id, no internals."""
    if isinstance(error, msgspec.ValidationError):
        return refusal(400, "validationError", str(error))
    request_id = ids.new()
    path = request.scope.get("path_template", "")
    log.error("request %s: %s %s failed", request_id, request.method, path, exc_info=error)
    return refusal(500, "internalError", f"Something went wrong on our side. Request id: {request_id}")


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    ValidationException: on_validation,
    HTTPException: on_http,
    Exception: on_bug,
}
