"""What the whole storm consists of: callers who repeat and hang up, somebody at the feed, an endpoint of webhooks."""

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlsplit

import asyncpg
import httpx
from standardwebhooks.webhooks import WebhookVerificationError

from tests.integration.program import PATIENCE_SECONDS
from tests.integration.webhook_cast import Receiver

OPERATIONS = int(os.environ.get("STORM_OPERATIONS", "96"))
ENDURANCE_SECONDS = PATIENCE_SECONDS + OPERATIONS // 2
WAYS = ("plain", "twice", "half", "plain", "unread", "plain", "impatient", "torn")
"""How requests are sent, in turn: once; twice at once; cut off in the middle of the request, before the answer, after
a while, and in the middle of the answer, each time to be sent anew under the same key."""
LATER, MISUSED = 4, 9
"""Every so many operations one of before is repeated, or its key is used for something else."""
KEPT = 50
CLOSING = "IS"
"""The country of the client who is made last of all."""
ABANDONED = "update jobs.job set leased_until = now() where state = 'running' and attempts < max_attempts"
"""The leases run out of jobs whose worker was killed, or could not note what he had done."""
UNANSWERED = "update idempotency.answer set leased_until = now() where status is null and leased_until > now()"
"""The leases run out of requests that left the house and were killed there."""
WAITING = """
update webhooks.delivery set run_at = now() where state = 'waiting' and run_at > now();
update webhooks.endpoint set due_at = case when due_at is not null then now() end, leased_until = null
 where due_at > now() or leased_until is not null
"""
"""The leases run out of couriers who were killed, and what an endpoint has not taken is due again."""


class Storm:
    """What all share: where to call, as whom, how much was done."""

    def __init__(self, dice: random.Random, headers: Mapping[str, Mapping[str, str]]) -> None:
        self.dice = dice
        self.headers = headers
        self.url = ""
        self.up = asyncio.Event()
        self.done = 0
        self.figures: Counter[str] = Counter()
        self._more = asyncio.Condition()

    def is_up(self, url: str) -> None:
        self.url = url
        self.up.set()

    async def acknowledge(self) -> None:
        async with self._more:
            self.done += 1
            self._more.notify_all()

    async def until(self, done: int) -> None:
        """Return when so many operations were answered."""
        async with self._more:
            await self._more.wait_for(lambda: self.done >= done)

    async def heard(self, ask: Callable[[str], Any]) -> httpx.Response:
        """Ask again and again until somebody answers; 503 says that the database is away."""
        while True:
            await self.up.wait()
            try:
                answer: httpx.Response = await ask(self.url)
            except httpx.TransportError:
                continue
            if answer.status_code != 503:
                assert answer.status_code < 500, answer.text
                return answer


class Request:
    """A request with its key."""

    def __init__(self, method: str, path: str, body: Any, key: str) -> None:
        self.method, self.path, self.key = method, path, key
        self.content = b"" if body is None else json.dumps(body).encode()
        self.other = json.dumps({**(body or {}), "note": "something else"}).encode()
        self.is_outside = "paymentMethod" in (body or {})
        self.face = "billing" if path.startswith("/billing/") else "v1"

    def raw(self, headers: Mapping[str, str]) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(self.content)}"]
        return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode() + (
            self.content
        )


class Caller:
    """One program: each of its operations has a key, and is repeated with it until it is answered."""

    def __init__(self, storm: Storm, name: str) -> None:
        self.storm = storm
        self.name = name
        self.dice = random.Random(storm.dice.random())
        self.asked = 0
        self._kept: list[tuple[Request, httpx.Response]] = []
        self.http = httpx.AsyncClient(timeout=PATIENCE_SECONDS)

    async def close(self) -> None:
        await self.http.aclose()

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Have something done once, however often it has to be said."""
        self.asked += 1
        request = Request(method, path, body, f"{self.name}-{self.asked}")
        way = WAYS[self.asked % len(WAYS)]
        self.storm.figures[way] += 1
        if way == "twice":
            answer, other = await asyncio.gather(self._answered(request), self._answered(request))
            assert answer.is_success == other.is_success, (answer.text, other.text)
            if answer.is_success:
                assert answer.content == other.content
                # A lease may be let run out while both are under way: then both do it, and it is done once.
                assert request.is_outside or any("Idempotency-Replayed" in one.headers for one in (answer, other))
        else:
            if way != "plain":
                await self._cut_off(request, way)
            answer = await self._answered(request)
        if answer.is_success:
            self._kept = [*self._kept[-KEPT:], (request, answer)]
        await self.storm.acknowledge()
        if self.asked % LATER == 0:
            await self._repeat()
        if self.asked % MISUSED == 0:
            await self._misuse()
        return answer

    def _headers(self, request: Request) -> dict[str, str]:
        own = {"Content-Type": "application/json", "Idempotency-Key": request.key}
        return {**self.storm.headers[request.face], **own}

    async def _answered(self, request: Request, content: bytes | None = None) -> httpx.Response:
        """Send a request until it is answered. While another one with its key is under way, that is no answer."""
        content = request.content if content is None else content
        while True:
            answer = await self.storm.heard(
                lambda url: self.http.request(
                    request.method, url + request.path, content=content, headers=self._headers(request)
                )
            )
            if answer.status_code != 409 or "INUSE" not in words_of(answer):
                return answer
            self.storm.figures["told to wait"] += 1

    async def _cut_off(self, request: Request, how: str) -> None:
        """Send a request, or half of it, and hang up."""
        await self.storm.up.wait()
        at, raw = urlsplit(self.storm.url), request.raw(self._headers(request))
        with suppress(OSError, TimeoutError):
            reader, writer = await asyncio.open_connection(at.hostname, at.port)
            try:
                writer.write(raw[: self.dice.randrange(1, len(raw))] if how == "half" else raw)
                await writer.drain()
                if how == "impatient":
                    async with asyncio.timeout(self.dice.random() / 20):
                        await reader.read(1)
                elif how == "torn":
                    await reader.read(1)
            finally:
                writer.transport.abort()

    async def _repeat(self) -> None:
        if self._kept:
            request, before = self.dice.choice(self._kept)
            again = await self._answered(request)
            assert again.status_code == before.status_code, again.text
            assert again.content == before.content
            assert again.headers["Idempotency-Replayed"] == "true"
            self.storm.figures["repeated later"] += 1

    async def _misuse(self) -> None:
        if self._kept:
            request, _ = self.dice.choice(self._kept)
            refused = await self._answered(request, request.other)
            assert refused.status_code == 422, refused.text
            assert "IDEMPOTENCYKEYREUSED" in words_of(refused)
            self.storm.figures["misused"] += 1


def words_of(answer: httpx.Response) -> str:
    """Return what was answered so that the codes of both faces read alike."""
    return answer.text.upper().replace("_", "")


def money(answer: httpx.Response) -> Any:
    """Return what was answered, without a float."""
    return json.loads(answer.content, parse_float=Decimal)


class Follower:
    """Reads the feed of an organization as it grows, over everything that is killed."""

    def __init__(self, storm: Storm, organization: str, begin: str) -> None:
        self.storm = storm
        self.path = f"/v1/Organizations/{organization}/events"
        self.begin = begin
        self.events: list[dict[str, Any]] = []
        self._more = asyncio.Condition()

    async def until(self, type: str, count: int) -> None:
        """Return when so many events of a type were read."""
        async with asyncio.timeout(ENDURANCE_SECONDS), self._more:
            await self._more.wait_for(lambda: sum(event["type"] == type for event in self.events) >= count)

    async def follow(self) -> None:
        """Read on until the last event of all was read, waiting for each."""
        after = self.begin
        while not any(event["data"].get("countryAlpha2Code") == CLOSING for event in self.events[-1:]):
            read = await self._page(after, wait=30, limit=500)
            async with self._more:
                self.events += read["events"]
                self._more.notify_all()
            after = read["next"]

    async def anew(self) -> list[dict[str, Any]]:
        """Return the same from where it began, read in pages."""
        found: list[dict[str, Any]] = []
        read = await self._page(self.begin, limit=97)
        while read["events"]:
            found += read["events"]
            read = await self._page(read["next"], limit=97)
        return found

    async def _page(self, after: str, **words: int) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, headers=self.storm.headers["v1"]) as http:
            answer = await self.storm.heard(lambda url: http.get(url + self.path, params={"after": after, **words}))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


class Endpoint(Receiver):
    """Takes webhooks, each verified as it comes; answers 500 now and then, or not at all, and is away for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.secret = ""
        self.is_good = False
        self.wrong: list[str] = []
        self.taken: set[str] = set()
        self.over = asyncio.Event()
        self._new = asyncio.Event()
        self._server: asyncio.Server | None = None
        self.before = self._take

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):  # who calls may be killed while he does
                await super().serve(reader, writer)
        finally:
            writer.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.over.set()
        self.close()

    async def open(self) -> None:
        """Listen; always at the same address."""
        port = urlsplit(self.url).port or 0
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hooks"

    def close(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _take(self) -> None:
        """Decide what the message that has just come is answered."""
        message, number = self.told[-1], len(self.told)
        try:
            message.verified_by(self.secret)
        except (AssertionError, WebhookVerificationError) as error:
            self.wrong.append(f"{message.headers}: {error!r}")
        self.status = 200 if self.is_good or number % 13 else 500
        if not self.is_good and number % 400 == 29:
            await self.over.wait()
        if self.status == 200:
            self.taken.add(message["id"])
            self._new.set()

    async def has_all(self, wanted: set[str], owner_url: str) -> None:
        """Return when each of these messages was taken; time passes quickly."""
        self.is_good = True
        async with asyncio.timeout(ENDURANCE_SECONDS):
            while not wanted <= self.taken:
                await hurry(owner_url, WAITING)
                with suppress(TimeoutError):
                    async with asyncio.timeout(2):
                        await self._until(wanted)

    async def _until(self, wanted: set[str]) -> None:
        while not wanted <= self.taken:
            self._new.clear()
            await self._new.wait()


async def hurry(owner_url: str, *passing: str) -> None:
    """Let the time pass that others would have to wait."""
    connection = await asyncpg.connect(owner_url, timeout=PATIENCE_SECONDS)
    try:
        for statement in passing:
            await connection.execute(statement)
    finally:
        await connection.close()
