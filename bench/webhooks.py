"""Webhooks: how long an event takes to its endpoints, with and without others that hang."""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from billhook import organizations, webhooks
from billhook.db import Database, embedded, migrate
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.organizations.model import Identity, NewOrganization
from billhook.settings import Seal, Settings, load

ORGANIZATIONS, EACH = 20, 50
ROUNDS = 4
SETTINGS = {"BILLHOOK_SECRET_KEY": "b" * 40, "BILLHOOK_ALLOW_PRIVATE_ADDRESSES": "yes"}
CLIENT = """
insert into clients.client (shard, id, organization_id, name, identity, created_at, updated_at)
values ($1, $2, $3, 'Bench', '{}', now(), now())"""


class Receiver:
    """Takes messages; those for `/hang` are never answered."""

    def __init__(self) -> None:
        self.at: list[float] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one message, and answer it or not."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            at = head.lower().index(b"content-length:") + 15
            await reader.readexactly(int(head[at : head.index(b"\r", at)]))
            if b"/hang" in head.partition(b"\r\n")[0]:
                await reader.read()
            else:
                self.at.append(time.perf_counter())
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def set_up(database: Database, settings: Settings, url: str, hanging: int) -> list[Id]:
    """Make the organizations and their endpoints; the hanging ones are spread over all."""
    seal, made, number = Seal(settings), [], 0
    async with database.open() as tx:
        account = ids.new()
        await tx.run("execute", ACCOUNT, [account, f"{account}@example.com"], enters=False)
    for _ in range(ORGANIZATIONS):
        async with database.open(account) as tx:
            new = NewOrganization(identity=Identity(name="Agency", country="Belgium"))
            organization = await organizations.create(tx, new, owner=account, root=account, rounding="document")
            made.append(organization.id)
            for _ in range(EACH):
                slow = number * hanging // (ORGANIZATIONS * EACH) != (number + 1) * hanging // (ORGANIZATIONS * EACH)
                path = "hang" if slow else "ok"
                await webhooks.create(
                    tx, seal, f"{url}/{path}/{number}", ["client.created"], enabled=True, allow_private=True
                )
                number += 1
    return made


ACCOUNT = """
insert into accounts.account (id, root_id, email, password_hash, created_at, updated_at)
values ($1, $1, $2, '', now(), now())"""


async def measure(owner_url: str, name: str, hanging: int) -> None:
    """Print how long events took to the endpoints that answer."""
    settings, receiver = load(SETTINGS), Receiver()
    database = Database(owner_url)
    await database.connect()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, backlog=2000)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        tenants = await set_up(database, settings, url, hanging)
        courier = webhooks.Courier(database, settings)
        running = asyncio.create_task(courier.run())
        rounds = [await one_round(database, tenants, receiver, ORGANIZATIONS * EACH - hanging) for _ in range(ROUNDS)]
        running.cancel()
        await asyncio.wait([running])
    await database.close()
    for number, took in enumerate(rounds, 1):
        cells = [statistics.median(took), took[int(len(took) * 0.99)], took[-1]]
        print(f"{name}, round {number}: " + " | ".join(f"{cell * 1000:.0f} ms" for cell in cells) + f" ({len(took)})")


async def one_round(database: Database, tenants: list[Id], receiver: Receiver, expected: int) -> list[float]:
    """Let something happen in each organization; return how long after it each endpoint that answers was told."""
    receiver.at.clear()
    begin = time.perf_counter()
    for tenant in tenants:
        async with database.open(organization=tenant) as tx:
            await tx.run("execute", CLIENT, [tx.shard, ids.new(tx.shard), tenant], enters=False)
    await reached(lambda: len(receiver.at) >= expected)
    return sorted(at - begin for at in receiver.at)


async def reached(there: Callable[[], bool]) -> None:
    """Return when it is there; a minute is enough for anything."""
    async with asyncio.timeout(60):
        while not there():  # noqa: ASYNC110 - asked now and then, so as not to take time from what is measured
            await asyncio.sleep(0.01)


async def main() -> None:
    """Measure with nobody hanging, then with a tenth of all."""
    for name, hanging in (("none hangs", 0), ("100 hang", 100)):
        folder = Path(tempfile.mkdtemp(prefix="billhook-bench-"))
        folder.chmod(0o755)
        try:
            with embedded.start(folder) as cluster:
                await migrate(cluster.owner_url)
                await measure(cluster.owner_url, name, hanging)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
