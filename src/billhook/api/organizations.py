"""Organizations and their images."""

from typing import Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from billhook import accounts, catalog, documents, organizations
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, Success, listed, picked
from billhook.api.settings import DefaultOut, default_out
from billhook.api.wire import UNSET, AddressIn, AddressOut, Free, Text, data_in, given, identity_said, iso, said
from billhook.files import Blob
from billhook.organizations import NewOrganization, Organization
from billhook.organizations.model import Identity
from billhook.web import BillhookRequest, parse_query, parse_where

PICTURES = ("image/png", "image/jpeg", "image/svg+xml")


class OrganizationIn(AddressIn, kw_only=True):
    """An organization as said."""

    locale: Text = UNSET
    timezone: Text = UNSET
    custom: Free = UNSET
    data: list[dict[str, Any]] | None | msgspec.UnsetType = UNSET


class OrganizationOut(AddressOut, kw_only=True):
    """An organization; `_defaults` when it is read alone."""

    id: str
    locale: str
    timezone: str
    currency_id: str
    active: bool
    activated_at: str | None = None
    deactivated_at: str | None = None
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None
    data: list[dict[str, Any]] | None
    defaults: list[DefaultOut] | None = None


def organization_out(organization: Organization) -> OrganizationOut:
    """Return the wire form of an organization."""
    return OrganizationOut(
        **msgspec.structs.asdict(organization.identity),
        id=organization.id,
        locale=organization.locale,
        timezone=organization.timezone,
        currency_id=organization.currency,
        active=organization.active,
        activated_at=iso(organization.activated_at),
        deactivated_at=iso(organization.deactivated_at),
        created_at=iso(organization.created_at) or "",
        updated_at=iso(organization.updated_at) or "",
        custom=organization.custom,
        data=organization.data,
    )


def _new(body: OrganizationIn, before: Organization | None = None) -> NewOrganization:
    """Return an organization as said, on top of what it was."""
    fields = said(body)
    stored = msgspec.structs.asdict(before.identity) if before else {}
    identity = stored | identity_said(fields)
    return NewOrganization(
        identity=Identity(**(identity | {"name": identity.get("name") or ""})),
        locale=given(body.locale, before.locale if before else None),
        timezone=given(body.timezone, before.timezone if before else None),
        custom=given(body.custom, before.custom if before else {}),
        data=data_in(body.data) if body.data is not UNSET else (before.data if before else []),
    )


@post(
    "/Accounts/{account_id:str}/Organizations",
    status_code=200,
    tags=["Organizations"],
    summary="Create an organization",
)
async def create(
    request: BillhookRequest, account_id: FromPath[str], data: JSONBody[OrganizationIn]
) -> OrganizationOut:
    """Create an organization owned by the account (your own, or a child's); country, taxes and settings are derived."""
    async with request.database.open(request.principal.account_id) as tx:
        owner = await accounts.founder(tx, request.principal, account_id)
        async with tx.atomic():
            made = await organizations.create(
                tx, _new(data), owner=owner.id, root=owner.root_id, rounding=request.settings.rounding
            )
            await catalog.taxes.stock(tx, made)
    return organization_out(made)


@get("/Accounts/{account_id:str}/Organizations", tags=["Organizations"], summary="List an account's organizations")
async def of_account(
    request: BillhookRequest, account_id: FromPath[str], filter: FilterParameter = None
) -> list[OrganizationOut]:
    """Return the organizations the account may act for; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        owner = await accounts.acting_for(tx, request.principal, account_id)
        rows, total = await organizations.list_reachable(tx, owner.id, query)
    return listed([organization_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get(
    "/Accounts/{account_id:str}/Organizations/count", tags=["Organizations"], summary="Count an account's organizations"
)
async def count_of_account(request: BillhookRequest, account_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many organizations the account may act for."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        owner = await accounts.acting_for(tx, request.principal, account_id)
        return Count(await organizations.count_reachable(tx, owner.id, condition))


@get("/Organizations/{organization_id:str}", tags=["Organizations"], summary="Read an organization")
async def read(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> OrganizationOut:
    """Return the organization with its settings in `_defaults`."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        out = organization_out(await organizations.read(tx))
        out.defaults = [default_out(setting) for setting in await organizations.list_settings(tx)]
    return JsonResponse(picked(out, query), media_type="application/json")  # type: ignore[return-value]


@patch("/Organizations/{organization_id:str}", tags=["Organizations"], summary="Change an organization")
async def change(
    request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[OrganizationIn]
) -> OrganizationOut:
    """Change what is said; documents already made keep their copy."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        async with tx.atomic():
            changed = await organizations.change(tx, _new(data, await organizations.read(tx)))
    return organization_out(changed)


@post("/Organizations/{organization_id:str}/activate", status_code=200, tags=["Organizations"], summary="Activate")
async def activate(request: BillhookRequest, organization_id: FromPath[str]) -> Success:
    """Let the organization act again."""
    return await _activate(request, organization_id, active=True)


@post("/Organizations/{organization_id:str}/deactivate", status_code=200, tags=["Organizations"], summary="Deactivate")
async def deactivate(request: BillhookRequest, organization_id: FromPath[str]) -> Success:
    """Stop the organization: it can be read, but nothing can be done in its name."""
    return await _activate(request, organization_id, active=False)


async def _activate(request: BillhookRequest, organization_id: str, *, active: bool) -> Success:
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True, idle=True)
        await organizations.activate(tx, active)
    return Success()


@post(
    ["/Organizations/{organization_id:str}/images", "/Organizations/{organization_id:str}/upload-image"],
    status_code=200,
    opt={"upload": PICTURES},
    tags=["Organizations"],
    summary="Upload the logo or the signature",
)
async def put_image(
    request: BillhookRequest, organization_id: FromPath[str], type: FromQuery[str | None] = None
) -> bool:
    """Take a PNG, JPEG or SVG (multipart, any field name, or the raw bytes) and print it on papers from now on."""
    content = (await request.upload()).content
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        await documents.put_image(tx, type, content)
    return True


@get(
    [
        "/Organizations/{organization_id:str}/images",
        "/Organizations/{organization_id:str}/download-image",
    ],
    opt={"produces": PICTURES},
    tags=["Organizations"],
    summary="Download the logo or the signature",
)
async def image(
    request: BillhookRequest, organization_id: FromPath[str], type: FromQuery[str | None] = None
) -> Response[bytes]:
    """Return the picture as it was uploaded."""
    return await _image(request, organization_id, type)


@get(
    "/Organizations/{organization_id:str}/images/logo",
    opt={"produces": PICTURES},
    tags=["Organizations"],
    summary="Download the logo",
)
async def logo(request: BillhookRequest, organization_id: FromPath[str]) -> Response[bytes]:
    """Return the logo as it was uploaded."""
    return await _image(request, organization_id, "logo")


async def _image(request: BillhookRequest, organization_id: str, kind: str | None) -> Response[bytes]:
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return picture(await organizations.image(tx, kind))


def picture(found: Blob) -> Response[bytes]:
    """Return a picture as it was uploaded, which no browser takes for a page."""
    headers = {"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff"}
    return Response(found.bytes, media_type=found.media_type, headers=headers)


@delete(
    ["/Organizations/{organization_id:str}/images", "/Organizations/{organization_id:str}/delete-image"],
    status_code=200,
    tags=["Organizations"],
    summary="Remove the logo or the signature",
)
async def remove_image(
    request: BillhookRequest, organization_id: FromPath[str], type: FromQuery[str | None] = None
) -> bool:
    """Remove the picture from papers made from now on."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        await organizations.remove_image(tx, type)
    return True


ROUTES = [
    create,
    of_account,
    count_of_account,
    read,
    change,
    activate,
    deactivate,
    put_image,
    image,
    logo,
    remove_image,
]
