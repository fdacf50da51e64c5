"""Writes that come with an Idempotency-Key: once, whatever is repeated, at the same time, or cut off half-way."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from billhook.db import Database
from billhook.idempotency.events import SWEEP
from billhook.idempotency.jobs import handlers
from billhook.jobs import Job
from tests.world import PASSWORD, Actor, World

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"


@pytest.fixture
async def alice(world: World) -> Actor:
    return await world.actor()


@pytest.fixture
async def agency(world: World, alice: Actor) -> dict[str, Any]:
    return await world.organization(alice)


async def documents(alice: Actor, agency: dict[str, Any]) -> int:
    counted = await alice.get(f"/Organizations/{agency['id']}/Documents/count")
    count: int = counted.json()["count"]
    return count


def path_of(agency: dict[str, Any]) -> str:
    return f"/Organizations/{agency['id']}/Documents"


def code(answer: httpx.Response) -> str:
    found: str = answer.json()["error"]["code"]
    return found


async def test_a_repeated_write_is_answered_as_the_first_time(
    world: World, alice: Actor, agency: dict[str, Any]
) -> None:
    body, headers = world.rocket_man(payments=[{"type": "card"}]), {KEY: "order 4711"}
    first = await alice.post(path_of(agency), body, headers=headers)
    again = await alice.post(path_of(agency), body, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await documents(alice, agency) == 1


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
async def test_changes_and_deletions_are_repeated_alike(
    world: World, alice: Actor, agency: dict[str, Any], method: str
) -> None:
    invoice = await world.invoice(alice, agency)
    paid = (await alice.post(f"/Documents/{invoice['id']}/payments", {"type": "bank", "amount": 5})).json()
    body = None if method == "delete" else {"type": "bank", "amount": 7, "date": "2031-05-04"}
    path, headers = f"/Payments/{paid['id']}", {KEY: f"once {method}"}
    answers = [await alice.call(method.upper(), path, body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    journal = (await alice.get(f"/Documents/{invoice['id']}/journal")).json()
    assert len(journal) == (3 if method == "delete" else 4)


async def test_another_request_under_the_same_key_is_refused(
    world: World, alice: Actor, agency: dict[str, Any]
) -> None:
    headers = {KEY: "mine"}
    assert (await alice.post(path_of(agency), world.rocket_man(), headers=headers)).status_code == 200
    others = [
        await alice.post(path_of(agency), world.rocket_man(note="another"), headers=headers),
        await alice.post(f"/Organizations/{agency['id']}/payments", {"type": "bank", "amount": 1}, headers=headers),
    ]
    assert [(answer.status_code, code(answer)) for answer in others] == [(422, "IDEMPOTENCY_KEY_REUSED")] * 2
    assert await documents(alice, agency) == 1


async def test_keys_are_an_account_s_own(world: World, alice: Actor, agency: dict[str, Any]) -> None:
    bob = await world.actor("bob")
    his = await world.organization(bob)
    for actor, organization in ((alice, agency), (bob, his)):
        made = await actor.post(path_of(organization), world.rocket_man(), headers={KEY: "order 1"})
        assert made.status_code == 200
        assert REPLAYED not in made.headers
    foreign = await bob.post(path_of(agency), world.rocket_man(), headers={KEY: "order 2"})
    assert foreign.status_code == 401


async def test_many_at_once_happen_once(world: World, alice: Actor, agency: dict[str, Any]) -> None:
    body, headers = world.rocket_man(), {KEY: "all at once"}
    answers = await asyncio.gather(*[alice.post(path_of(agency), body, headers=headers) for _ in range(6)])
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {200, 409}
    assert {code(answer) for answer in answers if answer.status_code == 409} <= {"IDEMPOTENCY_KEY_IN_USE"}
    made = {answer.json()["id"] for answer in answers if answer.status_code == 200}
    assert len(made) == 1
    assert await documents(alice, agency) == 1


async def test_while_the_first_is_under_way_a_repetition_is_told_to_wait(
    world: World, alice: Actor, agency: dict[str, Any], database_url: str
) -> None:
    invoice, headers = await world.invoice(alice, agency), {KEY: "slow"}
    path, body = f"/Documents/{invoice['id']}/payments", {"type": "bank", "amount": 5}
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute("select from documents.document where id = $1 for update", uuid_of(invoice["id"]))
            slow = asyncio.create_task(alice.post(path, body, headers=headers))
            await waiting(holder, slow)
            early = await alice.post(path, body, headers=headers)
            assert (early.status_code, code(early)) == (409, "IDEMPOTENCY_KEY_IN_USE")
            assert int(early.headers["retry-after"]) >= 1
    finally:
        await holder.close()
    assert (await slow).status_code == 200
    late = await alice.post(path, body, headers=headers)
    assert late.headers[REPLAYED] == "true"
    assert late.content == (await slow).content


async def test_what_was_cut_off_half_way_has_never_been(
    world: World, alice: Actor, agency: dict[str, Any], database_url: str
) -> None:
    invoice, headers = await world.invoice(alice, agency), {KEY: "cut off"}
    path, body = f"/Documents/{invoice['id']}/payments", {"type": "bank", "amount": 5}
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute("select from documents.document where id = $1 for update", uuid_of(invoice["id"]))
            cut = asyncio.create_task(alice.post(path, body, headers=headers))
            victim = await waiting(holder, cut)
            await holder.execute("select pg_terminate_backend($1)", victim)
            assert (await cut).status_code == 503
    finally:
        await holder.close()
    again = await alice.post(path, body, headers=headers)
    assert again.status_code == 200
    assert REPLAYED not in again.headers
    assert (await alice.get(f"/Documents/{invoice['id']}")).json()["totalPaid"] == 5


async def waiting(holder: asyncpg.Connection, request: asyncio.Task[Any]) -> int:
    """Return the process that waits for a lock of ours, once the request has come to it."""
    while not request.done():
        pid = await holder.fetchval(
            "select pid from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid)) limit 1"
        )
        if pid:
            found: int = pid
            return found
    raise AssertionError(f"the request has waited for nothing: {request.result().text}")


def uuid_of(id: str) -> Any:
    from billhook.kernel import ids

    return ids.to_uuid(id)


async def test_a_refusal_leaves_the_key_free(world: World, alice: Actor, agency: dict[str, Any]) -> None:
    headers = {KEY: "second try"}
    refused = await alice.post(path_of(agency), {"type": "invoice"}, headers=headers)
    assert refused.status_code == 422
    mended = await alice.post(path_of(agency), world.rocket_man(), headers=headers)
    assert mended.status_code == 200


async def test_a_statement_that_is_refused_in_the_middle_does_not_end_it(
    world: World, alice: Actor, agency: dict[str, Any]
) -> None:
    taken = await world.invoice(alice, agency, uniqueId="u-1")
    same = await alice.post(path_of(agency), world.rocket_man(uniqueId="u-1"), headers={KEY: "a key"})
    assert same.json()["id"] == taken["id"]
    number = await alice.post(path_of(agency), world.rocket_man(number=taken["number"]), headers={KEY: "another key"})
    assert number.status_code == 422
    assert "number" in number.json()["error"]["details"]["codes"]


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9"])
async def test_a_key_that_is_none_is_refused(alice: Actor, agency: dict[str, Any], key: str) -> None:
    answer = await alice.post(path_of(agency), {}, headers={KEY: key.encode("utf-8")})
    assert (answer.status_code, code(answer)) == (422, "IDEMPOTENCY_KEY_INVALID")


async def test_without_an_account_there_is_no_key(world: World) -> None:
    body = {"email": "nobody@example.com", "password": PASSWORD}
    answers = [await world.http.post("/Accounts/login", json=body, headers={KEY: "k"}) for _ in range(2)]
    assert [REPLAYED in answer.headers for answer in answers] == [False, False]


async def test_a_page_takes_no_key(world: World, alice: Actor, agency: dict[str, Any]) -> None:
    estimate = await world.invoice(alice, agency, type="estimate")
    link = (await alice.post(f"/Documents/{estimate['id']}/share")).json()["shareableId"]
    headers = {KEY: "clicked", "Authorization": alice.token}
    clicked = await alice.http.post(f"{world.base_url}/i/{link}/accept", headers=headers)
    assert clicked.status_code == 303
    assert (await alice.get(f"/Documents/{estimate['id']}")).json().get("acceptedAt") is not None


async def test_reading_needs_no_key(alice: Actor, agency: dict[str, Any]) -> None:
    answers = [await alice.get(f"/Organizations/{agency['id']}", headers={KEY: "k"}) for _ in range(2)]
    assert [REPLAYED in answer.headers for answer in answers] == [False, False]


async def test_an_upload_is_the_same_whatever_its_boundary(alice: Actor, agency: dict[str, Any]) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    path, headers = f"/Organizations/{agency['id']}/images", {KEY: "logo", "Authorization": alice.token}
    sent = [
        await alice.http.post(path, params={"type": "logo"}, files={"file": ("a.svg", svg)}, headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [200, 200], sent[0].text
    assert sent[1].headers[REPLAYED] == "true"


async def test_answers_are_kept_sealed(world: World, alice: Actor, database_url: str) -> None:
    path = f"/Accounts/{alice.id}/accessTokens"
    made = [await alice.post(path, {"ttl": -1}, headers={KEY: "token"}) for _ in range(2)]
    token = made[0].json()["id"]
    assert made[1].json()["id"] == token
    connection = await asyncpg.connect(database_url)
    try:
        bodies = await connection.fetch("select body from idempotency.answer where account_id = $1", uuid_of(alice.id))
    finally:
        await connection.close()
    assert len(bodies) == 1
    assert token.encode() not in bodies[0]["body"]


async def test_wrong_guesses_count_with_a_key_too(alice: Actor) -> None:
    body = {"oldPassword": "a wrong guess, again", "newPassword": "another battery staple"}
    answers = [await alice.post("/Accounts/change-password", body, headers={KEY: f"guess {n}"}) for n in range(6)]
    assert answers[-1].status_code == 429


async def test_a_password_is_changed_once(world: World, alice: Actor) -> None:
    body, headers = {"oldPassword": PASSWORD, "newPassword": "another battery staple"}, {KEY: "new password"}
    answers = [await alice.post("/Accounts/change-password", body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1].headers[REPLAYED] == "true"


async def test_answers_that_made_nothing_are_forgotten_after_a_month(
    world: World, alice: Actor, agency: dict[str, Any], database: Database
) -> None:
    token = await alice.post(f"/Accounts/{alice.id}/accessTokens", {"ttl": -1})
    alice.token = token.json()["id"]
    made, path = (
        await alice.post(path_of(agency), world.rocket_man(), headers={KEY: "for good"}),
        f"/Organizations/{agency['id']}",
    )
    await alice.patch(path, {"city": "Ghent"}, headers={KEY: "for a month"})
    world.clock.move(timedelta(days=31))
    await handlers(database)[SWEEP](Job(id=0, kind=SWEEP, organization_id=None, payload={}, attempts=1, max_attempts=1))
    again = await alice.patch(path, {"city": "Ghent"}, headers={KEY: "for a month"})
    assert REPLAYED not in again.headers
    same = await alice.post(path_of(agency), world.rocket_man(), headers={KEY: "for good"})
    assert same.headers[REPLAYED] == "true"
    assert same.content == made.content
