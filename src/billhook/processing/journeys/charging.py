"""Charging a document by what its client can be charged by: asked for by somebody, or as soon as it is issued."""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Final

import msgspec

from billhook import documents, jobs, payments
from billhook.db import Tx
from billhook.documents import Document
from billhook.jobs import Job
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem, invalid
from billhook.processing import store
from billhook.processing.events import CHARGING
from billhook.processing.journeys.collecting import call_off, charged, check_document, insert
from billhook.processing.journeys.till import Till
from billhook.processing.model import OPEN, Consent, Desk, Intent, Method, NewIntent, NotCollectable, State, least
from billhook.processing.service.methods import methods_of
from billhook.processing.service.set_up import desk_of
from billhook.processing.service.surcharging import surcharge_of

log = logging.getLogger("billhook.processing")

ONCE_MORE: Final = timedelta(days=3)
"""When a charge that failed is tried again, once."""
PENDING: Final = timedelta(minutes=15)
"""How long a charge may wait for its payer; what is still pending then is canceled."""
_ROUNDS: Final = 3


class NewCharge(msgspec.Struct, frozen=True, kw_only=True):
    """A charge as asked for: by a method of the document's client, of the rest unless an amount is said."""

    method_id: str
    amount: Decimal | None = None
    """In major units."""
    consent: Consent | None = None
    operation: Id | None = None
    """What is being done, where the same may be asked for again: then it is charged once."""


async def charge_document(till: Till, account: Id, document_id: str, new: NewCharge) -> Intent:
    """Charge a document. A refusal is an intent that failed, with its reason; nothing is booked then.

    A payment page that somebody has open for it is closed first. Raises Invalid, NotCollectable, ChargesDisabled, what
    `payments.check_payable` and `documents.enter` raise. Where the gateway does not answer, the intent is not final.
    """
    for _ in range(_ROUNDS):
        async with till.database.open(account) as tx:
            await documents.enter(tx, document_id, write=True)
            document = await documents.read(tx, document_id)
            made, open_one = await _decide(tx, till, document, new, account)
        if made is not None:
            return await charged(till, made)
        if open_one is not None:
            await call_off(till, open_one)
    raise NotCollectable(why="it is just being paid or changed; try again")


async def _decide(
    tx: Tx, till: Till, document: Document, new: NewCharge, account: Id
) -> tuple[Intent | None, Intent | None]:
    """Return the intent of a charge, or the one that stands in its way."""
    begun = await store.select_intent(tx, ids.on_shard(new.operation, tx.shard)) if new.operation else None
    if begun is not None:
        return begun, None
    payments.check_payable(document, new.amount)
    method = await _method(tx, document, new.method_id)
    desk = await _desk(tx, method, document)
    amount = document.total_due if new.amount is None else money.to_minor(new.amount, document.exponent)
    if amount < least(document.currency):
        smallest = money.to_major(least(document.currency), document.exponent)
        raise invalid("Payment", "amount", "numericality", f"must be at least {smallest} to be collected online")
    standing = await store.intent_being_collected(tx, document.id)
    if standing is not None:
        if standing.status not in OPEN or standing.initial_intent_id is not None:
            raise NotCollectable(why="a payment of it is under way")
        return None, standing
    wanted = NewIntent(
        amount=Decimal(0),
        reference=document.number or "",
        initial_intent_id=method.id,
        operation=new.operation,
        expires_at=tx.now + PENDING,
    )
    made = await insert(
        tx,
        till,
        desk,
        amount,
        document.currency,
        account=account,
        new=wanted,
        document=document,
        consent=new.consent,
        surcharge=await surcharge_of(tx, document, amount, method.kind),
    )
    return made, None


async def charge_by_itself(tx: Tx, document: Document) -> None:
    """Have a document charged that was just issued, where its client has a method for that and something is due."""
    document = await documents.read(tx, document.id)
    if document.client_id is None or document.total_due <= 0:
        return
    known = (await methods_of(tx, [document.client_id]))[document.client_id]
    if any(method.automatic for method in known):
        payload = {"document_id": document.id, "account_id": tx.account, "operation": ids.new(), "attempt": 1}
        await jobs.enqueue(tx, CHARGING, payload)


async def charge_as_planned(till: Till, job: Job) -> None:
    """Charge a document by its client's method, and once more after three days when that fails."""
    plan = job.payload
    account, document_id = Id(plan["account_id"]), Id(plan["document_id"])
    async with till.database.open(account) as tx:
        await documents.enter(tx, document_id, write=True)
        document = await documents.read(tx, document_id)
        known = (await methods_of(tx, [document.client_id]))[document.client_id] if document.client_id else []
    method = next((method for method in known if method.automatic), None)
    if method is None or document.canceled or document.total_due <= 0:
        return
    try:
        new = NewCharge(method_id=method.id, operation=Id(plan["operation"]))
        failed = (await charge_document(till, account, document_id, new)).status == State.FAILED
    except Problem as problem:
        log.warning("document %s could not be charged by itself: %s", document_id, problem)
        failed = True
    if failed and plan["attempt"] == 1:
        again = plan | {"operation": ids.new(), "attempt": 2}
        async with till.database.open(account) as tx:
            await jobs.enqueue(tx, CHARGING, again, run_at=tx.now + ONCE_MORE)


async def _method(tx: Tx, document: Document, method_id: str) -> Method:
    """Return a method of a document's client. Raises Invalid."""
    known = await methods_of(tx, [document.client_id]) if document.client_id else {}
    for method in known.get(document.client_id or Id(""), []):
        if method.id == method_id:
            return method
    raise invalid(
        "Payment", "paymentMethod.id", "inclusion", "is no payment method that this customer can be charged by"
    )


async def _desk(tx: Tx, method: Method, document: Document) -> Desk:
    """Return what collects by a method. Raises NotYours, NotEnabled, ChargesDisabled, NotCollectable."""
    initial = await store.select_intent(tx, method.id)
    desk = await desk_of(tx, initial.merchant_id if initial else None)
    check_document(document, desk)
    return desk
