"""Killed with -9 again and again under load: nothing acknowledged is lost, nothing is there twice, no number is left out.

Sixteen clients issue into one organization, each document under a `uniqueId` of its own. A document whose request was
cut off is asked for again, or given up, as the dice say. The server, its PostgreSQL or both are killed after so many
acknowledgements, never after so much time. The seed is printed; set CRASH_SEED to repeat a run.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from billhook.cli.demo import AGENCY
from billhook.db import embedded
from billhook.kernel import ids
from tests.integration import program
from tests.integration.program import PATIENCE_SECONDS, Program, account, billhook, postgres_pid
from tests.world import World

place, start, serve = program.place, program.start, program.serve

CLIENTS = 16
ROUNDS = ("server", "postgres", "both", "server", "postgres", "server")
ACKNOWLEDGED_PER_ROUND = 25, 60
AFTER_THE_LAST = 40


class Clients:
    """The sixteen, what was acknowledged to them, and what they gave up."""

    def __init__(self, dice: random.Random, token: str, organization: str) -> None:
        self.dice = dice
        self.token = token
        self.path = f"/v1/Organizations/{organization}/Documents"
        self.url = ""
        self.up = asyncio.Event()
        self.acknowledged: dict[str, tuple[str, str]] = {}  # uniqueId: (id, number)
        self.given_up: set[str] = set()
        self._asked = 0
        self._closing = False
        self._more = asyncio.Condition()

    async def work(self) -> None:
        """Be one client: issue one document after the other until closing time."""
        while not self._closing:
            self._asked += 1
            await self._issue(f"order-{self._asked}")

    async def _issue(self, unique_id: str) -> None:
        body = World.rocket_man(uniqueId=unique_id, payments=[{"type": "card"}])
        headers = {"Authorization": self.token}
        while True:
            await self.up.wait()
            try:
                async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_SECONDS, headers=headers) as http:
                    while True:  # one connection until it breaks
                        answer = await http.post(self.path, json=body)
                        if answer.status_code == 200:
                            await self._note(unique_id, answer.json())
                            return
                        assert answer.status_code >= 500, answer.text  # the database is away: not acknowledged
                        await self.up.wait()
            except httpx.TransportError:
                if self.dice.random() < 0.25:
                    self.given_up.add(unique_id)
                    return

    async def _note(self, unique_id: str, document: dict[str, str]) -> None:
        async with self._more:
            self.acknowledged[unique_id] = document["id"], document["number"]
            self._more.notify_all()

    async def until(self, acknowledged: int) -> None:
        """Return when so many documents were acknowledged."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.acknowledged) >= acknowledged)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Let them work while the block runs, and finish what they have begun."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CLIENTS):
                tasks.create_task(self.work())
            yield
            self._closing = True


async def crash(what: str, running: Program, place: Path, begin: Callable[[], Program]) -> Program:
    """Kill something with -9; return the program once everything is up again."""
    recoveries = running.text.count("the database server is back")
    if what in {"postgres", "both"}:
        os.kill(postgres_pid(place), signal.SIGKILL)
    if what in {"server", "both"}:
        running.end(signal.SIGKILL)
        running = begin()
        await asyncio.to_thread(lambda: running.url)
    else:
        await asyncio.to_thread(running.said, "the database server is back", recoveries + 1)
    return running


@pytest.fixture
def dice() -> random.Random:
    seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10**6)))
    print(f"CRASH_SEED={seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)


async def test_killed_again_and_again(serve: Callable[..., Program], place: Path, dice: random.Random) -> None:
    running = serve("--no-demo")
    with account(running.url) as alice:
        me = alice.get("/Accounts/authorized").json()["id"]
        agency = alice.post(f"/Accounts/{me}/Organizations", json=AGENCY).json()["id"]
        clients = Clients(dice, alice.headers["Authorization"], agency)
    async with clients.at_work():
        for what in ROUNDS:
            clients.url = running.url
            clients.up.set()
            await clients.until(len(clients.acknowledged) + dice.randint(*ACKNOWLEDGED_PER_ROUND))
            clients.up.clear()
            running = await crash(what, running, place, lambda: serve("--no-demo"))
        clients.url = running.url
        clients.up.set()
        await clients.until(len(clients.acknowledged) + AFTER_THE_LAST)
    await verify(clients, place)
    examined = await asyncio.to_thread(billhook, "doctor", "--verify", "--data-dir", place)
    assert examined.returncode == 0, examined.stdout  # the journal's chain, too
    assert running.end() == 0


async def verify(clients: Clients, place: Path) -> None:
    """Read the books as their owner, and compare them with what was acknowledged."""
    with embedded.start(place) as guest:
        connection = await asyncpg.connect(guest.owner_url)
        documents = await connection.fetch("select id, number, unique_id from documents.document")
        entries = await connection.fetch("select document_id, kind, amount from payments.entry")
        printed = await connection.fetch("select document_id from documents.rendering")
        waiting = await connection.fetch(TO_PRINT)
        await connection.close()
    numbers = [int(document["number"].rpartition("-")[2]) for document in documents]
    assert sorted(numbers) == list(range(1, len(documents) + 1))
    found = {document["unique_id"]: (ids.from_uuid(document["id"]), document["number"]) for document in documents}
    assert len(found) == len(documents)
    assert {unique_id: found.get(unique_id) for unique_id in clients.acknowledged} == clients.acknowledged
    assert set(found) <= set(clients.acknowledged) | clients.given_up
    booked = Counter((entry["document_id"], entry["kind"], entry["amount"]) for entry in entries)
    assert booked == Counter(
        (document["id"], kind, amount)
        for document in documents
        for kind, amount in (("charge", 1_210_000), ("payment", -1_210_000))
    )
    done_or_to_do = {ids.from_uuid(row["document_id"]) for row in printed} | {row["document_id"] for row in waiting}
    assert done_or_to_do == {document_id for document_id, _ in found.values()}


TO_PRINT = (
    "select payload->>'document_id' as document_id from jobs.job where kind = 'document.issued' and state <> 'dead'"
)
