"""A shop: Alice's account takes payments online, her organization may charge; and a worker that works when it is told to."""

from datetime import timedelta
from typing import Any

import pytest

from billhook.documents import Press
from billhook.gateways import Gateways, sandbox
from billhook.jobs import Worker
from billhook.settings import Settings
from billhook.worker import TICKS, handlers
from tests.integration.payment_desk import ok
from tests.world import Actor, World

GOOD, POOR, CHALLENGED = "4242424242424242", "4000000000009995", "4000002760003184"


class Shop:
    """Alice, her organization that may charge, and what she does online."""

    def __init__(self, world: World, alice: Actor, organization: dict[str, Any], settings: Settings) -> None:
        self.world, self.alice, self.organization = world, alice, organization
        self.settings = settings
        self.id: str = organization["id"]
        self.of_organization = f"/Organizations/{self.id}"

    async def intent(self, **body: Any) -> dict[str, Any]:
        body = {"amount": 100, "reference": "123456", "returnURL": "https://example.com/payment-successful"} | body
        return ok(await self.alice.post(f"{self.of_organization}/payment-intents", body))

    async def read(self, intent: dict[str, Any]) -> dict[str, Any]:
        return ok(await self.alice.get(f"/payment-intents/{intent['id']}"))

    async def pay(self, intent: dict[str, Any], card: str = GOOD, **body: Any) -> dict[str, Any]:
        return ok(await self.alice.post(f"/payment-intents/{intent['id']}/sandbox/pay", {"card": card} | body))

    async def invoice(self, **changes: Any) -> tuple[dict[str, Any], str]:
        """An issued invoice and its public link."""
        made = await self.world.invoice(self.alice, self.organization, **changes)
        shared = ok(await self.alice.post(f"/Documents/{made['id']}/share"))
        return made, shared["shareableId"]

    async def collect(self, link: str) -> dict[str, Any]:
        return ok(await self.world.http.get(f"/documents/{link}/payment-intent"))

    gateway = "sandbox"

    async def pays(self, url: str, number: str = GOOD) -> None:
        """A payer does on the provider's page what it asks for: with a card, or an account."""
        paper = sandbox.Paper(number, "12/40", "123") if number.isdigit() else sandbox.Paper(iban=number)
        await sandbox.pay(self.world.database, url.rpartition("/")[2], paper, 0)

    async def truth(self, url: str) -> tuple[str, int]:
        """Where the payment behind a page stands at the provider, and how much of it went back."""
        payment = await sandbox.form(self.world.database, url.rpartition("/")[2])
        return payment.status, sum(refund.amount for refund in payment.refunds)

    def transaction_of(self, intent: dict[str, Any]) -> str:
        """What the provider's statements call the money of an intent."""
        name: str = intent["getPaidPaymentId"]
        return name

    async def totals(self, document: dict[str, Any]) -> tuple[Any, Any, bool]:
        found = ok(await self.alice.get(f"/Documents/{document['id']}"))
        return found["totalPaid"], found["totalDue"], found["paidInFull"]

    async def payments(self) -> list[dict[str, Any]]:
        return ok(await self.alice.get(f"{self.of_organization}/payments"))

    async def moved(self, intent: dict[str, Any]) -> list[tuple[str, str, Any]]:
        rows = ok(await self.alice.get(f"/payment-intents/{intent['id']}/transactions"))
        return [(row["kind"], row["type"], row["amount"]) for row in rows]

    async def trouble(self, **body: Any) -> None:
        assert (await self.alice.patch("/payment-processing/sandbox", body)).status_code == 204

    async def work(self, minutes: int = 0) -> None:
        """Work off the outbox, after some time has gone by."""
        self.world.clock.move(timedelta(minutes=minutes))
        press = Press()
        gateways = Gateways(self.world.database, self.settings, self.world.base_url)
        url = self.world.base_url
        known = handlers(self.world.database, self.settings, press, public_url=url, gateways=gateways)
        await Worker(self.world.database, known, TICKS).drain()
        await gateways.close()
        await press.close()


async def open_shop(world: World, settings: Settings, **changes: Any) -> Shop:
    alice = await world.actor()
    ok(await alice.post("/payment-processing", {"applicationFee": 1} | changes))
    organization = await world.organization(alice)
    path = f"/Organizations/{organization['id']}/merchant"
    ok(await alice.post(path))
    ok(await alice.post(f"{path}/sandbox/approve"))
    return Shop(world, alice, organization, settings)


@pytest.fixture
async def shop(world: World, settings: Settings) -> Shop:
    return await open_shop(world, settings)
