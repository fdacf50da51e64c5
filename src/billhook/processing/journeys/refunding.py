"""Refunding: money goes back to who paid online, in parts or at once."""

from decimal import Decimal

from billhook import gateways, payments
from billhook.db import Tx
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import invalid
from billhook.processing import store
from billhook.processing.journeys.looking import look
from billhook.processing.journeys.till import SOON, Till, refund_at_gateway
from billhook.processing.model import Desk, Intent, NotRefundable, Refund
from billhook.processing.service.set_up import desk_of
from billhook.processing.shares import fee_given_back, surcharge_back, surcharge_in


async def refund(
    till: Till, account: Id, payment_id: str, amount: Decimal | None, reason: str | None, operation: Id | None = None
) -> Refund:
    """Give back what is left of a payment, or an amount of it (major units); of one `operation` once.

    The amount is without the payment's surcharge, of which its share goes back too.

    Decided and written before the gateway is asked, so no two of them give back more than there is. Where the gateway
    does not answer, the refund is under way: the sweep asks for the same one again, under the same key. Raises
    NotRefundable, Invalid, what `payments.enter` raises and, when the gateway will not, Refused.
    """
    async with till.database.open(account) as tx:
        await payments.enter(tx, payment_id, write=True)
        async with tx.atomic():
            intent, desk = await _held(tx, payment_id)
            refund_id = ids.on_shard(operation, tx.shard) if operation else ids.new(tx.shard)
            begun = [row for row in await store.refunds_of(tx, intent.id) if row.id == refund_id]
            row = begun[0] if begun else await _decide(tx, intent, desk, amount, reason, refund_id)
    try:
        if row.status == "requested":
            await refund_at_gateway(till, intent, desk, row)
        await look(till, intent.organization_id, intent.id)
    except (gateways.UnknownOutcome, gateways.Unavailable):
        return row  # the sweep asks again
    async with till.database.open(organization=intent.organization_id) as tx:
        return next(found for found in await store.refunds_of(tx, intent.id) if found.id == row.id)


async def _held(tx: Tx, payment_id: str) -> tuple[Intent, Desk]:
    found = await store.intent_of_payment(tx, Id(payment_id))
    intent = await store.lock_intent(tx, found.id) if found else None
    if intent is None:
        raise NotRefundable(why="it was not collected online; record what was given back as a payment below zero")
    return intent, await desk_of(tx, intent.merchant_id)


async def _decide(
    tx: Tx, intent: Intent, desk: Desk, amount: Decimal | None, reason: str | None, refund_id: Id
) -> Refund:
    """Write down that so much is to go back. Raises NotRefundable, Invalid."""
    rows = [row for row in await store.refunds_of(tx, intent.id) if row.status != "failed"]
    gone, given = sum(row.amount for row in rows), sum(row.fee for row in rows)
    before = sum(row.surcharge for row in rows)
    left = intent.asked - (gone - before) - (intent.disputed - surcharge_in(intent, intent.disputed))
    if left <= 0:
        raise NotRefundable(why="all of it was given back, or is disputed")
    if amount is not None and not (amount > 0 and money.fits(amount, intent.exponent)):
        message = f"must be above zero, with at most {intent.exponent} decimals"
        raise invalid("Refund", "amount", "numericality", message)
    wanted = left if amount is None else money.to_minor(amount, intent.exponent)
    if wanted > left:
        message = f"must be at most {money.to_major(left, intent.exponent)}, which is what is left"
        raise invalid("Refund", "amount", "numericality", message)
    share = surcharge_back(intent, gone - before + wanted, before)
    whole = wanted + share
    return await store.insert_refund(
        tx,
        id=refund_id,
        owner=tx.account or intent.account_id,
        intent=intent.id,
        amount=whole,
        fee=fee_given_back(desk.refund_fee, intent.amount, intent.fee, refunded=gone, given=given, wanted=whole),
        currency=intent.currency,
        exponent=intent.exponent,
        reason=reason,
        status="requested",
        remote_id=None,
        look_at=tx.now + SOON,
        surcharge=share,
    )
