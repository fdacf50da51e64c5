"""What can be done with categories, each inside one unit of work."""

from collections.abc import Callable
from typing import Any, Final

from billhook.categories import store
from billhook.categories.columns import CATEGORIES
from billhook.categories.model import Category, NewCategory, faults_of
from billhook.db import Tx, Unique
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours, Problem, invalid
from billhook.organizations import Entered, admit
from billhook.web import Listing, Query

_LISTED: Final = Listing(
    store.LIST_CATEGORIES,
    store.list_categories,
    store.COUNT_CATEGORIES,
    store.count_categories,
    CATEGORIES,
    softly=True,
)


async def enter(tx: Tx, category_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a category belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(category_id) or tx.account is None:
        raise NotYours
    found = await store.enter_category(tx, Id(category_id), ids.shard_of(category_id), tx.account)
    return admit(tx, found, write=write)


async def create(tx: Tx, new: NewCategory) -> Category:
    """Make a category of the organization that was entered. Raises Invalid, also when its alias is taken."""
    if faults := faults_of(new):
        raise Invalid("Category", faults)
    try:
        return await store.insert_category(tx, ids.new(tx.shard), new.name, new.alias, new.description, new.custom)
    except Unique:
        raise _taken() from None


async def read(tx: Tx, category_id: str, *, deleted: bool = False) -> Category:
    """Return a category of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    category = await store.select_category(tx, Id(category_id), deleted)
    if category is None:
        raise NotYours
    return category


async def change(tx: Tx, category_id: str, changed_from: Callable[[Category], NewCategory]) -> Category:
    """Store what is made of a category, which is held meanwhile. Raises Invalid, NotYours."""
    try:
        async with tx.atomic():
            before = await store.lock_category(tx, Id(category_id))
            if before is None:
                raise NotYours
            new = changed_from(before)
            if faults := faults_of(new):
                raise Invalid("Category", faults)
            changed = await store.update_category(tx, before.id, new.name, new.alias, new.description, new.custom)
    except Unique:
        raise _taken() from None
    if changed is None:
        raise NotYours
    return changed


def _taken() -> Problem:
    return invalid("Category", "alias", "uniqueness", "is that of another category")


async def delete(tx: Tx, category_id: str) -> int:
    """Delete a category, softly: what was sorted into it stays. 0 when it was deleted before."""
    return await store.delete_category(tx, Id(category_id))


async def page(tx: Tx, query: Query) -> tuple[list[Category], int]:
    """Return a page of the organization's categories, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many categories of the organization match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization, deleted=deleted)
