"""Who asks: a client id and its secret by HTTP Basic, or an access token of OAuth2, in the network it belongs to."""

import base64
import binascii
from typing import Any, Final

from litestar import Request

from billhook import credentials
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Kind, Problem
from billhook.web import Principal

PURPOSE: Final = "billing"
"""What the `opt` of a route of this face says it is for."""
NETWORK: Final = "spacebring-network-id"
SCOPE: Final = "scope"
"""In the `opt` of a route: the area that a token has to be granted; `.readonly` of it will do to read."""


class NoCredentials(Problem):
    """Authorization required: send the client id and its secret by HTTP Basic, or an access token as `Bearer`."""

    kind = Kind.UNAUTHENTICATED
    code = "INVALID_CREDENTIALS"


class OtherNetwork(Problem):
    """The credentials are not those of the network that `spacebring-network-id` names."""

    kind = Kind.UNAUTHENTICATED
    code = "OTHER_NETWORK"


class NetworkMissing(Problem):
    """With an access token the header `spacebring-network-id` has to name the network."""

    code = "NETWORK_MISSING"


class ScopeMissing(Problem):
    """The access token was not granted the scope `{scope}`, which this needs."""

    kind = Kind.UNAUTHENTICATED
    code = "SCOPE_MISSING"


async def admit(request: Request[Any, Any, Any]) -> Principal:
    """Return who asks. Raises NoCredentials, OtherNetwork, ScopeMissing, TooFast."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        principal = await _bearer(request, rest.strip())
    elif scheme.lower() == "basic":
        client, secret = _basic(rest)
        async with request.app.state.database.open() as tx:
            principal = await credentials.proved(tx, client, secret)
    else:
        raise NoCredentials
    if principal is None:
        raise NoCredentials
    pace: credentials.Pace = request.app.state.pace
    pace.step(principal.token_id, request.app.state.database.clock.now())
    _check_network(request, principal)
    _check_scope(request, principal)
    return principal


async def _bearer(request: Request[Any, Any, Any], token: str) -> Principal | None:
    """Return whom an access token stands for."""
    if not 16 <= len(token) <= 200 or not token.isascii():
        return None
    async with request.app.state.database.open() as tx:
        return await credentials.permitted(tx, token)


def _check_scope(request: Request[Any, Any, Any], principal: Principal) -> None:
    area = request.route_handler.opt.get(SCOPE)
    if principal.scopes is None or area in principal.scopes:
        return
    if request.method != "GET" or f"{area}.readonly" not in principal.scopes:
        raise ScopeMissing(scope=area)


def _check_network(request: Request[Any, Any, Any], principal: Principal) -> None:
    named = request.headers.get(NETWORK)
    if named is None and principal.scopes is not None:
        raise NetworkMissing
    if named is not None and ids.of_uuid_text(named) != principal.root_id:
        raise OtherNetwork


def _basic(text: str) -> tuple[Id, str]:
    """Return the client and the secret of a Basic header. Raises NoCredentials."""
    try:
        named, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise NoCredentials from None
    client = ids.of_uuid_text(named)
    if client is None or not 16 <= len(secret) <= 200:
        raise NoCredentials
    return client, secret
