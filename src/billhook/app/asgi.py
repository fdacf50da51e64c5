"""The ASGI application: routes of all faces, who may call them, how they refuse."""

from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import ASGIApp

from billhook import accounts, api, billing_api, pages, usage
from billhook.api.responses import JsonResponse
from billhook.app.repeats import Repeatable, repeated
from billhook.credentials import Pace
from billhook.db import Database
from billhook.documents import Press
from billhook.events import Watch
from billhook.gateways import Gateways
from billhook.processing import Till
from billhook.settings import Seal, Settings
from billhook.web import AnyCase, Authenticator, BillhookRequest, Instant, Unauthenticated, refuse_null_in_url, token_of


async def _admit(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Let only a live token through, unless the route is public (it may still say who asks).

    Not a guard: for each of those Litestar copies the route's handler at every request.
    """
    await refuse_null_in_url(request)
    opt = request.route_handler.opt
    public = opt.get("public", False)
    if opt.get("purpose") == billing_api.PURPOSE:
        request.scope["user"] = program = await billing_api.admit(request)
        return await repeated(request, program)
    authorization = request.headers.get("authorization")
    query_token = request.query_params.get("access_token") if request.scope["query_string"] else None
    if public and not authorization and not query_token:
        return None
    authenticate: Authenticator = request.app.state.authenticate
    try:
        principal = await authenticate(token_of(authorization, query_token))
    except Unauthenticated:
        principal = None
    if principal is not None and principal.purpose == opt.get("purpose", "access"):
        request.scope["user"] = principal
        return await repeated(request, principal)
    if not public:
        raise Unauthenticated
    return None


def _unrouted(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer for an address that leads nowhere: with a page to a browser, with its envelope to a program."""
    if billing_api.is_here(request.url.path):
        return billing_api.HANDLERS[HTTPException](request, error)  # type: ignore[no-any-return]
    nowhere = isinstance(error, NotFoundException)
    if nowhere and pages.wants_page(request) and not request.url.path.startswith("/v1"):
        return pages.missing(request)
    refused: Response[Any] = api.HANDLERS[HTTPException](request, error)
    return refused


class Application:
    """The whole application on an open database; `asgi` is what a server serves."""

    def __init__(self, settings: Settings, database: Database, press: Press, *, public_url: str) -> None:
        self.authentication = accounts.authenticator(database)
        self.watch = Watch(database)
        self.till = Till(Gateways(database, settings, public_url), settings.operator_fee)
        state = {
            "database": database,
            "settings": settings,
            "seal": Seal(settings),
            "press": press,
            "till": self.till,
            "public_url": public_url,
            "watch": self.watch,
            "words": api.words() | billing_api.words(),
            "pace": Pace(settings.billing_requests_per_second),
            "authenticate": self.authentication,
        }
        self.litestar = Litestar(
            [*api.routes(), *billing_api.routes(), *pages.routes()],
            request_class=BillhookRequest,
            response_class=JsonResponse,
            type_decoders=[(lambda expected: expected is Instant, api.decode_wire)],
            exception_handlers=api.HANDLERS | {NotFoundException: _unrouted, MethodNotAllowedException: _unrouted},
            before_request=_admit,
            state=State(state),
            openapi_config=None,
            request_max_body_size=settings.request_body_bytes,
            logging_config=None,
        )
        self.asgi: ASGIApp = AnyCase(Repeatable(self.litestar), [route.path for route in self.litestar.routes])
        self.recorder = usage.Recorder(self.asgi, database) if settings.request_log_days else None
        if self.recorder:
            self.asgi = self.recorder

    def release(self) -> None:
        """Answer those who wait for something to happen: the server is about to stop."""
        self.watch.close()

    async def close(self) -> None:
        """End what listens in the background."""
        if self.recorder:
            await self.recorder.close()
        await self.authentication.close()
        await self.till.gateways.close()
