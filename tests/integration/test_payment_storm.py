"""Two clients pay, replace, delete and credit on one document at once, while what they talk to is killed with -9.

At every moment that can be observed, totals are what the journal and the payments say, and the chain goes on where it
was. In the end the books hold what was acknowledged, and `doctor --verify` finds nothing. The seed is printed; set
CRASH_SEED to repeat a run, and PAYMENT_OPERATIONS for another number of operations than the suite's (10,000 is the whole
storm).
"""

import asyncio
import os
import random
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from billhook.cli.demo import AGENCY
from billhook.db import embedded
from billhook.kernel import ids
from tests.integration import crash_cast, program
from tests.integration.crash_cast import crash
from tests.integration.program import PATIENCE_SECONDS, Program, account, billhook
from tests.world import World

place, start, serve, dice = program.place, program.start, program.serve, crash_cast.dice

OPERATIONS = int(os.environ.get("PAYMENT_OPERATIONS", "600"))
KILLED = ("web", "postgres", "worker", "server", "web", "both")
"""What is killed, in turn."""
KILLS = max(len(KILLED), OPERATIONS // 400)
MOST_PAYMENTS = 25

BALANCED = """
select d.id, d.total_paid, d.credit_applied,
       coalesce((select -sum(e.amount) from payments.entry e
                  where e.document_id = d.id and e.kind not in ('charge', 'credit')), 0) as entered,
       coalesce((select sum(p.amount) from payments.payment p where p.document_id = d.id and p.deleted_at is null), 0) as paid,
       coalesce((select sum(-p.amount) from payments.payment p
                  where p.document_id = d.id and p.deleted_at is null and p.credit_id <> p.id), 0) as given,
       d.total_with_tax - d.total_paid as due
  from documents.document d
"""
CHAIN = """
select e.sequence, e.hash, sha256($2 || convert_to(payments.canonical(e), 'UTF8')) as wanted
  from payments.entry e where e.sequence = $1 + 1
"""


class Storm:
    """What both clients share: where to call, how much was done, which documents are paid."""

    def __init__(self, dice: random.Random, token: str, documents: list[str]) -> None:
        self.dice = dice
        self.headers = {"Authorization": token}
        self.documents = documents
        self.shared: list[str] = []
        self.url = ""
        self.up = asyncio.Event()
        self.done = 0
        self.statuses: dict[str, set[int]] = {}
        self._more = asyncio.Condition()

    async def acknowledge(self, what: str, status: int) -> None:
        async with self._more:
            self.done += 1
            self.statuses.setdefault(what, set()).add(status)
            self._more.notify_all()

    async def until(self, done: int) -> None:
        """Return when so many operations were answered."""
        async with self._more:
            await self._more.wait_for(lambda: self.done >= done)


class Payer:
    """One client: what it was told its own payments are now, in minor units, must be what the books say."""

    def __init__(self, storm: Storm, name: str) -> None:
        self.storm = storm
        self.name = name
        self.dice = random.Random(storm.dice.random())
        self.own: dict[str, int] = {}
        self.credits: list[str] = []
        self._made = 0
        self._http: httpx.AsyncClient | None = None

    async def work(self) -> None:
        steps: list[Callable[[], Awaitable[None]]] = [
            self.pay, self.pay, self.pay, self.replace, self.replace, self.delete, self.meddle, self.credit, self.take_back,
        ]  # fmt: skip
        while self.storm.done < OPERATIONS:
            await (self.delete if len(self.own) > MOST_PAYMENTS else self.dice.choice(steps))()
        if self._http is not None:
            await self._http.aclose()

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Make a call again and again until it is answered; each of ours may be repeated."""
        what = f"{method} {re.sub('[0-9a-f]{24}', '', path)}"
        while True:
            await self.storm.up.wait()
            if self._http is not None and str(self._http.base_url).rstrip("/") != f"{self.storm.url}/v1":
                await self._http.aclose()
                self._http = None
            if self._http is None:
                self._http = httpx.AsyncClient(
                    base_url=f"{self.storm.url}/v1", headers=self.storm.headers, timeout=PATIENCE_SECONDS
                )
            try:
                answer = await self._http.request(method, path, json=body)
            except httpx.TransportError:
                await self._http.aclose()
                self._http = None
                continue
            if answer.status_code < 500:  # else the database is away: nothing was acknowledged
                await self.storm.acknowledge(what, answer.status_code)
                return answer

    def amount(self) -> int:
        return self.dice.randrange(1, 50_000)

    async def pay(self) -> None:
        self._made += 1
        minor = self.amount()
        body = {"type": "card", "amount": minor / 100, "transactionId": f"{self.name}-{self._made}"}
        answer = await self.call("POST", f"/Documents/{self.storm.documents[0]}/payments", body)
        assert answer.status_code == 200, answer.text
        self.own[answer.json()["id"]] = minor

    async def replace(self) -> None:
        if not self.own:
            return
        payment, minor = self.dice.choice(list(self.own)), self.amount()
        body = {"type": "card", "amount": minor / 100, "date": "2026-04-30"}
        whole = self.dice.random() < 0.5
        body |= {"transactionId": f"{self.name}-{payment}"} if whole else {}
        answer = await self.call("PUT" if whole else "PATCH", f"/Payments/{payment}", body)
        assert answer.status_code in (200, 409), answer.text  # 409: its credit is in use
        if answer.status_code == 200:
            self.own[payment] = minor

    async def delete(self) -> None:
        if not self.own:
            return
        payment = self.dice.choice(list(self.own))
        answer = await self.call("DELETE", f"/Payments/{payment}")
        assert answer.status_code in (200, 409), answer.text
        if answer.status_code == 200:
            del self.own[payment]
        else:
            await self.take_back()

    async def meddle(self) -> None:
        """Both change the same payments, and delete them; nobody knows what they are in the end but the books."""
        payment = self.dice.choice(self.storm.shared)
        body = {"type": "cash", "amount": self.amount() / 100, "date": "2026-04-30"}
        method = self.dice.choice(["PUT", "PATCH", "PATCH"] if self.dice.random() < 0.9 else ["DELETE"])
        answer = await self.call(method, f"/Payments/{payment}", None if method == "DELETE" else body)
        assert answer.status_code in (200, 401, 409), answer.text  # 401: deleted

    async def credit(self) -> None:
        self._made += 1
        body = {"amount": self.amount() / 100, "transactionId": f"{self.name}-{self._made}"}
        answer = await self.call("POST", f"/Documents/{self.storm.documents[1]}/apply-credit", body)
        assert answer.status_code in (200, 422), answer.text  # 422: not so much is free, or owed
        if answer.status_code == 200:
            self.credits.append(answer.json()["id"])

    async def take_back(self) -> None:
        if self.credits:
            payment = self.credits.pop(self.dice.randrange(len(self.credits)))
            answer = await self.call("DELETE", f"/Payments/{payment}")
            assert answer.status_code == 200, answer.text


class Observer:
    """Looks at the books from outside, each time in one statement, and walks the chain as it grows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.looks = 0
        self.sequence = 0
        self.hash = bytes(32)

    async def watch(self, until: asyncio.Event) -> None:
        while not until.is_set():
            try:
                connection = await asyncpg.connect(self.url, timeout=PATIENCE_SECONDS)
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0)
                continue
            try:
                while not until.is_set():
                    await self.look(connection)
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
                pass  # killed: look again when it is back
            finally:
                connection.terminate()

    async def look(self, connection: "asyncpg.Connection[Any]") -> None:
        for row in await connection.fetch(BALANCED):
            assert row["total_paid"] == row["entered"] == row["paid"], dict(row)
            assert row["credit_applied"] == row["given"], dict(row)
            assert not row["given"] or row["due"] <= 0, dict(row)
        while (entry := await connection.fetchrow(CHAIN, self.sequence, self.hash)) is not None:
            assert entry["hash"] == entry["wanted"]
            self.sequence, self.hash = entry["sequence"], entry["hash"]
        self.looks += 1


async def test_the_books_hold_in_any_storm(serve: Callable[..., Program], place: Path, dice: random.Random) -> None:
    begin = lambda: serve("--no-demo", "--workers", "2")  # noqa: E731 - the same command each time
    running = begin()
    with account(running.url) as alice:
        me = alice.get("/Accounts/authorized").json()["id"]
        agency = alice.post(f"/Accounts/{me}/Organizations", json=AGENCY).json()["id"]
        url = f"/Organizations/{agency}/Documents"
        documents = [alice.post(url, json=World.rocket_man()).json()["id"] for _ in range(2)]
        storm = Storm(dice, alice.headers["Authorization"], documents)
        for amount in (8_000, 5_000, 1, 1, 1, 1):
            paid = alice.post(f"/Documents/{documents[0]}/payments", json={"type": "cash", "amount": amount})
            storm.shared.append(paid.json()["id"])
    with embedded.start(place) as guest:
        observer = Observer(guest.owner_url)
    payers, over = [Payer(storm, name) for name in ("a", "b")], asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(observer.watch(over))
        working = [tasks.create_task(payer.work()) for payer in payers]
        for kill in range(KILLS):
            storm.url = running.url
            storm.up.set()
            await storm.until(int(OPERATIONS * (kill + dice.random()) / KILLS))
            what = KILLED[kill % len(KILLED)]
            if what in {"server", "both"}:
                storm.up.clear()
            running = await asyncio.to_thread(crash, what, running, place, begin)
        storm.url = running.url
        storm.up.set()
        await asyncio.wait(working)
        over.set()
        await watching
    await verify(storm, payers, observer)
    examined = await asyncio.to_thread(billhook, "doctor", "--verify", "--data-dir", place)
    assert examined.returncode == 0, examined.stdout
    said = f"{storm.done} operations, {KILLS} kills, {observer.looks} looks, {observer.sequence} entries"
    print(f"{said}; answers {storm.statuses}")  # noqa: T201 - the figures of a run
    assert observer.looks > KILLS
    assert running.end() == 0


async def verify(storm: Storm, payers: list[Payer], observer: Observer) -> None:
    """The books hold what was acknowledged: each client's payments as it was told, and nothing else of its own."""
    connection = await asyncpg.connect(observer.url)
    await observer.look(connection)
    rows = await connection.fetch(
        "select id, amount, type, document_id, credit_id, transaction_id from payments.payment where deleted_at is null"
    )
    totals = dict(await connection.fetch("select id, total_paid from documents.document"))
    for table in ("payments.payment", "documents.document"):
        counted = f"select count(*) from {table} where deleted_at is null"
        tallied = f"select sum(n)::bigint from {table.partition('.')[0]}.tally where sorted_by = ''"
        assert await connection.fetchval(tallied) == await connection.fetchval(counted)
    await connection.close()
    live = {ids.from_uuid(row["id"]): row["amount"] for row in rows}
    own = {name: amount for payer in payers for name, amount in payer.own.items()}
    credited = {name for payer in payers for name in payer.credits}
    assert {name: live.get(name) for name in own} == own
    assert {ids.from_uuid(row["id"]) for row in rows if row["id"] == row["credit_id"]} == credited
    assert set(live) <= set(own) | credited | set(storm.shared) | {
        ids.from_uuid(row["id"]) for row in rows if row["credit_id"] not in (None, row["id"])
    }
    first = ids.to_uuid(storm.documents[0])
    assert totals[first] == sum(row["amount"] for row in rows if row["document_id"] == first)
    assert Decimal(sum(live[name] for name in credited)) == totals[ids.to_uuid(storm.documents[1])]
