"""What can be done with what is not billed yet, each inside one unit of work."""

from decimal import Decimal
from typing import Final

from billhook import documents
from billhook.db import Tx
from billhook.documents import Document
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours
from billhook.organizations import Entered, admit
from billhook.unbilled import store
from billhook.unbilled.model import Item, NewItem, faults_of, line_of

MOST: Final = 1_000
"""How many items of a client are shown."""


async def enter(tx: Tx, item_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization an item belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(item_id) or tx.account is None:
        raise NotYours
    found = await store.enter_item(tx, Id(item_id), ids.shard_of(item_id), tx.account)
    return admit(tx, found, write=write)


async def add(tx: Tx, client_id: Id, new: NewItem) -> Item:
    """Note what a client that was entered is to be charged for. Raises Invalid."""
    if faults := faults_of(new):
        raise Invalid("InvoiceItem", faults)
    fields = (new.title, new.quantity, new.unit_amount, new.tax_rate)
    return await store.insert_item(tx, ids.new(tx.shard), client_id, *fields)


async def read(tx: Tx, item_id: str) -> Item:
    """Return an item that no invoice has yet. Raises NotYours."""
    found = await store.select_item(tx, Id(item_id))
    if found is None:
        raise NotYours
    return found


async def of_client(tx: Tx, client_id: Id) -> list[Item]:
    """Return what a client is to be charged for, oldest first."""
    return await store.items_of(tx, client_id, MOST)


async def change(
    tx: Tx, item_id: str, *, title: str | None, quantity: Decimal | None, unit_amount: Decimal | None
) -> None:
    """Change what was said of an item. Raises Invalid, NotYours."""
    now = await read(tx, item_id)
    wanted = NewItem(
        title=now.title if title is None else title,
        quantity=now.quantity if quantity is None else quantity,
        unit_amount=now.unit_amount if unit_amount is None else unit_amount,
    )
    if faults := faults_of(wanted):
        raise Invalid("InvoiceItem", faults)
    if not await store.update_item(tx, Id(item_id), title, quantity, unit_amount):
        raise NotYours


async def remove(tx: Tx, item_id: str) -> None:
    """Take an item away. Raises NotYours: an invoice has it by now."""
    if not await store.delete_item(tx, Id(item_id)):
        raise NotYours


async def take(tx: Tx, draft: Document) -> Document:
    """Put all that a draft's client is to be charged for onto it, in the draft's currency.

    Raises what `documents.change_lines` raises.
    """
    if draft.client_id is None:
        return draft
    async with tx.atomic():
        items = await store.take_items(tx, draft.client_id, draft.id)
        if not items:
            return draft
        lines = tuple(line_of(item, ids.embedded(), draft.conversion) for item in items)
        return await documents.change_lines(tx, draft.id, lambda before: (*before, *lines))
