"""Alice's desk: her organization, an invoice over 12,100 EUR, and what she does with its payments."""

from typing import Any

import pytest

from tests.world import Actor, World

SNIPPET = {
    "amount": 42,
    "type": "bank",
    "tag": "string",
    "date": "2022-04-20T10:10:30+00:00Z",
    "note": "string",
    "transactionId": "string",
    "custom": {},
}
"""The body of the seed's snippets, with a type that is one."""


class Desk:
    """Alice, her organization and its invoice over 12,100 EUR."""

    def __init__(self, alice: Actor, organization: dict[str, Any], invoice: dict[str, Any]) -> None:
        self.alice = alice
        self.organization = organization
        self.invoice = invoice
        self.all = f"/Organizations/{organization['id']}/payments"
        self.of_invoice = f"/Documents/{invoice['id']}/payments"

    async def pay(self, **body: Any) -> dict[str, Any]:
        return ok(await self.alice.post(self.of_invoice, {"type": "bank"} | body))

    async def totals(self) -> tuple[Any, Any, bool]:
        document = ok(await self.alice.get(f"/Documents/{self.invoice['id']}"))
        return document["totalPaid"], document["totalDue"], document["paidInFull"]


@pytest.fixture
async def desk(world: World) -> Desk:
    alice = await world.actor()
    organization = await world.organization(alice)
    return Desk(alice, organization, await world.invoice(alice, organization))


def ok(response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def faults(response) -> dict[str, list[str]]:
    assert response.status_code == 422, response.text
    return response.json()["error"]["details"]["codes"]


def code(response) -> str:
    assert response.status_code >= 400, response.text
    return response.json()["error"]["code"]
