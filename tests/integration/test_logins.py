"""Logging in and changing passwords over HTTP: what opens, what is refused alike, what has to wait."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from billhook.settings import Settings
from tests.integration.accounts_cast import ANOTHER, an_email, code, codes, from_elsewhere, jobs_of, log_in, reset_token
from tests.world import PASSWORD, World


@pytest.fixture(autouse=True)
def _clock_comes_back(world: World) -> Iterator[None]:
    before = world.clock.offset
    yield
    world.clock.offset = before


# Logging in


async def test_login_gives_a_token_that_is_taken_in_three_ways(world: World) -> None:
    actor = await world.actor()
    login = await world.http.post("/Accounts/login", data={"email": actor.account["email"], "password": PASSWORD})
    token = login.json()
    assert token.keys() == {"id", "ttl", "created", "userId"}
    assert (len(token["id"]), token["ttl"], token["userId"]) == (64, 60 * 24 * 60 * 60, actor.id)
    ways: list[dict[str, Any]] = [
        {"headers": {"Authorization": token["id"]}},
        {"headers": {"Authorization": f"Bearer {token['id']}"}},
        {"params": {"access_token": token["id"]}},
    ]
    for way in ways:
        assert (await world.http.get("/Accounts/authorized", **way)).json() == actor.account


async def test_login_shows_the_account_when_asked(world: World) -> None:
    actor = await world.actor()
    body = {"email": actor.account["email"].upper(), "password": PASSWORD, "ttl": -1}
    login = (await world.http.post("/Accounts/login", params={"include": "user"}, json=body)).json()
    assert (login["user"], login["ttl"]) == (actor.account, -1)


async def test_wrong_addresses_and_wrong_passwords_look_alike(world: World) -> None:
    actor, away = await world.actor(), from_elsewhere()
    answers = [
        await log_in(world, actor.account["email"], ANOTHER, away),
        await log_in(world, an_email(), PASSWORD, away),
        await log_in(world, "no address", PASSWORD, away),
        await log_in(world, actor.account["email"], "x" * 100_000, away),
    ]
    assert [code(answer) for answer in answers] == [(401, "LOGIN_FAILED")] * 4
    assert len({answer.text for answer in answers}) == 1


async def test_login_refuses_what_is_no_life_of_a_token(world: World) -> None:
    email = (await world.actor()).account["email"]
    for ttl in (0, -2, 10**12):
        assert codes(await log_in(world, email, PASSWORD, from_elsewhere(), ttl=ttl)) == {"ttl": ["numericality"]}
    assert codes(await world.http.post("/Accounts/login", json={"ttl": "long"})) == {
        "email": ["presence"],
        "password": ["presence"],
        "ttl": ["type"],
    }


async def test_parallel_logins_all_succeed(world: World) -> None:
    email, away = (await world.actor()).account["email"], from_elsewhere()
    answers = await asyncio.gather(*(log_in(world, email, PASSWORD, away) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 20


async def test_guessing_has_to_wait_until_the_window_has_passed(world: World, settings: Settings) -> None:
    email, bystander, away = (await world.actor()).account["email"], await world.actor("bystander"), from_elsewhere()
    for _ in range(settings.login_attempts):
        assert code(await log_in(world, email, ANOTHER, away)) == (401, "LOGIN_FAILED")
    throttled = await log_in(world, email, PASSWORD, from_elsewhere())
    assert code(throttled) == (429, "LOGIN_THROTTLED")
    wait = int(throttled.headers["retry-after"])
    assert 0 < wait <= settings.login_window_seconds
    assert (await log_in(world, bystander.account["email"], PASSWORD, away)).status_code == 200
    world.clock.move(timedelta(seconds=wait + 1))
    assert (await log_in(world, email, PASSWORD, away)).status_code == 200


async def test_parallel_guesses_are_counted_like_guesses_in_a_row(world: World, settings: Settings) -> None:
    email, away = (await world.actor()).account["email"], from_elsewhere()
    guesses = await asyncio.gather(*(log_in(world, email, f"guess number {n}", away) for n in range(40)))
    found = [guess.status_code for guess in guesses]
    assert (found.count(401), found.count(429)) == (settings.login_attempts, 40 - settings.login_attempts)


async def test_the_right_password_begins_the_count_anew(world: World, settings: Settings) -> None:
    email, away = (await world.actor()).account["email"], from_elsewhere()
    for _ in range(2):
        for _ in range(settings.login_attempts - 1):
            assert (await log_in(world, email, ANOTHER, away)).status_code == 401
        assert (await log_in(world, email, PASSWORD, away)).status_code == 200


async def test_an_address_that_guesses_many_accounts_has_to_wait(world: World, settings: Settings) -> None:
    email, away = (await world.actor()).account["email"], from_elsewhere()
    tries = settings.login_attempts * 10
    guesses = await asyncio.gather(*(log_in(world, an_email(), PASSWORD, away) for _ in range(tries)))
    assert {guess.status_code for guess in guesses} == {401}
    neighbour = {"X-Forwarded-For": away["X-Forwarded-For"] + "234"}
    assert code(await log_in(world, email, PASSWORD, neighbour)) == (429, "LOGIN_THROTTLED")
    assert (await log_in(world, email, PASSWORD, from_elsewhere())).status_code == 200


async def test_a_dated_hash_is_renewed_by_a_login(world: World) -> None:
    actor = await world.actor()
    read = "select password_hash from accounts.account where id = $1"
    async with world.database.open() as tx:
        dated = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
        await tx.connection.execute("update accounts.account set password_hash = $1 where id = $2", dated, actor.id)
        for _ in range(2):
            email = actor.account["email"]
            assert (await log_in(world, email, PASSWORD, from_elsewhere())).status_code == 200
        renewed = await tx.connection.fetchval(read, actor.id)
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


# Passwords


async def test_a_changed_password_ends_every_other_session(world: World) -> None:
    actor, away = await world.actor(), from_elsewhere()
    email = actor.account["email"]
    other = (await log_in(world, email, PASSWORD, away)).json()["id"]
    assert (await world.http.get("/Accounts/authorized", headers={"Authorization": other})).status_code == 200
    change = {"oldPassword": PASSWORD, "newPassword": ANOTHER}
    assert (await actor.post("/Accounts/change-password", data=change)).status_code == 204
    assert (await world.http.get("/Accounts/authorized", headers={"Authorization": other})).status_code == 401
    assert (await actor.get("/Accounts/authorized")).status_code == 200
    assert (await log_in(world, email, PASSWORD, away)).status_code == 401
    assert (await log_in(world, email, ANOTHER, away)).status_code == 200


async def test_changing_a_password_takes_the_old_one_and_counts_guesses(world: World, settings: Settings) -> None:
    actor, away = await world.actor(), from_elsewhere()
    change = {"oldPassword": ANOTHER, "newPassword": "x"}
    assert codes(await actor.post("/Accounts/change-password", change)) == {"newPassword": ["length"]}
    change["newPassword"] = ANOTHER
    for _ in range(settings.login_attempts):
        refused = await actor.post("/Accounts/change-password", change, headers=away)
        assert codes(refused) == {"oldPassword": ["mismatch"]}
    change["oldPassword"] = PASSWORD
    assert code(await actor.post("/Accounts/change-password", change, headers=away)) == (429, "LOGIN_THROTTLED")


async def test_no_session_survives_a_change_of_the_password_that_it_raced_with(world: World) -> None:
    actor, away = await world.actor(), from_elsewhere()
    email = actor.account["email"]
    other = (await log_in(world, email, PASSWORD, away)).json()["id"]
    path, change = f"/Accounts/{actor.id}/accessTokens", {"oldPassword": PASSWORD, "newPassword": ANOTHER}
    answers = await asyncio.gather(
        *(log_in(world, email, PASSWORD, away) for _ in range(2)),
        actor.post("/Accounts/change-password", change),
        *(world.http.post(path, json={}, headers={"Authorization": other}) for _ in range(40)),
        *(log_in(world, email, PASSWORD, away) for _ in range(2)),
    )
    assert answers[2].status_code == 204, answers[2].text
    tokens = [answer.json()["id"] for answer in answers if answer.status_code == 200]
    assert tokens  # some were made before the change
    for token in tokens:
        late = await world.http.get("/Accounts/authorized", headers={"Authorization": token})
        assert late.status_code == 401


async def test_asking_for_a_reset_says_nothing_about_who_has_an_account(world: World, settings: Settings) -> None:
    actor, away = await world.actor(), from_elsewhere()
    for email in (actor.account["email"].upper(), an_email()):
        asked = await world.http.post("/Accounts/reset", data={"email": email}, headers=away)
        assert (asked.status_code, asked.content) == (204, b"")
    assert await jobs_of(world, actor.id) == ["accounts.confirm", "accounts.reset"]
    nobody = an_email()
    answers = [await world.http.post("/Accounts/reset", json={"email": nobody}, headers=away) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [204] * settings.login_attempts + [429]
    assert code(answers[-1]) == (429, "RESET_THROTTLED")
    assert int(answers[-1].headers["retry-after"]) > 0
    assert codes(await world.http.post("/Accounts/reset", json={"email": "?"})) == {"email": ["format"]}


async def test_a_reset_token_sets_the_password_once_and_opens_nothing_else(world: World, settings: Settings) -> None:
    actor, away = await world.actor(), from_elsewhere()
    email, token = actor.account["email"], await reset_token(world, actor)
    for _ in range(settings.login_attempts):
        await log_in(world, email, ANOTHER, away)
    assert (await actor.post("/Accounts/reset-password", {"newPassword": ANOTHER})).status_code == 401
    bearer = {"Authorization": token}
    assert (await world.http.get("/Accounts/authorized", headers=bearer)).status_code == 401
    assert codes(await world.http.post("/Accounts/reset-password", json={}, headers=bearer)) == {
        "newPassword": ["presence"]
    }
    reset = await asyncio.gather(
        *(world.http.post("/Accounts/reset-password", json={"newPassword": ANOTHER}, headers=bearer) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in reset) == [204, 401, 401, 401]
    assert (await actor.get("/Accounts/authorized")).status_code == 401
    assert (await log_in(world, email, PASSWORD, away)).status_code == 401
    assert (await log_in(world, email, ANOTHER, away)).status_code == 200  # whoever reads the mail has waited enough


async def test_a_reset_token_goes_in_the_query_with_the_older_name_and_lasts_an_hour(world: World) -> None:
    actor = await world.actor()
    query = {"access_token": await reset_token(world, actor)}
    late = {"access_token": await reset_token(world, actor)}
    form = {"password": ANOTHER}
    assert (await world.http.post("/Accounts/reset-password", params=query, data=form)).status_code == 204
    late = {"access_token": await reset_token(world, actor)}
    world.clock.move(timedelta(hours=1))
    assert (await world.http.post("/Accounts/reset-password", params=late, data=form)).status_code == 401
