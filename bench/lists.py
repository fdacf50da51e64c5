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
import msgspec

from bench import million
from billhook import documents, payments
from billhook.app import Application
from billhook.db import Database, Tx, embedded, migrate
from billhook.documents import Press
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid
from billhook.settings import load as load_settings
from billhook.web import Query

ROWS = 1_000_000
PAGE = 100
DEEP = 4_999 * PAGE
TIMES = 9
ROUNDS = 16
PAIRS = 40
PASSWORD = "correct horse battery staple"


class Place(NamedTuple):
    """The organization that is filled, what it is filled with the likeness of, and how it is spoken to."""

    database: Database
    http: httpx.AsyncClient
    organization: str
    document: str
    account: str


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
    place = Place(database, http, "", "", account)
    organization = await open_organization(place)
    made = await http.post(f"/Organizations/{organization}/Documents", json=invoice(0))
    return place._replace(organization=organization, document=made.raise_for_status().json()["id"])


async def open_organization(place: Place) -> str:
    """Return an organization that has nothing yet."""
    body = {"name": "Agency", "address": "Rocket street 1", "city": "Brussels", "country": "Belgium"}
    opened = await place.http.post(f"/Accounts/{place.account}/Organizations", json=body)
    return str(opened.raise_for_status().json()["id"])


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


async def creating(place: Place, organization: str, number: int) -> float:
    """Return the milliseconds at the database of creating and issuing an invoice."""
    with stopwatch() as spent:
        made = await place.http.post(f"/Organizations/{organization}/Documents", json=invoice(number))
    made.raise_for_status()
    return sum(spent)


async def creation(place: Place) -> None:
    """Print what one document more costs beside a million, and in an organization that has none.

    Both are done in turns, each first as often, in rounds: each compares what was measured in the same moments, in an
    organization of its own. What the machine does else meets both alike.
    """
    ratios, large, small = [], list[float](), list[float]()
    for turn in range(ROUNDS + 1):
        empty = await open_organization(place)
        each: dict[str, list[float]] = {place.organization: [], empty: []}
        for number in range(PAIRS):
            for organization in sorted(each, reverse=bool(number % 2)):
                each[organization].append(await creating(place, organization, number))
        if turn:  # the first round prepares statements
            full, none = (statistics.median(taken) for taken in each.values())
            ratios.append(full / none)
            large.append(full)
            small.append(none)
    print(
        f"\ncreating a document, in {ROUNDS} rounds of {PAIRS} each in turns: {statistics.median(large):.2f} ms beside"
    )
    print(
        f"{ROWS:,}, {statistics.median(small):.2f} ms in an empty organization: {statistics.median(ratios):.3f} times"
    )
    print(f"(median of the rounds' ratios, which were {min(ratios):.2f} to {max(ratios):.2f})")


async def timed(place: Place, verb: Callable[[Tx], Awaitable[Any]], times: int = TIMES) -> float:
    """Return the median milliseconds at the database of a verb; what is slow is run three times only."""
    each: list[float] = []
    async with place.database.open(organization=Id(place.organization)) as tx:
        await tx.run("fetchval", "select 1", [], enters=False)  # sets the tenant, which is no part of it
        for turn in range(times):
            with stopwatch() as spent:
                await verb(tx)
            each.append(sum(spent))
            if sum(each) > 1_000 and turn in (0, 2):
                break
    return statistics.median(each)


def row(name: str, *figures: float | None) -> str:
    """Return a row of a table."""
    return f"| {name} | " + " | ".join("" if figure is None else f"{figure:.1f}" for figure in figures) + " |"


class Figures(NamedTuple):
    """Milliseconds of one sort of question: its first page, page 5,000, and the count."""

    first: float | None = None
    deep: float | None = None
    counted: float | None = None

    def __str__(self) -> str:
        """Return them as a cell of a table; what is refused is a dash."""
        return " / ".join("–" if figure is None else f"{figure:.1f}" for figure in self)


async def asked(place: Place, query: Query, *, deep: bool) -> Figures:
    """Return what a query costs."""
    try:
        first = await timed(place, lambda tx: documents.page(tx, query))
        behind = msgspec.structs.replace(query, skip=DEEP)
        second = await timed(place, lambda tx: documents.page(tx, behind)) if deep else None
    except Invalid:
        return Figures()
    return Figures(first, second, await timed(place, lambda tx: documents.count(tx, query.where)))


async def conditions(place: Place) -> None:
    """Print what each documented name costs: sorted by it, with conditions that most and that few documents meet."""
    print("\nfirst page / page 5,000 / count\n")
    print("| | sorted by it | descending | most have this | few have this | most are in this range | few are |")
    print("|---|---|---|---|---|---|---|")
    for name, (most, few, broad, narrow) in million.CONDITIONS.items():
        cells: list[Figures | str] = [
            await asked(place, Query(order=((name, way),)), deep=True) for way in ("ASC", "DESC")
        ]
        cells += [
            await asked(place, Query(where={name: value}), deep=deep) if value is not ... else ""
            for value, deep in ((most, True), (few, False), (broad, True), (narrow, False))
        ]
        print(f"| `{name}` | " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


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


PARTS = {"documents": conditions, "payments": others, "creation": creation}


async def main(*parts: str) -> None:
    """Print what lists, counts and the next document cost at a million; the data go when it is done."""
    folder = Path(tempfile.mkdtemp(prefix="billhook-bench-"))
    folder.chmod(0o755)
    try:
        async with opened(folder) as (place, owner):
            begin = time.monotonic()
            await million.fill(owner, str(ids.to_uuid(place.document)), ROWS)
            filled = time.monotonic()
            await million.settle(owner, ids.to_uuid(place.organization), ids.shard_of(place.organization))
            print(f"{ROWS:,} documents, payments and entries written in {filled - begin:.0f} s, and counted anew")
            print(f"(as an upgrade does) in {time.monotonic() - filled:.0f} s")
            print("\nMilliseconds at the database, medians; pages of 100.")
            for part in parts or PARTS:
                await PARTS[part](place)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
