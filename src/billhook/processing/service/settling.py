"""Settling: where what a gateway says becomes what we say. Three doors lead here: notice, return, sweep."""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from billhook import gateways, payments
from billhook.db import Tx
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, Problem
from billhook.payments import NewPayment
from billhook.processing import store
from billhook.processing.model import PAID, Desk, Intent, Movement, Refund, may_move, state_of
from billhook.processing.shares import surcharge_in

log = logging.getLogger("billhook.processing")

_INQUIRY: Final = "inquiry"
"""A dispute in which the bank only asks: no money is taken."""
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(hours=6)


async def settle(tx: Tx, known: Intent, payment: gateways.Payment, desk: Desk) -> Intent | None:
    """Let an intent stand where its payment at the gateway stands; book what was collected or taken back, once.

    `known` is the intent as it was before the gateway was asked. None when something was settled since: the answer may
    be older than that, and has to be asked for again. Works for the organization that was entered.
    """
    async with tx.atomic():
        intent = await store.lock_intent(tx, known.id)
        if intent is None or payment.reference != intent.id or (intent.remote_id or payment.id) != payment.id:
            raise NotYours
        if intent.settlements != known.settlements:
            return None
        tx.account = intent.account_id  # in whose name it is booked
        await _settle(tx, intent, payment, desk)
    return await read_again(tx, intent.id)


async def _settle(tx: Tx, intent: Intent, payment: gateways.Payment, desk: Desk) -> None:
    """Settle an intent that is held."""
    late = intent.expires_at <= tx.now
    state = state_of(payment, off_session=intent.initial_intent_id is not None, late=late)
    status = str(state) if may_move(intent.status, state) else intent.status
    before = (intent.status, intent.payment_id, intent.failure, intent.refunded, intent.disputed)
    booked = intent.payment_id
    if status in PAID:
        intent = _as_collected(intent, payment)
    if status in PAID and booked is None:
        booked = await _book(tx, intent, payment)
    rows, fresh, moved = await _give_back(tx, intent, payment)
    await _follow_disputes(tx, intent, payment)
    refunded = sum(row.amount for row in rows if row.status != "failed")
    disputed = sum(dispute.amount for dispute in payment.disputes if _takes(dispute))
    settled = await store.settle(
        tx,
        intent=intent.id,
        before=intent.status,
        status=status,
        gateway=desk.gateway,
        remote_id=payment.id,
        page_url=payment.page_url or None,
        amount=intent.amount,
        application_fee=intent.application_fee,
        operator_fee=intent.operator_fee,
        failure=payment.failure,
        saved=payment.saved,
        payment=booked,
        refunded=refunded,
        disputed=disputed,
        look_at=_look_at(intent, status, tx.now),
        changed=moved or before != (status, booked, payment.failure, refunded, disputed),
        movements=_movements(tx, intent, payment, fresh) if status in PAID else [],
    )
    if not settled:
        raise AssertionError("an intent that is held has moved")


async def read_again(tx: Tx, intent_id: Id) -> Intent:
    """Return an intent that is known to be there."""
    intent = await store.select_intent(tx, intent_id)
    if intent is None:
        raise NotYours
    return intent


def _as_collected(intent: Intent, payment: gateways.Payment) -> Intent:
    """Return an intent that asks for what was collected: the document may have changed while its payer was paying."""
    operator = min(intent.operator_fee, payment.fee)
    return msgspec.structs.replace(
        intent, amount=payment.amount, application_fee=payment.fee - operator, operator_fee=operator
    )


async def _book(tx: Tx, intent: Intent, payment: gateways.Payment) -> Id:
    """Record what was collected, on the document if that takes it; money that came in is never turned away."""
    new = NewPayment(
        type="online",
        amount=Decimal(money.to_major(payment.amount - intent.surcharge, intent.exponent)),
        surcharge=Decimal(money.to_major(intent.surcharge, intent.exponent)),
        document_id=intent.document_id,
        currency=intent.currency,
        note=None if intent.document_id else intent.reference or None,
        transaction_id=payment.transaction or payment.id,
    )
    return await _recorded(tx, new)


async def _recorded(tx: Tx, new: NewPayment) -> Id:
    try:
        async with tx.atomic():
            return (await payments.record(tx, new)).id
    except Problem as problem:
        if new.document_id is None:
            raise
        log.warning("payment %s does not go on document %s: %s", new.transaction_id, new.document_id, problem)
    fields = {name: getattr(new, name) for name in NewPayment.__struct_fields__} | {"document_id": None}
    return (await payments.record(tx, NewPayment(**fields))).id


async def _give_back(
    tx: Tx, intent: Intent, payment: gateways.Payment
) -> tuple[list[Refund], list[gateways.Refund], bool]:
    """Let our refunds stand where the gateway's stand.

    Return ours, those of the gateway that have succeeded, and whether any of ours has moved. One that we did not ask
    for was made at the gateway itself. While one of ours is under way nobody can tell them apart, and so they wait.
    """
    known = await store.refunds_of(tx, intent.id) if payment.refunds else []
    under_way = any(row.status == "requested" for row in known)
    rows = {row.remote_id or row.id: row for row in known}
    for refund in payment.refunds:
        row = rows.get(refund.id)
        if row is None and under_way:
            continue
        before = sum(known.surcharge for known in rows.values() if known.status != "failed")
        rows[refund.id] = await _follow(tx, intent, refund, row or await _adopt(tx, intent, refund, before))
    done = [refund for refund in payment.refunds if refund.status == "succeeded" and refund.id in rows]
    moved = [row.status for row in known] != [row.status for row in rows.values()]
    return list(rows.values()), done, moved


async def _adopt(tx: Tx, intent: Intent, refund: gateways.Refund, given: int) -> Refund:
    """Note a refund that was made at the gateway itself; `given` went back of the surcharge before."""
    left = intent.surcharge - given - surcharge_in(intent, intent.disputed)
    return await store.insert_refund(
        tx,
        id=ids.new(tx.shard),
        owner=intent.account_id,
        intent=intent.id,
        amount=refund.amount,
        fee=refund.fee,
        currency=intent.currency,
        exponent=intent.exponent,
        reason=None,
        status="pending",
        remote_id=refund.id,
        look_at=None,
        surcharge=max(0, min(surcharge_in(intent, refund.amount), left)),
    )


async def _follow(tx: Tx, intent: Intent, refund: gateways.Refund, row: Refund) -> Refund:
    """Note where a refund stands, and book it when the money has gone."""
    if row.status == refund.status != "pending" and (row.payment_id is not None or refund.status == "failed"):
        return row
    booked = row.payment_id
    if refund.status == "succeeded" and booked is None:
        booked = await _recorded(
            tx, _backwards(intent, refund.amount, row.surcharge, refund.id, row.reason or "Refund")
        )
    elif refund.status == "failed" and booked is not None:
        await payments.delete(tx, booked)
    look_at = tx.now + _LATEST if refund.status == "pending" else None
    noted = await store.note_refund(tx, row.id, refund.status, refund.id, booked, look_at)
    return noted or row


async def _follow_disputes(tx: Tx, intent: Intent, payment: gateways.Payment) -> None:
    """Book what the payer's bank has taken back, and its return when the dispute is won."""
    for dispute in payment.disputes:
        if dispute.reason == _INQUIRY or (dispute.status == "won" and not intent.disputed):
            continue
        share, why = surcharge_in(intent, dispute.amount), f"Dispute: {dispute.reason}"
        booked = await _recorded(tx, _backwards(intent, dispute.amount, share, dispute.id, why))
        if dispute.status == "won":
            await payments.delete(tx, booked)


def _takes(dispute: gateways.Dispute) -> bool:
    return dispute.status != "won" and dispute.reason != _INQUIRY


def _backwards(intent: Intent, amount: int, surcharge: int, transaction_id: str, note: str) -> NewPayment:
    """Return money that goes back, some of it surcharge, as a payment below zero."""
    return NewPayment(
        type="online",
        amount=-Decimal(money.to_major(amount - surcharge, intent.exponent)),
        surcharge=-Decimal(money.to_major(surcharge, intent.exponent)),
        document_id=intent.document_id,
        currency=intent.currency,
        note=note[:200],
        transaction_id=transaction_id,
        refund=True,
    )


def _movements(tx: Tx, intent: Intent, payment: gateways.Payment, refunds: list[gateways.Refund]) -> list[Movement]:
    """Return everything that has moved so far; what was noted before is not noted again."""
    found = [
        ("payment", payment.amount, payment.id),
        ("application_fee", intent.application_fee, payment.id),
        ("operator_fee", intent.operator_fee, payment.id),
    ]
    for refund in refunds:
        found += [("refund", refund.amount, refund.id), ("fee_refund", refund.fee, refund.id)]
    for dispute in payment.disputes:
        if dispute.reason != _INQUIRY:
            found.append(("dispute", dispute.amount, dispute.id))
            if dispute.status == "won":
                found.append(("dispute_won", dispute.amount, dispute.id))
    return [Movement(ids.to_hex(ids.new(tx.shard)), kind, amount, key) for kind, amount, key in found if amount]


def _look_at(intent: Intent, status: str, now: datetime) -> datetime | None:
    """Return when to look again: sooner while it is young, never once it has ended."""
    if status in ("initiated", "requires_action", "processing"):
        later = now + min(max((now - intent.created_at) / 4, _SOONEST), _LATEST)
        return min(later, intent.expires_at) if status != "processing" and intent.expires_at > now else later
    return None
