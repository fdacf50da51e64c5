"""A coworking operator's program: credentials, and the billing API seen through them."""

from typing import Any

import httpx

from billhook.kernel import ids
from tests.world import Actor, World

INVOICES = "/billing/invoices/v1"


class Program:
    """A program with credentials; answers that fail are shown where a good one was expected."""

    def __init__(self, world: World, made: dict[str, Any]) -> None:
        self.made = made
        self.network: str = made["networkId"]
        self.auth = (made["clientId"], made["clientSecret"])
        self.http = world.http
        self.base_url = world.base_url

    async def call(self, method: str, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.http.request(method, f"{self.base_url}{path}", json=json, auth=self.auth, **kwargs)

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.call("GET", path, **kwargs)

    async def post(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.call("POST", path, json, **kwargs)

    async def patch(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.call("PATCH", path, json, **kwargs)

    async def delete(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.call("DELETE", path, **kwargs)

    async def invoice(self, document_id: str) -> dict[str, Any]:
        answer = await self.get(f"{INVOICES}/{uuid(document_id)}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["invoice"]
        return found

    async def pay(self, document_id: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.post(f"{INVOICES}/{uuid(document_id)}/pay", body or {}, **kwargs)


def uuid(id: str) -> str:
    return str(ids.to_uuid(id))


async def program(world: World, actor: Actor, **said: Any) -> Program:
    made = await actor.post(f"/Accounts/{actor.id}/apiClients", said)
    assert made.status_code == 200, made.text
    return Program(world, made.json())
