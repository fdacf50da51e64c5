"""Stripe's objects read as ours: pure, from plain values."""

from typing import Any, Final

from billhook.gateways.protocol import Dispute, Failure, Merchant, Payment, Refund, Refused, Saved, Status
from billhook.gateways.stripe.amounts import from_wire
from billhook.gateways.stripe.keys import Keys
from billhook.kernel import ids
from billhook.kernel.ids import Id

HOSTED, EMBEDDED, CHARGE = "hosted", "embedded", "charge"
"""How a payment is made, as its metadata says: on Stripe's page, in a form, without the payer."""

_INQUIRY: Final = "inquiry"
_OPEN: Final = {
    "requires_payment_method": Status.OPEN,
    "requires_confirmation": Status.OPEN,
    "requires_action": Status.REQUIRES_ACTION,
    "processing": Status.PROCESSING,
    "requires_capture": Status.PROCESSING,
    "succeeded": Status.SUCCEEDED,
    "canceled": Status.CANCELED,
}
_REFUNDS: Final = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
_DISPUTES: Final = {"won": "won", "lost": "lost"}
_UNSEEN: Final = "authentication_required"
_CONFIRM: Final = "The bank wants its customer to confirm this payment."


def part(found: Any, *names: str) -> Any:
    """Return what lies within an object, or None where something on the way is not there."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def id_of(found: Any) -> str:
    """Return the id of an object that may be spelt out or not; empty when there is none."""
    return (found.get("id") if isinstance(found, dict) else found) or ""


def reference_of(found: Any) -> Id | None:
    """Return our reference that an object carries."""
    said = part(found, "metadata", "reference")
    return Id(said) if isinstance(said, str) and ids.is_id(said) else None


def merchant_of(account: dict[str, Any]) -> Merchant:
    """Return a connected account as a merchant."""
    if account.get("charges_enabled"):
        return Merchant(account["id"], charges_enabled=True)
    return Merchant(account["id"], charges_enabled=False, reason=_reason(account))


def _reason(account: dict[str, Any]) -> str:
    said = [error.get("reason") for error in part(account, "requirements", "errors") or []]
    if said and said[0]:
        return str(said[0])
    if not account.get("details_submitted"):
        return "The onboarding at Stripe is not finished."
    if part(account, "requirements", "currently_due"):
        return "Stripe wants to know more: open the onboarding link again."
    if part(account, "requirements", "pending_verification"):
        return "Stripe is still verifying what was said."
    return f"Stripe has switched charges off ({part(account, 'requirements', 'disabled_reason') or 'no reason given'})."


def of_session(session: dict[str, Any], extra: dict[str, Any]) -> Payment:
    """Return a Checkout Session as a payment; `extra` as for `of_intent`."""
    intent = session.get("payment_intent")
    intent = intent if isinstance(intent, dict) else {}
    currency = session["currency"].upper()
    return Payment(
        id=session["id"],
        reference=_known(session),
        status=_session_status(session, intent),
        amount=from_wire(session["amount_total"], currency),
        currency=currency,
        page_url=session.get("url") or "",
        **_of_charge(intent, currency, extra),
    )


def _session_status(session: dict[str, Any], intent: dict[str, Any]) -> Status:
    if session["status"] == "expired":
        return Status.CANCELED if part(session, "metadata", "canceled") else Status.EXPIRED
    if session["status"] == "open":
        return Status.REQUIRES_ACTION if intent.get("status") == "requires_action" else Status.OPEN
    if session.get("payment_status") == "paid":
        return Status.SUCCEEDED
    return Status.FAILED if intent.get("status") in ("requires_payment_method", "canceled") else Status.PROCESSING


def of_intent(intent: dict[str, Any], extra: dict[str, Any], keys: Keys, account: str) -> Payment:
    """Return a PaymentIntent as a payment; `extra` holds its `refunds` and `disputes`, as Stripe lists them."""
    currency, how = intent["currency"].upper(), part(intent, "metadata", "made")
    status = _OPEN[intent["status"]]
    values = _of_charge(intent, currency, extra)
    if status == Status.OPEN and how == CHARGE and values["failure"] and values["failure"].code == _UNSEEN:
        status = Status.REQUIRES_ACTION
    elif status == Status.OPEN and (how == CHARGE or _bounced(intent)):
        status = Status.FAILED
    if status == Status.REQUIRES_ACTION and how == CHARGE:
        values["failure"] = Failure(_UNSEEN, _CONFIRM)
    return Payment(
        id=intent["id"],
        reference=_known(intent),
        status=status,
        amount=from_wire(intent["amount"], currency),
        currency=currency,
        page_url=part(intent, "next_action", "redirect_to_url", "url") or "",
        client=_client(intent, keys, account) if how == EMBEDDED else {},
        **values,
    )


def _client(intent: dict[str, Any], keys: Keys, account: str) -> dict[str, str]:
    opened = {"publishable_key": keys.publishable, "client_secret": intent["client_secret"]}
    opened["amount"] = str(intent["amount"])  # in Stripe's units
    return opened | ({"account": account} if account else {})


def _bounced(intent: dict[str, Any]) -> bool:
    """Tell whether a bank has sent a direct debit back: that is the end of it, unlike a card that was refused."""
    method = part(intent, "last_payment_error", "payment_method", "type")
    return method not in (None, "card", "link")


def _known(found: dict[str, Any]) -> Id:
    reference = reference_of(found)
    if reference is None:
        raise Refused(why="the payment is none of ours")
    return reference


def _of_charge(intent: dict[str, Any], currency: str, extra: dict[str, Any]) -> dict[str, Any]:
    """Return what a payment and its charge say beside how it stands."""
    return {
        "fee": from_wire(intent.get("application_fee_amount") or 0, currency),
        "transaction": intent["id"] if intent.get("status") == "succeeded" else "",
        "failure": _failure(intent.get("last_payment_error")),
        "saved": _saved(intent),
        "refunds": tuple(refund_of(one) for one in reversed(extra.get("refunds", []))),
        "disputes": tuple(_dispute(one) for one in reversed(extra.get("disputes", []))),
    }


def _failure(error: dict[str, Any] | None) -> Failure | None:
    if not error:
        return None
    code = error.get("decline_code") or error.get("code") or "generic_decline"
    code = {"payment_intent_authentication_failure": "authentication_failed"}.get(code, code)
    return Failure(code, error.get("message") or "")


def _saved(intent: dict[str, Any]) -> Saved | None:
    customer, method = id_of(intent.get("customer")), id_of(intent.get("payment_method"))
    if intent.get("status") != "succeeded" or intent.get("setup_future_usage") != "off_session":
        return None
    if not (customer and method):
        return None
    details = part(intent, "latest_charge", "payment_method_details") or {}
    card = details.get("card") or {}
    label = f"{(card.get('brand') or '').capitalize()} {card.get('last4')}" if card.get("last4") else ""
    return Saved(customer, method, label, details.get("type") or "")


def refund_of(found: dict[str, Any]) -> Refund:
    """Return a refund. What went back of the fee stands in its metadata: Stripe counts it elsewhere."""
    status, currency = _REFUNDS.get(found["status"], "pending"), found["currency"].upper()
    fee = part(found, "metadata", "fee") or "0"
    given = from_wire(int(fee), currency) if fee.isascii() and fee.isdigit() and status != "failed" else 0
    return Refund(found["id"], from_wire(found["amount"], currency), status, given)


def _dispute(found: dict[str, Any]) -> Dispute:
    """Return a dispute; where the bank only asks, or the dispute was prevented, no money is taken."""
    status, currency = found["status"], found["currency"].upper()
    asks = status.startswith("warning") or status == "prevented"
    reason = _INQUIRY if asks else found.get("reason") or ""
    return Dispute(found["id"], from_wire(found["amount"], currency), _DISPUTES.get(status, "open"), reason)
