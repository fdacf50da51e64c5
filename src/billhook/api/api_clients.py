"""API clients: what programs are let in with at the billing API."""

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from billhook import credentials
from billhook.api.wire import In, Out
from billhook.credentials import ApiClient
from billhook.kernel import ids
from billhook.kernel.time import iso
from billhook.web import BillhookRequest


class ApiClientIn(In, kw_only=True):
    """What a client is called, and where its users may be led back to; both may be left out."""

    label: str = ""
    redirect_uris: list[str] = []


class ApiClientOut(Out, kw_only=True):
    """A client. `clientSecret` is there when it is made and never again; `hint` is its end."""

    id: str
    client_id: str
    network_id: str
    label: str
    redirect_uris: list[str]
    hint: str
    created_at: str
    client_secret: str | None = None


def _out(kept: ApiClient, secret: str | None = None) -> ApiClientOut:
    return ApiClientOut(
        id=kept.id,
        client_id=str(ids.to_uuid(kept.id)),
        network_id=str(ids.to_uuid(kept.root_id)),
        label=kept.label,
        redirect_uris=kept.redirect_uris,
        hint=kept.hint,
        created_at=iso(kept.created_at),
        client_secret=secret,
    )


def _named(text: str) -> str:
    """Return the id that a path names, as it is or as a UUID."""
    return ids.of_uuid_text(text) or text


@get("/Accounts/{account_id:str}/apiClients", tags=["Accounts"], summary="List API clients")
async def page(request: BillhookRequest, account_id: FromPath[str]) -> list[ApiClientOut]:
    """Return the API clients of an account, oldest first; their secrets are not known any more."""
    async with request.database.open(request.principal.account_id) as tx:
        return [_out(kept) for kept in await credentials.listed(tx, request.principal, account_id)]


@post("/Accounts/{account_id:str}/apiClients", status_code=200, tags=["Accounts"], summary="Make an API client")
async def create(request: BillhookRequest, account_id: FromPath[str], data: JSONBody[ApiClientIn]) -> ApiClientOut:
    """Make a client for the billing API; the answer is the one place that ever shows its secret."""
    async with request.database.open(request.principal.account_id) as tx:
        fresh = await credentials.make(
            tx, request.principal, account_id, label=data.label, redirect_uris=data.redirect_uris
        )
    return _out(fresh.kept, fresh.secret)


@delete(
    "/Accounts/{account_id:str}/apiClients/{api_client_id:str}",
    status_code=204,
    tags=["Accounts"],
    summary="Revoke an API client",
)
async def remove(request: BillhookRequest, account_id: FromPath[str], api_client_id: FromPath[str]) -> None:
    """Revoke a client, named by its `id` or its `clientId`: from here on it is let in no more."""
    async with request.database.open(request.principal.account_id) as tx:
        await credentials.revoke(tx, request.principal, account_id, _named(api_client_id))


ROUTES = [page, create, remove]
