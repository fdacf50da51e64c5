"""What can be done with clients, each inside one unit of work."""

from typing import Any, Final

from billhook.clients import store
from billhook.clients.columns import CLIENTS
from billhook.clients.model import TYPES, Client, NewClient, as_said, checks_of, faults_of, merged
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours, invalid
from billhook.organizations import Entered, admit
from billhook.web import Listing, Query

MOST_FOUND: Final = 100
"""A search shows no more: who gets as many looks closer."""
MOST_SORTED: Final = 2_000
"""Of what a search finds, so many are put in order: a term of one letter may fit a million."""

_LISTED: Final = Listing(
    store.LIST_CLIENTS, store.list_clients, store.COUNT_CLIENTS, store.count_clients, CLIENTS, softly=True
)


async def enter(tx: Tx, client_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a client belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(client_id) or tx.account is None:
        raise NotYours
    found = await store.enter_client(tx, Id(client_id), ids.shard_of(client_id), tx.account)
    return admit(tx, found, write=write)


async def create(tx: Tx, said: dict[str, Any]) -> Client:
    """Keep a client of the organization that was entered; `said` holds fields of `Identity`, `NewClient`, `Details`.

    Raises Invalid (all faults at once). Numbers that do not add up are marked in `checks`, not refused.
    """
    new = merged(NewClient(), said)
    return await store.insert_client(tx, id=ids.new(tx.shard), **_columns(tx, new))


async def read(tx: Tx, client_id: str, *, deleted: bool = False) -> Client:
    """Return a client of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    client = await store.select_client(tx, Id(client_id), deleted)
    if client is None:
        raise NotYours
    return client


async def change(tx: Tx, client_id: str, said: dict[str, Any], *, whole: bool = False) -> Client:
    """Change what is said of a client, or make it `whole` what is said. Raises Invalid, NotYours.

    Documents that were made keep their copy of what it was.
    """
    async with tx.atomic():
        before = await store.lock_client(tx, Id(client_id))
        if before is None:
            raise NotYours
        new = merged(NewClient() if whole else as_said(before), said)
        after = await store.update_client(tx, before.id, **_columns(tx, new, before))
    if after is None:
        raise NotYours
    return after


def _columns(tx: Tx, new: NewClient, before: Client | None = None) -> dict[str, Any]:
    faults = faults_of(new)
    if faults:
        raise Invalid("Client", faults)
    return {
        "name": new.identity.name,
        "email": new.identity.email or None,
        "country_code": new.identity.country_code,
        "checks": checks_of(new.identity, tx.now, before.checks if before else ()),
        **{name: getattr(new, name) for name in NewClient.__struct_fields__},
    }


async def delete(tx: Tx, client_id: str) -> int:
    """Delete a client, softly; what was made for it stays. 0 when it was deleted before."""
    return await store.delete_client(tx, Id(client_id))


async def page(tx: Tx, query: Query) -> tuple[list[Client], int]:
    """Return a page of the organization's clients, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many clients of the organization match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization, deleted=deleted)


async def search(tx: Tx, term: str, sort: str | None = None) -> list[Client]:
    """Return clients of which the words of a term begin words of name, address or numbers. Raises Invalid.

    `sort` leaves out those that are only the other sort: customer or supplier.
    """
    if sort and sort not in TYPES:
        raise invalid("Client", "type", "inclusion", f"must be one of {', '.join(TYPES)}")
    return await store.search_clients(tx, term, sort if sort != "both" else None, MOST_SORTED, MOST_FOUND)
