"""Both APIs, the feed and the webhooks at once, while what they talk to is killed with -9: all of it happens once.

Six clerks write into one organization, three in the words of each API. Each operation has an Idempotency-Key; it is sent
twice at once, cut off, and repeated until it is answered, some of them once more later. Meanwhile somebody follows the
feed, and an endpoint takes the webhooks that fails, hangs and is away now and then. In the end there is what was
acknowledged and nothing else: documents, numbers, payments, sums, what the gateway took; one event for each effect, in
order, live as from the beginning; and each event has arrived at the endpoint. The seed is printed; set CRASH_SEED to
repeat a run, and STORM_OPERATIONS for another number of operations than the suite's (5,000 is the whole storm).
"""

import asyncio
import base64
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from billhook.cli.demo import AGENCY
from billhook.db import embedded
from billhook.kernel import ids
from tests.integration import crash_cast, program
from tests.integration.crash_cast import crash
from tests.integration.program import Program, account, billhook
from tests.integration.shop import GOOD
from tests.integration.storm_cast import (
    ABANDONED,
    CLOSING,
    OPERATIONS,
    UNANSWERED,
    WAITING,
    WAYS,
    Endpoint,
    Follower,
    Storm,
    hurry,
)
from tests.integration.storm_clerks import BillingClerk, Clerk, InvoicingClerk
from tests.integration.storm_ledger import Ledger, count_of
from tests.world import World

place, start, serve, dice = program.place, program.start, program.serve, crash_cast.dice

KILLED = ("worker", "web", "server", "postgres")
"""What is killed, in turn. While the second and the third are, the endpoint is away."""
KILLS = max(len(KILLED), OPERATIONS // 250)
CLERKS = (InvoicingClerk, BillingClerk, InvoicingClerk, BillingClerk, InvoicingClerk, BillingClerk)

SENT = "document.sent"
"""Said when its mail has left, whatever else is done meanwhile."""
DOCUMENTS = """
select d.id, d.type, d.draft, d.canceled, d.number, d.total_with_tax, d.total_paid, d.total_credited, d.total_due,
       d.paid_in_full
  from documents.document d where d.organization_id = $1 and d.deleted_at is null
"""
PAYMENTS = "select id, document_id, amount from payments.payment where organization_id = $1 and document_id is not null and deleted_at is null"
CLIENTS = "select id from clients.client where organization_id = $1 and deleted_at is null"
MAILS = "select document_id, state from delivery.email where organization_id = $1"
CHARGES = """
select (body->>'amount')::bigint as amount, body->>'status' as status from sandbox.object
 where kind = 'payment' and body->>'amount' <> '100'
"""
"""What the gateway has taken, but for what cards were kept with."""
Events = list[dict[str, Any]]


class Scene:
    """An organization with a webhook, and a document that all pay on; who writes into it, and what is expected of it."""

    def __init__(self, alice: httpx.Client, dice: random.Random, endpoint: Endpoint, owner_url: str) -> None:
        me = alice.get("/Accounts/authorized").json()["id"]
        made = alice.post(f"/Accounts/{me}/apiClients", json={}).json()
        pair = base64.b64encode(f"{made['clientId']}:{made['clientSecret']}".encode()).decode()
        said = {"v1": alice.headers["Authorization"], "billing": f"Basic {pair}"}
        self.storm = Storm(dice, {face: {"Authorization": words} for face, words in said.items()})
        self.organization = alice.post(f"/Accounts/{me}/Organizations", json=AGENCY).json()["id"]
        own = f"/Organizations/{self.organization}"
        alice.post("/payment-processing", json={"applicationFee": 1}).raise_for_status()
        for path in (f"{own}/merchant", f"{own}/merchant/sandbox/approve"):
            alice.post(path).raise_for_status()
        self.alice, self.own = alice, own
        kept = [self.customer() for kind in CLERKS if kind is BillingClerk]
        self.before, place = self.settled()
        endpoint.secret = alice.post(f"{own}/webhooks", json={"url": endpoint.url, "events": ["*"]}).json()["secret"]
        line = {"name": "Moon", "quantity": 1, "price": 10**8}  # it is never paid, however often they pay
        self.ledger = Ledger(alice.post(f"{own}/Documents", json=World.rocket_man(_documentItems=[line])).json())
        self.endpoint, self.owner_url = endpoint, owner_url
        self.follower = Follower(self.storm, self.organization, place)
        self.clerks: list[Clerk] = []
        for number, kind in enumerate(CLERKS):
            clerk = kind(self.storm, f"clerk-{number}", self.ledger, self.organization)
            if isinstance(clerk, BillingClerk):
                client, clerk.method = kept.pop()
                clerk.clients.append(client)
            self.clerks.append(clerk)
        self.ledger.clients |= self.before & {one["id"] for one in alice.get(f"{own}/clients").json()}

    def customer(self) -> tuple[str, str]:
        """Return a client, and a card of his that can be charged."""
        client = self.alice.post(f"{self.own}/clients", json={"name": "Ada", "email": "ada@example.com"}).json()["id"]
        wanted = {"amount": 1, "reference": "first", "returnURL": "https://example.com/", "allowRecurring": True}
        intent = self.alice.post(f"{self.own}/payment-intents", json=wanted).json()["id"]
        self.alice.post(f"/payment-intents/{intent}/sandbox/pay", json={"card": GOOD}).raise_for_status()
        method = self.alice.post(f"/Clients/{client}/payment-methods", json={"paymentIntentId": intent}).json()["id"]
        return client, method

    def settled(self) -> tuple[set[str], str]:
        """Return what there has been so far, and the place in the feed behind it."""
        last = self.alice.post(f"{self.own}/clients", json={"name": "Before"}).json()["id"]
        seen, place = set[str](), ""
        while last not in seen:
            read = self.alice.get(f"{self.own}/events", params={"after": place, "wait": 30}).json()
            seen |= {event["data"]["id"] for event in read["events"]}
            place = read["next"]
        return seen, place

    async def weather(self, running: Program, place: Path, begin: Callable[[], Program]) -> Program:
        """Kill one thing after the other, each after so many operations; return the program that runs in the end."""
        for kill in range(KILLS):
            self.storm.is_up(running.url)
            await self.storm.until(int(OPERATIONS * (kill + self.storm.dice.random()) / KILLS))
            what = KILLED[kill % len(KILLED)]
            if kill == 1:
                self.endpoint.close()
            if what == "server":
                self.storm.up.clear()
            running = await asyncio.to_thread(crash, what, running, place, begin)
            if kill == 2:
                await self.endpoint.open()
            await hurry(self.owner_url, *([] if what == "web" else [ABANDONED]), UNANSWERED, WAITING)
        self.storm.is_up(running.url)
        return running

    async def close(self) -> None:
        """Wait until all that was asked for has happened, then do the very last thing."""
        await self.follower.until("document.sent", self.ledger.mailed.total())
        await self.clerks[0].make_client(country=CLOSING)
        for clerk in self.clerks:
            await clerk.close()


async def test_everything_happens_once_in_any_storm(
    serve: Callable[..., Program], place: Path, dice: random.Random
) -> None:
    settings = {"allow_private_addresses": "yes", "billing_requests_per_second": "10000"}
    begin = lambda: serve("--no-demo", "--workers", "2", **settings)  # noqa: E731 - the same command each time
    running, began = begin(), time.monotonic()
    async with Endpoint() as endpoint:
        with account(running.url) as alice, embedded.start(place) as guest:
            scene = Scene(alice, dice, endpoint, guest.owner_url)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(scene.follower.follow())
            working = [tasks.create_task(clerk.work(OPERATIONS)) for clerk in scene.clerks]
            running = await scene.weather(running, place, begin)
            await asyncio.gather(*working)
            await scene.close()
            await following
        feed = await scene.follower.anew()
        assert feed == scene.follower.events
        feed_holds(feed, scene.ledger, scene.before)
        await endpoint.has_all({event["id"] for event in feed}, scene.owner_url)
        endpoint_holds(endpoint, feed)
    await books_hold(scene.owner_url, scene.organization, scene.ledger, feed)
    examined = await asyncio.to_thread(billhook, "doctor", "--verify", "--data-dir", place)
    assert examined.returncode == 0, examined.stdout
    assert running.end() == 0
    figures = scene.storm.figures
    assert all(figures[way] for way in (*WAYS, "repeated later", "misused"))
    said = f"{scene.storm.done} operations, {KILLS} kills, {len(feed)} events, {len(endpoint.told)} deliveries, {scene.ledger.charged.total()} charges"
    print(f"{said}, {time.monotonic() - began:.0f} s; {dict(figures)}")  # noqa: T201 - the figures of a run


async def books_hold(owner_url: str, organization: str, ledger: Ledger, feed: Events) -> None:
    """Prove that there is what was acknowledged, once, and nothing else."""
    connection = await asyncpg.connect(owner_url)
    try:
        charges = await connection.fetch(CHARGES)
        tables = [
            await connection.fetch(sql, ids.to_uuid(ids.Id(organization)))
            for sql in (DOCUMENTS, PAYMENTS, CLIENTS, MAILS)
        ]
    finally:
        await connection.close()
    documents, payments, clients, mails = tables
    documents_hold(documents, ledger)
    told_as_it_is(documents, feed)
    assert Counter(row["amount"] for row in charges) == ledger.charged
    assert {row["status"] for row in charges} <= {"succeeded"}
    paid = [(ids.from_uuid(row["id"]), (ids.from_uuid(row["document_id"]), row["amount"])) for row in payments]
    assert dict(paid) == ledger.payments
    assert {ids.from_uuid(row["id"]) for row in clients} == ledger.clients
    assert Counter(ids.from_uuid(row["document_id"]) for row in mails) == ledger.mailed
    assert {row["state"] for row in mails} <= {"sent"}


def documents_hold(rows: list[Any], ledger: Ledger) -> None:
    found = {ids.from_uuid(row["id"]): row for row in rows}
    assert {name for name, row in found.items() if row["draft"]} == ledger.drafts
    assert {name: count_of(row["number"]) for name, row in found.items() if not row["draft"]} == ledger.numbers
    for kind in ("invoice", "credit-note"):
        numbers = [count_of(row["number"]) for row in rows if row["type"] == kind and not row["draft"]]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for name, paper in ledger.papers.items():
        row = found[name]
        assert (row["total_with_tax"], row["total_paid"], row["total_credited"]) == (
            paper.total, paper.paid, paper.credited,
        )  # fmt: skip


def told_as_it_is(rows: list[Any], feed: Events) -> None:
    """What was told last of a document is what it is."""
    last = {event["data"]["id"]: event["data"] for event in feed if event["type"].startswith("document.")}
    for row in rows:
        said = last[ids.from_uuid(row["id"])]
        sums = [round(said[name] * 100) for name in ("totalWithTax", "totalPaid", "totalDue")]
        assert sums == [row["total_with_tax"], row["total_paid"], row["total_due"]], said
        flags = ("draft", "canceled", "paid_in_full", "number")
        assert [said["draft"], said["canceled"], said["paidInFull"], said["number"]] == [row[name] for name in flags]


def feed_holds(feed: Events, ledger: Ledger, before: set[str]) -> None:
    """Prove that each effect was told once, and of each thing in order."""
    names = [event["id"] for event in feed]
    assert names == sorted(set(names))
    told: dict[str, list[str]] = {}
    for event in feed:
        if event["type"] != SENT and event["data"]["id"] not in before:
            told.setdefault(event["data"]["id"], []).append(event["type"])
    assert told == ledger.told
    assert Counter(event["data"]["id"] for event in feed if event["type"] == SENT) == ledger.mailed


def endpoint_holds(endpoint: Endpoint, feed: Events) -> None:
    """Prove that each event has arrived, signed and as it stands in the feed, and nothing else."""
    assert endpoint.wrong == []
    assert endpoint.taken == {event["id"] for event in feed}
    stands = {event["id"]: event for event in feed}
    for message in endpoint.told:
        assert dict(message) == stands[message.headers["webhook-id"]]
