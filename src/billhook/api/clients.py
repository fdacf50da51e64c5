"""Clients: keep, find, change, delete."""

from typing import Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from billhook import clients, organizations
from billhook.api import includes
from billhook.api.client_out import ClientOut, client_out
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, listed, picked
from billhook.api.wire import UNSET, AddressIn, Flag, Free, Text, said
from billhook.web import BillhookRequest, parse_query, parse_where


class ClientIn(AddressIn, kw_only=True):
    """A client as said."""

    contact: Text = UNSET
    note: Text = UNSET
    is_end_customer: Flag = UNSET
    type: Text = UNSET
    company_id: Text = UNSET
    unit_id: Text = UNSET
    unit_ids: list[str] | None | msgspec.UnsetType = UNSET
    custom: Free = UNSET
    data: list[dict[str, Any]] | None | msgspec.UnsetType = UNSET


@post("/Organizations/{organization_id:str}/clients", status_code=200, tags=["Clients"], summary="Create a client")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[ClientIn]) -> ClientOut:
    """Keep a client; a tax number or IBAN that does not add up is marked in `_checks`, not refused."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        return client_out(await clients.create(tx, said(data)))


@get("/Organizations/{organization_id:str}/clients", tags=["Clients"], summary="List clients")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[ClientOut]:
    """Return a page of the organization's clients; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await clients.page(tx, query)
        out = await includes.of_clients(tx, rows, query)
    return listed(out, total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/clients/count", tags=["Clients"], summary="Count clients")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's clients match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await clients.count(tx, condition))


@get(
    ["/Organizations/{organization_id:str}/clients/search", "/Organizations/{organization_id:str}/search-clients"],
    tags=["Clients"],
    summary="Search clients",
)
async def search(
    request: BillhookRequest, organization_id: FromPath[str], term: FromQuery[str], type: FromQuery[str | None] = None
) -> list[ClientOut]:
    """Return up to 100 clients, by name: every word of the term begins a word of name, address, e-mail or numbers."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows = await clients.search(tx, term, type)
    return [client_out(row) for row in rows]


@get("/Clients/{client_id:str}", tags=["Clients"], summary="Read a client")
async def read(request: BillhookRequest, client_id: FromPath[str], filter: FilterParameter = None) -> ClientOut:
    """Return a client; `filter[deleted]` finds deleted ones."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id)
        client = await clients.read(tx, client_id, deleted=query.deleted)
        out = await includes.of_clients(tx, [client], query)
    return JsonResponse(picked(out[0], query), media_type="application/json")  # type: ignore[return-value]


async def _replace(request: BillhookRequest, client_id: str, data: ClientIn) -> ClientOut:
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id, write=True)
        return client_out(await clients.change(tx, client_id, said(data), whole=True))


@put("/Clients/{client_id:str}", tags=["Clients"], summary="Replace a client")
async def replace(request: BillhookRequest, client_id: FromPath[str], data: JSONBody[ClientIn]) -> ClientOut:
    """Replace a client by what is said; documents that were made keep their copy."""
    return await _replace(request, client_id, data)


@post("/Clients/{client_id:str}/replace", status_code=200, tags=["Clients"], summary="Replace a client")
async def replace_by_post(request: BillhookRequest, client_id: FromPath[str], data: JSONBody[ClientIn]) -> ClientOut:
    """Replace a client, for callers that cannot PUT."""
    return await _replace(request, client_id, data)


@patch("/Clients/{client_id:str}", tags=["Clients"], summary="Change a client")
async def change(request: BillhookRequest, client_id: FromPath[str], data: JSONBody[ClientIn]) -> ClientOut:
    """Change what is said of a client; documents that were made keep their copy."""
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id, write=True)
        return client_out(await clients.change(tx, client_id, said(data)))


@delete("/Clients/{client_id:str}", status_code=200, tags=["Clients"], summary="Delete a client")
async def remove(request: BillhookRequest, client_id: FromPath[str]) -> Count:
    """Delete a client; its documents and what it owes stay. `count` is 0 when it was deleted before."""
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id, write=True)
        return Count(await clients.delete(tx, client_id))


ROUTES = [create, page, count, search, read, replace, replace_by_post, change, remove]
