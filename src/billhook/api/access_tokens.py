"""Access tokens in the invoicing API: listed, made, destroyed, and made for a child account."""

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody

from billhook import accounts
from billhook.accounts import AccessToken
from billhook.api.parameters import FilterParameter
from billhook.api.responses import listed
from billhook.api.wire import In, Out
from billhook.kernel.time import iso
from billhook.web import BillhookRequest, parse_query


class AccessTokenOut(Out, kw_only=True):
    """An access token. `id` is the token itself when it is made, later its row; `ttl` in seconds, -1 is for ever."""

    id: str
    ttl: int
    created: str
    user_id: str
    scopes: list[str] = []
    token_id: str | None = None
    """The row's id, where `id` is the token itself."""
    hint: str | None = None
    """The last four characters of the token, where `id` is the row's."""


class AccessTokenIn(In, kw_only=True):
    """What a token is to be like; without `ttl` the installation's default holds."""

    ttl: int | None = None
    scopes: list[str] = []


class ImpersonateIn(In, kw_only=True):
    """Which child account: `id` or `email`."""

    id: str | None = None
    email: str | None = None
    ttl: int | None = None


def token_out(kept: AccessToken, token: str | None = None, *, brief: bool = False) -> AccessTokenOut:
    """Return the wire form of a token, with itself where it was just made; `brief` leaves the row's id out."""
    return AccessTokenOut(
        id=token or kept.id,
        ttl=kept.ttl_seconds,
        created=iso(kept.created_at),
        user_id=kept.account_id,
        scopes=kept.scopes,
        token_id=kept.id if token and not brief else None,
        hint=None if token else kept.hint,
    )


@get("/Accounts/{account_id:str}/accessTokens", tags=["Accounts"], summary="List access tokens")
async def list_tokens(
    request: BillhookRequest, account_id: FromPath[str], filter: FilterParameter = None
) -> Response[list[AccessTokenOut]]:
    """Return the live access tokens of an account; the tokens themselves are not known any more."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        rows, total = await accounts.token_list(tx, request.principal, account_id, query)
    return listed(map(token_out, rows), total, query)


@post("/Accounts/{account_id:str}/accessTokens", status_code=200, tags=["Accounts"], summary="Make an access token")
async def make_token(
    request: BillhookRequest, account_id: FromPath[str], data: JSONBody[AccessTokenIn]
) -> AccessTokenOut:
    """Make a further access token; the answer is the one place that ever shows it."""
    ttl = request.settings.token_ttl_seconds if data.ttl is None else data.ttl
    async with request.database.open(request.principal.account_id) as tx:
        granted = await accounts.grant(tx, request.principal, account_id, ttl, data.scopes)
    return token_out(granted.kept, granted.token)


@delete(
    "/Accounts/{account_id:str}/accessTokens/{fk:str}",
    status_code=204,
    tags=["Accounts"],
    summary="Destroy an access token",
)
async def destroy_token(request: BillhookRequest, account_id: FromPath[str], fk: FromPath[str]) -> None:
    """Destroy an access token, named by the id of its row or by itself."""
    async with request.database.open(request.principal.account_id) as tx:
        await accounts.revoke(tx, request.principal, account_id, fk)


@post("/Accounts/impersonate", status_code=200, tags=["Accounts"], summary="Get a token of a child account")
async def impersonate(request: BillhookRequest, data: JSONBody[ImpersonateIn]) -> AccessTokenOut:
    """Make an access token of a child account of the caller, who is a root account."""
    ttl = request.settings.token_ttl_seconds if data.ttl is None else data.ttl
    async with request.database.open(request.principal.account_id) as tx:
        granted = await accounts.impersonate(tx, request.principal, data.id, data.email, ttl)
    return token_out(granted.kept, granted.token)


ROUTES = [list_tokens, make_token, destroy_token, impersonate]
