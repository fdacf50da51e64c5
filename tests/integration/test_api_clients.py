"""Credentials of programs: given, shown once, revoked; and how fast whoever has them may ask."""

import secrets

import asyncpg
import httpx

from billhook.app import Application, Server, bind
from billhook.db import Database
from billhook.documents import Press
from billhook.settings import Settings, load
from tests.integration.billing_desk import INVOICES, program, uuid
from tests.world import World


async def test_a_secret_is_shown_once_and_kept_hashed(world: World, database_url: str) -> None:
    alice = await world.actor()
    desk = await program(world, alice, label="Front desk")
    assert set(desk.made) >= {"clientId", "clientSecret", "networkId"}
    assert desk.network == uuid(alice.id)
    listed = (await alice.get(f"/Accounts/{alice.id}/apiClients")).json()
    assert [(row["clientId"], row["label"], row["hint"]) for row in listed] == [
        (desk.made["clientId"], "Front desk", desk.made["clientSecret"][-4:])
    ]
    assert "clientSecret" not in listed[0]
    owner = await asyncpg.connect(database_url)
    rows = await owner.fetch("select to_jsonb(c)::text from credentials.api_client c")
    await owner.close()
    assert rows
    assert not [row for row in rows if desk.made["clientSecret"] in row[0]]


async def test_what_was_revoked_opens_nothing(world: World) -> None:
    alice = await world.actor()
    desk = await program(world, alice)
    assert (await desk.get(INVOICES)).status_code == 200
    gone = await alice.delete(f"/Accounts/{alice.id}/apiClients/{desk.made['clientId']}")
    assert gone.status_code == 204
    refused = await desk.get(INVOICES)
    assert refused.status_code == 401
    assert refused.json()["type"] == "invalidCredentials"
    assert refused.headers["www-authenticate"].startswith("Basic")


async def test_only_the_right_secret_opens(world: World) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    hers, his = await program(world, alice), await program(world, bob)
    url = f"{world.base_url}{INVOICES}"
    wrong = [
        (hers.auth[0], his.auth[1]),
        (hers.auth[0], secrets.token_urlsafe(48)),
        (hers.auth[0], ""),
        (uuid(alice.id), hers.auth[1]),
        ("nobody", hers.auth[1]),
    ]
    for auth in wrong:
        assert (await world.http.get(url, auth=auth)).status_code == 401, auth[0]
    for header in ("Basic !", "Basic", alice.token, f"Bearer {alice.token}", ""):
        assert (await world.http.get(url, headers={"Authorization": header})).status_code == 401, header
    assert (
        await alice.get(f"/Accounts/{alice.id}", headers={"Authorization": f"Basic {hers.auth[1]}"})
    ).status_code == 401


async def test_the_network_that_is_named_has_to_be_the_clients_own(world: World) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    desk = await program(world, alice)
    assert (await desk.get(INVOICES, headers={"spacebring-network-id": desk.network})).status_code == 200
    refused = await desk.get(INVOICES, headers={"spacebring-network-id": uuid(bob.id)})
    assert (refused.status_code, refused.json()["type"]) == (403, "otherNetwork")


async def test_what_is_said_of_a_client_is_checked(world: World) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    path = f"/Accounts/{alice.id}/apiClients"
    refused = await alice.post(
        path, {"label": "x" * 201, "redirectUris": ["http://example.com/back", "https://ok.example"]}
    )
    assert refused.status_code == 422
    assert set(refused.json()["error"]["details"]["codes"]) == {"label", "redirectUris.0"}
    assert (await bob.post(path, {})).status_code == 401
    assert (await bob.get(path)).status_code == 401


async def test_who_asks_too_fast_is_told_when_to_come_back(
    database: Database, database_url: str, settings: Settings, world: World
) -> None:
    alice = await world.actor()
    desk, other = await program(world, alice), await program(world, alice)
    slow = load({"BILLHOOK_DATABASE_URL": database_url, "BILLHOOK_SECRET_KEY": "k" * 40})
    assert slow.billing_requests_per_second == 10
    still = Database(database_url, connections=2, clock=_Still(database))
    await still.connect()
    sock, press = bind("127.0.0.1", 0), Press()
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    application = Application(slow, still, press, public_url=url)
    server = Server(application.asgi, sock)
    await server.start()
    async with httpx.AsyncClient(base_url=url) as http:
        answers = [(await http.get(INVOICES, auth=desk.auth)).status_code for _ in range(10)]
        refused = await http.get(INVOICES, auth=desk.auth)
        assert (await http.get(INVOICES, auth=other.auth)).status_code == 200
    await server.stop()
    await application.close()
    await press.close()
    await still.close()
    assert answers == [200] * 10
    assert (refused.status_code, refused.json()["type"]) == (429, "rateLimited")
    assert refused.headers["retry-after"] == "1"


class _Still:
    """A clock that stands still."""

    def __init__(self, database: Database) -> None:
        self.instant = database.clock.now()

    def now(self) -> object:
        return self.instant
