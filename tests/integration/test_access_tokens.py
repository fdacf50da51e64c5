"""Access tokens over HTTP: made, listed, expired, destroyed, made for children; and what remembers them."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from billhook import accounts
from billhook.accounts import Authentication
from billhook.db import Database
from billhook.kernel import ids
from tests.world import PASSWORD, Actor, World


@pytest.fixture(autouse=True)
def _clock_comes_back(world: World) -> Iterator[None]:
    before = world.clock.offset
    yield
    world.clock.offset = before


async def make(actor: Actor, **body: Any) -> dict[str, Any]:
    made = await actor.post(f"/Accounts/{actor.id}/accessTokens", body)
    assert made.status_code == 200, made.text
    token: dict[str, Any] = made.json()
    return token


async def opens(world: World, token: str) -> bool:
    answer = await world.http.get("/Accounts/authorized", headers={"Authorization": token})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def test_a_token_is_shown_once(world: World) -> None:
    actor = await world.actor()
    made = await make(actor, ttl=-1, scopes=["documents"])
    assert made.keys() == {"id", "tokenId", "ttl", "created", "userId", "scopes"}
    assert (len(made["id"]), made["ttl"], made["userId"], made["scopes"]) == (64, -1, actor.id, ["documents"])
    assert await opens(world, made["id"])

    listed = await actor.get(f"/accounts/{actor.id}/accesstokens", params={"filter[order]": "created DESC"})
    assert listed.headers["x-total-count"] == "2"
    newest, login = listed.json()
    assert newest == {
        "id": made["tokenId"],
        "hint": made["id"][-4:],
        **{key: made[key] for key in ("ttl", "created", "userId", "scopes")},
    }
    assert login["hint"] == actor.token[-4:]
    assert made["id"] not in listed.text
    assert actor.token not in listed.text


async def test_tokens_are_listed_by_page_and_filter(world: World) -> None:
    actor = await world.actor()
    for ttl in (100, 200, 300):
        await make(actor, ttl=ttl)
    path = f"/Accounts/{actor.id}/accessTokens"
    page = await actor.get(path, params={"filter[where][ttl][lte]": "300", "filter[limit]": "2", "filter[skip]": "1"})
    assert [row["ttl"] for row in page.json()] == [200, 300]
    assert page.headers["x-total-count"] == "3"


async def test_tokens_expire_by_the_clock_even_while_remembered(world: World) -> None:
    actor = await world.actor()
    hour, ever = (await make(actor, ttl=3600))["id"], (await make(actor, ttl=-1))["id"]
    assert await opens(world, hour)
    world.clock.move(timedelta(seconds=3590))
    assert await opens(world, hour)
    world.clock.move(timedelta(seconds=10))
    assert not await opens(world, hour)
    assert await opens(world, actor.token)
    world.clock.move(timedelta(days=60))
    assert not await opens(world, actor.token)
    assert await opens(world, ever)
    left = await world.http.get(f"/Accounts/{actor.id}/accessTokens", headers={"Authorization": ever})
    assert [row["ttl"] for row in left.json()] == [-1]


async def test_a_token_is_destroyed_by_its_row_or_by_itself_at_once(world: World) -> None:
    actor = await world.actor()
    path = f"/Accounts/{actor.id}/accessTokens"
    for name in ("tokenId", "id"):
        made = await make(actor)
        assert await opens(world, made["id"])
        assert (await actor.delete(f"{path}/{made[name]}")).status_code == 204
        assert not await opens(world, made["id"])
        assert code(await actor.delete(f"{path}/{made[name]}")) == (404, "MODEL_NOT_FOUND")
    assert await opens(world, actor.token)


async def test_logging_out_destroys_the_token_of_the_request_only(world: World) -> None:
    actor = await world.actor()
    other = (await make(actor))["id"]
    assert (await actor.post("/accounts/logout")).status_code == 204
    assert code(await actor.post("/Accounts/logout")) == (401, "INVALID_TOKEN")
    assert await opens(world, other)


async def test_nobody_touches_the_tokens_of_others(world: World) -> None:
    alice, bob = await world.actor("alice"), await world.actor("bob")
    made = await make(bob)
    missing = f"/Accounts/{ids.new()}/accessTokens"
    answers = [
        *[await alice.get(path) for path in (f"/Accounts/{bob.id}/accessTokens", missing)],
        *[await alice.post(path, {}) for path in (f"/Accounts/{bob.id}/accessTokens", missing)],
        await alice.delete(f"/Accounts/{bob.id}/accessTokens/{made['tokenId']}"),
        await alice.delete(f"{missing}/{made['id']}"),
    ]
    assert {code(answer) for answer in answers} == {(401, "AUTHORIZATION_REQUIRED")}
    assert code(await alice.delete(f"/Accounts/{alice.id}/accessTokens/{made['tokenId']}")) == (404, "MODEL_NOT_FOUND")
    assert code(await alice.delete(f"/Accounts/{alice.id}/accessTokens/{made['id']}")) == (404, "MODEL_NOT_FOUND")
    assert await opens(world, made["id"])


async def test_a_root_minds_the_tokens_of_its_children(world: World) -> None:
    root = await world.actor("root")
    child = await world.actor("child", by=root)
    path = f"/Accounts/{child.id}/accessTokens"
    made = (await root.post(path, {"ttl": 60})).json()
    assert made["userId"] == child.id
    assert (await root.delete(f"{path}/{made['id']}")).status_code == 204
    assert [row["hint"] for row in (await root.get(path)).json()] == [child.token[-4:]]
    assert (await child.get(f"/Accounts/{root.id}/accessTokens")).status_code == 401


@pytest.mark.parametrize("ttl", [0, -2, 10**12, "soon"])
async def test_a_life_that_is_none_is_refused(world: World, ttl: Any) -> None:
    actor = await world.actor()
    for path in (f"/Accounts/{actor.id}/accessTokens", "/Accounts/impersonate"):
        refused = await actor.post(path, {"ttl": ttl, "email": "a@example.com"})
        assert refused.status_code == 422
        assert list(refused.json()["error"]["details"]["codes"]) == ["ttl"]


async def test_a_root_impersonates_its_children(world: World) -> None:
    root = await world.actor("root")
    child = await world.actor("child", by=root)
    for name in ({"email": child.account["email"].upper()}, {"id": child.id}):
        made = (await root.post("/Accounts/impersonate", json=None, data={**name, "ttl": "3600"})).json()
        assert (made["userId"], made["ttl"]) == (child.id, 3600)
        whoami = await world.http.get("/Accounts/authorized", headers={"Authorization": made["id"]})
        assert whoami.json() == child.account


async def test_nobody_impersonates_anybody_else(world: World) -> None:
    root, other = await world.actor("root"), await world.actor("other")
    child, sibling = await world.actor("child", by=root), await world.actor("sibling", by=root)
    attempts = [
        (root, {"id": root.id}),
        (root, {"email": other.account["email"]}),
        (other, {"id": child.id}),
        (child, {"id": sibling.id}),
        (child, {"email": root.account["email"]}),
        (root, {"id": "nonsense"}),
        (root, {"email": "nonsense"}),
    ]
    for actor, body in attempts:
        assert code(await actor.post("/Accounts/impersonate", body)) == (401, "AUTHORIZATION_REQUIRED"), body
    assert (await root.post("/Accounts/impersonate", {})).status_code == 422


async def test_without_a_good_token_nothing_is_open(world: World) -> None:
    actor = await world.actor()
    wrong = ["", "short", "Bearer", secrets.token_hex(32), actor.token[:-1], actor.token.swapcase(), actor.token + "x"]
    for token in wrong:
        answer = await world.http.get("/Accounts/authorized", headers={"Authorization": token})
        assert code(answer) == (401, "INVALID_TOKEN"), token
        assert not token or token not in answer.text
    assert code(await world.http.get("/Accounts/authorized")) == (401, "INVALID_TOKEN")


# What is remembered


@pytest.fixture
async def authenticate(database: Database) -> AsyncIterator[Authentication]:
    authenticate = accounts.authenticator(database)
    await authenticate.start()
    yield authenticate
    await authenticate.close()


async def test_a_token_is_looked_up_once(world: World, authenticate: Authentication) -> None:
    actor = await world.actor()
    first = await authenticate(actor.token)
    before = world.database.round_trips
    assert first is not None
    assert (first.account_id, first.is_root, await authenticate(actor.token)) == (actor.id, True, first)
    assert world.database.round_trips == before


async def test_once_closed_tokens_are_looked_up_each_time(world: World, authenticate: Authentication) -> None:
    actor = await world.actor()
    await authenticate(actor.token)
    await authenticate.close()
    before = world.database.round_trips
    assert await authenticate(actor.token)
    assert await authenticate(actor.token)
    assert world.database.round_trips == before + 2


async def test_tokens_are_looked_up_while_revocations_cannot_be_heard(
    world: World, authenticate: Authentication
) -> None:
    actor = await world.actor()
    await authenticate(actor.token)
    owner = await asyncpg.connect(world.database.url)
    await owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and query ilike 'listen %'"
    )
    await owner.execute("delete from accounts.access_token where account_id = $1", ids.to_uuid(actor.id))
    await owner.close()
    async with asyncio.timeout(5):  # what is remembered would be believed for longer
        while await authenticate(actor.token):
            assert not await opens(world, ids.token())


REVOKE = """
import asyncio, sys
from billhook import accounts
from billhook.db import Database
from billhook.web import Principal

async def revoke(url, account, token):
    database = Database(url, connections=1)
    await database.connect()
    async with database.open() as tx:
        await accounts.revoke(tx, Principal(account, account, account), account, token)
    await database.close()

asyncio.run(revoke(*sys.argv[1:]))
"""


async def test_a_revocation_in_another_process_is_heard(world: World, authenticate: Authentication) -> None:
    actor = await world.actor()
    kept = (await make(actor))["id"]
    assert await authenticate(kept)
    assert await authenticate(actor.token)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", REVOKE, world.database.url, actor.id, actor.token
    )
    assert await process.wait() == 0
    async with asyncio.timeout(5):  # what is remembered would be believed for longer
        while await authenticate(actor.token):
            assert not await opens(world, ids.token())
    assert await authenticate(kept)


async def test_a_login_is_three_connections_and_never_one_while_hashing(world: World) -> None:
    actor = await world.actor()
    before = world.database.round_trips
    login = await world.http.post("/Accounts/login", json={"email": actor.account["email"], "password": PASSWORD})
    assert login.status_code == 200
    # One more where the connection that is lent still carries the tenant of whoever had it before.
    assert before + 3 <= world.database.round_trips <= before + 4
