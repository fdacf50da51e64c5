"""One request with its key, from its claim to its answer.

Most requests become one transaction, which their answer is part of: what is cut off half-way has never been, and what
has been is answered again. A request that cannot be one (it leaves the house, or has to remember that it was refused)
reserves its key first; a repetition after a crash takes it over under the same operation id, by which whatever it makes
is made once.
"""

from contextlib import AsyncExitStack

from billhook.db import Database, OneTransaction, Tx, Unique
from billhook.idempotency import store
from billhook.idempotency.model import KEPT, LEASE, KeyReused, Reply, Request, StillRunning, Stored
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.settings import Seal


class Known(Exception):  # noqa: N818 - not an error: the answer is there already
    """A request that was answered before."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__("answered before")


class Claim:
    """A request under way. `database` is what it has to work on; end it with `keep` or with `give_up`."""

    def __init__(self, real: Database, seal: Seal, request: Request, operation: Id, database: Database) -> None:
        self._real, self._seal, self._request = real, seal, request
        self.operation, self.database = operation, database
        self.stack = AsyncExitStack()

    async def keep(self, reply: Reply) -> None:
        """Write the answer with what was done, and commit. Raises StillRunning when another one was quicker."""
        try:
            async with self.database.open() as tx:
                await self._write(tx, reply)
        except Unique:
            await self.give_up(sure=True)
            raise StillRunning(wait_seconds=1) from None
        await self.stack.aclose()
        if self.database is not self._real and self.database.work.is_set():
            self._real.work.set()

    async def _write(self, tx: Tx, reply: Reply) -> None:
        request, body = self._request, self._seal.close_bytes(reply.body)
        said = (reply.status, reply.media_type, body, reply.made)
        if self.database is self._real:
            await store.complete(tx, request.account_id, request.key, *said)
        else:
            await store.note(tx, request.account_id, request.key, request.fingerprint, self.operation, *said)

    async def give_up(self, *, sure: bool) -> None:
        """Take back what can be taken back; `sure` tells that nothing was done that cannot."""
        if self.database is not self._real:
            await self.stack.__aexit__(Refused, Refused(), None)
            return
        async with self._real.open() as tx:
            end = store.release if sure else store.yield_lease
            await end(tx, self._request.account_id, self._request.key)


class Refused(Exception):  # noqa: N818 - how the transaction of a refused request is told to roll back
    """The request was refused, or failed."""


async def begin(database: Database, seal: Seal, request: Request, *, one_transaction: bool) -> Claim:
    """Claim a key. Raises Known, KeyReused, StillRunning."""
    if not one_transaction:
        return await _reserved(database, seal, request)
    stack = AsyncExitStack()
    try:
        tx = await stack.enter_async_context(database.open())
        await stack.enter_async_context(tx.atomic())
        await _hold(tx, seal, request)
    except BaseException as error:
        await stack.__aexit__(type(error), error, None)
        raise
    claim = Claim(database, seal, request, ids.new(), OneTransaction(database, tx.connection))
    claim.stack = stack
    return claim


async def _hold(tx: Tx, seal: Seal, request: Request) -> None:
    if not await store.lock(tx, request.lock):
        raise StillRunning(wait_seconds=1)
    found = await store.find(tx, request.account_id, request.key)
    if found is not None:
        _answered(found, seal, request)


async def _reserved(database: Database, seal: Seal, request: Request) -> Claim:
    async with database.open() as tx:
        until = tx.now + LEASE
        operation = await store.reserve(tx, request.account_id, request.key, request.fingerprint, ids.new(), until)
        if operation is None:
            found = await store.find(tx, request.account_id, request.key)
            if found is not None:
                _answered(found, seal, request)
            raise StillRunning(wait_seconds=1)
    return Claim(database, seal, request, operation, database)


def _answered(found: Stored, seal: Seal, request: Request) -> None:
    """Raise what a key that was seen before leads to: its answer, or a refusal."""
    if found.fingerprint != request.fingerprint:
        raise KeyReused
    if found.status is None:
        raise StillRunning(wait_seconds=1)
    raise Known(Reply(found.status, found.media_type, seal.open_bytes(found.body), made=False))


async def forget_old(tx: Tx) -> int:
    """Forget answers that made nothing and are older than 30 days, so many at a time; return how many they were."""
    return await store.forget_old(tx, tx.now - KEPT)
