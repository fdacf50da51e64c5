"""Items: keep, find, change, delete."""

from decimal import Decimal
from typing import Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from billhook import catalog, organizations
from billhook.api import includes
from billhook.api.item_out import ItemOut, item_out
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, listed, picked
from billhook.api.wire import UNSET, Flag, Free, In, Number, Text, data_in, given, said
from billhook.catalog import Component, NamedTax
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.web import BillhookRequest, parse_query, parse_where


class ItemTaxIn(In, kw_only=True):
    """A tax of the organization: `taxId`, else `rate` (percent), else `classification`."""

    tax_id: Text = UNSET
    rate: Number = UNSET
    classification: Text = UNSET


class ComponentIn(In, kw_only=True):
    """A part of a composed item: how many of it go into one."""

    amount: Decimal
    id: Text = UNSET
    item_id: Text = UNSET
    custom: Free = UNSET


class ItemIn(In, kw_only=True):
    """An item as said; prices in major units."""

    name: Text = UNSET
    type: Text = UNSET
    description: Text = UNSET
    price: Number = UNSET
    price_gross: Number = UNSET
    purchase_price: Number = UNSET
    purchase_price_gross: Number = UNSET
    classification: Text = UNSET
    unit: Text = UNSET
    sku: Text = UNSET
    ean: Text = UNSET
    track_inventory: Flag = UNSET
    on_behalf: Text = UNSET
    tax_exemption_code: Text = UNSET
    tax_exemption_reason: Text = UNSET
    tax_exemption: Free = UNSET
    tax_ids: list[str] | None | msgspec.UnsetType = UNSET
    named_taxes: list[ItemTaxIn] | None | msgspec.UnsetType = UNSET
    purchase_tax_ids: list[str] | None | msgspec.UnsetType = UNSET
    unit_id: Text = UNSET
    unit_ids: list[str] | None | msgspec.UnsetType = UNSET
    components: list[ComponentIn] | None | msgspec.UnsetType = UNSET
    custom: Free = UNSET
    l10n: Free = UNSET
    data: list[dict[str, Any]] | None | msgspec.UnsetType = UNSET


def _fields(body: ItemIn) -> dict[str, Any]:
    """Return what was said as fields of `catalog.items`."""
    fields = said(body)
    for name in ("tax_ids", "purchase_tax_ids"):
        if name in fields:
            fields[name] = tuple(fields[name] or ())
    if "named_taxes" in fields:
        fields["named_taxes"] = tuple(_named(tax) for tax in given(body.named_taxes, []))
    if "components" in fields:
        fields["components"] = tuple(_component(part) for part in given(body.components, []))
    if "data" in fields:
        fields["data"] = data_in(fields["data"])
    return fields


def _named(tax: ItemTaxIn) -> NamedTax:
    return NamedTax(tax_id=given(tax.tax_id), rate=given(tax.rate), classification=given(tax.classification))


def _component(part: ComponentIn) -> Component:
    return Component(
        id=given(part.id) or ids.embedded(),
        amount=part.amount,
        item_id=Id(item_id) if (item_id := given(part.item_id)) else None,
        custom=given(part.custom, {}),
    )


@post("/Organizations/{organization_id:str}/items", status_code=200, tags=["Items"], summary="Create an item")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[ItemIn]) -> ItemOut:
    """Keep an item; its taxes are named by id, or by rate or classification in `_itemTaxes`."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        return item_out(await catalog.items.create(tx, _fields(data)))


@get("/Organizations/{organization_id:str}/items", tags=["Items"], summary="List items")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[ItemOut]:
    """Return a page of the organization's items; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await catalog.items.page(tx, query)
        out = await includes.of_items(tx, rows, query)
    return listed(out, total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/items/count", tags=["Items"], summary="Count items")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's items match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await catalog.items.count(tx, condition))


@get(
    ["/Organizations/{organization_id:str}/items/search", "/Organizations/{organization_id:str}/search-items"],
    tags=["Items"],
    summary="Search items",
)
async def search(
    request: BillhookRequest, organization_id: FromPath[str], term: FromQuery[str], type: FromQuery[str | None] = None
) -> list[ItemOut]:
    """Return up to 100 items, by name: every word of the term begins a word of name, SKU, EAN or description."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows = await catalog.items.search(tx, term, type)
    return [item_out(row) for row in rows]


@get("/Items/{item_id:str}", tags=["Items"], summary="Read an item")
async def read(request: BillhookRequest, item_id: FromPath[str], filter: FilterParameter = None) -> ItemOut:
    """Return an item; `filter[include]=taxes` adds its taxes, `filter[deleted]` finds deleted ones."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.items.enter(tx, item_id)
        item = await catalog.items.read(tx, item_id, deleted=query.deleted)
        out = await includes.of_items(tx, [item], query)
    return JsonResponse(picked(out[0], query), media_type="application/json")  # type: ignore[return-value]


async def _change(request: BillhookRequest, item_id: str, data: ItemIn, *, whole: bool) -> ItemOut:
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.items.enter(tx, item_id, write=True)
        return item_out(await catalog.items.change(tx, item_id, _fields(data), whole=whole))


@put("/Items/{item_id:str}", tags=["Items"], summary="Replace an item")
async def replace(request: BillhookRequest, item_id: FromPath[str], data: JSONBody[ItemIn]) -> ItemOut:
    """Replace an item by what is said; documents that were made keep their copy."""
    return await _change(request, item_id, data, whole=True)


@post("/Items/{item_id:str}/replace", status_code=200, tags=["Items"], summary="Replace an item")
async def replace_by_post(request: BillhookRequest, item_id: FromPath[str], data: JSONBody[ItemIn]) -> ItemOut:
    """Replace an item, for callers that cannot PUT."""
    return await _change(request, item_id, data, whole=True)


@patch("/Items/{item_id:str}", tags=["Items"], summary="Change an item")
async def change(request: BillhookRequest, item_id: FromPath[str], data: JSONBody[ItemIn]) -> ItemOut:
    """Change what is said of an item; a `price` alone takes the gross one away."""
    return await _change(request, item_id, data, whole=False)


@delete("/Items/{item_id:str}", status_code=200, tags=["Items"], summary="Delete an item")
async def remove(request: BillhookRequest, item_id: FromPath[str]) -> Count:
    """Delete an item; its SKU is free again. `count` is 0 when it was deleted before."""
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.items.enter(tx, item_id, write=True)
        return Count(await catalog.items.delete(tx, item_id))


ROUTES = [create, page, count, search, read, replace, replace_by_post, change, remove]
