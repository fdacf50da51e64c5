"""Whom a token stands for: one statement, remembered for seconds and only while revocations are being heard."""

import asyncio
import contextlib
import logging
import time
import uuid
import weakref
from typing import Final

import msgspec

from billhook.accounts import store, tokens
from billhook.db import Database
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.web import Principal

log = logging.getLogger("billhook.accounts")

CHANNEL: Final = "billhook_tokens"
REMEMBERED: Final = 10_000
REMEMBERED_SECONDS: Final = 10
"""Bounds what a connection that is dead without knowing it can do: nobody is remembered longer than this."""
RECONNECT_SECONDS: Final = 1

_living: Final = weakref.WeakSet["Authentication"]()


class _Known(msgspec.Struct, frozen=True):
    """A token's bearer as last read, and until when (a monotonic clock, nanoseconds) that may be believed."""

    bearer: store.Bearer
    until_ns: int


class Authentication:
    """The application's authenticator: `await authentication(token)` returns a principal or None.

    Tokens are remembered by hash, never by themselves. It starts by itself with the first token; whoever made it
    calls `close`, or `start` to have it listening from the beginning.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, _Known] = {}
        self._of_account: dict[Id, set[bytes]] = {}
        self._epoch = 0  # counts what was heard: what was read before must not be remembered after
        self._is_hearing = False
        self._listener: asyncio.Task[None] | None = None
        self._is_closed = False
        self._ready = asyncio.Event()
        _living.add(self)

    async def __call__(self, token: str) -> Principal | None:
        """Return whom a live token stands for, by the transaction's clock; None for a token that opens nothing."""
        self._listen()
        digest = tokens.digest(token)
        bearer = self._recall(digest)
        if bearer is None:
            epoch = self._epoch
            async with self._database.open() as tx:
                bearer = await store.bearer(tx, digest)
            if bearer is None:
                return None
            if self._is_hearing and epoch == self._epoch and bearer.purpose == "access":
                self._remember(digest, bearer)
        return Principal(bearer.account_id, bearer.root_id, bearer.token_id, bearer.purpose)

    async def start(self) -> None:
        """Begin to listen for revocations and return when they are heard; waits for a database that is away."""
        self._listen()
        if not self._is_closed:
            await self._ready.wait()

    async def close(self) -> None:
        """Stop listening and forget everybody. Tokens are still looked up afterwards, each time."""
        self._is_closed = True
        _living.discard(self)
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
        self._deaf()

    def forget(self, account: Id) -> None:
        """Forget the tokens of an account; what is being read at this moment will not be remembered either."""
        self._epoch += 1
        for digest in self._of_account.pop(account, ()):
            self._known.pop(digest, None)

    def _recall(self, digest: bytes) -> store.Bearer | None:
        known = self._known.get(digest)
        if known is None:
            return None
        expires_at = known.bearer.expires_at
        expired = expires_at is not None and expires_at <= self._database.clock.now()
        if expired or time.monotonic_ns() >= known.until_ns:
            self._drop(digest, known.bearer)
            return None
        return known.bearer

    def _remember(self, digest: bytes, bearer: store.Bearer) -> None:
        if len(self._known) >= REMEMBERED:
            oldest = next(iter(self._known))
            self._drop(oldest, self._known[oldest].bearer)
        self._known[digest] = _Known(bearer, time.monotonic_ns() + REMEMBERED_SECONDS * 1_000_000_000)
        self._of_account.setdefault(bearer.account_id, set()).add(digest)

    def _drop(self, digest: bytes, bearer: store.Bearer) -> None:
        self._known.pop(digest, None)
        siblings = self._of_account.get(bearer.account_id, set())
        siblings.discard(digest)
        if not siblings:
            self._of_account.pop(bearer.account_id, None)

    def _listen(self) -> None:
        if self._listener is None and not self._is_closed:
            self._listener = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        """Listen until closed; a lost connection means that everybody is looked up until there is one again."""
        while True:
            try:
                async with self._database.listen(CHANNEL, self._heard) as connection:
                    lost = asyncio.Event()
                    connection.add_termination_listener(lambda _, lost=lost: lost.set())
                    self._is_hearing = not connection.is_closed()
                    self._ready.set()
                    if self._is_hearing:
                        await lost.wait()
            except Exception as error:  # noqa: BLE001 - whatever it is: look tokens up, and try to hear again
                log.warning("revocations cannot be heard, tokens are looked up each time: %s", error)
            finally:
                self._deaf()
            await asyncio.sleep(RECONNECT_SECONDS)

    def _heard(self, payload: str) -> None:
        self.forget(ids.from_uuid(uuid.UUID(payload)))

    def _deaf(self) -> None:
        self._is_hearing = False
        self._epoch += 1
        self._known.clear()
        self._of_account.clear()


def authenticator(database: Database) -> Authentication:
    """Return the authenticator of an application; see `Authentication`."""
    return Authentication(database)


def forget(account: Id) -> None:
    """Forget an account's tokens in this process at once; call it when their revocation has been committed."""
    for authentication in _living:
        authentication.forget(account)
