"""What happens at the sandbox: objects found, moved and announced, each step inside one transaction."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec

from billhook.db import Tx
from billhook.gateways.protocol import Refused, Status
from billhook.gateways.sandbox import model, store
from billhook.gateways.sandbox.cards import ACCOUNTS
from billhook.gateways.sandbox.events import NOTICE, RESOLVE
from billhook.gateways.sandbox.model import Method, Platform, SandboxMerchant, SandboxPayment
from billhook.jobs import wake
from billhook.kernel.problems import NotFound

T = TypeVar("T", bound=msgspec.Struct)

_KINDS: Final[dict[type[msgspec.Struct], str]] = {
    Platform: "platform",
    SandboxMerchant: "merchant",
    SandboxPayment: "payment",
    Method: "method",
}
_PREFIX: Final = {"platform": "sbx", "merchant": "acct", "payment": "pay", "method": "pm"}


def new_id(kind: str) -> str:
    """Return a fresh id of the sandbox."""
    return f"{_PREFIX[kind]}_{secrets.token_hex(12)}"


def new_token() -> str:
    """Return what opens a page of the sandbox: 144 random bits."""
    return secrets.token_urlsafe(18)


def _body(thing: msgspec.Struct) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(thing)
    return body


async def put(tx: Tx, thing: Any) -> None:
    """Store a new object."""
    await store.insert_object(tx, thing.id, _KINDS[type(thing)], getattr(thing, "token", None), _body(thing))


async def save(tx: Tx, thing: Any) -> None:
    """Store an object as changed; it has been locked."""
    await store.save_object(tx, thing.id, _body(thing))


async def read(tx: Tx, kind: type[T], id: str) -> T:
    """Return an object. Raises Refused."""
    body = await store.select_object(tx, id, _KINDS[kind])
    return _found(kind, id, body)


async def lock(tx: Tx, kind: type[T], id: str) -> T:
    """Return an object that nobody else moves until the transaction ends. Raises Refused."""
    body = await store.lock_object(tx, id, _KINDS[kind])
    return _found(kind, id, body)


def _found(kind: type[T], id: str, body: dict[str, Any] | None) -> T:
    if body is None:
        raise Refused(why=f"there is no {_KINDS[kind]} {id[:60]}")
    return msgspec.convert(body, kind)


async def by_token(tx: Tx, kind: type[T], token: str) -> T:
    """Return the object whose page is meant, locked, as time has made it. Raises NotFound."""
    meant = await store.object_of_token(tx, token, _KINDS[kind])
    if meant is None:
        raise NotFound(what="page of the sandbox")
    found = await lock(tx, kind, meant)
    if isinstance(found, SandboxPayment):
        await pass_time(tx, found)
    return found


async def once(tx: Tx, platform: str, key: str, asked: Any, subject: str) -> str | None:
    """Claim a key: None when this is the first time it is used, else the subject of the first time. Raises Refused."""
    fingerprint = hashlib.sha256(msgspec.json.encode(asked)).digest()
    if await store.claim_key(tx, platform, key, fingerprint, subject):
        return None
    before = await store.select_key(tx, platform, key)
    if before is None or before.fingerprint != fingerprint:
        raise Refused(why="this idempotency key was used for another request")
    return before.subject


async def pass_time(tx: Tx, payment: SandboxPayment) -> None:
    """Let what was to happen by now have happened; the payment has been locked."""
    if model.resolve(payment, tx.now):
        await save(tx, payment)
        await announce_payment(tx, payment)


async def announce_payment(tx: Tx, payment: SandboxPayment, kind: str = "") -> None:
    """Have the platform told how a payment stands."""
    failed = payment.failure_code and payment.status in (Status.OPEN, Status.FAILED)
    kind = kind or ("payment.failed" if failed else f"payment.{payment.status}")
    await _announce(tx, payment.platform, kind, payment.id, payment.reference)


async def announce_merchant(tx: Tx, merchant: SandboxMerchant) -> None:
    """Have the platform told how a merchant stands."""
    await _announce(tx, merchant.platform, "merchant.updated", merchant.id, merchant.reference)


async def _announce(tx: Tx, platform: str, kind: str, subject: str, reference: str) -> None:
    notice = {
        "id": f"evt_{secrets.token_hex(12)}",
        "type": kind,
        "subject": subject,
        "reference": reference,
        "livemode": False,
    }
    await store.later(tx, NOTICE, {"platform": platform, "notice": notice}, tx.now)
    wake(tx)


async def pay_by_card(tx: Tx, payment: SandboxPayment, number: str) -> None:
    """Pay a locked, open payment by a card that was found good."""
    model.pay_by_card(payment, number)
    await _paid(tx, payment)


async def answer_challenge(tx: Tx, payment: SandboxPayment, *, confirmed: bool) -> None:
    """Take the payer's answer to the challenge of a locked payment; an answer nobody waits for changes nothing."""
    if payment.status == Status.REQUIRES_ACTION:
        model.answer_challenge(payment, confirmed=confirmed)
        await _paid(tx, payment)


async def pay_by_account(tx: Tx, payment: SandboxPayment, iban: str, delay_seconds: int) -> None:
    """Pay a locked, open payment from a bank account that was found good."""
    late = ACCOUNTS[iban].late
    due_at = tx.now + timedelta(seconds=delay_seconds if late else 1)
    model.pay_by_account(payment, iban, due_at)
    await save(tx, payment)
    await store.later(tx, RESOLVE, {"payment": payment.id}, due_at)
    await announce_payment(tx, payment)


async def _paid(tx: Tx, payment: SandboxPayment) -> None:
    """Store a payment that has moved; keep the card where the payer agreed to it; announce what happened."""
    if payment.status == Status.SUCCEEDED and payment.save and not payment.method:
        method = Method(new_id("method"), f"cus_{secrets.token_hex(12)}", payment.merchant, payment.number)
        payment.customer, payment.method = method.customer, method.id
        await put(tx, method)
    await save(tx, payment)
    await announce_payment(tx, payment)
    if payment.disputes:
        await announce_payment(tx, payment, "dispute.created")


async def onboard(tx: Tx, merchant: SandboxMerchant, *, refused: str = "") -> None:
    """Take a locked merchant's form: it may charge from here on, unless it is refused for a reason."""
    merchant.state, merchant.reason = ("disabled", refused) if refused else ("enabled", "")
    await save(tx, merchant)
    await announce_merchant(tx, merchant)


async def decide_dispute(tx: Tx, payment: SandboxPayment, *, won: bool) -> None:
    """Let the payer's bank decide the open dispute of a locked payment."""
    if model.end_dispute(payment, won=won):
        await save(tx, payment)
        await announce_payment(tx, payment, "dispute.closed")


async def settle_refunds(tx: Tx, payment: SandboxPayment, status: str) -> None:
    """Let the pending refunds of a locked payment end: `succeeded` or `failed`."""
    payment.refunds = [
        msgspec.structs.replace(part, status=status) if part.status == "pending" else part for part in payment.refunds
    ]
    await save(tx, payment)
    await announce_payment(tx, payment, "refund.updated")
