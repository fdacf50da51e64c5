"""Payment intents: doors, reading, pages; what moved because of them."""

import re
from typing import Any, Final

from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotFound, NotYours
from billhook.organizations import Entered, admit
from billhook.processing import store
from billhook.processing.attempts import OnlinePayment
from billhook.processing.columns import INTENTS, TRANSACTIONS
from billhook.processing.model import Intent, Refund, Transaction
from billhook.web import Listing, Query

_LINK = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")

_INTENTS: Final = Listing(store.LIST_INTENTS, store.list_intents, store.COUNT_INTENTS, store.count_intents, INTENTS)
_MOVED: Final = Listing(
    store.LIST_TRANSACTIONS, store.list_transactions, store.COUNT_TRANSACTIONS, store.count_transactions, TRANSACTIONS
)


async def enter(tx: Tx, intent_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization an intent belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(intent_id) or tx.account is None:
        raise NotYours
    found = await store.enter_intent(tx, Id(intent_id), ids.shard_of(intent_id), tx.account)
    return admit(tx, found, write=write)


async def enter_link(tx: Tx, link: str) -> Id:
    """Enter the tenant behind a payment link and return the intent's id. Raises NotFound."""
    found = await store.enter_link(tx, link) if _LINK.match(link) else None
    if found is None:
        raise NotFound(what="payment page")
    tx.entered(found.organization_id)
    return found.intent_id


async def read(tx: Tx, intent_id: str) -> Intent:
    """Return an intent of the organization that was entered. Raises NotYours."""
    intent = await store.select_intent(tx, Id(intent_id))
    if intent is None:
        raise NotYours
    return intent


async def page(tx: Tx, query: Query) -> tuple[list[Intent], int]:
    """Return a page of the organization's intents, and how many there are in all."""
    return await _INTENTS.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any]) -> int:
    """Return how many intents of the organization match."""
    return await _INTENTS.count(tx, where, tx.shard, tx.organization)


async def moved(tx: Tx, query: Query, *, intent_id: str | None = None) -> tuple[list[Transaction], int]:
    """Return a page of what moved, of the organization or because of one intent, and how much that is in all."""
    only, own = _only(tx, intent_id)
    return await _MOVED.page(tx, query, *own, only=only)


async def count_moved(tx: Tx, where: dict[str, Any], *, intent_id: str | None = None) -> int:
    """Return how many transactions match, of the organization or of one intent."""
    only, own = _only(tx, intent_id)
    return await _MOVED.count(tx, where, *own, only=only)


def _only(tx: Tx, intent_id: str | None) -> tuple[str, list[Any]]:
    own: list[Any] = [tx.shard, tx.organization]
    return ("", own) if intent_id is None else (" and intent_id = $3", [*own, Id(intent_id)])


async def refunds_of_payment(tx: Tx, payment_id: Id) -> list[Refund]:
    """Return what is or was given back of a payment, oldest first; nothing where it was not collected online."""
    intent = await store.intent_of_payment(tx, payment_id)
    return await store.refunds_of(tx, intent.id) if intent else []


async def of_documents(tx: Tx, document_ids: list[Id]) -> dict[Id, list[OnlinePayment]]:
    """Return what was begun to be paid online of some documents, by document, oldest first: one round trip a page."""
    found: dict[Id, list[OnlinePayment]] = {document_id: [] for document_id in document_ids}
    for payment in await store.online_payments(tx, document_ids) if document_ids else ():
        found[payment.document_id].append(payment)
    return found
