"""What can be done with units, each inside one unit of work."""

from typing import Any, Final

from billhook import files
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotFound, NotYours, invalid
from billhook.organizations import Entered, admit
from billhook.organizations.model import Identity, with_country_code
from billhook.units import store
from billhook.units.columns import UNITS
from billhook.units.model import KINDS, MOST_UNITS, Unit, faults_of
from billhook.web import Listing, Query

_LISTED: Final = Listing(store.LIST_UNITS, store.list_units, store.COUNT_UNITS, store.count_units, UNITS, softly=True)


async def enter(tx: Tx, unit_id: str, *, admin: bool = False) -> Entered:
    """Begin to act for the organization a unit belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(unit_id) or tx.account is None:
        raise NotYours
    found = await store.enter_unit(tx, Id(unit_id), ids.shard_of(unit_id), tx.account)
    return admit(tx, found, admin=admin)


async def create(tx: Tx, identity: Identity, prefix: str | None, custom: dict[str, Any]) -> Unit:
    """Make a unit of the organization that was entered; without a prefix it gets `U1`, `U2`, … Raises Invalid."""
    identity = with_country_code(identity)
    if faults := faults_of(identity, prefix):
        raise Invalid("Unit", faults)
    async with tx.atomic():
        there = await store.lock_units(tx)
        if there >= MOST_UNITS:
            raise invalid("Unit", "id", "too_many", f"cannot be more than {MOST_UNITS} in one organization")
        if prefix is None:
            prefix = await _next_prefix(tx, there)
        elif await store.prefix_in_use(tx, prefix):
            message = "stands before numbers that were given already"
            raise invalid("Unit", "numberPrefix", "uniqueness", message)
        return await store.insert_unit(tx, ids.new(tx.shard), identity.name, prefix, identity, custom)


async def _next_prefix(tx: Tx, there: int) -> str:
    number = there + 1
    while await store.prefix_in_use(tx, f"U{number}"):
        number += 1
    return f"U{number}"


async def read(tx: Tx, unit_id: str, *, deleted: bool = False) -> Unit:
    """Return a unit of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    unit = await store.select_unit(tx, Id(unit_id), deleted)
    if unit is None:
        raise NotYours
    return unit


async def change(tx: Tx, unit: Unit, identity: Identity, custom: dict[str, Any]) -> Unit:
    """Store a unit as changed; its prefix stays. Raises Invalid, NotYours."""
    identity = with_country_code(identity)
    if faults := faults_of(identity, None):
        raise Invalid("Unit", faults)
    changed = await store.update_unit(tx, unit.id, identity.name, identity, custom)
    if changed is None:
        raise NotYours
    return changed


async def delete(tx: Tx, unit_id: str) -> int:
    """Delete a unit, softly: its documents stay, it issues no new ones. 0 when it was deleted before."""
    return await store.delete_unit(tx, Id(unit_id))


async def page(tx: Tx, query: Query) -> tuple[list[Unit], int]:
    """Return a page of the organization's units, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many units of the organization match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization, deleted=deleted)


def _checked(kind: str | None) -> str:
    if kind not in KINDS:
        raise invalid("image", "type", "inclusion", "must be `logo` or `signature`")
    return kind


async def put_image(tx: Tx, unit_id: Id, kind: str | None, content: bytes, media_type: str) -> None:
    """Store a picture of a unit, checked by whoever will show it. Raises Invalid."""
    kind = _checked(kind)
    async with tx.atomic():
        blob = await files.store(tx, content, media_type)
        await store.put_image(tx, unit_id, kind, blob.sha256)


async def image(tx: Tx, unit_id: Id, kind: str | None) -> files.Blob:
    """Return a picture of a unit as it was uploaded. Raises NotFound."""
    sha256 = await store.image_hash(tx, unit_id, _checked(kind))
    found = await files.fetch(tx, sha256) if sha256 else None
    if found is None:
        raise NotFound(what=f"image of type {kind}")
    return found


async def has_image(tx: Tx, unit_id: Id, kind: str) -> bool:
    """Tell whether a unit has a picture of its own."""
    return await store.image_hash(tx, unit_id, kind) is not None


async def remove_image(tx: Tx, unit_id: str, kind: str | None) -> None:
    """Remove a picture of a unit; once is as good as twice. Raises Invalid."""
    await store.delete_image(tx, Id(unit_id), _checked(kind))
