"""Paying: a payer clicks, or somebody plays the payer in the sandbox."""

from billhook.gateways import Refused, sandbox
from billhook.kernel.ids import Id
from billhook.processing import store
from billhook.processing.journeys.collecting import call_off
from billhook.processing.journeys.looking import look
from billhook.processing.journeys.till import SOON, Till, open_at_gateway
from billhook.processing.model import ChargesDisabled, Consent, Desk, Intent, IntentClosed, NotCollectable, SandboxOnly
from billhook.processing.service.intents import enter, enter_link, read
from billhook.processing.service.set_up import desk_of


async def pay(till: Till, link: str, consent: Consent | None) -> str:
    """Return where the payer of a payment link goes to pay: two clicks lead to the same payment.

    An intent of a document that was paid or credited meanwhile asks for too much: it is called off.
    Raises NotFound, IntentClosed, ChargesDisabled and what a gateway raises.
    """
    async with till.database.open() as tx:
        intent_id = await enter_link(tx, link)
        outdated = await read(tx, intent_id) if await store.is_outdated(tx, intent_id) else None
        intent = None if outdated else await store.begin(tx, intent_id, consent, tx.now + SOON)
        known = outdated or intent or await read(tx, intent_id)
        desk = await desk_of(tx, known.merchant_id)
    if outdated is not None:
        known = await call_off(till, outdated)
    if known.embedded:
        raise NotCollectable(why="it is paid on the seller's own page")
    if intent is None:
        raise IntentClosed(status=known.status)
    if intent.page_url:
        return intent.page_url
    return await _open(till, intent, desk)


async def _open(till: Till, intent: Intent, desk: Desk) -> str:
    if desk.obstacle:
        raise ChargesDisabled(reason=desk.obstacle)
    payment = await open_at_gateway(till, intent, desk, present=True)
    if not payment.page_url:  # a charge that came to its end when its payer came
        raise IntentClosed(status=(await look(till, intent.organization_id, intent.id)).status)
    return payment.page_url


async def play_payment(
    till: Till, account: Id, intent_id: str, paper: sandbox.Paper, *, confirmed: bool | None
) -> Intent:
    """Pay an intent of the sandbox as its payer would. A refusal is the intent with its failure.

    The question of the payer's bank is answered where `confirmed` says how, and left open where it is None. Raises
    SandboxOnly, Refused (what was typed is no test card), IntentClosed and what `enter` raises.
    """
    intent = await _of_sandbox(till, account, intent_id)
    consent = Consent("sandbox", till.database.clock.now(), "") if intent.allow_recurring else None
    token = (await pay(till, intent.token, consent)).rpartition("/")[2]
    payment, fault = await sandbox.pay(till.database, token, paper, till.gateways.delay_seconds)
    if fault:
        raise Refused(why=sandbox.MESSAGES[fault])
    if payment.status == "requires_action" and confirmed is not None:
        await sandbox.answer(till.database, token, confirmed=confirmed)
    return await look(till, intent.organization_id, intent.id)


async def play_answer(till: Till, account: Id, intent_id: str, *, confirmed: bool) -> Intent:
    """Answer the question of the payer's bank in the sandbox; where nobody asks, nothing changes.

    Raises SandboxOnly and what `enter` raises.
    """
    intent = await _of_sandbox(till, account, intent_id)
    if intent.page_url:
        await sandbox.answer(till.database, intent.page_url.rpartition("/")[2], confirmed=confirmed)
    return await look(till, intent.organization_id, intent.id)


async def _of_sandbox(till: Till, account: Id, intent_id: str) -> Intent:
    """Return an intent whose payer somebody may play. Raises SandboxOnly and what `enter` raises."""
    async with till.database.open(account) as tx:
        await enter(tx, intent_id, write=True)
        intent = await read(tx, intent_id)
        desk = await desk_of(tx, intent.merchant_id)
    if desk.gateway != sandbox.NAME:
        raise SandboxOnly
    return intent
