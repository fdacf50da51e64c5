"""What clients can be charged by again: kept, listed, forgotten. Of a client that was entered."""

from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, invalid
from billhook.processing import store
from billhook.processing.model import Method


async def keep_method(tx: Tx, client_id: Id, intent_id: str, *, automatic: bool) -> Method:
    """Keep how somebody paid as what a client can be charged by; again to change whether by itself. Raises Invalid."""
    kept = await store.keep_method(tx, Id(intent_id), client_id, automatic) if ids.is_id(intent_id) else None
    if kept is None:
        message = "must be a payment intent with allowRecurring that has succeeded, and that is no other client's"
        raise invalid("PaymentMethod", "paymentIntentId", "inclusion", message)
    return kept


async def methods_of(tx: Tx, client_ids: list[Id]) -> dict[Id, list[Method]]:
    """Return what some clients can be charged by, by client, oldest first: one round trip a page."""
    found: dict[Id, list[Method]] = {client_id: [] for client_id in client_ids}
    for method in await store.methods(tx, list(found)) if found else ():
        found[method.client_id].append(method)
    return found


async def forget_method(tx: Tx, client_id: Id, method_id: str) -> int:
    """Forget what a client could be charged by, and return how many that were. Raises NotYours."""
    forgotten = await store.forget_method(tx, client_id, Id(method_id)) if ids.is_id(method_id) else 0
    if not forgotten:
        raise NotYours
    return forgotten
