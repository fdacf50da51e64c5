"""Accounts over HTTP: signing up, who may see and change whom, children, confirmed addresses."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import msgspec
import pytest

from billhook.app import Application, Server, bind
from billhook.db import Database
from billhook.documents import Press
from billhook.settings import Settings
from tests.integration.accounts_cast import (
    ANOTHER,
    an_email,
    code,
    codes,
    confirmation_token,
    from_elsewhere,
    jobs_of,
    log_in,
    reset_token,
)
from tests.world import PASSWORD, World


@pytest.fixture(autouse=True)
def _clock_comes_back(world: World) -> Iterator[None]:
    before = world.clock.offset
    yield
    world.clock.offset = before


# Signing up


async def test_sign_up_opens_a_root_account_and_tells_all_but_the_password(world: World) -> None:
    email = an_email()
    profile = {"firstname": "Ada", "taxNumber": "123", "newsletter": True, "locale": "nl-BE", "custom": {"seats": 1.5}}
    made = await world.http.post(
        "/Accounts",
        json={"email": f" {email.upper()} ", "password": PASSWORD, "nonsense": 1, "emailVerified": True, **profile},
    )
    account = made.json()
    assert made.status_code == 200
    assert {key: account[key] for key in profile} == profile
    assert account["email"] == email
    assert account["emailVerified"] is False
    assert len(account["id"]) == 24
    assert account["createdAt"] == account["updatedAt"]
    assert account.keys() == profile.keys() | {"id", "email", "emailVerified", "createdAt", "updatedAt"}
    assert await jobs_of(world, account["id"]) == ["accounts.confirm"]


async def test_sign_up_takes_forms(world: World) -> None:
    form = {"email": an_email(), "password": PASSWORD, "productUpdates": "true", "custom[color]": "red", "lastname": ""}
    made = (await world.http.post("/accounts", data=form)).json()
    assert (made["productUpdates"], made["custom"], made["lastname"]) == (True, {"color": "red"}, "")


async def test_a_token_makes_the_account_a_child_of_its_root(world: World) -> None:
    root = await world.actor("root")
    child = await world.actor("child", by=root)
    grandchild = await world.actor("grandchild", by=child)
    assert "masterId" not in root.account
    assert (child.account["masterId"], child.account["parentId"]) == (root.id, root.id)
    assert (grandchild.account["masterId"], grandchild.account["parentId"]) == (root.id, child.id)


async def test_nobody_becomes_a_root_account_by_a_token_that_is_no_good(world: World) -> None:
    actor, email = await world.actor(), an_email()
    await actor.post("/Accounts/logout")
    made = await actor.post("/Accounts", {"email": email, "password": PASSWORD})
    assert code(made) == (401, "INVALID_TOKEN")
    assert (await world.http.get("/Accounts/is-unique", params={"email": email})).json() == {"isUnique": True}


async def test_all_faults_come_at_once(world: World) -> None:
    taken = (await world.actor()).account["email"]
    bad_link = {
        "activateRedirect": "javascript:alert(1)",
        "locale": "??",
        "label": "x" * 501,
        "custom": {"a": "x" * 70_000},
    }
    made = await world.http.post("/Accounts", json={"email": taken, "password": "short", **bad_link})
    assert codes(made) == {
        "email": ["uniqueness"],
        "password": ["length"],
        "activateRedirect": ["format"],
        "locale": ["format"],
        "label": ["length"],
        "custom": ["length"],
    }
    assert codes(await world.http.post("/Accounts", json={"email": "", "password": ""})) == {
        "email": ["presence"],
        "password": ["presence"],
    }


async def test_faults_of_shape_and_of_content_come_together(world: World) -> None:
    made = await world.http.post("/Accounts", json={"password": "short", "newsletter": "perhaps"})
    assert codes(made) == {"email": ["presence"], "password": ["length"], "newsletter": ["type"]}
    assert codes(await world.http.post("/Accounts", json={})) == {"email": ["presence"], "password": ["presence"]}


async def test_of_parallel_sign_ups_with_one_address_one_wins(world: World) -> None:
    body = {"email": an_email(), "password": PASSWORD}
    made = await asyncio.gather(*(world.http.post("/Accounts", json=body) for _ in range(8)))
    assert sorted(response.status_code for response in made) == [200] + [422] * 7
    refused = [codes(response) for response in made if response.status_code == 422]
    assert refused == [{"email": ["uniqueness"]}] * 7


async def test_children_need_no_confirmation_where_their_root_says_so(world: World) -> None:
    root = await world.actor("root")
    await root.patch(f"/Accounts/{root.id}", {"skipChildAccountVerification": True})
    child = await world.actor("child", by=root)
    assert child.account["emailVerified"] is True
    assert await jobs_of(world, child.id) == []


@pytest.fixture
async def closed(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A server on the same database where not everybody may sign up."""
    press, sock = Press(), bind("127.0.0.1", 0)
    closed = msgspec.structs.replace(settings, signup="closed")
    application = Application(closed, database, press, public_url="http://localhost")
    server = Server(application.asgi, sock)
    await server.start()
    async with httpx.AsyncClient(base_url=f"{server.url}/v1") as http:
        yield http
    await server.stop()
    await application.close()
    await press.close()


async def test_closed_sign_up_is_open_to_those_with_a_token(world: World, closed: httpx.AsyncClient) -> None:
    root = await world.actor("root")
    refused = await closed.post("/Accounts", json={"email": an_email(), "password": PASSWORD})
    assert code(refused) == (401, "SIGNUP_CLOSED")
    body, headers = {"email": an_email(), "password": PASSWORD}, {"Authorization": root.token}
    assert (await closed.post("/Accounts", json=body, headers=headers)).json()["masterId"] == root.id


# Reading and changing


async def test_missing_and_foreign_accounts_look_alike(world: World) -> None:
    alice, bob = await world.actor("alice"), await world.actor("bob")
    answers = []
    for target in (bob.id, "5e1b0ee5c3c1c94ae5e1b0ee", "nonsense"):
        answers += [
            await alice.get(f"/Accounts/{target}"),
            await alice.patch(f"/Accounts/{target}", {"firstname": "Mallory"}),
            await alice.get(f"/Accounts/{target}/is-verified"),
            await alice.post(f"/Accounts/{target}/send-verification"),
            await alice.post(f"/Accounts/{target}/verify"),
        ]
    assert {code(answer) for answer in answers} == {(401, "AUTHORIZATION_REQUIRED")}
    assert len({answer.text for answer in answers}) == 1
    assert (await bob.get("/Accounts/authorized")).json() == bob.account


async def test_a_root_reads_and_changes_its_children_but_not_the_other_way_round(world: World) -> None:
    root = await world.actor("root")
    child, sibling = await world.actor("child", by=root), await world.actor("sibling", by=root)
    changed = await root.patch(f"/accounts/{child.id}", {"firstname": "Chris"})
    assert changed.json()["firstname"] == "Chris"
    assert (await root.get(f"/Accounts/{child.id}")).json() == changed.json()
    for target in (root, sibling):
        assert (await child.get(f"/Accounts/{target.id}")).status_code == 401


async def test_patch_sets_what_is_given_and_null_takes_away(world: World) -> None:
    actor = await world.actor()
    path = f"/Accounts/{actor.id}"
    await actor.patch(path, {"firstname": "Ada", "label": "A", "custom": {"color": "red"}, "newsletter": True})
    world.clock.move(timedelta(minutes=1))
    changed = await actor.patch(path, {"label": None, "newsletter": None, "id": "x", "masterId": "y", "createdAt": 1})
    expected = actor.account | {"firstname": "Ada", "custom": {"color": "red"}}
    assert changed.json() | {"updatedAt": ""} == expected | {"updatedAt": ""}
    assert changed.json()["updatedAt"] > actor.account["updatedAt"]
    assert (await actor.patch(path, {"custom": {}})).json()["custom"] == {}
    assert (await actor.get(path, params={"filter[fields]": "firstname"})).json() == {"firstname": "Ada"}


async def test_patch_refuses_what_cannot_stand(world: World) -> None:
    actor, other = await world.actor(), await world.actor("other")
    path = f"/Accounts/{actor.id}"
    assert codes(await actor.patch(path, {"email": "nobody", "resetRedirect": "//evil.example"})) == {
        "email": ["format"],
        "resetRedirect": ["format"],
    }
    assert codes(await actor.patch(path, {"email": ""})) == {"email": ["presence"]}
    assert codes(await actor.patch(path, {"email": other.account["email"].upper()})) == {"email": ["uniqueness"]}
    assert codes(await actor.patch(path, {"password": ANOTHER})) == {"password": ["read_only"]}
    assert (await actor.get(path)).json() == actor.account


async def test_another_address_has_to_be_confirmed_again(world: World) -> None:
    actor = await world.actor()
    confirmed, reset = await confirmation_token(world, actor), await reset_token(world, actor)
    confirm = {"uid": actor.id, "token": confirmed}
    assert (await world.http.get("/Accounts/confirm", params=confirm)).status_code == 204
    same = await actor.patch(f"/Accounts/{actor.id}", {"email": actor.account["email"].upper()})
    assert same.json()["emailVerified"] is True

    email = an_email("moved")
    moved = await actor.patch(f"/Accounts/{actor.id}", {"email": email})
    assert (moved.json()["email"], moved.json()["emailVerified"]) == (email, False)
    assert await jobs_of(world, actor.id) == ["accounts.confirm"] * 2
    assert codes(await world.http.get("/Accounts/confirm", params=confirm)) == {"token": ["expired"]}
    late = await world.http.post("/Accounts/reset-password", json={"newPassword": ANOTHER, "access_token": reset})
    assert late.status_code == 401
    assert (await log_in(world, email, PASSWORD, from_elsewhere())).status_code == 200


# Children


async def test_children_are_listed_counted_and_filtered(world: World) -> None:
    root, stranger = await world.actor("root"), await world.actor("stranger")
    names = ["one", "two", "three"]
    children = [await world.actor(name, by=root) for name in names]
    await root.patch(f"/Accounts/{children[1].id}", {"firstname": "Two", "custom": {"plan": "gold"}})

    page = await root.get("/accounts", params={"filter": '{"limit": 2, "order": "createdAt ASC"}'})
    assert [row["id"] for row in page.json()] == [child.id for child in children[:2]]
    assert page.headers["x-total-count"] == "3"
    assert (await root.get("/ACCOUNTS/count")).json() == {"count": 3}
    for where in ("where[custom.plan]=gold", "where[firstname]=Two", f"where[id]={children[1].id}"):
        assert (await root.get(f"/accounts/count?{where}")).json() == {"count": 1}
        assert [row["id"] for row in (await root.get(f"/accounts?filter[{where[:5]}]{where[5:]}")).json()] == [
            children[1].id
        ]
    for outsider in (stranger, children[0]):
        assert (await outsider.get("/accounts")).json() == []
        assert (await outsider.get("/accounts/count")).json() == {"count": 0}
    assert codes(await root.get("/accounts?filter[where][passwordHash]=x")) == {
        "filter.where.passwordHash": ["unknown_field"]
    }


# Addresses


async def test_is_unique(world: World) -> None:
    taken = (await world.actor()).account["email"]
    for email, free in ((taken.upper(), False), (an_email(), True)):
        assert (await world.http.get("/accounts/is-unique", params={"email": email})).json() == {"isUnique": free}
    assert codes(await world.http.get("/Accounts/is-unique", params={"email": "a@b"})) == {"email": ["format"]}


async def test_the_confirmation_mail_is_sent_until_the_address_is_confirmed(world: World) -> None:
    actor = await world.actor()
    path = f"/Accounts/{actor.id}"
    assert (await actor.get(f"{path}/send-verification")).json() == {"success": True}
    assert (await actor.post(f"{path}/send-verification")).json() == {"success": True}
    assert (await actor.post(f"{path}/verify")).status_code == 204
    assert await jobs_of(world, actor.id) == ["accounts.confirm"] * 4
    assert (await actor.get(f"{path}/is-verified")).json() == {"isVerified": False}

    confirm = {"uid": actor.id, "token": await confirmation_token(world, actor)}
    for _ in range(2):  # a mail program may have been there first
        assert (await world.http.get("/accounts/confirm", params=confirm)).status_code == 204
    assert (await actor.get(f"{path}/is-verified")).json() == {"isVerified": True}
    assert (await actor.post(f"{path}/send-verification")).json() == {"success": True}
    assert await jobs_of(world, actor.id) == ["accounts.confirm"] * 4


@pytest.mark.parametrize("path", ["send-verification", "verify"])
async def test_confirmation_mails_are_rationed(world: World, path: str) -> None:
    actor = await world.actor()
    answers = [await actor.post(f"/Accounts/{actor.id}/{path}") for _ in range(4)]
    assert [answer.is_success for answer in answers] == [True, True, True, False]
    error = answers[-1].json()["error"]
    assert (error["statusCode"], error["code"]) == (429, "CONFIRMATION_THROTTLED")
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    assert await jobs_of(world, actor.id) == ["accounts.confirm"] * 4  # one of them from signing up
    neighbour = await world.actor()
    assert (await neighbour.post(f"/Accounts/{neighbour.id}/{path}")).is_success
    world.clock.move(timedelta(seconds=3601))
    assert (await actor.post(f"/Accounts/{actor.id}/{path}")).is_success


async def test_changing_the_address_over_and_over_sends_no_more_mails_than_asking_does(world: World) -> None:
    actor = await world.actor()
    path = f"/Accounts/{actor.id}"
    answers = [await actor.patch(path, {"email": an_email("moved")}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["error"]["code"] == "CONFIRMATION_THROTTLED"
    assert (await actor.get(path)).json()["email"] == answers[2].json()["email"]  # the fourth changed nothing
    assert await jobs_of(world, actor.id) == ["accounts.confirm"] * 4  # one of them from signing up
    world.clock.move(timedelta(seconds=3601))
    assert (await actor.patch(path, {"email": an_email("moved")})).status_code == 200


async def test_a_password_set_by_mail_confirms_the_address_and_keeps_the_link_that_would(world: World) -> None:
    actor = await world.actor()
    confirm = {"uid": actor.id, "token": await confirmation_token(world, actor)}
    mailed = {"Authorization": await reset_token(world, actor)}
    answer = await world.http.post("/Accounts/reset-password", json={"newPassword": ANOTHER}, headers=mailed)
    assert answer.status_code == 204, answer.text
    login = await log_in(world, actor.account["email"], ANOTHER, from_elsewhere())
    account = await world.http.get(f"/Accounts/{actor.id}", headers={"Authorization": login.json()["id"]})
    assert account.json()["emailVerified"] is True
    assert (await world.http.get("/Accounts/confirm", params=confirm)).status_code == 204


async def test_a_confirmation_is_good_for_its_account_its_purpose_and_a_week(world: World) -> None:
    alice, bob = await world.actor("alice"), await world.actor("bob")
    token = await confirmation_token(world, alice)
    refused = [
        {"uid": bob.id, "token": token},
        {"uid": alice.id, "token": alice.token},
        {"uid": alice.id, "token": await reset_token(world, alice)},
        {"uid": "nobody", "token": token},
    ]
    for query in refused:
        assert codes(await world.http.get("/Accounts/confirm", params=query)) == {"token": ["expired"]}
    assert (await world.http.get("/Accounts/authorized", headers={"Authorization": token})).status_code == 401
    world.clock.move(timedelta(days=7, seconds=1))
    late = await world.http.get("/Accounts/confirm", params={"uid": alice.id, "token": token})
    assert codes(late) == {"token": ["expired"]}


async def test_confirmation_leads_to_our_pages_and_the_configured_one_only(world: World) -> None:
    root = await world.actor("root")
    welcome = "https://app.example.com/welcome?from=mail"
    await root.patch(f"/Accounts/{root.id}", {"activateRedirect": welcome})
    child = await world.actor("child", by=root)
    query = {"uid": child.id, "token": await confirmation_token(world, child)}
    foreign = [
        "https://evil.example",
        "//evil.example/",
        "/\\evil.example",
        "https://app.example.com/other",
        f"{world.base_url}.evil.example/",
        f"{world.base_url}@evil.example/",
        "javascript:alert(1)",
    ]
    for redirect in foreign:
        refused = await world.http.get("/Accounts/confirm", params={**query, "redirect": redirect})
        assert codes(refused) == {"redirect": ["inclusion"]}, redirect
    assert (await child.get(f"/Accounts/{child.id}/is-verified")).json() == {"isVerified": False}
    for redirect in (welcome, "/welcome?a=b", f"{world.base_url}/welcome"):
        led = await world.http.get("/Accounts/confirm", params={**query, "redirect": redirect})
        assert (led.status_code, led.headers["location"]) == (302, redirect)
    assert (await child.get(f"/Accounts/{child.id}/is-verified")).json() == {"isVerified": True}
