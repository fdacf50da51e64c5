"""Tables in and out, 10,000 and 100,000 rows each way: how long they take, and what memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx

from billhook.kernel import ids

PASSWORD = "correct horse battery staple"
SIZES = (10_000, 100_000)


def clients(rows: int) -> str:
    """Return a table of clients with a tax number each."""
    lines = (
        f"Client {n},client{n}@example.com,Rocket street {n},10{n % 1000:03},Brussels,Belgium,BE0{n:09}\n"
        for n in range(rows)
    )
    return "name,email,address,zip,city,country,taxNumber\n" + "".join(lines)


def items(rows: int) -> str:
    """Return a table of items."""
    return "SKU,name,price,unit\n" + "".join(f"S-{n},Part {n},{n % 1000}.5,piece\n" for n in range(rows))


def payments(rows: int) -> str:
    """Return a table of payments without a document."""
    lines = (f"2026-{n % 12 + 1:02}-{n % 28 + 1:02},bank,{n % 1000}.25,T-{n}\n" for n in range(rows))
    return "date,type,amount,transactionId\n" + "".join(lines)


class Memory:
    """What the processes of a server hold, in MiB, read from the kernel's high-water marks."""

    def __init__(self, family: Callable[[], list[int]]) -> None:
        self.family = family

    def reset(self) -> int:
        """Begin a new high-water mark; return what is held now."""
        for pid in self.family():
            Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")
        return self.peak()

    def peak(self) -> int:
        """Return the most that was held since the reset, all processes added up."""
        return sum(self._of(pid) for pid in self.family()) // 1024

    @staticmethod
    def _of(pid: int) -> int:
        text = Path(f"/proc/{pid}/status").read_text("ascii")
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM"))


@asynccontextmanager
async def measured(what: str, memory: Memory) -> AsyncIterator[None]:
    """Print how long the block takes, and the memory before and at its highest."""
    before, began = memory.reset(), time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    print(f"{what:<32}{seconds:>7.1f} s   RSS {before:>4} MiB before, {memory.peak():>4} MiB at most")


async def take_in(http: httpx.AsyncClient, path: str, kind: str, file: Path) -> None:
    """Send a table and wait until it is written."""
    with file.open("rb") as table:
        answer = await http.post(
            f"{path}/import", params={"type": kind}, files={"file": (file.name, table, "text/csv")}
        )
    accepted = answer.raise_for_status().json()
    while True:
        found = (await http.get(f"/v1/Imports/{accepted['id']}")).json()
        if found["state"] != "importing":
            break
        await asyncio.sleep(0.2)
    if found["state"] != "done":
        raise RuntimeError(found)


async def send_out(http: httpx.AsyncClient, path: str, kind: str, form: str) -> None:
    """Read an export to its end."""
    async with http.stream("GET", f"{path}/export", params={"type": kind, "format": form}) as answer:
        answer.raise_for_status()
        async for _ in answer.aiter_raw():
            pass


async def clone(url: str, organization: str, rows: int) -> None:
    """Put so many copies of an organization's one document beside it, as the owner of the database."""
    owner = await asyncpg.connect(url)
    known = await owner.fetch(
        "select column_name from information_schema.columns where table_schema = 'documents'"
        " and table_name = 'document' and is_generated = 'NEVER'"
    )
    own = {"id": "gen_random_uuid()", "number": "'C-' || n", "date": "d.date - n % 2000 * interval '6 hours'"}
    own |= {"shareable_id": "null", "unique_id": "null"}
    names = [row[0] for row in known]
    values = ", ".join(own.get(name, f"d.{name}") for name in names)
    await owner.execute(
        f"insert into documents.document ({', '.join(names)}) select {values} from documents.document d,"
        f" generate_series(1, {rows - 1}) n where d.organization_id = $1",
        ids.to_uuid(ids.Id(organization)),
    )
    await owner.execute("vacuum (analyze) documents.document")
    await owner.close()


async def documents(http: httpx.AsyncClient, url: str, path: str, rows: int, memory: Memory) -> None:
    """Measure exports and statistics of documents: copies of one invoice."""
    client = {"name": "Rocket man", "country": "United Kingdom", "email": "rocket@example.com"}
    body = {"type": "invoice", "_documentClient": client, "_documentItems": [{"name": "Suit", "price": 100}]}
    (await http.post(f"{path}/documents", json=body)).raise_for_status()
    await clone(url, path.rpartition("/")[2], rows)
    for form in ("csv", "xlsx"):
        async with measured(f"export {rows:>7} documents, {form}", memory):
            await send_out(http, path, "document", form)
    year = {"from": "2020-01-01", "to": "2029-12-31", "dist": "month", "type": "invoice"}
    for name, params in (("document-total-stats", year), ("total-stats", {})):
        began = time.perf_counter()
        (await http.get(f"{path}/{name}", params=params)).raise_for_status()
        print(f"{name} of {rows} documents: {(time.perf_counter() - began) * 1000:.0f} ms")


async def measure(base_url: str, url: str, folder: Path, family: Callable[[], list[int]]) -> None:
    """Run everything against a server whose processes `family` lists; `url` is the database owner's."""
    memory = Memory(family)
    async with httpx.AsyncClient(base_url=base_url, timeout=600) as http:
        credentials = {"email": "bench@example.com", "password": PASSWORD}
        account = (await http.post("/v1/Accounts", json=credentials)).json()
        http.headers["authorization"] = (await http.post("/v1/Accounts/login", json=credentials)).json()["id"]
        for rows in SIZES:
            body = {"name": f"Agency {rows}", "country": "Belgium"}
            made = (await http.post(f"/v1/Accounts/{account['id']}/Organizations", json=body)).raise_for_status().json()
            path = f"/v1/Organizations/{made['id']}"
            for kind, table in (("client", clients), ("item", items), ("payment", payments)):
                file = folder / f"{kind}.csv"
                file.write_text(table(rows), "utf-8")
                async with measured(f"import {rows:>7} {kind}s", memory):
                    await take_in(http, path, kind, file)
                for form in ("csv", "xlsx"):
                    async with measured(f"export {rows:>7} {kind}s, {form}", memory):
                        await send_out(http, path, kind, form)
            await documents(http, url, path, rows, memory)
