"""The ASGI application: routes of all faces, who may call them, how they refuse."""

from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ASGIApp

from billhook import __version__, accounts, api
from billhook.api.responses import JsonResponse
from billhook.db import Database
from billhook.settings import Settings
from billhook.web import AnyCase, Authenticator, BillhookRequest, Instant, Unauthenticated, token_of


async def _authenticated(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let only a live token through, unless the route is public (it may still say who asks)."""
    public = handler.opt.get("public", False)
    authorization = connection.headers.get("authorization")
    query_token = connection.query_params.get("access_token")
    if public and not authorization and not query_token:
        return
    authenticate: Authenticator = connection.app.state.authenticate
    try:
        principal = await authenticate(token_of(authorization, query_token))
    except Unauthenticated:
        principal = None
    if principal is not None and principal.purpose == handler.opt.get("purpose", "access"):
        connection.scope["user"] = principal
    elif not public:
        raise Unauthenticated


def build(settings: Settings, database: Database) -> ASGIApp:
    """Return the whole application on an open database."""
    app = Litestar(
        api.routes(),
        request_class=BillhookRequest,
        response_class=JsonResponse,
        type_decoders=[(lambda expected: expected is Instant, api.decode_wire)],
        exception_handlers=api.HANDLERS,
        guards=[_authenticated],
        state=State({"database": database, "settings": settings, "authenticate": accounts.authenticator(database)}),
        openapi_config=OpenAPIConfig(title="Billhook", version=__version__, enabled_endpoints=set()),
        request_max_body_size=settings.request_body_bytes,
        logging_config=None,
    )
    return AnyCase(app, [route.path for route in app.routes])
