"""Money taken online, through the sandbox: how fast payments settle by its notices, how long a click to pay takes.

The floors are pgbench's, with the same SQL on the same database in the same run: for a settled payment the statements
that book one, for a click the statements of a click.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx

from bench import floor, http, load
from billhook.app import Application
from billhook.db import Database
from billhook.documents import Press
from billhook.kernel import ids
from billhook.settings import load as load_settings

PAYMENTS = 320
ROUNDS = 3
SECONDS = 3
PATIENCE_SECONDS = 120
CARD = {"number": "4242424242424242", "expiry": "12/40", "cvc": "123"}


class Seller(NamedTuple):
    """An organization that may charge."""

    organization: str


async def set_up(web: httpx.AsyncClient) -> tuple[str, list[Seller]]:
    """Create an account with payment processing, and an organization for each connection that may charge."""
    credentials = {"email": "paying@example.com", "password": http.PASSWORD}
    account = (await web.post("/v1/Accounts", json=credentials)).raise_for_status().json()
    token = (await web.post("/v1/Accounts/login", json=credentials)).raise_for_status().json()["id"]
    web.headers["authorization"] = token
    (await web.post("/v1/payment-processing", json={"applicationFee": 1})).raise_for_status()
    sellers = []
    for n in range(http.CONNECTIONS):
        body = {"name": f"Shop {n}", "country": "Belgium"}
        made = (await web.post(f"/v1/Accounts/{account['id']}/Organizations", json=body)).raise_for_status().json()
        place = f"/v1/Organizations/{made['id']}/merchant"
        (await web.post(place)).raise_for_status()
        (await web.post(f"{place}/sandbox/approve")).raise_for_status()
        sellers.append(Seller(made["id"]))
    return token, sellers


async def intents(web: httpx.AsyncClient, seller: Seller, count: int) -> list[str]:
    """Make payment intents of a seller; return the paths of their pages."""
    url, links = f"/v1/Organizations/{seller.organization}/payment-intents", []
    for _ in range(count):
        answer = (await web.post(url, json={"amount": 100, "reference": "bench"})).raise_for_status().json()
        links.append(httpx.URL(answer["paymentLink"]).path)
    return links


async def settled(web: httpx.AsyncClient, url: str, sellers: list[Seller]) -> float:
    """Have cards typed for many payments, and return how many were booked a second until the last one was."""
    owner = await asyncpg.connect(url)
    count = "select count(*) from processing.intent where status = 'succeeded'"
    before, places = await owner.fetchval(count), []
    for seller in sellers:
        for path in await intents(web, seller, PAYMENTS // len(sellers)):
            answer = await web.post(path)
            places.append(answer.headers["location"])

    async def pay(mine: list[str]) -> None:
        for place in mine:
            answer = await web.post(place, data=CARD)
            if answer.status_code != 303:
                raise RuntimeError(answer.text)

    begin = time.perf_counter()
    await asyncio.gather(*(pay(places[n :: len(sellers)]) for n in range(len(sellers))))
    while await owner.fetchval(count) < before + len(places):
        if time.perf_counter() - begin > PATIENCE_SECONDS:
            raise RuntimeError("the notices did not arrive")
        await asyncio.sleep(0.05)
    elapsed = time.perf_counter() - begin
    await owner.close()
    return len(places) / elapsed


async def scripts(url: str, token: str, sellers: list[Seller], links: list[str], folder: Path) -> dict[str, list[Path]]:
    """Write the pgbench scripts, recorded on an application in this process: booking a payment, and a click."""
    database, press = Database(url, connections=2), Press()
    await database.connect()
    application = Application(load_settings({}), database, press, public_url="http://bench")
    made: dict[str, list[Path]] = {"book": [], "click": []}
    try:
        transport = httpx.ASGITransport(app=application.asgi)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as web:
            for n, seller in enumerate(sellers):
                made["book"].append(_kept(folder / f"book{n}.sql", await _booked(web, token, seller)))
            for n, link in enumerate(links):
                made["click"].append(_kept(folder / f"click{n}.sql", await _clicked(web, link)))
    finally:
        await application.close()
        await press.close()
        await database.close()
    return made


def _kept(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


async def _booked(web: httpx.AsyncClient, token: str, seller: Seller) -> str:
    """Book two payments, and return how that is done as a script: ids that differ between them are new each time."""
    url, headers = f"/v1/Organizations/{seller.organization}/payments", {"authorization": token}
    body = {"type": "online", "amount": 100, "date": "2026-04-30"}
    recorders = (floor.Recorder(), floor.Recorder())
    for recorder in recorders:
        with recorder:
            (await web.post(url, json=body, headers=headers)).raise_for_status()
    first, second = ([s for s in recorder.statements if "access_token" not in s[0]] for recorder in recorders)
    return floor.script(first, _ids(first) - _ids(second))


def _ids(statements: list[tuple[str, list[Any]]]) -> set[str]:
    values = [value for _, arguments in statements for argument in arguments for value in _flat(argument)]
    return {value for value in values if isinstance(value, str) and ids.is_id(value)}


def _flat(argument: Any) -> list[Any]:
    return argument if isinstance(argument, list) else [argument]


async def _clicked(web: httpx.AsyncClient, link: str) -> str:
    """Click on *Pay now* where the page at the provider is there already, and return how that is done as a script."""
    with floor.Recorder() as recorder:
        answer = await web.post(link)
    if answer.status_code != 303 or "/sandbox/pay/" not in answer.headers["location"]:
        raise RuntimeError(f"a click did not lead on: {answer.status_code}")
    return floor.script(recorder.statements, set())


async def measure(base_url: str, url: str, pgbench: Path) -> None:
    """Run it against a server at `base_url` on a database whose owner's URL is given; print the figures."""
    host, port = base_url.removeprefix("http://").split(":")
    limits = httpx.Limits(max_connections=http.CONNECTIONS)
    async with httpx.AsyncClient(base_url=base_url, timeout=60, limits=limits) as web:
        token, sellers = await set_up(web)
        # More than connections: pgbench draws one at a time, and two that draw the same wait for each other.
        links = [link for seller in sellers for link in await intents(web, seller, 4)]
        for link in links:  # the page at the provider is opened once, by the first click
            await web.post(link)
        with tempfile.TemporaryDirectory() as folder:
            files = await scripts(url, token, sellers, links, Path(folder))
            clicks = [lambda link=link: _click(link) for link in links[:: len(links) // http.CONNECTIONS]]
            rates, floors, slowest, click_floors = [], [], [], []
            for _ in range(ROUNDS):
                floors.append(await _floor(pgbench, url, files["book"]))
                rates.append(await settled(web, url, sellers))
                click_floors.append(await _floor(pgbench, url, files["click"]))
                slowest.append(await load.run(host, int(port), clicks, SECONDS, status=b"303"))
    _report(rates, floors, slowest, click_floors)


def _click(path: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-length: 0\r\n\r\n".encode()


async def _floor(pgbench: Path, url: str, files: list[Path]) -> float:
    return await floor.run(pgbench, url, files, connections=http.CONNECTIONS, seconds=SECONDS)


def _report(rates: list[float], floors: list[float], clicks: list[load.Result], click_floors: list[float]) -> None:
    middle = statistics.median
    ratios = [rate / one for rate, one in zip(rates, floors, strict=True)]
    print(
        f"settled {middle(rates):>9.0f}/s through notices   floor {middle(floors):>7.0f}/s   ratio {middle(ratios):.3f}"
        f"  (rounds: {', '.join(f'{ratio:.3f}' for ratio in ratios)})"
    )
    times = [one.p99_ms * tps / http.CONNECTIONS / 1000 for one, tps in zip(clicks, click_floors, strict=True)]
    failed = sum(click.failed for click in clicks)
    print(
        f"click   {middle(c.per_second for c in clicks):>9.0f}/s  p50 {middle(c.p50_ms for c in clicks):>6.1f} ms"
        f"  p99 {middle(c.p99_ms for c in clicks):>6.1f} ms   floor {middle(click_floors):>7.0f}/s"
        f"   p99 is {middle(times):.1f} times the floor's mean (rounds: {', '.join(f'{one:.1f}' for one in times)})"
        + (f"  FAILED {failed}" if failed else "")
    )
