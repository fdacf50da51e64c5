"""Stripe's two webhook endpoints: only what Stripe has signed just now, of the right mode, has an effect, and that once."""

import asyncio
import json
import os
import random
import secrets
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from billhook.kernel import ids
from billhook.settings import Settings
from tests.integration.payment_desk import code, ok
from tests.integration.shop import Shop
from tests.integration.stripe_shop import StripeShop, open_stripe_shop
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

NOTICES = int(os.environ.get("NOTICES", "400"))
"""How many are delivered; ten thousand by hand."""
DISPUTED = "4000000000000259"


@pytest.fixture
async def shop(world: World, settings: Settings, stripe: StripeStandIn) -> StripeShop:
    return await open_stripe_shop(world, settings, stripe)


async def kept(world: World, platform: str) -> int:
    owner = await asyncpg.connect(world.database.url)
    try:
        found: int = await owner.fetchval(
            "select count(*) from processing.notice where platform_id = $1", ids.to_uuid(platform)
        )
        return found
    finally:
        await owner.close()


async def test_only_valid_notices_have_an_effect_and_that_once(shop: StripeShop) -> None:
    _, link = await shop.invoice()
    form = await shop.form(link)
    shop.stripe.pay(form["paymentIntentId"], "4242424242424242")
    world, secret, chance = shop.stripe.world(shop.keys["privateKey"]), shop.keys["webhookSecret"], random.Random(7)
    event = next(one for one in world.events if one["type"] == "payment_intent.succeeded")

    def sent(secret: str = secret, minutes: int = 0, **changes: Any) -> tuple[dict[str, Any], bytes]:
        return shop.stripe.signed(event | {"id": f"evt_{secrets.token_hex(8)}"} | changes, secret, minutes)

    stamp = str(int(shop.world.clock.now().timestamp()))
    bad: list[Callable[[], tuple[dict[str, Any], bytes]]] = [
        lambda: sent("whsec_of_somebody_else"),
        lambda: sent(minutes=-6),
        lambda: sent(minutes=6),
        lambda: sent(livemode=True),
        lambda: sent(livemode="no"),
        lambda: sent(id="short"),
        lambda: sent(padding="x" * 300_000),
        lambda: ({}, sent()[1]),
        lambda: ({"stripe-signature": "t=99999999999999999999,v1=" + "0" * 64}, sent()[1]),
        lambda: ({"stripe-signature": f"t={stamp},v1=".encode() + b"\xe9" * 64}, sent()[1]),
        lambda: ({"stripe-signature": f"v1=0,t={stamp}"}, b""),
        lambda: (sent()[0], sent()[1] + b" "),
    ]
    valid = shop.stripe.signed(event, secret)
    todo = [chance.choice(bad)() for _ in range(NOTICES * 9 // 10)] + [valid] * (NOTICES // 10)
    chance.shuffle(todo)
    url = f"/stripe-connect/{shop.connect['id']}/webhooks"
    answers = [await shop.world.http.post(url, content=body, headers=headers) for headers, body in todo]
    assert [answer.status_code for answer in answers] == [200 if one is valid else 401 for one in todo]
    elsewhere = await shop.world.http.post(f"/stripe-connect/{ids.new()}/webhooks", content=valid[1], headers=valid[0])
    assert elsewhere.status_code == 401
    await shop.work()
    assert await kept(shop.world, shop.connect["id"]) == len(world.events)  # with what came by itself
    assert [row["amount"] for row in await shop.payments()] == [12_100]


async def test_one_notice_many_times_at_once_is_kept_once(shop: StripeShop) -> None:
    headers, body = shop.stripe.signed(
        shop.stripe.world(shop.keys["privateKey"]).events[-1], shop.keys["webhookSecret"]
    )
    url = f"/stripe-connect/{shop.connect['id']}/webhooks"
    sent = [shop.world.http.post(url, content=body, headers=headers, params={"connect": "true"}) for _ in range(20)]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {200}
    assert await kept(shop.world, shop.connect["id"]) == 1


async def test_what_others_do_with_the_same_stripe_account_is_left_alone(shop: StripeShop) -> None:
    before = await kept(shop.world, shop.connect["id"])
    for kind, about in (("payment_intent.succeeded", "payment_intent"), ("charge.refunded", "charge"), ("ping", "x")):
        found = {"id": "pi_others", "object": about, "metadata": {}}
        event = {"id": f"evt_{secrets.token_hex(8)}", "type": kind, "livemode": False, "data": {"object": found}}
        assert [answer.status_code for answer in await shop.carry([event])] == [200]
    assert await kept(shop.world, shop.connect["id"]) == before


async def test_a_dispute_is_traced_to_the_payment_it_is_of(shop: StripeShop) -> None:
    document, link = await shop.invoice()
    form = await shop.form(link)
    shop.stripe.pay(form["paymentIntentId"], DISPUTED)
    await shop.work()
    assert (await shop.totals(document))[0] == 0
    shop.stripe.decide(form["paymentIntentId"], "dispute", good=True)
    closed = shop.stripe.world(shop.keys["privateKey"]).events[-1]
    assert closed["type"] == "charge.dispute.closed"
    assert "reference" not in json.dumps(closed)
    await shop.work()
    assert await shop.totals(document) == (12_100, 0, True)


async def test_a_thin_event_leads_to_the_merchant(shop: StripeShop) -> None:
    world = shop.stripe.world(shop.keys["privateKey"])
    world.objects[shop.stripe_account] |= {
        "charges_enabled": False,
        "requirements": {"errors": [{"reason": "Who owns it?"}]},
    }
    thin = {
        "id": f"evt_{secrets.token_hex(8)}",
        "object": "v2.core.event",
        "type": "v2.core.account[configuration.merchant].capability_status_updated",
        "livemode": False,
        "related_object": {"id": shop.stripe_account, "type": "v2.core.account"},
    }
    assert [answer.status_code for answer in await shop.carry([thin])] == [200]
    await Shop.work(shop)
    found = ok(await shop.alice.get(f"{shop.of_organization}/stripe-connect/account"))
    assert (found["chargesEnabled"], found["reason"]) == (False, "Who owns it?")


async def test_an_account_that_leaves_the_platform_charges_no_more(shop: StripeShop) -> None:
    """Stripe no longer answers for it: it is known by its name alone, and only to the platform that it has left."""
    del shop.stripe.world(shop.keys["privateKey"]).objects[shop.stripe_account]
    gone = {
        "id": f"evt_{secrets.token_hex(8)}",
        "type": "account.application.deauthorized",
        "livemode": False,
        "account": shop.stripe_account,
        "data": {"object": {"id": "ca_1", "object": "application"}},
    }
    other = await open_stripe_shop(shop.world, shop.settings, shop.stripe)
    path = f"{shop.of_organization}/stripe-connect/account"
    for teller, enabled in ((other, True), (shop, False)):
        assert [answer.status_code for answer in await teller.carry([gone])] == [200]
        await Shop.work(teller)
        found = ok(await shop.alice.get(path))
        assert found["chargesEnabled"] is enabled
    assert "disconnected" in found["reason"]


async def test_the_operators_stripe_serves_every_account(
    world: World, settings: Settings, stripe: StripeStandIn
) -> None:
    """Seed 0 with real money: no account has keys; notices come to one address, signed for the operator."""
    alice = await world.actor()
    made = ok(await alice.post("/payment-processing", {"applicationFee": 1, "environment": "production"}))
    assert made["environment"] == "production"
    organization = await world.organization(alice)
    shop = StripeShop(world, alice, organization, settings)
    shop.stripe, shop.keys = stripe, {"privateKey": "sk_test_operator"}
    merchant = ok(await alice.post(f"{shop.of_organization}/merchant"))
    assert ok(await alice.get(f"{shop.of_organization}/merchant/link"))["url"].startswith("https://connect.stripe.test")
    stripe.onboard(merchant["merchantId"])
    assert ok(await alice.get(f"{shop.of_organization}/merchant"))["chargesEnabled"] is True
    intent = await shop.pay(await shop.intent(allowRecurring=True))
    assert intent["status"] == "succeeded"
    assert code(await alice.post(f"/payment-intents/{intent['id']}/sandbox/pay", {})) == "SANDBOX_ONLY"
    document, link = await shop.invoice()
    page = await world.http.post(f"{world.base_url}/i/{link}/pay")
    await shop.pays(page.headers["location"])
    event = stripe.world("sk_test_operator").events[-1]
    for secret, status in (("whsec_nobodys", 401), ("whsec_operator", 200), ("whsec_operator_connect", 200)):
        headers, body = stripe.signed(event, secret)
        answer = await world.http.post("/payment-processing/webhooks", content=body, headers=headers)
        assert answer.status_code == status
    await Shop.work(shop)
    assert await shop.totals(document) == (12_100, 0, True)
    body = {"initialPaymentIntentId": intent["id"], "amount": 25}
    charged = ok(await alice.post(f"{shop.of_organization}/payment-intents/authorized", body))
    assert (charged["status"], charged["succeeded"]) == ("captured", True)
