"""OAuth2: a program asks, a person consents, tokens are exchanged, renewed, limited to their scopes, and withdrawn."""

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest

from tests.integration.billing_desk import INVOICES, program, uuid
from tests.world import PASSWORD, Actor, World

BACK = "https://partner.example/back"


class Partner:
    """A partner's program, and Alice who may let it act for her."""

    def __init__(self, world: World, made: dict[str, Any], alice: Actor) -> None:
        self.world, self.alice = world, alice
        self.id, self.secret = made["clientId"], made["clientSecret"]
        self.url = world.base_url
        self.network = uuid(alice.id)

    def wish(self, **changes: Any) -> dict[str, str]:
        wish = {"client_id": self.id, "redirect_uri": BACK, "response_type": "code", "scope": "invoices", "state": "s1"}
        return {name: value for name, value in (wish | changes).items() if value is not None}

    async def ask(self, **changes: Any) -> httpx.Response:
        return await self.world.http.get(f"{self.url}/oauth2/authorize", params=self.wish(**changes))

    async def allow(self, answer: str = "allow", password: str = PASSWORD, **changes: Any) -> httpx.Response:
        form = self.wish(**changes) | {"email": self.alice.account["email"], "password": password, "answer": answer}
        return await self.world.http.post(f"{self.url}/oauth2/authorize", data=form)

    async def code(self, **changes: Any) -> str:
        led = await self.allow(**changes)
        assert led.status_code == 303, led.text
        address = urlsplit(led.headers["location"])
        assert f"{address.scheme}://{address.netloc}{address.path}" == BACK
        return parse_qs(address.query)["code"][0]

    async def exchange(self, **fields: Any) -> httpx.Response:
        form = {"client_id": self.id, "client_secret": self.secret, "grant_type": "authorization_code"} | fields
        form = {name: value for name, value in form.items() if value is not None}
        return await self.world.http.post(f"{self.url}/oauth2/token", data=form)

    async def tokens(self, **changes: Any) -> dict[str, Any]:
        answer = await self.exchange(code=await self.code(**changes))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def call(self, token: str, path: str = INVOICES, method: str = "GET", **kwargs: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "spacebring-network-id": self.network} | kwargs.pop(
            "headers", {}
        )
        headers = {name: value for name, value in headers.items() if value}
        return await self.world.http.request(method, f"{self.url}{path}", headers=headers, **kwargs)


@pytest.fixture
async def partner(world: World) -> Partner:
    maker = await world.actor("partner")
    desk = await program(world, maker, label="Desk planner", redirectUris=[BACK])
    return Partner(world, desk.made, await world.actor())


async def test_a_code_is_exchanged_for_tokens(world: World, partner: Partner) -> None:
    asked = await partner.ask()
    assert asked.status_code == 200
    assert "Desk planner" in asked.text
    assert "partner.example" in asked.text
    assert "form-action 'self' https://partner.example" in asked.headers["content-security-policy"]
    led = await partner.allow()
    assert parse_qs(urlsplit(led.headers["location"]).query)["state"] == ["s1"]
    tokens = await partner.tokens()
    assert set(tokens) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert (tokens["expires_in"], tokens["scope"], tokens["token_type"]) == (3600, "invoices", "Bearer")
    made = await world.invoice(partner.alice, await world.organization(partner.alice))
    listed = await partner.call(tokens["access_token"])
    assert [row["id"] for row in listed.json()["invoices"]] == [uuid(made["id"])]
    paid = await partner.call(
        tokens["access_token"], f"{INVOICES}/{uuid(made['id'])}/pay", "POST", json={"amount": 1, "termsConsent": True}
    )
    assert paid.json()["invoice"]["amountPaid"] == 1


async def test_a_token_needs_its_network(partner: Partner, world: World) -> None:
    token = (await partner.tokens())["access_token"]
    missing = await partner.call(token, headers={"spacebring-network-id": ""})
    assert (missing.status_code, missing.json()["type"]) == (400, "networkMissing")
    other = await partner.call(token, headers={"spacebring-network-id": uuid((await world.actor("bob")).id)})
    assert (other.status_code, other.json()["type"]) == (403, "otherNetwork")


async def test_a_scope_is_all_that_is_granted(partner: Partner) -> None:
    reader = (await partner.tokens(scope="invoices.readonly,transactions.readonly"))["access_token"]
    assert (await partner.call(reader)).status_code == 200
    for path, method in ((INVOICES, "POST"), (f"{INVOICES}/{uuid(partner.alice.id)}/pay", "POST")):
        refused = await partner.call(reader, path, method, json={})
        assert (refused.status_code, refused.json()["type"]) == (403, "scopeMissing")
    payments_only = (await partner.tokens(scope="transactions"))["access_token"]
    assert (await partner.call(payments_only)).status_code == 403
    assert (await partner.call(payments_only, "/v1/Organizations")).status_code in (401, 404)


async def test_an_access_token_lives_an_hour_and_is_renewed(world: World, partner: Partner) -> None:
    tokens = await partner.tokens(scope="invoices transactions")
    world.clock.move(timedelta(minutes=61))
    assert (await partner.call(tokens["access_token"])).status_code == 401
    renewed = await partner.exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (renewed.status_code, renewed.json()["scope"]) == (200, "invoices transactions")
    assert (await partner.call(renewed.json()["access_token"])).status_code == 200
    narrow = await partner.exchange(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="transactions"
    )
    assert (await partner.call(narrow.json()["access_token"])).status_code == 403
    assert (await partner.call(renewed.json()["access_token"])).status_code == 401
    wider = await partner.exchange(
        grant_type="refresh_token", refresh_token=(await partner.tokens())["refresh_token"], scope="transactions"
    )
    assert wider.json()["error"] == "invalid_scope"


async def test_what_was_withdrawn_opens_nothing(world: World, partner: Partner) -> None:
    tokens = await partner.tokens()
    form = {"token": tokens["refresh_token"]}
    url = f"{partner.url}/oauth2/revoke"
    assert (await world.http.post(url, data=form)).status_code == 401
    other = await program(world, await world.actor("bob"))
    assert (await world.http.post(url, data=form, auth=other.auth)).status_code == 200
    assert (await partner.call(tokens["access_token"])).status_code == 200
    assert (await world.http.post(url, data=form, auth=(partner.id, partner.secret))).status_code == 200
    assert (await partner.call(tokens["access_token"])).status_code == 401
    again = await partner.exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_a_code_is_good_once_and_a_second_use_takes_back_the_first(world: World, partner: Partner) -> None:
    code = await partner.code()
    tokens = (await partner.exchange(code=code)).json()
    again = await partner.exchange(code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await partner.call(tokens["access_token"])).status_code == 401
    late = await partner.code()
    world.clock.move(timedelta(minutes=6))
    assert (await partner.exchange(code=late)).json()["error"] == "invalid_grant"


async def test_pkce_is_held_to(partner: Partner) -> None:
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    good = await partner.exchange(code=await partner.code(**asked), code_verifier=verifier)
    assert good.status_code == 200, good.text
    for wrong in (None, secrets.token_urlsafe(48)):
        refused = await partner.exchange(code=await partner.code(**asked), code_verifier=wrong)
        assert refused.status_code == 400, refused.text
    plain = await partner.ask(code_challenge=challenge, code_challenge_method="plain")
    assert "error=invalid_request" in plain.headers["location"]
    unasked = await partner.exchange(code=await partner.code(), code_verifier=verifier)
    assert unasked.json()["error"] == "invalid_request"


async def test_only_the_right_client_exchanges(world: World, partner: Partner) -> None:
    for fields in (
        {"client_secret": secrets.token_urlsafe(48)},
        {"client_secret": None},
        {"client_id": uuid(partner.alice.id)},
        {"client_id": "nobody"},
    ):
        refused = await partner.exchange(code=await partner.code(), **fields)
        assert refused.json()["error"] == "invalid_client", fields
        assert refused.status_code in (400, 401)
    other = await program(world, await world.actor("bob"), redirectUris=[BACK])
    stolen = await partner.exchange(
        code=await partner.code(), client_id=other.made["clientId"], client_secret=other.made["clientSecret"]
    )
    assert stolen.json()["error"] == "invalid_grant"
    elsewhere = await partner.exchange(code=await partner.code(), redirect_uri="https://evil.example/")
    assert elsewhere.json()["error"] == "invalid_grant"
    assert (await partner.exchange(grant_type="password")).json()["error"] == "unsupported_grant_type"


async def test_a_browser_is_led_only_where_that_was_named(partner: Partner) -> None:
    for changes in (
        {"redirect_uri": "https://evil.example/"},
        {"client_id": uuid(partner.alice.id)},
        {"client_id": None},
    ):
        refused = await partner.ask(**changes)
        assert (refused.status_code, "location" in refused.headers) == (400, False), changes
        assert (await partner.allow(**changes)).status_code == 400
    for changes in ({"scope": "everything"}, {"scope": None}, {"response_type": "token"}):
        led = await partner.ask(**changes)
        assert led.status_code == 303, changes
        assert led.headers["location"].startswith(f"{BACK}?error="), changes
    denied = await partner.allow(answer="deny")
    assert "error=access_denied" in denied.headers["location"]
    assert "state=s1" in denied.headers["location"]
    wrong = await partner.allow(password="wrong password")
    assert wrong.status_code == 422
    assert "No account has this" in wrong.text


async def test_no_secret_is_kept_as_it_is(partner: Partner, database_url: str) -> None:
    code = await partner.code()
    tokens = (await partner.exchange(code=code)).json()
    owner = await asyncpg.connect(database_url)
    rows = [
        row[0]
        for table in ("code", "permission")
        for row in await owner.fetch(f"select to_jsonb(t)::text from credentials.{table} t")
    ]
    await owner.close()
    assert len(rows) >= 2
    for secret in (code, tokens["access_token"], tokens["refresh_token"]):
        assert not [row for row in rows if secret in row]
