"""Sorting documents into categories: how much of one belongs where, each verb inside one unit of work."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from billhook import documents
from billhook.categories import store
from billhook.categories.columns import SHARES
from billhook.categories.model import Ground, NewShare, Share, amount_of, faults_of_share
from billhook.db import Tx, Unique
from billhook.documents import NewDocument
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours
from billhook.organizations import Entered, admit
from billhook.web import Listing, Query

_LISTED: Final = Listing(
    store.LIST_SHARES, store.list_shares, store.COUNT_SHARES, store.count_shares, SHARES, softly=True
)


async def enter_share(tx: Tx, share_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a share belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(share_id) or tx.account is None:
        raise NotYours
    found = await store.enter_share(tx, Id(share_id), ids.shard_of(share_id), tx.account)
    return admit(tx, found, write=write)


async def assign(tx: Tx, document_id: str, new: NewShare) -> Share:
    """Sort a share of a document into a category. Raises Invalid, NotYours."""
    async with tx.atomic():
        ground = await _held_ground(tx, document_id, new)
        if faults := faults_of_share(new, ground):
            raise Invalid("DocumentCategory", faults)
        return await _insert(tx, document_id, new, ground)


async def issue(tx: Tx, new: NewDocument, shares: Sequence[NewShare]) -> documents.Made:
    """Create a document and sort it into categories: both, or nothing. Raises what `documents.issue` raises."""
    if not shares:
        return await documents.issue(tx, new)
    try:
        async with tx.atomic():
            made = await documents.issue_once(tx, new)
            if not await store.of_documents(tx, [made.document.id]):  # else the same call has come a second time
                await _assign_all(tx, made.document.id, shares)
            return made
    except Unique as error:
        return await documents.quicker(tx, new, error)


async def _assign_all(tx: Tx, document_id: Id, shares: Sequence[NewShare]) -> None:
    """Sort shares of a document that was just made; all their faults are told at once."""
    faults: list[Fault] = []
    for index, new in enumerate(shares):
        ground = await _held_ground(tx, document_id, new)
        wrong = faults_of_share(new, ground, f"documentCategories.{index}.")
        if not wrong:
            await _insert(tx, document_id, new, ground)
        faults += wrong
    if faults:
        raise Invalid("Document", faults)


async def _held_ground(tx: Tx, document_id: str, new: NewShare) -> Ground:
    if not await store.hold_document(tx, Id(document_id)):
        raise NotYours
    return await _ground(tx, Id(document_id), new)


async def _ground(tx: Tx, document_id: Id, new: NewShare) -> Ground:
    named = Id(new.category_id) if new.category_id and ids.is_id(new.category_id) else None
    alias = None if new.category_id is not None else new.alias
    ground = await store.ground(tx, document_id, named, alias)
    if ground is None:
        raise NotYours
    return ground


async def _insert(tx: Tx, document_id: str, new: NewShare, ground: Ground) -> Share:
    if ground.category is None:
        raise NotYours
    return await store.insert_share(
        tx,
        ids.new(tx.shard),
        Id(document_id),
        ground.category,
        amount_of(new, ground),
        ground.currency,
        ground.exponent,
        new.date or ground.date,
        new.custom,
    )


async def read_share(tx: Tx, share_id: str, *, deleted: bool = False) -> Share:
    """Return a share of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    share = await store.select_share(tx, Id(share_id), deleted)
    if share is None:
        raise NotYours
    return share


async def change_share(tx: Tx, share_id: str, changed_from: Callable[[Share], NewShare]) -> Share:
    """Store what is made of a share, whose document is held meanwhile and stays. Raises Invalid, NotYours."""
    async with tx.atomic():
        document_id = (await read_share(tx, share_id)).document_id
        if not await store.hold_document(tx, document_id):
            raise NotYours
        before = await read_share(tx, share_id)
        new = changed_from(before)
        ground = await _ground(tx, document_id, new)
        faults = [fault for fault in faults_of_share(new, ground) if fault.code != "too_many"]
        if new.amount is None:
            faults.append(Fault("amount", "presence", "can't be blank"))
        if faults or ground.category is None:
            raise Invalid("DocumentCategory", faults)
        amount = amount_of(new, ground)
        changed = await store.update_share(tx, before.id, ground.category, amount, new.date or ground.date, new.custom)
        if changed is None:
            raise NotYours
        return changed


async def delete_share(tx: Tx, share_id: str) -> int:
    """Take a share of a document out of its category; 0 when it was taken out before."""
    return await store.delete_share(tx, Id(share_id))


async def of_documents(tx: Tx, document_ids: list[Id]) -> dict[Id, list[Share]]:
    """Return the shares of documents, by document: one round trip for a page."""
    found: dict[Id, list[Share]] = {document_id: [] for document_id in document_ids}
    for share in await store.of_documents(tx, document_ids):
        found[share.document_id].append(share)
    return found


async def page_of_shares(tx: Tx, query: Query) -> tuple[list[Share], int]:
    """Return a page of the shares of all the organization's documents, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count_shares(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many shares of documents match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization, deleted=deleted)
