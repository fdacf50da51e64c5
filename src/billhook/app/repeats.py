"""Requests with an `Idempotency-Key`: claimed once who asks is known, their answer kept before it is sent."""

from contextlib import suppress
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from billhook import billing_api, idempotency
from billhook.api import HANDLERS
from billhook.api.responses import JsonResponse
from billhook.kernel.problems import Problem
from billhook.web import DATABASE, OPERATION, Principal

HEADER: Final = b"idempotency-key"
REPLAYED: Final = "Idempotency-Replayed"
_ATTEMPT: Final = "billhook.attempt"
_V1: Final = "/v1/"
"""What programs write to, beside the billing API. A page answers a browser: that has no keys."""
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Attempt:
    """A request that came with a key; it has a claim from when it is known who asks until it has been answered."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.claim: idempotency.Claim | None = None

    async def end(self, method: str, messages: list[Any]) -> None:
        """Keep the answer, or give up the claim when it is a refusal. Raises StillRunning."""
        if self.claim is None:
            return
        status, headers = messages[0]["status"], dict(messages[0]["headers"])
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if not 200 <= status < 300:
            await self.claim.give_up(sure=status < 500)
            return
        media_type = headers.get(b"content-type", b"").decode("latin-1")
        made = method == "POST" and _has_id(body, media_type)
        await self.claim.keep(idempotency.Reply(status, media_type, body, made))

    async def give_up(self) -> None:
        """Let go of the claim, if there is one, of a request that has failed. Twice is as good as once."""
        if self.claim is not None:
            with suppress(Problem):  # a database that is away has forgotten it
                await self.claim.give_up(sure=False)


def _has_id(body: bytes, media_type: str) -> bool:
    """Tell whether an answer is an object with an id: then something was made, or there is something that was."""
    if not media_type.startswith("application/json"):
        return False
    content = msgspec.json.decode(body or b"null")
    return isinstance(content, dict) and any("id" in part for part in (content, *content.values()) if _is_object(part))


def _is_object(part: Any) -> bool:
    return isinstance(part, dict)


class Repeatable:
    """ASGI middleware that holds the answer of a write with a key back until it has been kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what needs no keeping; keep the answer of the rest, then send it."""
        is_asked = scope["type"] == ScopeType.HTTP and _is_programs(scope["path"])
        key = dict(scope["headers"]).get(HEADER) if is_asked else None
        if key is None or scope["method"] not in _WRITES:  # type: ignore[typeddict-item] # HTTP has a method
            await self.app(scope, receive, send)
            return
        attempt, held = _Attempt(key.decode("latin-1")), list[Any]()
        scope["state"][_ATTEMPT] = attempt

        async def hold(message: Message) -> None:
            held.append(message)

        try:
            await self.app(scope, receive, hold)
            await attempt.end(scope["method"], held)  # type: ignore[typeddict-item] # as above
        except BaseException as error:
            await attempt.give_up()
            if not isinstance(error, Problem):
                raise
            held = _refusal(error, scope["path"])
        for message in held:
            await send(message)


def _is_programs(path: str) -> bool:
    return path.startswith(_V1) or billing_api.is_here(path)


def _refusal(problem: Problem, path: str) -> list[Any]:
    """Return the messages that say no where no route does it any more."""
    handlers = billing_api.HANDLERS if billing_api.is_here(path) else HANDLERS
    refused = handlers[Problem](None, problem)
    said = {"content-type": "application/json", "content-length": str(len(refused.content)), **refused.headers}
    headers = [(name.lower().encode(), value.encode()) for name, value in said.items()]
    return [
        {"type": "http.response.start", "status": refused.status_code, "headers": headers},
        {"type": "http.response.body", "body": refused.content, "more_body": False},
    ]


async def repeated(request: Request[Any, Any, Any], principal: Principal) -> Response[Any] | None:
    """Claim the key of a request, or return the answer that it was given before; None without a key.

    A route whose `opt` says `outside` is no single transaction: it leaves the house, or has to remember refusals. It
    may be said by a function of the request.
    Raises BadKey, KeyReused, StillRunning.
    """
    attempt: _Attempt | None = request.scope["state"].get(_ATTEMPT)
    if attempt is None:
        return None
    state = request.app.state
    asked = idempotency.request_of(principal.account_id, attempt.key, *await _parts(request))
    is_outside = request.route_handler.opt.get("outside", False)
    if callable(is_outside):
        is_outside = await is_outside(request)
    try:
        claim = await idempotency.begin(state.database, state.seal, asked, one_transaction=not is_outside)
    except idempotency.Known as known:
        reply, headers = known.reply, {REPLAYED: "true"}
        return JsonResponse(reply.body, status_code=reply.status, media_type=reply.media_type, headers=headers)
    attempt.claim = claim
    request.scope["state"] |= {DATABASE: claim.database, OPERATION: claim.operation}
    return None


async def _parts(request: Request[Any, Any, Any]) -> tuple[bytes, bytes, bytes, bytes]:
    """Return what makes a request the one it is. A form's boundary is drawn anew each time and does not count."""
    body, (kind, options) = await request.body(), request.content_type
    if kind == "multipart/form-data" and options.get("boundary"):
        body = body.replace(options["boundary"].encode("latin-1"), b"")
    query = b"&".join(
        part for part in request.scope["query_string"].split(b"&") if not part.startswith(b"access_token=")
    )
    return request.method.encode(), request.scope["path"].encode(), query, body
