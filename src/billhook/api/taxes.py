"""Taxes: keep, find, change, delete; and their dated rates."""

from typing import Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from billhook import catalog, organizations
from billhook.api import includes
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, listed, picked
from billhook.api.tax_out import TaxOut, TaxRateOut, rate_out, tax_out
from billhook.api.wire import UNSET, Flag, Free, In, Number, Text, When, given, said
from billhook.catalog import NewRate
from billhook.web import BillhookRequest, parse_query, parse_where


class TaxRateIn(In, kw_only=True):
    """A rate in percent, and the day from which it is valid: always, where none is said."""

    id: Text = UNSET
    rate: Number = UNSET
    date_valid_from: When = UNSET
    custom: Free = UNSET


class TaxIn(In, kw_only=True):
    """A tax as said, with at least one rate."""

    name: Text = UNSET
    abbreviation: Text = UNSET
    classification: Text = UNSET
    country: Text = UNSET
    country_code: Text = UNSET
    tax_number: Text = UNSET
    recoverable: Flag = UNSET
    compound: Flag = UNSET
    tax_rates: list[TaxRateIn] | None | msgspec.UnsetType = UNSET
    custom: Free = UNSET


def _rate(rate: TaxRateIn) -> NewRate:
    return NewRate(
        rate=given(rate.rate),
        valid_from=said(rate).get("date_valid_from"),
        id=given(rate.id),
        custom=given(rate.custom, {}),
    )


def _fields(body: TaxIn) -> dict[str, Any]:
    fields = said(body)
    if "tax_rates" in fields:
        del fields["tax_rates"]
        fields["rates"] = tuple(_rate(rate) for rate in given(body.tax_rates, []))
    return fields


@post("/Organizations/{organization_id:str}/taxes", status_code=200, tags=["Taxes"], summary="Create a tax")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[TaxIn]) -> TaxOut:
    """Keep a tax with its dated rates; it is one of the organization's country unless another is said."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        return tax_out(await catalog.taxes.create(tx, _fields(data)))


@get("/Organizations/{organization_id:str}/taxes", tags=["Taxes"], summary="List taxes")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[TaxOut]:
    """Return a page of the organization's taxes; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await catalog.taxes.page(tx, query)
        out = await includes.of_taxes(tx, rows, query)
    return listed(out, total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/taxes/count", tags=["Taxes"], summary="Count taxes")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's taxes match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await catalog.taxes.count(tx, condition))


@get("/Taxes/{tax_id:str}", tags=["Taxes"], summary="Read a tax")
async def read(request: BillhookRequest, tax_id: FromPath[str], filter: FilterParameter = None) -> TaxOut:
    """Return a tax with its rates, newest first; `filter[deleted]` finds deleted ones."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.taxes.enter(tx, tax_id)
        tax = await catalog.taxes.read(tx, tax_id, deleted=query.deleted)
        out = await includes.of_taxes(tx, [tax], query)
    return JsonResponse(picked(out[0], query), media_type="application/json")  # type: ignore[return-value]


async def _change(request: BillhookRequest, tax_id: str, data: TaxIn, *, whole: bool) -> TaxOut:
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.taxes.enter(tx, tax_id, write=True)
        return tax_out(await catalog.taxes.change(tx, tax_id, _fields(data), whole=whole))


@put("/Taxes/{tax_id:str}", tags=["Taxes"], summary="Replace a tax")
async def replace(request: BillhookRequest, tax_id: FromPath[str], data: JSONBody[TaxIn]) -> TaxOut:
    """Replace a tax by what is said, rates included; documents that were made keep theirs."""
    return await _change(request, tax_id, data, whole=True)


@post("/Taxes/{tax_id:str}/replace", status_code=200, tags=["Taxes"], summary="Replace a tax")
async def replace_by_post(request: BillhookRequest, tax_id: FromPath[str], data: JSONBody[TaxIn]) -> TaxOut:
    """Replace a tax, for callers that cannot PUT."""
    return await _change(request, tax_id, data, whole=True)


@patch("/Taxes/{tax_id:str}", tags=["Taxes"], summary="Change a tax")
async def change(request: BillhookRequest, tax_id: FromPath[str], data: JSONBody[TaxIn]) -> TaxOut:
    """Change what is said of a tax; documents that were made keep theirs."""
    return await _change(request, tax_id, data, whole=False)


@delete("/Taxes/{tax_id:str}", status_code=200, tags=["Taxes"], summary="Delete a tax")
async def remove(request: BillhookRequest, tax_id: FromPath[str]) -> Count:
    """Delete a tax that no document and no item names; `count` is 0 when it was deleted before."""
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.taxes.enter(tx, tax_id, write=True)
        return Count(await catalog.taxes.delete(tx, tax_id))


@post("/Taxes/{tax_id:str}/taxRates", status_code=200, tags=["Taxes"], summary="Add a rate to a tax")
async def add_rate(request: BillhookRequest, tax_id: FromPath[str], data: JSONBody[TaxRateIn]) -> TaxRateOut:
    """Give a tax a rate from a day on; documents of that day and later are reckoned with it."""
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.taxes.enter(tx, tax_id, write=True)
        return rate_out(await catalog.taxes.add_rate(tx, tax_id, _rate(data)))


@delete("/Taxes/{tax_id:str}/taxRates/{rate_id:str}", status_code=204, tags=["Taxes"], summary="Remove a rate of a tax")
async def remove_rate(request: BillhookRequest, tax_id: FromPath[str], rate_id: FromPath[str]) -> None:
    """Take a rate from a tax, but for the last one; documents that were made keep it."""
    async with request.database.open(request.principal.account_id) as tx:
        await catalog.taxes.enter(tx, tax_id, write=True)
        await catalog.taxes.remove_rate(tx, tax_id, rate_id)


ROUTES = [
    create,
    page,
    count,
    read,
    replace,
    replace_by_post,
    change,
    remove,
    add_rate,
    remove_rate,
]
