"""Answers of a gateway that come late: what was settled meanwhile is not undone by what was so before."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from billhook import gateways, processing
from billhook.gateways import Gateways, sandbox
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.processing import NewIntent, Till
from billhook.processing.journeys.till import intent_and_desk
from billhook.settings import Settings
from tests.integration import shop as shops
from tests.integration.payment_desk import code
from tests.integration.shop import GOOD, Shop
from tests.integration.test_settling import booked
from tests.integration.watched import token_of
from tests.world import World

shop = shops.shop
DISPUTED = "4000000000000259"


def till_of(world: World, settings: Settings) -> Till:
    """A till of its own, for gateways that a test changes; no connection of it is ever opened."""
    return Till(Gateways(world.database, settings, world.base_url), settings.operator_fee)


class SlowLine:
    """The sandbox, whose first answer about a payment is on its way until it may arrive."""

    def __init__(self, gateway: Any) -> None:
        self.gateway, self.asked, self.arrives = gateway, asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)

    async def get_payment(self, *args: Any) -> Any:
        answer = await self.gateway.get_payment(*args)
        if not self.asked.is_set():
            self.asked.set()
            await self.arrives.wait()
        return answer


class Away:
    """The sandbox, where nobody takes orders for refunds at the moment."""

    def __init__(self, gateway: Any) -> None:
        self.gateway = gateway

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)

    async def refund(self, *_: Any, **__: Any) -> Any:
        raise gateways.Unavailable


class Counting:
    """The sandbox, and how often it was told to charge somebody."""

    def __init__(self, gateway: Any) -> None:
        self.gateway, self.charges = gateway, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)

    async def charge_saved(self, *args: Any, **named: Any) -> Any:
        self.charges += 1
        return await self.gateway.charge_saved(*args, **named)


async def meanwhile(shop: Shop, link: str, act: Callable[[Till], Any]) -> None:
    """Do something while an answer that was given before is on its way, and let it arrive after that."""
    slow = till_of(shop.world, shop.settings)
    line = SlowLine(slow.gateways.sandbox)
    slow.gateways._by_name = {"sandbox": line}  # type: ignore[dict-item] # stands for it
    intent = await shop.collect(link)
    late = asyncio.create_task(processing.look(slow, Id(shop.id), Id(intent["id"])))
    await asyncio.wait_for(line.asked.wait(), 10)
    await act(till_of(shop.world, shop.settings))
    line.arrives.set()
    await late


async def paid_at_the_sandbox(shop: Shop, link: str, card: str) -> dict[str, Any]:
    """An intent of a document that is paid there, and of which nobody has told us."""
    await shop.trouble(notices="lost")
    intent = await shop.collect(link)
    url = await processing.pay(till_of(shop.world, shop.settings), token_of(intent["paymentLink"]), None)
    await sandbox.pay(shop.world.database, token_of(url), sandbox.Paper(card, "12/40", "123"), 0)
    return intent


async def test_a_dispute_that_was_won_is_not_opened_again(shop: Shop) -> None:
    document, link = await shop.invoice()
    intent = await paid_at_the_sandbox(shop, link, DISPUTED)

    async def win(till: Till) -> None:
        look = await processing.look(till, Id(shop.id), Id(intent["id"]))
        assert look.disputed == 1210000
        await sandbox.decide(shop.world.database, look.remote_id or "", "dispute", good=True)
        await processing.look(till, Id(shop.id), Id(intent["id"]))

    await meanwhile(shop, link, win)
    assert await shop.totals(document) == (12100, 0, True)
    assert await booked(shop, intent) == [12100]


async def test_a_refund_stays_as_it_is(shop: Shop) -> None:
    document, link = await shop.invoice()
    intent = await paid_at_the_sandbox(shop, link, GOOD)

    async def give_back(till: Till) -> None:
        paid = await processing.look(till, Id(shop.id), Id(intent["id"]))
        await processing.refund(till, Id(shop.alice.id), paid.payment_id or "", Decimal(40), None)

    await meanwhile(shop, link, give_back)
    assert (await shop.read(intent))["refunded"] == 40
    assert await shop.totals(document) == (12060, 40, False)


async def test_what_was_given_back_elsewhere_is_booked_after_a_refund_of_ours_was_refused(shop: Shop) -> None:
    document, link = await shop.invoice()
    intent = await shop.pay(await shop.collect(link))
    till = till_of(shop.world, shop.settings)
    known, desk = await intent_and_desk(till, Id(shop.id), Id(intent["id"]))
    gateway, connection = till.at(desk)
    remote = (desk.merchant_remote_id or "", known.remote_id or "")
    await gateway.refund(connection, *remote, 1_200_000, 0, key="made at the provider's own desk")
    assert code(await shop.alice.post(f"/Payments/{intent['paymentId']}/refunds", {"amount": 200})) == "GATEWAY_REFUSED"
    await shop.work()
    assert (await shop.read(intent))["refunded"] == 12000
    assert await shop.totals(document) == (100, 12000, False)


async def test_a_refund_that_cannot_be_asked_for_is_under_way(shop: Shop) -> None:
    """Who is told to try again would give back twice: the sweep asks, too."""
    intent = await shop.pay(await shop.intent())
    till, healthy = till_of(shop.world, shop.settings), till_of(shop.world, shop.settings)
    till.gateways._by_name = {"sandbox": Away(till.gateways.sandbox)}  # type: ignore[dict-item] # stands for it
    begun = await processing.refund(till, Id(shop.alice.id), intent["paymentId"], Decimal(40), None)
    assert begun.status == "requested"
    shop.world.clock.move(timedelta(minutes=2))
    await processing.sweep(healthy)
    assert (await shop.read(intent))["refunded"] == 40


async def test_a_charge_that_was_made_is_not_asked_for_again(shop: Shop) -> None:
    """A repetition may come when the provider has forgotten the key: it would charge once more."""
    initial = await shop.pay(await shop.intent(allowRecurring=True))
    till = till_of(shop.world, shop.settings)
    counting = Counting(till.gateways.sandbox)
    till.gateways._by_name = {"sandbox": counting}  # type: ignore[dict-item] # stands for it
    new = NewIntent(amount=Decimal(25), initial_intent_id=initial["id"], operation=ids.new())
    first, again = [await processing.charge(till, Id(shop.alice.id), shop.id, new) for _ in range(2)]
    assert (first.id, first.status) == (again.id, again.status) == (first.id, "captured")
    assert counting.charges == 1
