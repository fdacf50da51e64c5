"""Mail as it is kept: what is to go out, what a mail server said to it, and where that leaves it."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Kind, Problem
from billhook.kernel.time import EPOCH

STATES: Final = ("queued", "sending", "sent", "retrying", "failed")
"""`queued` is a row of the outbox that no worker has taken yet; the others are states of `delivery.email`."""

LONGEST_ERROR: Final = 500
_LOCAL = re.compile(r"[^\x00-\x20\x7f\"(),:;<>@\[\\\].]+(\.[^\x00-\x20\x7f\"(),:;<>@\[\\\].]+)*\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*\Z")


class NothingOverdue(Problem):
    """There is nothing to remind of: the client has no overdue document."""

    kind = Kind.INVALID
    code = "NOTHING_OVERDUE"


class Email(msgspec.Struct, frozen=True):
    """A mail of a document and what became of it."""

    id: Id
    kind: str
    recipients: list[str]
    refused: list[str]
    subject: str
    state: str
    attempts: int
    last_error: str | None
    message_id: str | None
    created_at: datetime
    sent_at: datetime | None


class Claim(msgspec.Struct, frozen=True):
    """A mail in the hands of a worker: whom it is for, and who has been answered for by an attempt before."""

    id: Id
    recipients: list[str]
    accepted: list[str]
    refused: list[str]
    message_id: str

    @property
    def waiting(self) -> list[str]:
        """Who is still to get it."""
        done = {*self.accepted, *self.refused}
        return [address for address in self.recipients if address not in done]


class Reminded(msgspec.Struct, frozen=True):
    """How many documents of a client are overdue, and of how many it is reminded now."""

    overdue: int
    mailed: int


class Waiting(msgspec.Struct, frozen=True):
    """A row of the outbox that no mail was made of yet."""

    job_id: int
    payload: dict[str, Any]
    attempts: int
    dead: bool
    created_at: datetime


class Outcome(msgspec.Struct, frozen=True):
    """What became of one attempt: who was accepted; who was refused, for good or for now, with the reason."""

    accepted: tuple[str, ...] = ()
    refused: dict[str, str] = {}
    postponed: dict[str, str] = {}


class Verdict(msgspec.Struct, frozen=True):
    """Where an attempt leaves a mail."""

    state: str
    error: str | None
    refused: list[str]


class Caught(msgspec.Struct, frozen=True):
    """A mail that was kept instead of sent."""

    id: int
    sender: str
    recipients: list[str]
    subject: str
    at: datetime


class CaughtRaw(msgspec.Struct, frozen=True):
    """A caught mail with its bytes, as they would have gone to the mail server."""

    id: int
    sender: str
    recipients: list[str]
    subject: str
    at: datetime
    raw: bytes


def judge(outcome: Outcome, refused_before: Sequence[str], *, last: bool) -> Verdict:
    """Return where an attempt leaves a mail; after the `last` one whoever was put off has been refused.

    A mail is `sent` when everybody got it, and `failed` as soon as one of them never will: others may still have got
    theirs, `refused` tells them apart.
    """
    refused = [*outcome.refused, *(outcome.postponed if last else ())]
    reasons = [f"{address}: {reason}" for address, reason in {**outcome.refused, **outcome.postponed}.items()]
    error = clean("; ".join(reasons)) or None
    if outcome.postponed and not last:
        return Verdict("retrying", error, refused)
    return Verdict("failed" if refused or refused_before else "sent", error, refused)


def clean(text: str) -> str:
    """Return what somebody else's program said as one line of bounded length, without control characters."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:LONGEST_ERROR]


def wire_address(address: str) -> str | None:
    """Return an address as it goes to a mail server, its domain in ASCII; None for what no server would take.

    Quoted local parts and address literals are refused: nobody has them, and they are how mail gets smuggled.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        return None
    is_fine = _LOCAL.match(local) and local.isprintable() and _DOMAIN.match(domain)
    return f"{local}@{domain}" if is_fine and len(f"{local}@{domain}".encode()) <= 254 else None


def email_id(job_id: int, created_at: datetime, shard: int) -> Id:
    """Return the id of the mail of an outbox row: known while it waits, so that it keeps it when it is taken."""
    time_ms = (created_at - EPOCH) // timedelta(milliseconds=1)
    return Id(f"{time_ms:012x}{shard:04x}{job_id & 0xFFFFFFFF:08x}")


def message_id(job_id: int, about: str, recipients: Iterable[str], domain: str) -> str:
    """Return the Message-ID of a mail, the same in each attempt: a mail that arrives twice is one mail to the reader.

    It hangs on the outbox row, on what the mail is `about`, and on the set of recipients; never on time or chance.
    """
    facts = "\n".join([str(job_id), about, *sorted(recipients)])
    return f"<{hashlib.sha256(facts.encode()).hexdigest()[:40]}@{domain}>"
