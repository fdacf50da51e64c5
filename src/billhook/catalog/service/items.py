"""What can be done with items."""

from collections.abc import Sequence
from typing import Any, Final

from billhook import organizations
from billhook.catalog import store
from billhook.catalog.columns import ITEMS
from billhook.catalog.model.items import (
    DIRECTIONS,
    TYPES,
    Item,
    NamedTax,
    NewItem,
    as_said,
    faults_of,
    matched,
    merged,
    net_of,
)
from billhook.catalog.model.taxes import Tax
from billhook.db import Tx, Unique, constraint_of
from billhook.kernel import ids, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, invalid
from billhook.organizations import Entered, admit
from billhook.web import Listing, Query

MOST_FOUND: Final = 100
"""A search shows no more: who gets as many looks closer."""
MOST_SORTED: Final = 2_000
"""Of what a search finds, so many are put in order: a term of one letter may fit a million."""

_LISTED: Final = Listing(store.LIST_ITEMS, store.list_items, store.COUNT_ITEMS, store.count_items, ITEMS, softly=True)


async def enter(tx: Tx, item_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization an item belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(item_id) or tx.account is None:
        raise NotYours
    found = await store.enter_item(tx, Id(item_id), ids.shard_of(item_id), tx.account)
    return admit(tx, found, write=write)


async def create(tx: Tx, said: dict[str, Any]) -> Item:
    """Keep an item of the organization that was entered; `said` holds fields of `NewItem` and `Details`.

    `named_taxes` in it are taxes named by rate or classification; they hold where no `tax_ids` are said. Raises
    Invalid (all faults at once), also for an SKU that another item has.
    """
    columns = await _columns(tx, NewItem(), said)
    try:
        return await store.insert_item(tx, id=ids.new(tx.shard), **columns)
    except Unique as error:
        raise _taken(error) from None


async def change(tx: Tx, item_id: str, said: dict[str, Any], *, whole: bool = False) -> Item:
    """Change what is said of an item, or make it `whole` what is said. Raises Invalid, NotYours.

    Documents that were made keep their copy of what it was.
    """
    try:
        async with tx.atomic():
            before = await store.lock_item(tx, Id(item_id))
            if before is None:
                raise NotYours
            columns = await _columns(tx, NewItem() if whole else as_said(before), said)
            after = await store.update_item(tx, before.id, **columns)
    except Unique as error:
        raise _taken(error) from None
    if after is None:
        raise NotYours
    return after


def _taken(error: Exception) -> Exception:
    if constraint_of(error) != "item_sku":
        return error
    return invalid("Item", "SKU", "uniqueness", "is that of another item")


async def _columns(tx: Tx, before: NewItem, said: dict[str, Any]) -> dict[str, Any]:
    """Return an item as it is to be stored. Raises Invalid."""
    taxes = await store.every_tax(tx)
    zone = (await organizations.read(tx)).timezone
    day = time.day(tx.now, zone)
    named: Sequence[NamedTax] = said.get("named_taxes") or ()
    found = [matched(name, taxes, day, zone) for name in named] if not said.get("tax_ids") else []
    faults = [
        Fault(f"_itemTaxes.{index}.{_word(name)}", "inclusion", tax)
        for index, (name, tax) in enumerate(zip(named, found, strict=False))
        if isinstance(tax, str)
    ]
    fields = {name: value for name, value in said.items() if name != "named_taxes"}
    if found:
        fields["tax_ids"] = tuple(tax.id for tax in found if isinstance(tax, Tax))
    new = merged(before, fields)
    faults += faults_of(new, taxes)
    if faults:
        raise Invalid("Item", faults)
    fields = {name: getattr(new, name) for name in NewItem.__struct_fields__}
    for net, gross, wanted in (
        ("price", new.price_gross, new.tax_ids),
        ("purchase_price", new.purchase_price_gross, new.details.purchase_tax_ids),
    ):
        if gross is not None:
            fields[net] = net_of(gross, [tax for tax in taxes if tax.id in wanted], day, zone)
    return fields | {"tax_ids": list(dict.fromkeys(new.tax_ids))}


def _word(named: NamedTax) -> str:
    return "taxId" if named.tax_id is not None else "rate" if named.rate is not None else "classification"


async def read(tx: Tx, item_id: str, *, deleted: bool = False) -> Item:
    """Return an item of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    item = await store.select_item(tx, Id(item_id), deleted)
    if item is None:
        raise NotYours
    return item


async def delete(tx: Tx, item_id: str) -> int:
    """Delete an item, softly; documents keep their copy, and its SKU is free. 0 when it was deleted before."""
    return await store.delete_item(tx, Id(item_id))


async def page(tx: Tx, query: Query) -> tuple[list[Item], int]:
    """Return a page of the organization's items, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many items of the organization match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization, deleted=deleted)


async def search(tx: Tx, term: str, sort: str | None = None) -> list[Item]:
    """Return items of which the words of a term begin words of name, SKU, EAN, class or description. Raises Invalid.

    `sort` leaves out those that only go the other way: sold (outgoing) or bought (incoming).
    """
    wanted = DIRECTIONS.get(sort or "", sort or None)
    if wanted is not None and wanted not in TYPES:
        raise invalid("Item", "type", "inclusion", f"must be one of {', '.join((*TYPES, *DIRECTIONS))}")
    return await store.search_items(tx, term, wanted if wanted != "both" else None, MOST_SORTED, MOST_FOUND)
