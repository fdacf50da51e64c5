"""The nouns: a request with its key, and the answer it was given."""

import hashlib
from datetime import timedelta
from typing import Final

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Kind, Problem

MAX_KEY: Final = 255
LEASE: Final = timedelta(minutes=5)
"""How long a request that is no single transaction may be under way before a repetition takes it over."""
KEPT: Final = timedelta(days=30)
"""How long answers are kept that made nothing; the others are kept for good."""


class BadKey(Problem):
    """The header Idempotency-Key must have 1 to {most} printable ASCII characters."""

    kind = Kind.INVALID
    code = "IDEMPOTENCY_KEY_INVALID"


class KeyReused(Problem):
    """The Idempotency-Key came with another request before: a new request needs a new one, a repetition the same."""

    kind = Kind.INVALID
    code = "IDEMPOTENCY_KEY_REUSED"


class StillRunning(Problem):
    """The first request with this Idempotency-Key is still under way; ask again in {wait_seconds} s."""

    kind = Kind.CONFLICT
    code = "IDEMPOTENCY_KEY_IN_USE"


class Request(msgspec.Struct, frozen=True):
    """A request with its key, and a hash of all that makes it this request."""

    account_id: Id
    key: str
    fingerprint: bytes

    @property
    def lock(self) -> int:
        """Return the number of the lock that a request holds while it is under way: 64 bits with a sign."""
        digest = hashlib.sha256(f"{self.account_id} {self.key}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)


class Reply(msgspec.Struct, frozen=True):
    """An answer as it was given; `made` tells whether it made something, and so is kept for good."""

    status: int
    media_type: str
    body: bytes
    made: bool


class Stored(msgspec.Struct, frozen=True):
    """What is known of a key. Without a status the request was begun and has not ended."""

    fingerprint: bytes
    operation_id: Id
    status: int | None
    media_type: str
    body: bytes
    is_leased: bool


def request_of(account_id: Id, key: str, *parts: bytes) -> Request:
    """Return a request; `parts` are its method, path, query and body. Raises BadKey."""
    if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise BadKey(most=MAX_KEY)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return Request(account_id, key, digest.digest())
