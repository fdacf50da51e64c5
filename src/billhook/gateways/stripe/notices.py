"""Stripe's notices: proved by their signature, and read as hints."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from billhook.gateways.protocol import Forged, Notice
from billhook.gateways.stripe.keys import Keys
from billhook.gateways.stripe.model import CHARGE, EMBEDDED, id_of, part, reference_of

HEADER: Final = "stripe-signature"
MOST_BYTES: Final = 256 * 1024
OLDEST_SECONDS: Final = 300


class _Event(msgspec.Struct):
    """An event on the wire: with the object it is about, or thin, with where to find that."""

    id: str
    type: str
    livemode: bool
    account: str = ""
    data: dict[str, Any] = {}
    related_object: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(_Event).decode


def read(keys: Keys, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
    """Return what a call says; nothing when it is about nothing of ours. Raises Forged."""
    if len(body) > MOST_BYTES:
        raise Forged(why="it is too large")
    _prove(keys, headers.get(HEADER, ""), body, now)
    try:
        event = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Forged(why="its body cannot be read") from None
    if event.livemode != keys.live:
        raise Forged(why="it is of the other mode: live and test do not mix")
    if not 8 <= len(event.id) <= 100:
        raise Forged(why="it has no id")
    if event.type.startswith(("account.", "v2.core.account")):
        return [_of_account(event)]
    if event.type.startswith(("payment_intent.", "charge.", "refund.", "checkout.session.")):
        return _of_payment(event)
    return []


def _prove(keys: Keys, header: str, body: bytes, now: datetime) -> None:
    """Look whether one of the account's endpoints has signed this, just now. Raises Forged."""
    parts = [part.strip().partition("=")[::2] for part in header.split(",")]
    seconds = next((value for name, value in parts if name == "t"), "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        raise Forged(why="it is not signed")
    signed = f"{int(seconds)}.".encode() + body
    macs = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in keys.webhook_secrets]
    given = [value.encode() for name, value in parts if name == "v1"][:10]
    if not any(hmac.compare_digest(mac.encode(), one) for mac in macs for one in given):
        raise Forged(why="its signature is not right")
    if abs((now - datetime.fromtimestamp(int(seconds), UTC)).total_seconds()) > OLDEST_SECONDS:
        raise Forged(why="it was not signed just now")


def _of_account(event: _Event) -> Notice:
    found = event.data.get("object")
    subject = event.account or id_of(event.related_object) or id_of(found)
    return Notice(event.id, "merchant.updated", subject, reference_of(found), subject)


def _of_payment(event: _Event) -> list[Notice]:
    """Return what an event about money says. Others may use the same account: what carries no reference is theirs.

    Only disputes, and refunds that were made in Stripe's dashboard, have to be traced to the payment they are of.
    """
    found = event.data.get("object") or {}
    reference, what = reference_of(found), found.get("object")
    kind = f"payment.{event.type}"[:100]
    if reference is not None:
        ours = what == "checkout.session" or part(found, "metadata", "made") in (EMBEDDED, CHARGE)
        subject = id_of(found) if ours and what in ("checkout.session", "payment_intent") else ""
        return [Notice(event.id, kind, subject, reference, event.account)]
    paid = id_of(found.get("payment_intent"))
    return [Notice(event.id, kind, paid, None, event.account)] if what in ("refund", "dispute") and paid else []
