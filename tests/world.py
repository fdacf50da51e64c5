"""The cast: Alice owns, Bob is somebody else, Charlie must see nothing. Everything goes through the public API."""

import secrets
from typing import Any, Self

import httpx

from billhook.db import Database
from billhook.kernel.time import MovableClock

PASSWORD = "correct horse battery staple"


class Actor:
    """Somebody with an account and a token."""

    def __init__(self, http: httpx.AsyncClient, account: dict[str, Any], token: str) -> None:
        self.http = http
        self.account = account
        self.id: str = account["id"]
        self.token = token

    async def call(self, method: str, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        headers = {"Authorization": self.token, **kwargs.pop("headers", {})}
        return await self.http.request(method, path, json=json, headers=headers, **kwargs)

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.call("GET", path, **kwargs)

    async def post(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.call("POST", path, json, **kwargs)

    async def patch(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.call("PATCH", path, json, **kwargs)

    async def put(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.call("PUT", path, json, **kwargs)

    async def delete(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.call("DELETE", path, **kwargs)


class World:
    """Builders of what a test starts from."""

    def __init__(self, base_url: str, database: Database, clock: MovableClock) -> None:
        self.base_url = base_url
        self.database = database
        self.clock = clock
        self.http = httpx.AsyncClient(base_url=f"{base_url}/v1", timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def actor(self, name: str = "alice", by: Actor | None = None) -> Actor:
        """A fresh account (a child of `by` when given) with a token."""
        email = f"{name}-{secrets.token_hex(5)}@example.com"
        headers = {"Authorization": by.token} if by else {}
        made = await self.http.post("/Accounts", json={"email": email, "password": PASSWORD}, headers=headers)
        assert made.status_code == 200, made.text
        login = await self.http.post("/Accounts/login", json={"email": email, "password": PASSWORD})
        assert login.status_code == 200, login.text
        return Actor(self.http, made.json(), login.json()["id"])

    async def organization(self, actor: Actor, **changes: Any) -> dict[str, Any]:
        """The International Space Agency of the quick start, or as changed."""
        body = {
            "name": "International Space Agency",
            "address": "Rocket street 1",
            "city": "Brussels",
            "zip": "10000",
            "country": "Belgium",
        } | changes
        made = await actor.post(f"/Accounts/{actor.id}/Organizations", body)
        assert made.status_code == 200, made.text
        result: dict[str, Any] = made.json()
        return result

    @staticmethod
    def rocket_man(**changes: Any) -> dict[str, Any]:
        """The body of the quick start's invoice, unsent and unpaid unless changed."""
        return {
            "type": "invoice",
            "_documentClient": {"name": "Rocket man", "country": "United Kingdom", "email": "rocket.man@example.com"},
            "_documentItems": [
                {"name": "Space suit", "quantity": 1, "price": 10000, "_documentItemTaxes": [{"rate": 21}]}
            ],
        } | changes

    async def invoice(self, actor: Actor, organization: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """An issued invoice."""
        made = await actor.post(f"/Organizations/{organization['id']}/Documents", self.rocket_man(**changes))
        assert made.status_code == 200, made.text
        result: dict[str, Any] = made.json()
        return result
