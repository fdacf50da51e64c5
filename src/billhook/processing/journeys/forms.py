"""Forms: a document is paid on a page of the seller's own, in a form of the gateway's."""

from typing import Final

import msgspec

from billhook.gateways import Payment, Refused, Status, operation_key
from billhook.processing import store
from billhook.processing.journeys.collecting import collect
from billhook.processing.journeys.looking import look
from billhook.processing.journeys.till import SOON, Till, open_at_gateway
from billhook.processing.model import Desk, Intent, NotCollectable
from billhook.processing.service.set_up import desk_of

_TRIES: Final = 3
_OPEN: Final = (Status.OPEN, Status.REQUIRES_ACTION)


class Form(msgspec.Struct, frozen=True):
    """What a form is opened with: the intent, and what the gateway's script wants to know."""

    intent: Intent
    remote_id: str
    client: dict[str, str]


async def open_form(till: Till, link: str) -> Form:
    """Return the form that collects what a shared document asks for now: one at a time, whoever asks how often.

    Raises what `collect` and a gateway raise.
    """
    for _ in range(_TRIES):
        intent = await collect(till, link, embedded=True)
        payment = await _payment(till, intent) if intent.embedded else None
        if payment is not None and payment.status in _OPEN and payment.amount == intent.amount:
            return Form(intent, payment.id, payment.client)
        await look(till, intent.organization_id, intent.id)
    raise NotCollectable(why="it is just being paid or changed; try again")


async def _payment(till: Till, intent: Intent) -> Payment | None:
    """Return the payment at the gateway, asking for what the intent asks for; None where it cannot be paid any more."""
    async with till.database.open(organization=intent.organization_id) as tx:
        begun = await store.begin(tx, intent.id, None, tx.now + SOON)
        desk = await desk_of(tx, intent.merchant_id)
    if begun is None:
        return None
    if begun.remote_id is None:
        return await open_at_gateway(till, begun, desk)
    gateway, connection = till.at(desk)
    payment = await gateway.get_payment(connection, desk.merchant_remote_id or "", begun.remote_id)
    if payment.status in _OPEN and payment.amount != begun.amount:
        return await _changed(till, begun, desk, payment)
    return payment


async def _changed(till: Till, intent: Intent, desk: Desk, payment: Payment) -> Payment | None:
    """Tell the gateway what is asked for now, amount and fee together, under a key that was never used before."""
    async with till.database.open(organization=intent.organization_id) as tx:
        fees = intent.application_fee, intent.operator_fee
        mine = await store.revise(tx, intent.id, intent.revision, intent.amount, *fees)
    if mine is None:
        return None
    gateway, connection = till.at(desk)
    key = operation_key(intent.id, mine.revision, "change")
    where = (connection, desk.merchant_remote_id or "", payment)
    try:
        return await gateway.change_payment(*where, mine.amount, mine.fee, key=key)
    except Refused:  # it may have been paid this moment: who looks will see
        return None
