"""Openings whose answer is on its way while something else happens: nobody can pay what we would not know of."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from billhook import processing
from billhook.gateways import Gateways
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem
from billhook.processing import Till
from billhook.settings import Settings
from tests.integration import watched as watchers
from tests.integration.payment_desk import ok
from tests.integration.stripe_shop import StripeShop, open_stripe_shop
from tests.integration.test_stripe_settling import intents, verified
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

till = watchers.till


@pytest.fixture(params=["destination", "direct"])
async def shop(request: pytest.FixtureRequest, world: World, settings: Settings, stripe: StripeStandIn) -> StripeShop:
    found = await open_stripe_shop(world, settings, stripe, chargeType=request.param)
    found.scope = found.stripe_account if request.param == "direct" else ""
    return found


class SlowOpening:
    """Stripe, whose first answer to an opening is on its way until it may arrive."""

    def __init__(self, gateway: Any) -> None:
        self.gateway, self.opened, self.arrives = gateway, asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)

    async def create_payment(self, *args: Any, **named: Any) -> Any:
        answer = await self.gateway.create_payment(*args, **named)
        if not self.opened.is_set():
            self.opened.set()
            await self.arrives.wait()
        return answer


@pytest.fixture
async def slow(shop: StripeShop) -> AsyncIterator[tuple[Till, SlowOpening]]:
    """A till of its own, whose first opening takes its time."""
    gateways = Gateways(shop.world.database, shop.settings, shop.world.base_url)
    line = SlowOpening(gateways.stripe)
    gateways._by_name = {"stripe": line}  # type: ignore[dict-item] # stands for it
    yield Till(gateways, shop.settings.operator_fee), line
    await gateways.close()


async def paid_and_booked(shop: StripeShop, document: dict[str, Any], by_bank: int) -> None:
    """Have everything paid that somebody can pay, and see that we know of each cent."""
    for one in intents(shop):
        if one["status"] == "requires_payment_method":
            shop.stripe.pay(one["id"], "4242424242424242")
    await shop.work()
    await shop.work(minutes=5)
    collected = {one["id"]: one["amount"] / 100 for one in intents(shop) if one["status"] == "succeeded"}
    rows = [row for row in await shop.payments() if row["type"] == "online"]
    assert {row["transactionId"]: row["amount"] for row in rows} == collected
    assert len(collected) == 1
    assert (await shop.totals(document))[0] == by_bank + sum(collected.values())
    await verified(shop)


async def test_a_form_is_asked_for_while_the_first_is_being_opened_and_less_is_due(
    shop: StripeShop, till: Till, slow: tuple[Till, SlowOpening]
) -> None:
    """The second one asks for another amount: that is no reason to forget the first, which can be paid."""
    document, link = await shop.invoice()
    first = asyncio.create_task(processing.open_form(slow[0], link))
    await asyncio.wait_for(slow[1].opened.wait(), 10)
    ok(await shop.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank", "amount": 1_000}))
    second = await processing.open_form(till, link)
    assert second.intent.amount == 1_110_000
    slow[1].arrives.set()
    assert not isinstance(await asyncio.wait_for(first, 10), Problem)
    await paid_and_booked(shop, document, 1_000)


async def test_a_page_is_given_up_while_it_is_being_opened(
    shop: StripeShop, till: Till, slow: tuple[Till, SlowOpening]
) -> None:
    """A notice about the page before comes while the next one is being opened."""
    until = shop.world.clock.now() + timedelta(days=10)
    intent = await shop.intent(expiresAt=until.isoformat().replace("+00:00", "Z"))
    token = intent["paymentLink"].rpartition("/")[2]
    before = (await shop.world.http.post(intent["paymentLink"])).headers["location"].rpartition("/")[2]
    await shop.work(minutes=25 * 60)
    opening = asyncio.create_task(processing.pay(slow[0], token, None))
    await asyncio.wait_for(slow[1].opened.wait(), 10)
    await processing.look(till, Id(shop.id), Id(intent["id"]), before)
    slow[1].arrives.set()
    await shop.pays(await asyncio.wait_for(opening, 10))
    await shop.work()
    assert (await shop.read(intent))["status"] == "succeeded"


async def test_what_was_forgotten_and_paid_is_booked(shop: StripeShop) -> None:
    """A notice of money counts, whatever we believe of the page it came through."""
    intent = await shop.intent()
    page = (await shop.world.http.post(intent["paymentLink"])).headers["location"]
    owner = await asyncpg.connect(shop.world.database.url)
    forget = (
        "update processing.intent set begun_at = null, remote_id = null, page_url = null, attempt = 2 where id = $1"
    )
    assert await owner.execute(forget, ids.to_uuid(intent["id"])) == "UPDATE 1"
    await owner.close()
    await shop.pays(page)
    await shop.work()
    assert (await shop.read(intent))["status"] == "succeeded"
    await verified(shop)
