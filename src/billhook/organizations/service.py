"""What can be done with organizations, each inside one unit of work."""

from typing import Any, Final

import msgspec

from billhook.db import Tx, Unique
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours, invalid
from billhook.organizations import store
from billhook.organizations.columns import REACHABLE
from billhook.organizations.model import (
    AdminRequired,
    Deactivated,
    Entered,
    NewOrganization,
    Organization,
    ReadOnlyAccess,
    Setting,
    check_identity,
    check_locale,
    check_setting,
    currency_of,
    derive,
    first_settings,
    with_country_code,
)
from billhook.web import Listing, Query

_REACHABLE: Final = Listing(
    store.LIST_REACHABLE, store.list_reachable, store.COUNT_REACHABLE, store.count_reachable, REACHABLE
)


def admit(tx: Tx, entered: Entered | None, *, write: bool = False, admin: bool = False, idle: bool = False) -> Entered:
    """Let an account in that a tenant's door has let in; every room's own door ends here.

    Raises NotYours, ReadOnlyAccess (`write`), AdminRequired (`admin`), Deactivated (`write`, unless `idle` is right).
    """
    if entered is None:
        raise NotYours
    tx.entered(entered.organization_id)
    if write and entered.role == "readonly":
        raise ReadOnlyAccess
    if admin and entered.role != "admin":
        raise AdminRequired
    if (write or admin) and not entered.active and not idle:
        raise Deactivated
    return entered


async def enter(
    tx: Tx, organization_id: str, *, write: bool = False, admin: bool = False, idle: bool = False
) -> Entered:
    """Begin to act for an organization as the account of `tx`; sets the tenant. Raises what `admit` raises."""
    if not ids.is_id(organization_id) or tx.account is None:
        raise NotYours
    found = await store.enter_organization(tx, Id(organization_id), ids.shard_of(organization_id), tx.account)
    return admit(tx, found, write=write, admin=admin, idle=idle)


async def create(tx: Tx, new: NewOrganization, *, owner: Id, root: Id, rounding: str) -> Organization:
    """Create an organization owned by an account of a tree; derives what was not said. Raises Invalid."""
    new = msgspec.structs.replace(new, identity=with_country_code(new.identity))
    derived = derive(new)
    shard = ids.new_shard()
    organization_id = ids.new(shard)
    settings = first_settings(derived.currency)
    tx.enter(organization_id)
    return await store.insert_organization(
        tx,
        new_shard=shard,
        id=organization_id,
        owner=owner,
        root=root,
        name=new.identity.name,
        country_code=new.identity.country_code,
        locale=derived.locale,
        timezone=derived.timezone,
        currency=derived.currency,
        rounding=rounding,
        identity=new.identity,
        custom=new.custom,
        data=new.data,
        access=ids.new(shard),
        settings=settings,
        setting_ids=[ids.new(shard) for _ in settings],
    )


async def read(tx: Tx) -> Organization:
    """Return the organization that was entered. Raises NotYours."""
    found = await store.select_organization(tx)
    if found is None:
        raise NotYours
    return found


async def change(tx: Tx, changed: NewOrganization) -> Organization:
    """Store an organization as changed. Raises Invalid."""
    new = msgspec.structs.replace(changed, identity=with_country_code(changed.identity))
    faults = check_identity(new.identity, country_required=True, what="organization")
    faults += check_locale(new.locale, new.timezone)
    if faults:
        raise Invalid("Organization", faults)
    return await store.update_organization(
        tx,
        name=new.identity.name,
        country_code=new.identity.country_code,
        locale=new.locale or "en",
        timezone=new.timezone or "UTC",
        identity=new.identity,
        custom=new.custom,
        data=new.data,
    )


async def activate(tx: Tx, active: bool) -> None:
    """Activate or deactivate the organization; once is as good as twice."""
    await store.set_active(tx, active)


async def list_reachable(tx: Tx, account_id: Id, query: Query) -> tuple[list[Organization], int]:
    """Return a page of the organizations an account may act for, and how many there are in all."""
    return await _REACHABLE.page(tx, query, account_id)


async def count_reachable(tx: Tx, account_id: Id, where: dict[str, Any]) -> int:
    """Return how many organizations an account may act for."""
    return await _REACHABLE.count(tx, where, account_id)


async def list_settings(tx: Tx) -> list[Setting]:
    """Return the settings of the organization, by name."""
    return await store.list_settings(tx)


async def enter_setting(tx: Tx, setting_id: str, *, admin: bool = False) -> Setting:
    """Enter the organization of a setting and return it. Raises what `admit` raises."""
    if not ids.is_id(setting_id) or tx.account is None:
        raise NotYours
    entered = await store.enter_of_setting(tx, Id(setting_id), ids.shard_of(setting_id), tx.account)
    admit(tx, entered, admin=admin)
    found = await store.select_setting(tx, Id(setting_id))
    if found is None:
        raise NotYours
    return found


async def put_setting(tx: Tx, name: str, value: Any, description: str | None, l10n: dict[str, Any]) -> Setting:
    """Create a setting. Raises Invalid, also when the name is taken."""
    check_setting(name, value)
    try:
        async with tx.atomic():
            made = await store.insert_setting(tx, ids.new(tx.shard), name, value, description, l10n)
            await _follow(tx, name, value)
    except Unique:
        raise invalid("Default", "name", "uniqueness", "is taken; change the one there is") from None
    return made


async def change_setting(
    tx: Tx, setting: Setting, value: Any, description: str | None, l10n: dict[str, Any]
) -> Setting:
    """Change a setting's value; its name stays. Raises Invalid, NotYours."""
    check_setting(setting.name, value)
    async with tx.atomic():
        changed = await store.update_setting(tx, setting.id, value, description, l10n)
        await _follow(tx, setting.name, value)
    if changed is None:
        raise NotYours
    return changed


async def _follow(tx: Tx, name: str, value: Any) -> None:
    if name in ("currencyId", "rounding"):
        await store.follow_setting(tx, value if name == "currencyId" else None, value if name == "rounding" else None)


async def remove_setting(tx: Tx, setting: Setting, *, rounding: str) -> int:
    """Remove a setting; what depended on it goes back to its default.

    That is the currency of the organization's country, and for the rounding the installation's, given here.
    """
    async with tx.atomic():
        gone = await store.delete_setting(tx, setting.id)
        if setting.name == "rounding":
            await _follow(tx, "rounding", rounding)
        elif setting.name == "currencyId":
            await _follow(tx, "currencyId", currency_of((await read(tx)).identity.country_code))
    return gone
