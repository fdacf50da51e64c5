"""Settings of an organization: "Defaults" in the words of the dialect."""

from typing import Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from billhook import organizations
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse
from billhook.api.wire import UNSET, Free, In, Out, Text, given, iso
from billhook.kernel.problems import invalid
from billhook.organizations import Setting
from billhook.web import BillhookRequest


class DefaultIn(In, kw_only=True):
    """A setting as said."""

    name: Text = UNSET
    value: Any = UNSET
    description: Text = UNSET
    l10n: Free = UNSET


class DefaultOut(Out, kw_only=True):
    """A setting."""

    id: str
    organization_id: str
    name: str
    value: Any = UNSET
    description: str | None = None
    created_at: str
    updated_at: str
    l10n: dict[str, Any] | msgspec.UnsetType = UNSET


def default_out(setting: Setting) -> DefaultOut:
    """Return the wire form of a setting."""
    return DefaultOut(
        id=setting.id,
        organization_id=setting.organization_id,
        name=setting.name,
        value=setting.value,
        description=setting.description,
        created_at=iso(setting.created_at) or "",
        updated_at=iso(setting.updated_at) or "",
        l10n=setting.l10n or UNSET,
    )


@get("/Organizations/{organization_id:str}/defaults", tags=["Defaults"], summary="List the settings")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[DefaultOut]:
    """Return all settings of the organization, by name; there are few, so they come in one page."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        settings = [default_out(setting) for setting in await organizations.list_settings(tx)]
    headers = {"x-total-count": str(len(settings))}
    return JsonResponse(settings, headers=headers, media_type="application/json")  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/defaults/count", tags=["Defaults"], summary="Count the settings")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many settings there are."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(len(await organizations.list_settings(tx)))


@post("/Organizations/{organization_id:str}/defaults", status_code=200, tags=["Defaults"], summary="Add a setting")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[DefaultIn]) -> DefaultOut:
    """Add a setting; any name may be stored, the known ones are checked."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        made = await organizations.put_setting(
            tx, given(data.name, ""), given(data.value), given(data.description), given(data.l10n, {})
        )
    return default_out(made)


@get("/Defaults/{setting_id:str}", tags=["Defaults"], summary="Read a setting")
async def read(request: BillhookRequest, setting_id: FromPath[str]) -> DefaultOut:
    """Return one setting."""
    async with request.database.open(request.principal.account_id) as tx:
        return default_out(await organizations.enter_setting(tx, setting_id))


@patch("/Defaults/{setting_id:str}", tags=["Defaults"], summary="Change a setting")
async def change(request: BillhookRequest, setting_id: FromPath[str], data: JSONBody[DefaultIn]) -> DefaultOut:
    """Change a setting's value; its name stays."""
    return await _change(request, setting_id, data, None)


@put("/Organizations/{organization_id:str}/defaults/{setting_id:str}", tags=["Defaults"], summary="Replace a setting")
async def replace(
    request: BillhookRequest, organization_id: FromPath[str], setting_id: FromPath[str], data: JSONBody[DefaultIn]
) -> DefaultOut:
    """Change a setting's value; its name stays."""
    return await _change(request, setting_id, data, organization_id)


async def _change(
    request: BillhookRequest, setting_id: str, data: JSONBody[DefaultIn], organization_id: str | None
) -> DefaultOut:
    async with request.database.open(request.principal.account_id) as tx:
        if organization_id is not None:
            await organizations.enter(tx, organization_id, admin=True)
        setting = await organizations.enter_setting(tx, setting_id, admin=True)
        if given(data.name, setting.name) != setting.name:
            raise invalid("Default", "name", "immutable", "cannot be changed")
        changed = await organizations.change_setting(
            tx,
            setting,
            setting.value if data.value is UNSET else data.value,
            setting.description if data.description is UNSET else given(data.description),
            setting.l10n if data.l10n is UNSET else given(data.l10n, {}),
        )
    return default_out(changed)


@delete("/Defaults/{setting_id:str}", status_code=200, tags=["Defaults"], summary="Remove a setting")
async def remove(request: BillhookRequest, setting_id: FromPath[str]) -> Count:
    """Remove a setting; what depended on it goes back to its built-in default."""
    async with request.database.open(request.principal.account_id) as tx:
        setting = await organizations.enter_setting(tx, setting_id, admin=True)
        return Count(await organizations.remove_setting(tx, setting, rounding=request.settings.rounding))


ROUTES = [page, count, create, read, change, replace, remove]
