"""Units: branches of an organization with an own address, own document numbers and own pictures."""

from typing import Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from billhook import documents, organizations, units
from billhook.api.documents import Number, year_of
from billhook.api.organizations import PICTURES, picture
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, listed, picked
from billhook.api.wire import UNSET, AddressIn, AddressOut, Free, Text, given, identity_said, iso, said
from billhook.kernel.problems import invalid
from billhook.organizations.model import Identity
from billhook.units import Unit
from billhook.web import BillhookRequest, parse_query, parse_where


class UnitIn(AddressIn, kw_only=True):
    """A unit as said. What it does not say of its address, documents take from the organization."""

    number_prefix: Text = UNSET
    """What stands before its numbers: `B2` for `B2-2026-00001`. `U1`, `U2`, … when left out; stays as it is made."""
    custom: Free = UNSET


class UnitOut(AddressOut, kw_only=True):
    """A unit."""

    id: str
    organization_id: str
    number_prefix: str
    """What stands before its numbers: `B2` for `B2-2026-00001`."""
    created_at: str
    updated_at: str
    deleted_at: str | None = None
    is_deleted: bool
    custom: dict[str, Any]


def unit_out(unit: Unit) -> UnitOut:
    """Return the wire form of a unit."""
    return UnitOut(
        **msgspec.structs.asdict(unit.identity),
        id=unit.id,
        organization_id=unit.organization_id,
        number_prefix=unit.prefix,
        created_at=iso(unit.created_at) or "",
        updated_at=iso(unit.updated_at) or "",
        deleted_at=iso(unit.deleted_at),
        is_deleted=unit.deleted_at is not None,
        custom=unit.custom,
    )


def _identity(body: UnitIn, before: Identity | None = None) -> Identity:
    """Return the address block as said, on top of what it was."""
    stored = msgspec.structs.asdict(before) if before else {}
    identity = stored | identity_said(said(body))
    return Identity(**(identity | {"name": identity.get("name") or ""}))


@post("/Organizations/{organization_id:str}/units", status_code=200, tags=["Units"], summary="Create a unit")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[UnitIn]) -> UnitOut:
    """Create a branch; documents that name it in `unitId` carry its address and its own numbers."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        made = await units.create(tx, _identity(data), given(data.number_prefix), given(data.custom, {}))
    return unit_out(made)


@get("/Organizations/{organization_id:str}/units", tags=["Units"], summary="List units")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[UnitOut]:
    """Return a page of the organization's units; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await units.page(tx, query)
    return listed([unit_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/units/count", tags=["Units"], summary="Count units")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's units match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await units.count(tx, condition))


@get("/Units/{unit_id:str}", tags=["Units"], summary="Read a unit")
async def read(request: BillhookRequest, unit_id: FromPath[str], filter: FilterParameter = None) -> UnitOut:
    """Return a unit; `filter[deleted]` finds deleted ones."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await units.enter(tx, unit_id)
        unit = await units.read(tx, unit_id, deleted=query.deleted)
    return JsonResponse(picked(unit_out(unit), query), media_type="application/json")  # type: ignore[return-value]


@patch("/Units/{unit_id:str}", tags=["Units"], summary="Change a unit")
async def change(request: BillhookRequest, unit_id: FromPath[str], data: JSONBody[UnitIn]) -> UnitOut:
    """Change what is said; documents already made keep their copy, and the prefix of its numbers stays."""
    async with request.database.open(request.principal.account_id) as tx:
        await units.enter(tx, unit_id, admin=True)
        before = await units.read(tx, unit_id)
        if given(data.number_prefix, before.prefix) != before.prefix:
            raise invalid("Unit", "numberPrefix", "immutable", "cannot be changed: it keeps two series apart")
        changed = await units.change(tx, before, _identity(data, before.identity), given(data.custom, before.custom))
    return unit_out(changed)


@delete("/Units/{unit_id:str}", status_code=200, tags=["Units"], summary="Delete a unit")
async def remove(request: BillhookRequest, unit_id: FromPath[str]) -> Count:
    """Delete a unit: what it issued stays, and nothing new is issued by it; `count` is 0 when it was deleted before."""
    async with request.database.open(request.principal.account_id) as tx:
        await units.enter(tx, unit_id, admin=True)
        return Count(await units.delete(tx, unit_id))


async def _numbers(
    request: BillhookRequest, unit_id: str, type: str, incoming: bool, date: str | None
) -> tuple[str | None, str]:
    at = year_of(type, date)
    async with request.database.open(request.principal.account_id) as tx:
        await units.enter(tx, unit_id)
        unit = await units.read(tx, unit_id)
        zone = (await organizations.read(tx)).timezone
        return await documents.last_number(tx, type, incoming=incoming, zone=zone, date=at, unit=unit)


@get("/Units/{unit_id:str}/last-doc-number", tags=["Units"], summary="The last number of a unit")
async def last_number(
    request: BillhookRequest,
    unit_id: FromPath[str],
    type: FromQuery[str],
    incoming: FromQuery[bool] = False,
    date: FromQuery[str | None] = None,
) -> Number:
    """Return the last automatic number of a type that the unit gave in the year of `date` (default: today)."""
    return Number(number=(await _numbers(request, unit_id, type, incoming, date))[0])


@get("/Units/{unit_id:str}/next-doc-number", tags=["Units"], summary="The next number of a unit")
async def next_number(
    request: BillhookRequest,
    unit_id: FromPath[str],
    type: FromQuery[str],
    incoming: FromQuery[bool] = False,
    date: FromQuery[str | None] = None,
) -> Number:
    """Return the number the unit's next document of a type would get; it is only taken when one is issued."""
    return Number(number=(await _numbers(request, unit_id, type, incoming, date))[1])


@post(
    ["/Units/{unit_id:str}/images", "/Units/{unit_id:str}/upload-image"],
    status_code=200,
    opt={"upload": PICTURES},
    tags=["Units"],
    summary="Upload the logo or the signature of a unit",
)
async def put_image(request: BillhookRequest, unit_id: FromPath[str], type: FromQuery[str | None] = None) -> bool:
    """Take a PNG, JPEG or SVG (multipart, any field name, or the raw bytes) and print it on the unit's papers."""
    content = (await request.upload()).content
    async with request.database.open(request.principal.account_id) as tx:
        await units.enter(tx, unit_id, admin=True)
        await documents.put_image(tx, type, content, unit=await units.read(tx, unit_id))
    return True


@get(
    ["/Units/{unit_id:str}/images", "/Units/{unit_id:str}/download-image"],
    opt={"produces": PICTURES},
    tags=["Units"],
    summary="Download the logo or the signature of a unit",
)
async def image(
    request: BillhookRequest, unit_id: FromPath[str], type: FromQuery[str | None] = None
) -> Response[bytes]:
    """Return the picture as it was uploaded."""
    async with request.database.open(request.principal.account_id) as tx:
        await units.enter(tx, unit_id)
        found = await units.image(tx, (await units.read(tx, unit_id)).id, type)
    return picture(found)


@delete(
    ["/Units/{unit_id:str}/images", "/Units/{unit_id:str}/delete-image"],
    status_code=200,
    tags=["Units"],
    summary="Remove the logo or the signature of a unit",
)
async def remove_image(request: BillhookRequest, unit_id: FromPath[str], type: FromQuery[str | None] = None) -> bool:
    """Remove the picture: papers made from now on show the organization's."""
    async with request.database.open(request.principal.account_id) as tx:
        await units.enter(tx, unit_id, admin=True)
        await units.remove_image(tx, unit_id, type)
    return True


ROUTES = [
    create,
    page,
    count,
    read,
    change,
    remove,
    last_number,
    next_number,
    put_image,
    image,
    remove_image,
]
