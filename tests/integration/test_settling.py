"""One truth about each payment: whoever reports it, in whatever order, however often, and wherever the process dies."""

import asyncio
import itertools
import random
import secrets
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billhook import organizations, payments, processing
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem
from billhook.processing import NewIntent, Till
from billhook.settings import Settings
from tests.integration import watched as watchers
from tests.integration.payment_desk import ok
from tests.integration.shop import Shop, open_shop
from tests.integration.stripe_shop import open_stripe_shop
from tests.integration.watched import died, token_of
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

watched, till = watchers.watched, watchers.till


@pytest.fixture(params=["sandbox", "stripe"])
async def shop(request: pytest.FixtureRequest, world: World, settings: Settings, stripe: StripeStandIn) -> Shop:
    """The same shop at either gateway."""
    if request.param == "sandbox":
        return await open_shop(world, settings)
    return await open_stripe_shop(world, settings, stripe)


async def booked(shop: Shop, intent: dict[str, Any]) -> list[Any]:
    """The amounts booked for an intent, and a look whether the books are in order."""
    found = await shop.read(intent)
    name = shop.transaction_of(found)
    rows = [row["amount"] for row in await shop.payments() if row["transactionId"] == name]
    async with shop.world.database.open(Id(shop.alice.id)) as tx:
        await organizations.enter(tx, shop.id)
        assert await payments.verify(tx) == []
    return rows


@pytest.mark.parametrize("how", ["normal", "lost", "late", "twice", "out_of_order"])
async def test_notices_travel_as_they_like_and_the_payment_is_booked_once(shop: Shop, till: Till, how: str) -> None:
    await shop.trouble(notices=how)
    document, link = await shop.invoice()
    intent = await shop.collect(link)
    url = await processing.pay(till, token_of(intent["paymentLink"]), None)
    await shop.pays(url, "AT611904300234573201")
    for minutes in (0, 1, 5, 10):  # nobody comes back to our page
        await shop.work(minutes)
    assert await shop.totals(document) == (12100, 0, True)
    assert await booked(shop, intent) == [12100]


@pytest.mark.parametrize("seed", range(8))
async def test_all_at_once_in_any_order(shop: Shop, till: Till, seed: int) -> None:
    """Two tabs, two cards, two notices, the return page, the sweep, a cancellation and two refunds, all at once."""
    document, link = await shop.invoice()
    intent = await shop.collect(link)
    pay_link = token_of(intent["paymentLink"])
    url = await processing.pay(till, pay_link, None)

    async def give_back(amount: int) -> None:
        payment_id = (await shop.read(intent)).get("paymentId")
        if payment_id:
            await shop.alice.post(f"/Payments/{payment_id}/refunds", {"amount": amount})

    def acts() -> list[Callable[[], Any]]:
        return [
            lambda: processing.pay(till, pay_link, None),
            lambda: shop.pays(url),
            lambda: shop.pays(url),
            lambda: processing.look_shared(till, pay_link),
            shop.work,
            lambda: processing.sweep(till),
            lambda: shop.alice.post(f"/payment-intents/{intent['id']}/cancel"),
            lambda: give_back(100),
            lambda: give_back(200),
        ]

    order = random.Random(seed)
    for _ in range(2):
        todo = acts()
        order.shuffle(todo)
        for act in await asyncio.gather(*(act() for act in todo), return_exceptions=True):
            assert not isinstance(act, BaseException) or isinstance(act, Problem), act
    for minutes in (0, 2, 10):
        await shop.work(minutes)
    found = await shop.read(intent)
    expected, given_back = await shop.truth(url)
    assert found["status"] == expected
    collected = [12100] if expected == "succeeded" else []
    assert await booked(shop, intent) == collected
    gone = given_back / 100
    assert found["refunded"] == gone
    assert (await shop.totals(document))[0] == sum(collected) - gone


async def test_wherever_the_process_ends_the_sweep_finishes_a_payment(shop: Shop, watched: Till, till: Till) -> None:
    for n in itertools.count():
        intent = await shop.intent()
        link = token_of(intent["paymentLink"])
        early = await died(watched, n, lambda link=link: processing.pay(watched, link, None))
        url = await processing.pay(till, link, None)
        await shop.pays(url)
        late = await died(watched, n, lambda link=link: processing.look_shared(watched, link))
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(till)
        assert (await shop.read(intent))["status"] == "succeeded", n
        assert await booked(shop, intent) == [100], n
        if not (early or late):
            break
    assert n > 8


async def test_wherever_the_process_ends_a_charge_is_made_once_or_not_at_all(
    shop: Shop, watched: Till, till: Till
) -> None:
    initial = await shop.pay(await shop.intent(allowRecurring=True))
    outcomes, account = set(), Id(shop.alice.id)
    for n in itertools.count():
        reference = secrets.token_hex(4)
        new = NewIntent(amount=Decimal(25), reference=reference, initial_intent_id=initial["id"])
        dead = await died(watched, n, lambda new=new: processing.charge(watched, account, shop.id, new))
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(till)
        where = {"filter[where][reference]": reference}
        found = ok(await shop.alice.get(f"{shop.of_organization}/payment-intents", params=where))
        outcomes.add(len(found))
        assert [row["status"] for row in found] == ["captured"] * len(found), n
        assert [await booked(shop, row) for row in found] == [[25]] * len(found), n
        if not dead:
            break
    assert outcomes == {0, 1}
    assert n > 8


async def test_wherever_the_process_ends_a_refund_is_made_once_or_not_at_all(
    shop: Shop, watched: Till, till: Till
) -> None:
    outcomes, account = set(), Id(shop.alice.id)
    for n in itertools.count():
        intent = await shop.pay(await shop.intent())
        payment_id = intent["paymentId"]
        dead = await died(
            watched, n, lambda payment_id=payment_id: processing.refund(watched, account, payment_id, Decimal(40), None)
        )
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(till)
        refunded = (await shop.read(intent))["refunded"]
        rows = ok(await shop.alice.get(f"/Payments/{payment_id}/refunds"))
        assert [row["status"] for row in rows] == ["succeeded"] * (refunded // 40), n
        assert sorted(row["amount"] for row in await shop.payments()).count(-40) >= refunded // 40
        outcomes.add(refunded)
        if not dead:
            break
    assert outcomes == {0, 40}
    assert n > 8


async def test_wherever_the_sweep_ends_it_finishes_a_refund_the_next_time(
    shop: Shop, watched: Till, till: Till
) -> None:
    for n in itertools.count():
        intent = await shop.pay(await shop.intent())
        await shop.trouble(notices="lost", answers="dropped_after", answersLeft=1)
        url = f"/Payments/{intent['paymentId']}/refunds"
        assert ok(await shop.alice.post(url, {"amount": 40}))["status"] == "pending"
        shop.world.clock.move(timedelta(minutes=2))
        dead = await died(watched, n, lambda: processing.sweep(watched))
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(till)
        assert [row["status"] for row in ok(await shop.alice.get(url))] == ["succeeded"], n
        if not dead:
            break
    assert n > 8


@pytest.mark.parametrize("when", ["dropped_before", "dropped_after"])
async def test_a_lost_answer_leads_to_one_payment(shop: Shop, till: Till, when: str) -> None:
    initial = await shop.pay(await shop.intent(allowRecurring=True))
    await shop.trouble(answers=when, answersLeft=1)
    body = {"initialPaymentIntentId": initial["id"], "amount": 25}
    unknown = ok(await shop.alice.post(f"{shop.of_organization}/payment-intents/authorized", body))
    assert (unknown["status"], unknown["succeeded"]) == ("processing", False)
    await shop.work(minutes=2)
    assert (await shop.read(unknown))["status"] == "captured"
    assert await booked(shop, unknown) == [25]
    await shop.trouble(answers=when, answersLeft=1)
    url = f"/Payments/{initial['paymentId']}/refunds"
    assert ok(await shop.alice.post(url, {"amount": 10}))["status"] == "pending"
    await shop.work(minutes=2)
    assert [row["status"] for row in ok(await shop.alice.get(url))] == ["succeeded"]
    assert (await shop.read(initial))["refunded"] == 10


async def test_a_click_takes_at_most_six_trips_and_waits_with_none_open(shop: Shop, watched: Till, till: Till) -> None:
    intent = await shop.intent()
    link, gateway = token_of(intent["paymentLink"]), watched.gateways.get(shop.gateway)
    before = watched.database.round_trips
    url = await processing.pay(watched, link, None)
    assert watched.database.round_trips - before <= 6
    await shop.pays(url)
    await processing.look_shared(watched, link)
    paid = await shop.read(intent)
    account = Id(shop.alice.id)
    await processing.refund(watched, account, paid["paymentId"], None, None)
    await processing.cancel(watched, account, (await shop.intent())["id"])
    assert gateway.calls >= 4  # type: ignore[attr-defined] # what watches it counts
