"""Lists and counts at a million documents of one organization, and what the next document costs then."""

import asyncio
import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx

from bench import million
from billhook import documents, payments
from billhook.app import Application
from billhook.db import Database, Tx, embedded, migrate
from billhook.documents import Press
from billhook.documents.columns import ORDERS
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.settings import load as load_settings
from billhook.web import Query

ROWS = 1_000_000
PAGE = 100
DEEP = 4_999 * PAGE
TIMES = 9
CREATED = 300
PASSWORD = "correct horse battery staple"


class Place(NamedTuple):
    """The organization that is filled, what it is filled with the likeness of, and how it is spoken to."""

    database: Database
    http: httpx.AsyncClient
    organization: str
    document: str
    empty: str


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Place, "asyncpg.Connection[Any]"]]:
    """Yield an organization with one invoice in a PostgreSQL of its own, and the owner of the tables."""
    with embedded.start(folder) as cluster:
        await migrate(cluster.owner_url)
        database, press = Database(cluster.owner_url, connections=2), Press()
        await database.connect()
        application = Application(load_settings({}), database, press, public_url="http://bench")
        transport = httpx.ASGITransport(app=application.asgi)  # type: ignore[arg-type]
        owner = await asyncpg.connect(cluster.owner_url)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench/v1", timeout=60) as http:
            yield await set_up(database, http), owner
        await owner.close()
        await application.close()
        await press.close()
        await database.close()


async def set_up(database: Database, http: httpx.AsyncClient) -> Place:
    """Sign up, open an organization and issue the invoice that the others are made of."""
    credentials = {"email": "bench@example.com", "password": PASSWORD}
    account = (await http.post("/Accounts", json=credentials)).raise_for_status().json()["id"]
    http.headers["authorization"] = (await http.post("/Accounts/login", json=credentials)).json()["id"]
    body = {"name": "Agency", "address": "Rocket street 1", "city": "Brussels", "country": "Belgium"}
    organization, empty = [
        (await http.post(f"/Accounts/{account}/Organizations", json=body)).json()["id"] for _ in "ab"
    ]
    made = await http.post(f"/Organizations/{organization}/Documents", json=invoice(0))
    return Place(database, http, organization, made.raise_for_status().json()["id"], empty)


def invoice(number: int) -> dict[str, Any]:
    """Return the body that is created: a client, three lines with tax, a payment."""
    lines = [
        {"name": f"Part {n}", "quantity": n, "price": 19.99 + n, "_documentItemTaxes": [{"rate": 21}]}
        for n in range(1, 4)
    ]
    client = {"name": "Rocket man", "country": "United Kingdom", "email": f"rocket{number % 50}@example.com"}
    return {"type": "invoice", "_documentClient": client, "_documentItems": lines, "payments": [{"type": "card"}]}


@contextlib.contextmanager
def stopwatch() -> Any:
    """Yield a list that the milliseconds of every statement go to, from sending it to having its rows."""
    spent: list[float] = []
    original = Tx.run

    async def run(self: Tx, method: str, sql: str, arguments: list[Any], *, enters: bool) -> Any:
        begin = time.perf_counter_ns()
        try:
            return await original(self, method, sql, arguments, enters=enters)
        finally:
            spent.append((time.perf_counter_ns() - begin) / 1e6)

    Tx.run = run  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        Tx.run = original  # type: ignore[method-assign]


async def creation(place: Place, *organizations: str) -> list[float]:
    """Return the median milliseconds at the database of creating and issuing an invoice in each, taken in turns."""
    each: dict[str, list[float]] = {organization: [] for organization in organizations}
    for number in range(CREATED):
        for organization, taken in each.items():
            with stopwatch() as spent:
                made = await place.http.post(f"/Organizations/{organization}/Documents", json=invoice(number))
            made.raise_for_status()
            taken.append(sum(spent))
    return [statistics.median(taken) for taken in each.values()]


async def timed(place: Place, verb: Callable[[Tx], Awaitable[Any]], times: int = TIMES) -> float:
    """Return the median milliseconds at the database of a verb; what is slow is run three times only."""
    each: list[float] = []
    async with place.database.open(organization=Id(place.organization)) as tx:
        await tx.run("fetchval", "select 1", [], enters=False)  # sets the tenant, which is no part of it
        for turn in range(times):
            with stopwatch() as spent:
                await verb(tx)
            each.append(sum(spent))
            if turn == 2 and sum(each) > 1_000:
                break
    return statistics.median(each)


def row(name: str, *figures: float | None) -> str:
    """Return a row of a table."""
    return f"| {name} | " + " | ".join("" if figure is None else f"{figure:.1f}" for figure in figures) + " |"


async def orders(place: Place) -> None:
    """Print what pages cost in every order that documents are sorted in at any size."""
    print("\n| sorted by | first page | page 5,000 | page 5,000, descending | page 5,000 of the issued invoices |")
    print("|---|---|---|---|---|")
    for name in ORDERS:
        up, down = ((name, "ASC"),), ((name, "DESC"),)
        issued = {"type": "invoice", "draft": False}
        asked = [Query(order=up), Query(order=up, skip=DEEP), Query(order=down, skip=DEEP)]
        asked.append(Query(where=issued, order=down, skip=DEEP))
        print(row(f"`{name}`", *[await timed(place, lambda tx, q=q: documents.page(tx, q)) for q in asked]), flush=True)


async def conditions(place: Place) -> None:
    """Print what a condition on each documented name costs: what most documents meet, and what few or none do."""
    print("\n| documents where | most match: first page | count | few match: first page | count |")
    print("|---|---|---|---|---|")
    for name, (most, few) in million.CONDITIONS.items():
        figures: list[float | None] = []
        for value in (most, few):
            if value is None:
                figures += [None, None]
                continue
            where = {name: value}
            query = Query(where=where)
            figures.append(await timed(place, lambda tx, q=query: documents.page(tx, q)))
            figures.append(await timed(place, lambda tx, w=where: documents.count(tx, w)))
        print(row(f"`{name}`", *figures), flush=True)


async def others(place: Place) -> None:
    """Print the same of the payments and of the journal."""
    print("\n| list | first page | page 5,000 | page 5,000, descending |")
    print("|---|---|---|---|")
    for name, order, verb in (
        *[("payments", order, payments.page) for order in payments.ORDERS],
        ("journal", "sequence", payments.page_of_journal),
    ):
        up, down = ((order, "ASC"),), ((order, "DESC"),)
        asked = [Query(order=up), Query(order=up, skip=DEEP), Query(order=down, skip=DEEP)]
        print(row(f"{name} by `{order}`", *[await timed(place, lambda tx, q=q, v=verb: v(tx, q)) for q in asked]))
    print("\n| payments where | first page | count |")
    print("|---|---|---|")
    for where in ({}, {"type": "card"}, {"type": "paypal"}, {"type": "crypto"}):
        page = await timed(place, lambda tx, w=where: payments.page(tx, Query(where=w)))
        print(row(f"`{where}`", page, await timed(place, lambda tx, w=where: payments.count(tx, w))))


PARTS = {"orders": orders, "conditions": conditions, "payments": others}


async def main(*parts: str) -> None:
    """Print what lists, counts and the next document cost at a million; the data go when it is done."""
    folder = Path(tempfile.mkdtemp(prefix="billhook-bench-"))
    folder.chmod(0o755)
    try:
        async with opened(folder) as (place, owner):
            await creation(place, place.organization)  # what is done once, such as preparing, is no part of it
            [first] = await creation(place, place.organization)
            begin = time.monotonic()
            await million.fill(owner, str(ids.to_uuid(place.document)), ROWS)
            await million.settle(owner, ids.to_uuid(place.organization), ids.shard_of(place.organization))
            print(f"{ROWS:,} documents, payments and entries written in {time.monotonic() - begin:.0f} s")
            print("\nMilliseconds at the database, medians; pages of 100.")
            for part in parts or PARTS:
                await PARTS[part](place)
            large, small = await creation(place, place.organization, place.empty)
            print(f"\ncreating a document: {first:.2f} ms while there were none; beside {ROWS:,}, taken in turns,")
            print(f"{large:.2f} ms in their organization and {small:.2f} ms in an empty one: {large / small:.2f} times")
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
