"""The API under load, beside pgbench running the same SQL with the same connections in the same run."""

import asyncio
import itertools
import json
import os
import socket
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import asyncpg
import httpx

from bench import floor, load
from billhook.app import Application
from billhook.db import Database
from billhook.documents import Press
from billhook.settings import load as load_settings

CONNECTIONS = 16
SECONDS = 3
ROUNDS = 3
PASSWORD = "correct horse battery staple"


class Tenant(NamedTuple):
    """One organization of the bench; each connection works for its own."""

    organization: str
    document: str


def invoice(number: int) -> bytes:
    """Return the body that is created: a client, three lines with tax, a payment."""
    lines = [
        {"name": f"Part {n}", "quantity": n, "price": 19.99 + n, "_documentItemTaxes": [{"rate": 21}]}
        for n in range(1, 4)
    ]
    client = {"name": "Rocket man", "country": "United Kingdom", "email": f"rocket{number % 50}@example.com"}
    body = {"type": "invoice", "_documentClient": client, "_documentItems": lines, "payments": [{"type": "card"}]}
    return json.dumps(body).encode()


async def set_up(http: httpx.AsyncClient) -> tuple[str, list[Tenant]]:
    """Create an account and an organization for each connection, with enough documents for a page."""
    credentials = {"email": "bench@example.com", "password": PASSWORD}
    account = (await http.post("/v1/Accounts", json=credentials)).json()
    token = (await http.post("/v1/Accounts/login", json=credentials)).json()["id"]
    http.headers["authorization"] = token
    tenants = []
    for n in range(CONNECTIONS):
        body = {"name": f"Agency {n}", "address": "Rocket street 1", "city": "Brussels", "country": "Belgium"}
        organization = (await http.post(f"/v1/Accounts/{account['id']}/Organizations", json=body)).json()["id"]
        made = ""
        for k in range(60):
            answer = await http.post(f"/v1/Organizations/{organization}/Documents", content=invoice(k))
            made = answer.raise_for_status().json()["id"]
        tenants.append(Tenant(organization, made))
    return token, tenants


def makers(kind: str, token: str, tenants: list[Tenant]) -> list[Callable[[], bytes]]:
    """Return what each connection sends."""
    made: list[Callable[[], bytes]] = []
    for tenant in tenants:
        if kind == "create":
            path, numbers = f"/v1/Organizations/{tenant.organization}/Documents", itertools.count()
            made.append(lambda path=path, n=numbers: load.request("POST", path, token, invoice(next(n))))  # type: ignore[misc]
            continue
        path = f"/v1/Documents/{tenant.document}"
        if kind == "list":
            path = f"/v1/Organizations/{tenant.organization}/Documents?filter[limit]=50"
        request = load.request("GET", path, token)
        made.append(lambda request=request: request)  # type: ignore[misc]
    return made


async def record(kind: str, application: httpx.AsyncClient, tenant: Tenant, number: int) -> str:
    """Record one call's statements and return them as a pgbench script."""
    with floor.Recorder() as recorder:
        if kind == "create":
            path = f"/v1/Organizations/{tenant.organization}/Documents"
            answer = (await application.post(path, content=invoice(number))).raise_for_status().json()
        elif kind == "get":
            answer = (await application.get(f"/v1/Documents/{tenant.document}")).raise_for_status().json()
        else:
            path = f"/v1/Organizations/{tenant.organization}/Documents?filter[limit]=50"
            answer = (await application.get(path)).raise_for_status().json()
    statements = [s for s in recorder.statements if "access_token" not in s[0]]
    fresh: set[str] = set()
    if kind == "create":
        fresh = {answer["id"], answer["payments"][0]["id"]}
    return floor.script(statements, fresh)


async def floors(url: str, token: str, tenants: list[Tenant], folder: Path) -> dict[str, list[Path]]:
    """Write the pgbench scripts of each kind, one per tenant, recorded on an application in this process."""
    database = Database(url, connections=2)
    await database.connect()
    press = Press()
    application = Application(load_settings({}), database, press, public_url="http://bench")
    transport = httpx.ASGITransport(app=application.asgi)  # type: ignore[arg-type]
    scripts: dict[str, list[Path]] = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as http:
        http.headers["authorization"] = token
        for kind in ("create", "get", "list"):
            scripts[kind] = []
            for n, tenant in enumerate(tenants):
                path = folder / f"{kind}{n}.sql"
                path.write_text(await record(kind, http, tenant, n))
                scripts[kind].append(path)
    await application.close()
    await press.close()
    await database.close()
    return scripts


def report(kind: str, results: list[load.Result], ratios: list[float], tps: list[float]) -> None:
    """Print a line of medians."""
    middle = statistics.median
    print(
        f"{kind:<8}{middle(r.per_second for r in results):>9.0f}/s  p50 {middle(r.p50_ms for r in results):>6.1f} ms"
        f"  p99 {middle(r.p99_ms for r in results):>6.1f} ms   floor {middle(tps):>7.0f}/s   ratio {middle(ratios):.2f}"
        f"  (rounds: {', '.join(f'{ratio:.2f}' for ratio in ratios)})"
        + (f"  FAILED {sum(r.failed for r in results)}" if any(r.failed for r in results) else "")
    )


async def rest(database_url: str) -> None:
    """Wait until the outbox is empty: what was issued before is rendered meanwhile, which is not part of what comes."""
    connection = await asyncpg.connect(database_url)
    try:
        waiting = "select exists (select from jobs.job where run_at <= now() and state <> 'dead')"
        while await connection.fetchval(waiting):  # noqa: ASYNC110 - the database tells nobody when it is empty
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


async def measure(base_url: str, database_url: str, pgbench: Path) -> None:
    """Run everything against a server at `base_url` on a database whose owner's URL is given; print the figures."""
    host, port = base_url.removeprefix("http://").split(":")
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as http:
        token, tenants = await set_up(http)
    with tempfile.TemporaryDirectory() as folder:
        scripts = await floors(database_url, token, tenants, Path(folder))
        for kind in ("create", "get", "list"):
            sent = makers(kind, token, tenants)
            await load.run(host, int(port), sent, 1)
            results, tps = [], []
            for _ in range(ROUNDS):
                await rest(database_url)
                tps.append(
                    await floor.run(pgbench, database_url, scripts[kind], connections=CONNECTIONS, seconds=SECONDS)
                )
                await rest(database_url)
                results.append(await load.run(host, int(port), sent, SECONDS))
            ratios = [result.per_second / one for result, one in zip(results, tps, strict=True)]
            report(kind, results, ratios, tps)


def free_port() -> int:
    """Return a port nobody listens on at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1], os.environ["TEST_DATABASE_URL"], Path(sys.argv[2])))
