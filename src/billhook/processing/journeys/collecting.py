"""Collecting: payment intents made, for a document or by themselves; charges without the payer; calling it off."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from billhook import documents, gateways, organizations
from billhook.db import Tx
from billhook.documents import Document, Type
from billhook.gateways import UnknownOutcome, operation_key
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, invalid
from billhook.processing import store
from billhook.processing.journeys.looking import closed_as, look
from billhook.processing.journeys.till import SOON, Till, intent_and_desk, open_at_gateway
from billhook.processing.model import (
    OPEN,
    ChargesDisabled,
    Consent,
    Desk,
    Face,
    Intent,
    IntentClosed,
    NewIntent,
    NotCollectable,
    State,
    faults_of,
    least,
)
from billhook.processing.service.intents import enter, read
from billhook.processing.service.set_up import desk_of
from billhook.processing.service.surcharging import surcharge_of
from billhook.processing.shares import NONE, Surcharge, fees

LIFE: Final = timedelta(hours=24)
"""How long an intent can be paid when nothing else is said."""


async def create(till: Till, account: Id, organization_id: str, new: NewIntent) -> Intent:
    """Make a payment intent of an organization. Raises Invalid, NotEnabled, ChargesDisabled and what `enter` raises."""
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id, write=True)
        currency, exponent = await _currency(tx, new)
        desk = await _desk(tx)
        amount = money.to_minor(new.amount, exponent)
        return await _made(tx, till, desk, amount, currency, account=account, new=new)


async def _made(tx: Tx, till: Till, desk: Desk, amount: int, currency: str, *, account: Id, new: NewIntent) -> Intent:
    """Return the intent of an operation: made now, or by the same request when it was cut off."""
    found = await store.select_intent(tx, ids.on_shard(new.operation, tx.shard)) if new.operation else None
    made = found or await insert(tx, till, desk, amount, currency, account=account, new=new)
    if made is None:
        raise AssertionError("only a document's intent can be there already")
    return made


def _id_of(tx: Tx, new: NewIntent) -> Id:
    return ids.on_shard(new.operation, tx.shard) if new.operation else ids.new(tx.shard)


async def _currency(tx: Tx, new: NewIntent) -> tuple[str, int]:
    """Return the currency of a new intent, and its exponent. Raises Invalid."""
    currency = (new.currency or (await organizations.read(tx)).currency).upper()
    faults = faults_of(new, currency, tx.now)
    if faults:
        raise Invalid("PaymentIntent", faults)
    return currency, money.exponent(currency)


async def _desk(tx: Tx, merchant_id: Id | None = None) -> Desk:
    """Return what collects an intent, through a merchant if one is named. Raises NotEnabled, ChargesDisabled."""
    desk = await desk_of(tx, merchant_id)
    if desk.obstacle:
        raise ChargesDisabled(reason=desk.obstacle)
    return desk


async def insert(
    tx: Tx,
    till: Till,
    desk: Desk,
    amount: int,
    currency: str,
    *,
    account: Id,
    new: NewIntent,
    document: Document | None = None,
    consent: Consent | None = None,
    surcharge: Surcharge = NONE,
) -> Intent | None:
    """Write an intent for an amount and its surcharge, of which no fee is kept.

    None when one is being collected for the same document.
    """
    application, operator = fees(amount, desk.application_fee, till.operator_fee)
    initial = Id(new.initial_intent_id) if new.initial_intent_id else None
    expires_at = new.expires_at or tx.now + LIFE
    return await store.insert_intent(
        tx,
        id=_id_of(tx, new),
        owner=account,
        merchant=desk.merchant_id,
        document=document.id if document else None,
        token=secrets.token_urlsafe(18),
        status=State.INITIATED,
        amount=amount + surcharge.amount,
        currency=currency,
        exponent=money.exponent(currency),
        application_fee=application,
        operator_fee=operator,
        reference=new.reference,
        return_url=new.return_url,
        allow_recurring=new.allow_recurring,
        initial=initial,
        attempt=1 if initial else 0,
        consent=consent,
        embedded=new.embedded,
        expires_at=expires_at,
        look_at=tx.now + SOON if initial else expires_at,
        surcharge=surcharge.amount,
        surcharge_percentage=surcharge.percentage,
    )


async def collect(till: Till, link: str, *, embedded: bool = False) -> Intent:
    """Return the intent that collects what a shared document asks for now; one at a time.

    What the document asks for may have changed, or what is asked for on top: then the intent follows, or is called off
    and another one made. Called off, too, is what is paid on a page where a form is wanted (`embedded`: of the
    account's own Stripe), or the other way round. A form has no surcharge: nobody could say that its payer sees it.
    Raises NotYours, NotEnabled, ChargesDisabled, NotCollectable.
    """
    for _ in range(3):
        async with till.database.open() as tx:
            document_id = await documents.enter_shared(tx, link)
            document = await documents.read(tx, document_id)
            desk = await desk_of(tx, face=Face.CONNECT if embedded else None)
            check_document(document, desk)
            intent = await store.intent_being_collected(tx, document_id)
            surcharge = NONE if embedded else await surcharge_of(tx, document, document.total_due)
            if intent is None:
                intent = await _for_document(tx, till, desk, document, surcharge, embedded=embedded)
            elif _fits(intent, desk, embedded) and await _reprice(
                tx, till, desk, intent, document.total_due, surcharge
            ):
                continue
        if intent is None:
            continue  # another tab has just made it
        current = _fits(intent, desk, embedded) and _is_current(intent, document, surcharge, till.database.clock.now())
        if current or intent.status == State.PROCESSING:
            return intent
        await call_off(till, intent)
    raise NotCollectable(why="it is just being paid or changed; try again")


def _fits(intent: Intent, desk: Desk, embedded: bool) -> bool:
    """Tell whether an intent is paid where it is to be paid: on a page, or in a form of one merchant."""
    return intent.embedded == embedded and (not embedded or intent.merchant_id == desk.merchant_id)


def _is_current(intent: Intent, document: Document, surcharge: Surcharge, now: datetime) -> bool:
    return _asks_for(intent, document.total_due, surcharge) and intent.expires_at > now


def _asks_for(intent: Intent, amount: int, surcharge: Surcharge) -> bool:
    """Tell whether an intent asks for an amount and for no other surcharge; a charge has that of its own method."""
    charged = intent.initial_intent_id is not None
    return intent.asked == amount and (charged or intent.surcharge == surcharge.amount)


def _obstacle(document: Document) -> str:
    """Return why a document cannot be paid online now; empty when it can."""
    if document.type not in (Type.INVOICE, Type.ADVANCE) or document.incoming or document.draft:
        return "only issued invoices and advances are paid"
    if document.canceled:
        return "it was canceled"
    if document.total_due <= 0:
        return "nothing is due"
    if document.total_due < least(document.currency):
        return "what is due is too little to be paid online"
    return ""


async def payable(tx: Tx, document: Document) -> bool:
    """Tell whether a document of the organization that was entered can be paid online now."""
    if _obstacle(document):
        return False
    desk = await store.desk(tx, None, None)
    return desk is not None and not desk.obstacle


def check_document(document: Document, desk: Desk) -> None:
    """Refuse what cannot be collected now. Raises ChargesDisabled, NotCollectable."""
    if desk.obstacle:
        raise ChargesDisabled(reason=desk.obstacle)
    why = _obstacle(document)
    if why:
        raise NotCollectable(why=why)


async def _for_document(
    tx: Tx, till: Till, desk: Desk, document: Document, surcharge: Surcharge, *, embedded: bool
) -> Intent | None:
    reference, return_url = document.number or "", desk.return_url
    new = NewIntent(amount=Decimal(0), reference=reference, return_url=return_url, embedded=embedded)
    return await insert(
        tx,
        till,
        desk,
        document.total_due,
        document.currency,
        account=document.account_id,
        new=new,
        document=document,
        surcharge=surcharge,
    )


async def _reprice(tx: Tx, till: Till, desk: Desk, intent: Intent, amount: int, surcharge: Surcharge) -> bool:
    """Let an intent ask for another amount; False where it does already, or somebody has begun to pay it on a page."""
    if _asks_for(intent, amount, surcharge):
        return False
    application, operator = fees(amount, desk.application_fee, till.operator_fee)
    if intent.embedded and intent.begun_at is not None:
        return await store.revise(tx, intent.id, intent.revision, amount, application, operator) is not None
    whole = (amount + surcharge.amount, surcharge.amount, surcharge.percentage)
    return await store.reprice(tx, intent.id, *whole, application, operator, tx.now + LIFE) > 0


async def call_off(till: Till, intent: Intent) -> Intent:
    """End an intent that is open. What turns out to have been paid is settled. Raises what a gateway raises."""
    async with till.database.open(organization=intent.organization_id) as tx:
        if await store.close_unopened(tx, intent.id, closed_as(intent, tx.now)):
            return await read(tx, intent.id)
    intent, desk = await intent_and_desk(till, intent.organization_id, intent.id)
    if intent.status not in OPEN:
        return intent
    remote_id = intent.remote_id or (await open_at_gateway(till, intent, desk)).id
    gateway, connection = till.at(desk)
    key = operation_key(intent.id, intent.attempt, "cancel")
    await gateway.cancel_payment(connection, desk.merchant_remote_id or "", remote_id, key=key)
    return await look(till, intent.organization_id, intent.id)


async def cancel(till: Till, account: Id, intent_id: str) -> Intent:
    """Call off an intent that was not paid. Raises IntentClosed and what `enter` and a gateway raise."""
    async with till.database.open(account) as tx:
        await enter(tx, intent_id, write=True)
        intent = await read(tx, intent_id)
    if intent.status == State.CANCELED:
        return intent
    if intent.status in OPEN:
        intent = await call_off(till, intent)
    if intent.status != State.CANCELED:
        raise IntentClosed(status=intent.status)
    return intent


async def charge(till: Till, account: Id, organization_id: str, new: NewIntent) -> Intent:
    """Charge who has paid and agreed to be charged again. A refusal is an intent that failed, with its reason.

    Raises Invalid, NotEnabled, ChargesDisabled and what `enter` raises. Where the gateway does not answer, the intent
    is not final: the sweep asks for the same charge again, under the same key.
    """
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id, write=True)
        currency, exponent = await _currency(tx, new)
        await _desk(tx)
        desk = await _desk(tx, (await _initial(tx, new)).merchant_id)
        amount = money.to_minor(new.amount, exponent)
        made = await _made(tx, till, desk, amount, currency, account=account, new=new)
    return await charged(till, made)


async def charged(till: Till, made: Intent) -> Intent:
    """Return an intent after its charge, which is asked for once; one that is refused has failed."""
    try:
        return await look(till, made.organization_id, made.id)
    except (UnknownOutcome, gateways.Unavailable):
        return made
    except gateways.Refused as refused:
        async with till.database.open(organization=made.organization_id) as tx:
            await store.refuse(tx, made.id, gateways.Failure("refused", str(refused)))
            return await read(tx, made.id)


async def _initial(tx: Tx, new: NewIntent) -> Intent:
    """Return the intent whose payer agreed to be charged again. Raises Invalid."""
    said = new.initial_intent_id or ""
    found = await store.select_intent(tx, Id(said)) if ids.is_id(said) else None
    if found is None:
        raise invalid(
            "PaymentIntent", "initialPaymentIntentId", "inclusion", "names no payment intent of this organization"
        )
    if not (found.succeeded and found.allow_recurring and found.saved):
        message = "must be a payment intent with allowRecurring that has succeeded, and by a method that can be kept"
        raise Invalid("PaymentIntent", [Fault("initialPaymentIntentId", "mismatch", message)])
    return found
