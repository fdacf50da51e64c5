"""Forms and pages at Stripe at once, and a process that dies between any two of its calls to Stripe."""

import asyncio
import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from billhook import organizations, payments, processing
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem
from billhook.processing import Till
from billhook.settings import Settings
from tests.integration import watched as watchers
from tests.integration.payment_desk import ok
from tests.integration.stripe_shop import StripeShop, open_stripe_shop
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

till = watchers.till
GOOD, LATE_DEBIT = "4242424242424242", "AT321904300235473204"


@pytest.fixture(params=["destination", "direct"])
async def shop(request: pytest.FixtureRequest, world: World, settings: Settings, stripe: StripeStandIn) -> StripeShop:
    found = await open_stripe_shop(world, settings, stripe, chargeType=request.param, refundFeePolicy="pro_rata")
    found.scope = found.stripe_account if request.param == "direct" else ""
    return found


async def verified(shop: StripeShop) -> None:
    async with shop.world.database.open(Id(shop.alice.id)) as tx:
        await organizations.enter(tx, shop.id)
        assert await payments.verify(tx) == []


def intents(shop: StripeShop) -> list[dict[str, Any]]:
    return shop.stripe.world(shop.keys["privateKey"]).every("payment_intent", shop.scope)


@pytest.mark.parametrize("seed", range(6))
async def test_forms_and_pages_at_once_in_any_order(shop: StripeShop, till: Till, seed: int) -> None:
    """Forms asked for, pages opened, payers paying what is open, parts paid by bank, notices, the sweep."""
    document, link = await shop.invoice()
    chance, by_bank = random.Random(seed), 0

    async def form() -> None:
        await processing.open_form(till, link)

    async def page() -> None:
        await processing.pay(till, (await processing.collect(till, link)).token, None)

    async def payer() -> None:
        number = chance.choice([GOOD, GOOD, LATE_DEBIT])
        world = shop.stripe.world(shop.keys["privateKey"])
        pages = [one["id"] for one in world.every("checkout.session", shop.scope) if one["status"] == "open"]
        forms = [one["id"] for one in intents(shop) if one["metadata"]["made"] == "embedded"]
        for subject in chance.sample(pages + forms, min(1, len(pages + forms))):
            await asyncio.to_thread(shop.stripe.pay, subject, number)

    async def bank() -> None:
        nonlocal by_bank
        ok(await shop.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank", "amount": 1_000}))
        by_bank += 1_000

    for _ in range(3):
        acts: list[Callable[[], Any]] = [form, form, page, bank, payer, shop.work, lambda: processing.sweep(till)]
        chance.shuffle(acts)
        for act in await asyncio.gather(*(act() for act in acts), return_exceptions=True):
            assert not isinstance(act, BaseException) or isinstance(act, Problem), (seed, act)
    for minutes in (0, 4, 10, 10):
        await shop.work(minutes)
    collected = {one["id"]: one["amount"] / 100 for one in intents(shop) if one["status"] == "succeeded"}
    rows = [row for row in await shop.payments() if row["type"] == "online"]
    assert {row["transactionId"]: row["amount"] for row in rows} == collected, seed
    assert len(rows) == len(collected), seed
    assert (await shop.totals(document))[0] == by_bank + sum(collected.values()), seed
    still = [one for one in intents(shop) if one["status"] == "requires_payment_method"]
    assert len(still) <= 1, "one at a time is open"
    await verified(shop)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_wherever_stripe_is_cut_off_a_refund_and_its_fee_go_back_once(shop: StripeShop, when: str) -> None:
    world = shop.stripe.world(shop.keys["privateKey"])
    for n in itertools.count():
        paid = await shop.pay(await shop.intent())
        shop.stripe.drops = [""] * n + [when] * 3
        answer = await shop.alice.post(f"/Payments/{paid['paymentId']}/refunds", {"amount": 40})
        assert answer.status_code == 200, answer.text
        reached, shop.stripe.drops = not shop.stripe.drops, []
        await shop.work(minutes=2)
        await shop.work(minutes=2)
        intent = shop.transaction_of(paid)
        assert [one["amount"] for one in world.every("refund", shop.scope, payment_intent=intent)] == [4_000], n
        charge = world.objects[intent]["latest_charge"]
        fee = world.objects[charge]["application_fee"]
        assert [one["amount"] for one in world.every("fee_refund", "", fee=fee)] == [40], n
        moved = [row for row in await shop.moved(paid) if row[1] == "debit" or row[0] == "fee_refund"]
        assert sorted(moved) == [
            ("application_fee", "debit", 1),
            ("fee_refund", "credit", 0.4),
            ("refund", "debit", 40),
        ]
        if not reached:
            break
    assert n == 2, "a refund, and the refund of its fee"
    await verified(shop)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_wherever_stripe_is_cut_off_a_page_leads_to_one_payment(shop: StripeShop, till: Till, when: str) -> None:
    document, link = await shop.invoice()
    shop.stripe.drop(when)
    intent = await shop.collect(link)
    away = await shop.world.http.post(intent["paymentLink"])
    assert away.status_code == 503
    again = await shop.world.http.post(intent["paymentLink"])
    assert again.status_code == 303
    assert again.headers["location"] == (await shop.world.http.post(intent["paymentLink"])).headers["location"]
    await shop.pays(again.headers["location"])
    await shop.work()
    assert await shop.totals(document) == (12_100, 0, True)
    sessions = shop.stripe.world(shop.keys["privateKey"]).every("checkout.session", shop.scope)
    assert len(sessions) == 1


async def test_a_page_that_lapses_is_followed_by_another(shop: StripeShop) -> None:
    """Stripe's pages live for a day at most, payment links for longer."""
    until = shop.world.clock.now() + timedelta(days=10)
    intent = await shop.intent(expiresAt=until.isoformat().replace("+00:00", "Z"))
    first = (await shop.world.http.post(intent["paymentLink"])).headers["location"]
    await shop.work(minutes=25 * 60)
    assert (await shop.read(intent))["status"] == "initiated"
    owner = await asyncpg.connect(shop.world.database.url)
    waits = "select look_at = expires_at and remote_id is null from processing.intent where id = $1"
    assert await owner.fetchval(waits, ids.to_uuid(intent["id"])), "nobody has to look after it until then"
    await owner.close()
    await shop.work(minutes=60)
    second = (await shop.world.http.post(intent["paymentLink"])).headers["location"]
    assert second != first
    await shop.pays(second)
    await shop.work()
    assert (await shop.read(intent))["status"] == "succeeded"
    canceled = await shop.intent()
    await shop.world.http.post(canceled["paymentLink"])
    ok(await shop.alice.post(f"/payment-intents/{canceled['id']}/cancel"))
    await shop.work(minutes=2)
    assert (await shop.read(canceled))["status"] == "canceled"


async def test_what_stripe_refuses_now_it_may_take_later(shop: StripeShop) -> None:
    """Stripe keeps a refusal under its key for a day: who tries again has to come with another one."""
    intent = await shop.intent()
    account = shop.stripe.world(shop.keys["privateKey"]).objects[shop.stripe_account]
    account["charges_enabled"] = False
    refused = await shop.world.http.post(intent["paymentLink"])
    assert refused.headers["location"] == f"/pay/{intent['paymentLink'].rpartition('/')[2]}"
    account["charges_enabled"] = True
    page = (await shop.world.http.post(intent["paymentLink"])).headers["location"]
    await shop.pays(page)
    await shop.work()
    assert (await shop.read(intent))["status"] == "succeeded"
