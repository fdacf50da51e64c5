"""A shop at Stripe: Alice's platform has keys of its own, her organization may charge; the payer's part is played."""

import secrets
from datetime import timedelta
from typing import Any

import httpx

from billhook.settings import Settings
from tests.integration.payment_desk import ok
from tests.integration.shop import GOOD, Shop
from tests.stripe_stand_in import StripeStandIn
from tests.world import World


class StripeShop(Shop):
    """A shop whose payments go through the stand-in for Stripe."""

    gateway = "stripe"
    stripe: StripeStandIn
    keys: dict[str, str]
    connect: dict[str, Any]
    stripe_account: str
    scope = ""
    notices = "normal"
    carried = 0

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.held: list[dict[str, Any]] = []

    async def form(self, link: str) -> dict[str, Any]:
        """What a "Pay now" button of one's own asks for."""
        answer = await self.world.http.get(f"/Documents/{link}/stripe-connect/payment-intent")
        assert answer.headers["cache-control"] == "no-store"
        return ok(answer)

    async def pays(self, url: str, number: str = GOOD) -> None:
        self.stripe.pay(url.rpartition("/")[2], number)

    async def truth(self, url: str) -> tuple[str, int]:
        world = self.stripe.world(self.keys["privateKey"])
        session = world.objects[url.rpartition("/")[2]]
        refunds = world.every("refund", self.scope, payment_intent=session["payment_intent"])
        return {"complete": "succeeded", "expired": "canceled"}[session["status"]], sum(
            one["amount"] for one in refunds
        )

    def transaction_of(self, intent: dict[str, Any]) -> str:
        found = self.stripe.world(self.keys["privateKey"]).objects[intent["getPaidPaymentId"]]
        name: str = found.get("payment_intent") or found["id"]
        return name

    async def pay(self, intent: dict[str, Any], card: str = GOOD, **body: Any) -> dict[str, Any]:
        assert not body, "nobody plays a payer at Stripe"
        link = intent["paymentLink"]
        left = await self.world.http.post(link, data={"consent": "yes"})
        assert left.status_code == 303, left.text
        await self.pays(left.headers["location"], card)
        assert (await self.world.http.get(f"{link}/return")).status_code == 200
        return await self.read(intent)

    async def trouble(self, **body: Any) -> None:
        self.notices = body.get("notices", "normal")
        if body.get("answers", "normal") != "normal":
            self.stripe.drop(body["answers"].removeprefix("dropped_"))

    async def work(self, minutes: int = 0) -> None:
        """Have notices carried as was asked for, and work off the outbox."""
        self.world.clock.move(timedelta(minutes=minutes))
        events = self.stripe.world(self.keys["privateKey"]).events
        since, self.carried = self.carried, len(events)
        late, held = self.notices == "late", self.held
        fresh = events[since : self.carried]
        self.held = fresh if late else []
        carry = {"lost": [], "late": held, "twice": fresh * 2, "out_of_order": fresh[::-1]}.get(self.notices, fresh)
        for answer in await self.carry(carry):
            assert answer.status_code == 200, answer.text
        await super().work()

    async def told(self, since: int = 0) -> list[httpx.Response]:
        """Have Stripe's notices delivered, from one on."""
        return await self.carry(self.stripe.world(self.keys["privateKey"]).events[since:])

    async def carry(self, events: list[dict[str, Any]]) -> list[httpx.Response]:
        answers = []
        for event in events:
            headers, body = self.stripe.signed(event, self.keys["webhookSecret"])
            url = f"/stripe-connect/{self.connect['id']}/webhooks"
            answers.append(await self.world.http.post(url, content=body, headers=headers))
        return answers


async def open_stripe_shop(world: World, settings: Settings, stripe: StripeStandIn, **changes: Any) -> StripeShop:
    name = secrets.token_hex(8)
    alice = await world.actor()
    keys = {"privateKey": f"sk_test_{name}", "publicKey": f"pk_test_{name}", "webhookSecret": f"whsec_{name}"}
    connect = ok(await alice.post("/stripe-connect", {"applicationFee": 1, **keys} | changes))
    organization = await world.organization(alice)
    shop = StripeShop(world, alice, organization, settings)
    shop.stripe, shop.keys, shop.connect = stripe, keys, connect
    account = ok(await alice.post(f"{shop.of_organization}/stripe-connect/account"))
    shop.stripe_account = account["stripeAccountId"]
    stripe.onboard(shop.stripe_account)
    assert ok(await alice.get(f"{shop.of_organization}/stripe-connect/account"))["chargesEnabled"] is True
    return shop
