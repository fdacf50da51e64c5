"""The doors of this face: what is named has to be of the network that asks, whoever else it is open to."""

from collections.abc import AsyncIterator

from billhook import documents, exchange, organizations
from billhook.billing_api.wire import named
from billhook.db import Tx
from billhook.documents import Document, Type
from billhook.documents.model.document import OWED
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours
from billhook.organizations import Organization
from billhook.web import Principal, Query

_AT_ONCE = 100


async def _of_network(tx: Tx, principal: Principal) -> Organization:
    organization = await organizations.read(tx)
    if organization.root_account_id != principal.root_id:
        raise NotYours
    return organization


async def enter_location(tx: Tx, principal: Principal, location_ref: str, *, write: bool = False) -> Organization:
    """Begin to act for a location of the network. Raises NotYours and what `organizations.enter` raises."""
    await organizations.enter(tx, named(location_ref), write=write)
    return await _of_network(tx, principal)


async def currency_of_location(tx: Tx) -> str:
    """Return the currency of the location that was entered."""
    return (await organizations.read(tx)).currency


async def enter_alternative(tx: Tx, principal: Principal, alternative_id: str, *, write: bool = False) -> Id:
    """Begin to act for the location that an alternative currency belongs to; return its id. Raises NotYours."""
    await exchange.enter(tx, named(alternative_id), write=write)
    await _of_network(tx, principal)
    return named(alternative_id)


async def enter_invoice(tx: Tx, principal: Principal, invoice_id: str, *, write: bool = False) -> Document:
    """Begin to act for the location that an invoice belongs to, and return it. Raises NotYours, what `enter` raises."""
    await documents.enter(tx, named(invoice_id), write=write)
    await _of_network(tx, principal)
    document = await documents.read(tx, named(invoice_id))
    if document.type not in OWED or document.incoming or document.deleted_at is not None:
        raise NotYours
    return document


async def enter_note(tx: Tx, principal: Principal, note_id: Id, *, write: bool = False) -> Document:
    """Begin to act for the location that a credit note over an invoice belongs to, and return it. Raises NotYours."""
    await documents.enter(tx, note_id, write=write)
    await _of_network(tx, principal)
    document = await documents.read(tx, note_id)
    is_note = document.type == Type.CREDIT_NOTE and document.previous_document_id is not None
    if not is_note or document.incoming or document.draft:
        raise NotYours
    return document


async def locations(tx: Tx, principal: Principal, after: Id | None) -> AsyncIterator[Id]:
    """Yield the locations of the network in the order of their ids, from one on."""
    query = Query(where={"id": {"gte": after}} if after else {}, order=(("id", "ASC"),), limit=_AT_ONCE)
    while True:
        rows, _ = await organizations.list_reachable(tx, principal.account_id, query)
        for row in rows:
            if row.root_account_id == principal.root_id:
                yield row.id
        if len(rows) < _AT_ONCE:
            return
        query = Query(where={"id": {"gt": rows[-1].id}}, order=(("id", "ASC"),), limit=_AT_ONCE)
