"""The till: what a journey needs beside its own words, and how a payment is asked of a gateway."""

import contextlib
from datetime import timedelta
from decimal import Decimal
from typing import Final

import msgspec

from billhook import gateways
from billhook.db import Database
from billhook.gateways import Connection, Gateway, Gateways, PaymentRequest, operation_key
from billhook.kernel.ids import Id
from billhook.processing import store
from billhook.processing.model import Desk, Intent, NotCollectable, Refund
from billhook.processing.service.intents import read
from billhook.processing.service.set_up import desk_of

MOST_REFERENCE: Final = 100
SOON: Final = timedelta(minutes=1)
"""When the sweep looks after what was begun and may have been cut off."""


class Till(msgspec.Struct, frozen=True):
    """Gateways, and what the operator of the installation keeps of each payment (a percentage)."""

    gateways: Gateways
    operator_fee: Decimal

    @property
    def database(self) -> Database:
        """The application's database."""
        return self.gateways.database

    def at(self, desk: Desk) -> tuple[Gateway, Connection]:
        """Return the gateway of a desk and what it is called with."""
        return self.gateways.get(desk.gateway), desk.connection(self.gateways.seal.open(desk.credentials))

    def page_of(self, intent: Intent) -> str:
        """Return the payment link of an intent."""
        return f"{self.gateways.public_url}/pay/{intent.token}"


async def intent_and_desk(till: Till, organization: Id, intent_id: Id) -> tuple[Intent, Desk]:
    """Return an intent with what it takes to collect it. Raises NotYours, NotEnabled."""
    async with till.database.open(organization=organization) as tx:
        intent = await read(tx, intent_id)
        return intent, await desk_of(tx, intent.merchant_id)


def request_of(till: Till, intent: Intent, desk: Desk) -> PaymentRequest:
    """Return what a gateway is asked for: the same each time it is asked, so that the same key fits."""
    return PaymentRequest(
        merchant=desk.merchant_remote_id or "",
        reference=intent.id,
        amount=intent.amount,
        currency=intent.currency,
        fee=intent.fee,
        description=intent.reference[:MOST_REFERENCE],
        return_url=f"{till.page_of(intent)}/return",
        expires_at=intent.expires_at,
        asked_at=intent.begun_at or intent.created_at,
        save=intent.allow_recurring,
        embedded=intent.embedded,
    )


async def open_at_gateway(till: Till, intent: Intent, desk: Desk, *, present: bool = False) -> gateways.Payment:
    """Have the payment of an intent opened, or find the one that was opened before, and note what it is called.

    `present` says that the payer of a charge has come to confirm it. Raises what a gateway raises, and NotCollectable
    where the opening was given up meanwhile: what we would not know of is never shown to a payer.
    """
    gateway, connection = till.at(desk)
    key = operation_key(intent.id, intent.attempt, "charge" if intent.initial_intent_id else "open")
    request = request_of(till, intent, desk)
    if intent.initial_intent_id:
        async with till.database.open(organization=intent.organization_id) as tx:
            initial = await read(tx, intent.initial_intent_id)
        if initial.saved is None:
            raise gateways.Refused(why="nothing was saved to charge by")
        payment = await gateway.charge_saved(connection, request, initial.saved, key=key, present=present)
    else:
        payment = await _created(till, intent, gateway, connection, request, key)
    async with till.database.open(organization=intent.organization_id) as tx:
        noted = await store.note_remote(tx, intent.id, intent.attempt, payment.id, payment.page_url)
    if not noted:
        with contextlib.suppress(gateways.Refused):  # it has ended by itself
            key = operation_key(intent.id, intent.attempt, "cancel")
            await gateway.cancel_payment(connection, desk.merchant_remote_id or "", payment.id, key=key)
        raise NotCollectable(why="it is just being paid or changed; try again")
    return payment


async def _created(
    till: Till, intent: Intent, gateway: Gateway, connection: Connection, request: PaymentRequest, key: str
) -> gateways.Payment:
    """Open a payment. What is refused is known not to be there: the next who pays asks under another key."""
    try:
        return await gateway.create_payment(connection, request, key=key)
    except gateways.Refused:
        async with till.database.open(organization=intent.organization_id) as tx:
            await store.reopen(tx, intent.id, intent.attempt, None)
        raise


async def refund_at_gateway(till: Till, intent: Intent, desk: Desk, refund: Refund) -> None:
    """Have a refund made that was decided, or find the one that was made before, and note what it is called.

    What the gateway refuses has failed, which is noted before Refused is raised.
    """
    gateway, connection = till.at(desk)
    where = (connection, desk.merchant_remote_id or "", intent.remote_id or "")
    try:
        made = await gateway.refund(*where, refund.amount, refund.fee, key=operation_key(refund.id, 1, "refund"))
    except gateways.Refused:
        async with till.database.open(organization=intent.organization_id) as tx:
            await store.note_asked(tx, refund.id, "failed", None, None)
        raise
    async with till.database.open(organization=intent.organization_id) as tx:
        await store.note_asked(tx, refund.id, "pending", made.id, tx.now + SOON)
