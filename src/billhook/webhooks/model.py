"""What a webhook is, what becomes of telling it, and how a message is signed (Standard Webhooks). Pure."""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from billhook.events import pattern_of
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Problem

MOST_WEBHOOKS: Final = 50
MOST_EVENTS: Final = 100
LONGEST_URL: Final = 2000
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every secret begins with is none
_KEY_BYTES: Final = 32
BOTH_GOOD: Final = timedelta(hours=24)
"""How long the old secret stays good beside a new one."""
PATIENCE: Final = timedelta(days=5)
"""How long a webhook may fail without a single success before it is paused."""
RETRIES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (10, 120, 240, 480, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 72_000)
)
"""How long after each failed attempt the next one comes: three days in all."""
_HOLD, _LONGEST_HOLD = timedelta(seconds=5), timedelta(minutes=5)


class Webhook(msgspec.Struct, frozen=True):
    """An address that is told of events.

    `hint` is how its secret ends, `failing_since` the first failure after the last success.
    """

    id: Id
    organization_id: Id
    url: str
    events: list[str]
    enabled: bool
    hint: str
    previous_until: datetime | None
    failing_since: datetime | None
    paused_at: datetime | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Delivery(msgspec.Struct, frozen=True):
    """An event that a webhook is told, or was; waiting, delivered or failed."""

    era: int
    xid: int
    sequence: int
    type: str
    state: str
    attempts: int
    run_at: datetime
    created_at: datetime
    delivered_at: datetime | None


class Attempt(msgspec.Struct, frozen=True):
    """One try, and what came of it: an answer, or the reason why there was none."""

    url: str
    at: datetime
    milliseconds: int
    status: int | None
    answer: str | None
    error: str | None


class Turn(msgspec.Struct, frozen=True):
    """A webhook that it is the turn of; its secrets are sealed."""

    organization_id: Id
    endpoint_id: Id
    url: str
    secret: bytes
    previous_secret: bytes | None
    unreached: int
    leased_until: datetime


class Outcome(msgspec.Struct, frozen=True):
    """What came of a call: `reached` where there was an answer at all."""

    status: int | None
    answer: str | None
    error: str | None
    milliseconds: int

    @property
    def reached(self) -> bool:
        """Whether somebody answered."""
        return self.status is not None

    @property
    def taken(self) -> bool:
        """Whether the message was taken."""
        return self.status is not None and 200 <= self.status < 300


def new_secret() -> str:
    """Return a fresh secret, as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def signatures(keys: Sequence[str], message_id: str, seconds: int, body: bytes) -> str:
    """Return the header `webhook-signature`: one signature for each secret that is good."""
    signed = f"{message_id}.{seconds}.".encode() + body
    return " ".join(f"v1,{_signature(key, signed)}" for key in keys)


def _signature(key: str, signed: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after so many attempts; None when it is given up."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None


def hold_until(unreached: int, now: datetime) -> datetime:
    """Return until when a webhook is left alone that could not be reached so often in a row."""
    return now + min(_HOLD * (1 << min(unreached - 1, 10)), _LONGEST_HOLD)


def faults_of(url: str, events: Sequence[object], *, allow_private: bool) -> list[Fault]:
    """Return what is wrong with a webhook as it is to be."""
    faults = []
    if why := _wrong_with(url, allow_private=allow_private):
        faults.append(Fault("url", "format", why))
    if not events:
        faults.append(
            Fault("events", "presence", "must name events, for example `document.issued`, `payment.*` or `*`")
        )
    if len(events) > MOST_EVENTS:
        faults.append(Fault("events", "too_many", f"must be {MOST_EVENTS} at most"))
    for number, wish in enumerate(events[:MOST_EVENTS]):
        if not isinstance(wish, str) or pattern_of(wish) is None:
            message = "names no event; there are for example `document.issued`, `payment.*`, `client/create` and `*`"
            faults.append(Fault(f"events.{number}", "inclusion", message))
    return faults


def _wrong_with(url: str, *, allow_private: bool) -> str:
    from billhook.outgoing.model import is_public, parts_of  # rarely needed, and it brings an HTTP client along

    if not url.strip() or len(url) > LONGEST_URL:
        return f"must be a web address such as https://example.com/hooks, of {LONGEST_URL} characters at most"
    try:
        _, host, _ = parts_of(url)
    except Problem as problem:
        return f"must be a web address such as https://example.com/hooks: {problem.facts['why']}"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ""
    return "" if allow_private or is_public(host) else "must lead into the public internet"
