"""The request log and the months, over the API of a server that keeps a record."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from billhook import usage
from billhook.app import Application, Server, bind
from billhook.db import Database
from billhook.documents import Press
from billhook.jobs import Worker
from billhook.kernel import ids
from billhook.kernel.time import MovableClock
from billhook.settings import load
from billhook.usage.recorder import BATCH, MOST_WAITING
from tests.conftest import create_database
from tests.integration.access_cast import faults, ok, refused
from tests.world import PASSWORD, Actor, World

SETTINGS = load({"BILLHOOK_REQUEST_LOG_DAYS": "7"})


class Recorded:
    """A server that keeps a record, in a database of its own."""

    def __init__(self, world: World, application: Application) -> None:
        self.world, self.application = world, application

    async def logs(self, actor: Actor, account: str | None = None, **words: Any) -> list[dict[str, Any]]:
        assert self.application.recorder
        await self.application.recorder.flush()
        found: list[dict[str, Any]] = ok(await actor.get(f"/Accounts/{account or actor.id}/logs", params=words))
        return found

    async def sweep(self) -> None:
        self.world.clock.move(timedelta(hours=1))
        await Worker(self.world.database, usage.handlers(self.world.database, SETTINGS), usage.TICKS).drain()


@pytest.fixture(scope="module")
async def recorded(worker_name: str) -> AsyncIterator[Recorded]:
    clock, press = MovableClock(), Press()
    database = Database(await create_database(f"usage_{worker_name}"), connections=8, clock=clock)
    await database.connect()
    sock = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    application = Application(SETTINGS, database, press, public_url=url)
    server = Server(application.asgi, sock)
    await server.start()
    async with World(url, database, clock) as world:
        yield Recorded(world, application)
    await server.stop()
    await application.close()
    await database.close()
    await press.close()


async def test_what_was_asked_is_on_record(recorded: Recorded) -> None:
    alice = await recorded.world.actor()
    organization = await recorded.world.organization(alice)
    path = f"/organizations/{organization['id']}/documents"
    ok(await alice.get(path, params={"filter[limit]": "1"}, headers={"Origin": "https://app.example.com"}))
    refused(await alice.get(f"/Documents/{organization['id']}"), 401, "AUTHORIZATION_REQUIRED")
    wrong, asked, made = await recorded.logs(alice)
    assert (wrong["status"], wrong["method"]) == (401, "GET")
    assert wrong["resBody"] == {"error": {"statusCode": 401, "code": "AUTHORIZATION_REQUIRED"}}
    assert asked == {
        "id": asked["id"],
        "accountId": alice.id,
        "method": "GET",
        "url": f"/v1/Organizations/{organization['id']}/Documents?filter%5Blimit%5D=1".replace("%5B", "[").replace(
            "%5D", "]"
        ),
        "query": {"filter[limit]": "1"},
        "host": recorded.world.base_url.removeprefix("http://"),
        "origin": "https://app.example.com",
        "ip": "127.0.0.1",
        "status": 200,
        "reqBody": {},
        "resBody": {},
        "duration": asked["duration"],
        "createdAt": asked["createdAt"],
    }
    assert (made["method"], made["status"]) == ("POST", 200)


async def test_the_record_is_filtered_and_counted(recorded: Recorded) -> None:
    alice = await recorded.world.actor()
    for _ in range(3):
        ok(await alice.get("/Accounts/authorized"))
    refused(await alice.get("/Documents/nonsense"), 401, "AUTHORIZATION_REQUIRED")
    assert [row["status"] for row in await recorded.logs(alice, **{"filter[where][status]": "401"})] == [401]
    url = f"/Accounts/{alice.id}/logs/count"
    assert ok(await alice.get(url, params={"where[url][like]": "%authorized%"})) == {"count": 3}
    assert ok(await alice.get(url, params={"where[code]": "AUTHORIZATION_REQUIRED"})) == {"count": 1}
    oldest = await recorded.logs(alice, **{"filter[order]": "createdAt ASC", "filter[limit]": "1"})
    assert oldest[0]["url"] == "/v1/Accounts/authorized"
    assert faults(await alice.get(url, params={"where[reqBody]": "x"})) != {}


async def test_no_secret_is_kept(recorded: Recorded) -> None:
    alice = await recorded.world.actor()
    ok(await recorded.world.http.get("/Accounts/authorized", params={"access_token": alice.token}))
    made = ok(await alice.post(f"/Accounts/{alice.id}/accessTokens", {"ttl": 60}))
    assert (await alice.delete(f"/Accounts/{alice.id}/accessTokens/{made['id']}")).status_code == 204
    body = {"oldPassword": PASSWORD, "newPassword": "another battery staple"}
    assert (await alice.post("/Accounts/change-password", body)).status_code == 204
    ok(await alice.get("/Accounts/is-unique", params={"email": "a@example.com", "password": PASSWORD}))
    assert recorded.application.recorder
    await recorded.application.recorder.flush()
    async with recorded.world.database.open() as tx:
        rows = await tx.connection.fetch("select r::text as line from usage.request r where account_id = $1", alice.id)
    assert len(rows) == 5
    for secret in (alice.token, made["id"], PASSWORD, "another battery staple"):
        assert not [row["line"] for row in rows if secret in row["line"]]


async def test_who_asks_for_nothing_of_theirs_gets_nothing(recorded: Recorded) -> None:
    root = await recorded.world.actor("root")
    child, bob = await recorded.world.actor("child", by=root), await recorded.world.actor("bob")
    ok(await child.get("/Accounts/authorized"))
    [row] = await recorded.logs(root, child.id)
    assert row["accountId"] == child.id
    assert not [row for row in await recorded.logs(root) if row["accountId"] != root.id]
    for path in ("logs", "logs/count", "usages", "usages/count"):
        refused(await bob.get(f"/Accounts/{root.id}/{path}"), 401, "AUTHORIZATION_REQUIRED")
        refused(await child.get(f"/Accounts/{root.id}/{path}"), 401, "AUTHORIZATION_REQUIRED")


async def test_a_record_costs_its_request_no_round_trip(recorded: Recorded) -> None:
    alice = await recorded.world.actor()
    organization = await recorded.world.organization(alice)
    invoice = await recorded.world.invoice(alice, organization)
    assert recorded.application.recorder
    for method, path, body, expected in (
        ("POST", f"/Organizations/{organization['id']}/Documents", recorded.world.rocket_man(), 3),
        ("GET", f"/Documents/{invoice['id']}", None, 2),
    ):
        await recorded.application.recorder.flush()
        before = recorded.world.database.round_trips
        ok(await alice.call(method, path, body))
        assert recorded.world.database.round_trips - before <= expected, path
        before = recorded.world.database.round_trips
        await recorded.application.recorder.flush()
        assert recorded.world.database.round_trips - before <= 2, "one statement a batch, and one for the tenant"


async def test_memory_is_bounded_and_a_flood_is_written_in_batches(recorded: Recorded) -> None:
    alice = await recorded.world.actor()
    ok(await alice.get("/Accounts/authorized"))
    recorder = recorded.application.recorder
    assert recorder
    [noted] = recorder._noted
    for _ in range(MOST_WAITING + 10):
        recorder._note(msgspec.structs.replace(noted, id=ids.new()))
    assert (len(recorder._noted), recorder._lost) == (MOST_WAITING, 11)
    before = recorded.world.database.round_trips
    await recorder.flush()
    assert recorded.world.database.round_trips - before <= 2 * MOST_WAITING // BATCH
    assert ok(await alice.get(f"/Accounts/{alice.id}/logs/count")) == {"count": MOST_WAITING}


async def test_the_record_is_forgotten_in_time(recorded: Recorded) -> None:
    alice = await recorded.world.actor()
    ok(await alice.get("/Accounts/authorized"))
    assert len(await recorded.logs(alice)) == 1
    recorded.world.clock.move(timedelta(days=6))
    await recorded.sweep()
    assert len(await recorded.logs(alice)) == 2
    recorded.world.clock.move(timedelta(days=2))
    await recorded.sweep()
    assert "/v1/Accounts/authorized" not in [row["url"] for row in await recorded.logs(alice)]


async def test_a_database_that_is_away_loses_nothing(recorded: Recorded) -> None:
    alice = await recorded.world.actor()
    ok(await alice.get("/Accounts/authorized"))
    recorder = recorded.application.recorder
    assert recorder
    pool, recorded.world.database._pool = recorded.world.database._pool, None
    with pytest.raises(Exception, match="database"):
        await recorder.flush()
    recorded.world.database._pool = pool
    assert len(await recorded.logs(alice)) == 1


async def test_a_request_that_no_column_takes_costs_its_batch_and_says_so(
    recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    alice, recorder = await recorded.world.actor(), recorded.application.recorder
    assert recorder
    await recorder.flush()
    ok(await alice.get("/Accounts/authorized"))
    [noted] = recorder._noted
    recorder._noted.clear()
    for _ in range(BATCH):
        recorder._note(msgspec.structs.replace(noted, id=ids.new(), duration_ms=2**40))
    recorder._note(msgspec.structs.replace(noted, id=ids.new()))
    await recorder.flush()
    assert f"{BATCH} requests could not be written" in caplog.text
    assert ok(await alice.get(f"/Accounts/{alice.id}/logs/count")) == {"count": 1}


async def test_who_leaves_while_the_database_is_away_says_what_is_lost(
    recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    alice, recorder = await recorded.world.actor(), recorded.application.recorder
    assert recorder
    await recorder.flush()
    for _ in range(3):
        ok(await alice.get("/Accounts/authorized"))
    pool, recorded.world.database._pool = recorded.world.database._pool, None
    await recorder.close()
    recorded.world.database._pool = pool
    assert "the last 3 requests of the log are lost" in caplog.text
    await recorder.flush()


async def test_months_say_what_was_issued(recorded: Recorded) -> None:
    world = recorded.world
    root = await world.actor("root")
    child = await world.actor("child", by=root)
    root.token = ok(await root.post(f"/Accounts/{root.id}/accessTokens", {"ttl": -1}))["id"]
    first, second = await world.organization(root, name="First"), await world.organization(child, name="Second")
    url = f"/Accounts/{root.id}/usages"
    assert ok(await root.get(url)) == []
    now = world.clock.now()
    await world.invoice(root, first)
    await world.invoice(root, first, draft=True)
    dollars = await world.invoice(child, second, currencyId="USD")
    await world.invoice(child, second, type="estimate")
    await world.invoice(child, second, incoming=True)
    ok(await root.post(f"/Documents/{dollars['id']}/cancel"))
    [month] = ok(await root.get(url))
    assert (month["year"], month["month"], month["accountId"]) == (now.year, now.month, root.id)
    assert ok(await root.get(url, params={"filter[where][id]": month["id"]})) == [month]
    assert (month["documentsCount"], month["organizationsBillableCount"]) == (4, 2)
    assert month["documentsTotal"] == 10000
    assert month["documentsTotals"] == [{"currencyId": "EUR", "total": 10000}, {"currencyId": "USD", "total": 0}]
    by_name = {row["name"]: row["documentsCount"] for row in month["documentsPerOrganization"]}
    assert by_name == {"First": 1, "Second": 3}
    assert sorted(month["organizations"]) == sorted([first["id"], second["id"]])
    [own] = ok(await child.get(f"/Accounts/{child.id}/usages"))
    assert (own["documentsCount"], own["organizations"]) == (3, [second["id"]])
    world.clock.move(timedelta(days=62))
    await world.invoice(root, first)
    assert [row["documentsCount"] for row in ok(await root.get(url))] == [1, 4]
    assert ok(await root.get(f"{url}/count", params={"where[documentsCount]": "4"})) == {"count": 1}
    world.clock.move(timedelta(days=800))
    assert ok(await root.get(url)) == []
