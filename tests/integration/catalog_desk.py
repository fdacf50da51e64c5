"""Alice's shop: her organization in Belgium, its taxes and its items."""

import json
from typing import Any

import pytest

from tests.integration.payment_desk import ok
from tests.world import Actor, World


class Shop:
    """Alice's organization and its catalog."""

    def __init__(self, alice: Actor, organization: dict[str, Any]) -> None:
        self.alice = alice
        self.organization = organization
        self.own = f"/Organizations/{organization['id']}"
        self.items = f"{self.own}/items"
        self.taxes = f"{self.own}/taxes"
        self.documents = f"{self.own}/documents"

    async def item(self, **said: Any) -> dict[str, Any]:
        return ok(await self.alice.post(self.items, {"name": "Space suit"} | said))

    async def tax(self, **said: Any) -> dict[str, Any]:
        return ok(await self.alice.post(self.taxes, {"name": "City tax", "_taxRates": [{"rate": 5}]} | said))

    async def vat(self) -> dict[str, Any]:
        """The standard tax the organization began with: 21 %."""
        where = {"filter": '{"where": {"classification": "standard"}}'}
        [found] = ok(await self.alice.get(self.taxes, params=where))
        return found

    async def list(self, path: str, **filter: Any) -> list[dict[str, Any]]:
        return ok(await self.alice.get(path, params={"filter": json.dumps(filter)}))

    async def count(self, path: str) -> int:
        return ok(await self.alice.get(f"{path}/count"))["count"]

    async def invoice(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        body = {"_documentClient": {"name": "Rocket man"}, "_documentItems": list(lines)} | more
        return ok(await self.alice.post(self.documents, body))


@pytest.fixture
async def shop(world: World) -> Shop:
    alice = await world.actor()
    return Shop(alice, await world.organization(alice))
