"""The sandbox's notices: signed, carried over HTTP, and read again at the other end."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from billhook.gateways.protocol import Forged, Notice
from billhook.kernel import ids
from billhook.kernel.ids import Id

HEADER: Final = "sandbox-signature"
MOST_BYTES: Final = 64 * 1024
OLDEST_SECONDS: Final = 300


class _Wire(msgspec.Struct):
    """A notice on the wire."""

    id: str
    type: str
    subject: str
    reference: str
    livemode: bool


_decode = msgspec.json.Decoder(_Wire).decode


def sign(secret: str, at: datetime, body: bytes) -> str:
    """Return the signature header of a notice sent at an instant."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def read(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
    """Return what a notice says. Raises Forged: wrong size, signature, age, form, or meant for real money."""
    if len(body) > MOST_BYTES:
        raise Forged(why="it is too large")
    parts = dict(part.partition("=")[::2] for part in headers.get(HEADER, "").split(","))
    seconds = parts.get("t", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        raise Forged(why="it is not signed")
    if not hmac.compare_digest(_mac(secret, int(seconds), body).encode(), parts.get("v1", "").encode()):
        raise Forged(why="its signature is not right")
    if abs((now - datetime.fromtimestamp(int(seconds), UTC)).total_seconds()) > OLDEST_SECONDS:
        raise Forged(why="it was not signed just now")
    try:
        wire = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Forged(why="its body cannot be read") from None
    if wire.livemode or not ids.is_id(wire.reference) or not 8 <= len(wire.id) <= 100:
        raise Forged(why="it is not one of the sandbox")
    return Notice(wire.id, wire.type, wire.subject, Id(wire.reference))


def encoded(notice: dict[str, Any]) -> bytes:
    """Return a notice as it is sent."""
    return msgspec.json.encode(notice)
