"""Keeping the request log: noted in memory once an answer is out, written in batches, never waited for.

Memory is bounded: where requests come faster than they can be written, the log has gaps and says so in ours. What was
noted in the second before a crash is lost; nothing else hangs on it.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from billhook.db import Database
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem
from billhook.usage import store
from billhook.usage.model import LONGEST, MASK, masked_path, masked_query, url_of
from billhook.web import Principal

log = logging.getLogger("billhook.usage")

MOST_WAITING: Final = 5_000
BATCH: Final = 500
PAUSE_SECONDS: Final = 1
_MOST_BODY: Final = 16_384
_MOST_ADDRESS: Final = 4_096


class _Noted(msgspec.Struct):
    """A request as it came, before anything is masked: that is done when it is written. Small, whatever came."""

    id: Id
    principal: Principal
    method: str
    path: str
    parameters: Mapping[str, Any]
    query: bytes
    host: bytes
    origin: bytes
    ip: str
    status: int
    body: bytes
    duration_ms: int
    at: datetime


class _Refusal(msgspec.Struct):
    code: str


class _Refused(msgspec.Struct):
    error: _Refusal


class Recorder:
    """ASGI middleware that notes what is asked with an access token."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database
        self._noted: deque[_Noted] = deque()
        self._lost = 0
        self._some = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and note what came of it."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        begun_ns, at, status, body = time.perf_counter_ns(), self._database.clock.now(), 0, b""

        async def noting(message: Message) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
            elif status >= 400 and message["type"] == "http.response.body":
                body = message["body"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            principal = scope.get("user")
            if isinstance(principal, Principal) and status:
                duration_ms = (time.perf_counter_ns() - begun_ns) // 1_000_000
                self._note(_noted(scope, principal, status, body, duration_ms, at))

    def _note(self, noted: _Noted) -> None:
        if len(self._noted) >= MOST_WAITING:
            self._lost += 1
            return
        self._noted.append(noted)
        self._some.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="request log")

    async def _write(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                await self.flush()
            except Problem as problem:
                log.warning("the request log waits for the database: %s", problem.message)

    async def flush(self) -> None:
        """Write what was noted so far; what no column takes is let go. Raises Problem, and keeps it, in an outage."""
        async with self._turn:
            await self._flush()

    async def _flush(self) -> None:
        self._some.clear()
        while self._noted:
            batch = [self._noted[at] for at in range(min(BATCH, len(self._noted)))]
            try:
                async with self._database.open() as tx:
                    await store.insert_requests(tx, [_row(noted) for noted in batch])
            except Problem:
                self._some.set()
                raise
            except Exception:
                log.exception("%d requests could not be written to the log and are lost", len(batch))
            self._drop(len(batch))
        if self._lost:
            log.warning("%d requests came too fast to be noted", self._lost)
            self._lost = 0

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._noted.popleft()

    async def close(self) -> None:
        """Write what is left, and stop."""
        if self._writer:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
            self._writer = None
        try:
            await self.flush()
        except Problem as problem:  # we are leaving, and nothing hangs on the log
            lost = len(self._noted) + self._lost
            log.warning("the last %d requests of the log are lost: %s", lost, problem.message)


def _noted(scope: HTTPScope, principal: Principal, status: int, body: bytes, duration_ms: int, at: datetime) -> _Noted:
    """Take what is kept out of a request; its scope holds its body, which must not be held."""
    headers, client = dict(scope["headers"]), scope.get("client")
    is_short = len(scope["path"]) <= _MOST_ADDRESS
    return _Noted(
        ids.new(),
        principal,
        scope["method"],
        scope["path"] if is_short else MASK,
        (scope.get("path_params") or {}) if is_short else {},
        scope["query_string"][:_MOST_ADDRESS],
        headers.get(b"host", b"")[:LONGEST],
        headers.get(b"origin", b"")[:LONGEST],
        client[0] if client else "",
        status,
        body if len(body) <= _MOST_BODY else b"",
        duration_ms,
        at,
    )


def _row(noted: _Noted) -> dict[str, Any]:
    query = masked_query(noted.query)
    return {
        "id": ids.to_hex(noted.id),
        "account_id": ids.to_hex(noted.principal.account_id),
        "method": noted.method,
        "host": _text(noted.host),
        "origin": _text(noted.origin) or None,
        "url": url_of(masked_path(noted.path.replace("\0", ""), noted.parameters), query),
        "ip": noted.ip,
        "query": query,
        "status": noted.status,
        "code": _code(noted.body),
        "duration_ms": noted.duration_ms,
        "created_at": noted.at,
    }


def _text(header: bytes) -> str:
    return header.decode("latin-1").replace("\0", "")


def _code(body: bytes) -> str | None:
    """Return the code of a refusal; its message may repeat what was said, so nothing else of it is kept."""
    try:
        return msgspec.json.decode(body, type=_Refused).error.code if body else None
    except msgspec.MsgspecError:
        return None
