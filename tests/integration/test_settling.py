"""One truth about each payment: whoever reports it, in whatever order, however often, and wherever the process dies."""

import asyncio
import itertools
import os
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
import pytest

from billhook import organizations, payments, processing
from billhook.db import Database, Tx
from billhook.gateways import Gateways, sandbox
from billhook.gateways.sandbox import notices
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem
from billhook.processing import NewIntent, Till
from billhook.settings import Settings
from tests.integration import shop as shops
from tests.integration.payment_desk import ok
from tests.integration.shop import GOOD, Shop
from tests.world import World

shop = shops.shop
NOTICES = int(os.environ.get("NOTICES", "1000"))
PAPER = sandbox.Paper(GOOD, "12/40", "123")


class Killed(BaseException):
    """The process has ended."""


class WatchedDatabase(Database):
    """A database that counts what is open, and kills who uses it at a statement of our choice."""

    left: int | None = None
    opened = 0

    @asynccontextmanager
    async def open(self, account: Id | None = None, organization: Id | None = None) -> AsyncIterator[Tx]:
        async with super().open(account, organization) as tx:
            run = tx.run

            async def counted(*args: Any, **kwargs: Any) -> Any:
                if self.left is not None:
                    self.left -= 1
                    if self.left < 0:
                        raise Killed
                return await run(*args, **kwargs)

            tx.run = counted  # type: ignore[method-assign]
            self.opened += 1
            try:
                yield tx
            finally:
                self.opened -= 1


class WatchedGateway:
    """The sandbox behind a wall of its own: who calls it may not keep a transaction open meanwhile."""

    def __init__(self, gateway: Any, database: WatchedDatabase) -> None:
        self.gateway, self.database, self.calls = gateway, database, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.gateway, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            assert self.database.opened == 0, f"{name} is waited for with a transaction open"
            self.calls += 1
            return await found(*args, **kwargs)

        return call


@pytest.fixture
async def watched(database: Database, settings: Settings, base_url: str) -> AsyncIterator[Till]:
    """A till on a database of its own, with the sandbox on another."""
    mine = WatchedDatabase(database.url, connections=4, clock=database.clock)
    await mine.connect()
    gateways = Gateways(mine, settings, base_url)
    behind = sandbox.SandboxGateway(database, gateways.seal, base_url)
    gateways._by_name = {"sandbox": WatchedGateway(behind, mine)}
    yield Till(gateways, settings.operator_fee)
    await mine.close()


def till_of(world: World, settings: Settings) -> Till:
    return Till(Gateways(world.database, settings, world.base_url), settings.operator_fee)


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


async def booked(shop: Shop, intent: dict[str, Any]) -> list[Any]:
    """The amounts booked for an intent, and a look whether the books are in order."""
    found = await shop.read(intent)
    rows = [row["amount"] for row in await shop.payments() if row["transactionId"] == found["getPaidPaymentId"]]
    async with shop.world.database.open(Id(shop.alice.id)) as tx:
        await organizations.enter(tx, shop.id)
        assert await payments.verify(tx) == []
    return rows


@pytest.mark.parametrize("how", ["normal", "lost", "late", "twice", "out_of_order"])
async def test_notices_travel_as_they_like_and_the_payment_is_booked_once(shop: Shop, how: str) -> None:
    await shop.trouble(notices=how)
    document, link = await shop.invoice()
    intent = await shop.collect(link)
    till = till_of(shop.world, shop.settings)
    url = await processing.pay(till, token_of(intent["paymentLink"]), None)
    await sandbox.pay(shop.world.database, token_of(url), sandbox.Paper(iban="AT611904300234573201"), 0)
    for minutes in (0, 1, 5, 10):  # nobody comes back to our page
        await shop.work(minutes)
    assert await shop.totals(document) == (12100, 0, True)
    assert await booked(shop, intent) == [12100]


@pytest.mark.parametrize("seed", range(8))
async def test_all_at_once_in_any_order(shop: Shop, seed: int) -> None:
    """Two tabs, two cards, two notices, the return page, the sweep, a cancellation and two refunds, all at once."""
    till = till_of(shop.world, shop.settings)
    document, link = await shop.invoice()
    intent = await shop.collect(link)
    pay_link, database = token_of(intent["paymentLink"]), shop.world.database
    url = await processing.pay(till, pay_link, None)

    async def give_back(amount: int) -> None:
        payment_id = (await shop.read(intent)).get("paymentId")
        if payment_id:
            await shop.alice.post(f"/Payments/{payment_id}/refunds", {"amount": amount})

    def acts() -> list[Callable[[], Any]]:
        return [
            lambda: processing.pay(till, pay_link, None),
            lambda: sandbox.pay(database, token_of(url), PAPER, 0),
            lambda: sandbox.pay(database, token_of(url), PAPER, 0),
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
    async with database.open() as tx:
        truth = await sandbox.form(database, token_of(url))
        assert tx
    expected = {"succeeded": "succeeded", "canceled": "canceled"}[truth.status]
    assert found["status"] == expected
    collected = [12100] if expected == "succeeded" else []
    assert await booked(shop, intent) == collected
    gone = sum(refund.amount for refund in truth.refunds) / 100
    assert found["refunded"] == gone
    assert (await shop.totals(document))[0] == sum(collected) - gone


async def died(till: Till, n: int, act: Callable[[], Any]) -> bool:
    """Do something in a process that ends at its nth statement; return whether it got that far."""
    database = till.database
    assert isinstance(database, WatchedDatabase)
    database.left = n
    try:
        await act()
    except Killed:
        return True
    finally:
        database.left = None
    return False


async def test_wherever_the_process_ends_the_sweep_finishes_a_payment(shop: Shop, watched: Till) -> None:
    healthy = till_of(shop.world, shop.settings)
    for n in itertools.count():
        intent = await shop.intent()
        link = token_of(intent["paymentLink"])
        early = await died(watched, n, lambda link=link: processing.pay(watched, link, None))
        url = await processing.pay(healthy, link, None)
        await sandbox.pay(shop.world.database, token_of(url), PAPER, 0)
        late = await died(watched, n, lambda link=link: processing.look_shared(watched, link))
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(healthy)
        assert (await shop.read(intent))["status"] == "succeeded", n
        assert await booked(shop, intent) == [100], n
        if not (early or late):
            break
    assert n > 8


async def test_wherever_the_process_ends_a_charge_is_made_once_or_not_at_all(shop: Shop, watched: Till) -> None:
    initial = await shop.pay(await shop.intent(allowRecurring=True))
    healthy = till_of(shop.world, shop.settings)
    outcomes, account = set(), Id(shop.alice.id)
    for n in itertools.count():
        reference = secrets.token_hex(4)
        new = NewIntent(amount=Decimal(25), reference=reference, initial_intent_id=initial["id"])
        dead = await died(watched, n, lambda new=new: processing.charge(watched, account, shop.id, new))
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(healthy)
        where = {"filter[where][reference]": reference}
        found = ok(await shop.alice.get(f"{shop.of_organization}/payment-intents", params=where))
        outcomes.add(len(found))
        assert [row["status"] for row in found] == ["captured"] * len(found), n
        assert [await booked(shop, row) for row in found] == [[25]] * len(found), n
        if not dead:
            break
    assert outcomes == {0, 1}
    assert n > 8


async def test_wherever_the_process_ends_a_refund_is_made_once_or_not_at_all(shop: Shop, watched: Till) -> None:
    healthy = till_of(shop.world, shop.settings)
    outcomes, account = set(), Id(shop.alice.id)
    for n in itertools.count():
        intent = await shop.pay(await shop.intent())
        payment_id = intent["paymentId"]
        dead = await died(
            watched, n, lambda payment_id=payment_id: processing.refund(watched, account, payment_id, Decimal(40), None)
        )
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(healthy)
        refunded = (await shop.read(intent))["refunded"]
        rows = ok(await shop.alice.get(f"/Payments/{payment_id}/refunds"))
        assert [row["status"] for row in rows] == ["succeeded"] * (refunded // 40), n
        assert sorted(row["amount"] for row in await shop.payments()).count(-40) >= refunded // 40
        outcomes.add(refunded)
        if not dead:
            break
    assert outcomes == {0, 40}
    assert n > 8


async def test_wherever_the_sweep_ends_it_finishes_a_refund_the_next_time(shop: Shop, watched: Till) -> None:
    healthy = till_of(shop.world, shop.settings)
    for n in itertools.count():
        intent = await shop.pay(await shop.intent())
        await shop.trouble(notices="lost", answers="dropped_after", answersLeft=1)
        url = f"/Payments/{intent['paymentId']}/refunds"
        assert ok(await shop.alice.post(url, {"amount": 40}))["status"] == "pending"
        shop.world.clock.move(timedelta(minutes=2))
        dead = await died(watched, n, lambda: processing.sweep(watched))
        shop.world.clock.move(timedelta(minutes=2))
        await processing.sweep(healthy)
        assert [row["status"] for row in ok(await shop.alice.get(url))] == ["succeeded"], n
        if not dead:
            break
    assert n > 8


@pytest.mark.parametrize("when", ["dropped_before", "dropped_after"])
async def test_a_lost_answer_leads_to_one_payment(shop: Shop, when: str) -> None:
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


async def test_a_click_takes_at_most_six_trips_and_waits_with_none_open(shop: Shop, watched: Till) -> None:
    intent = await shop.intent()
    link, gateway = token_of(intent["paymentLink"]), watched.gateways.get("sandbox")
    before = watched.database.round_trips
    url = await processing.pay(watched, link, None)
    assert watched.database.round_trips - before <= 6
    await sandbox.pay(shop.world.database, token_of(url), PAPER, 0)
    await processing.look_shared(watched, link)
    paid = await shop.read(intent)
    account = Id(shop.alice.id)
    await processing.refund(watched, account, paid["paymentId"], None, None)
    await processing.cancel(watched, account, (await shop.intent())["id"])
    assert gateway.calls >= 4  # type: ignore[attr-defined] # what watches it counts


async def test_only_valid_notices_have_an_effect_and_that_once(shop: Shop) -> None:
    """Forged, replayed, malformed, old, huge, for others: all are refused or change nothing.

    NOTICES=10000 delivers ten times as many, by hand.
    """
    about = ok(await shop.alice.get("/payment-processing"))
    url = f"/payment-processing/{about['id']}/webhooks"
    secret = till_of(shop.world, shop.settings).gateways.sandbox.notice_secret(about["merchantId"])
    await shop.trouble(notices="lost")  # but for those that are sent here
    intent, paid, now, chance = await shop.intent(), await shop.intent(), shop.world.clock.now(), random.Random(7)
    url_of_paid = await processing.pay(till_of(shop.world, shop.settings), token_of(paid["paymentLink"]), None)
    await sandbox.pay(shop.world.database, token_of(url_of_paid), PAPER, 0)

    def notice(**changes: Any) -> bytes:
        fields = {"id": f"evt_{secrets.token_hex(8)}", "type": "payment.succeeded", "subject": "pay_none"}
        return notices.encoded(fields | {"reference": intent["id"], "livemode": False} | changes)

    def sent(body: bytes, key: str = secret, minutes: int = 0) -> tuple[bytes, dict[str, Any]]:
        return body, {notices.HEADER: notices.sign(key, now + timedelta(minutes=minutes), body)}

    bad: list[Callable[[], tuple[bytes, dict[str, Any]]]] = [
        lambda: sent(notice(), "whsec_of_somebody_else"),
        lambda: sent(notice(), minutes=-6),
        lambda: sent(notice(), minutes=6),
        lambda: sent(notice(livemode=True)),
        lambda: sent(notice(reference="nonsense")),
        lambda: sent(b"not json at all"),
        lambda: sent(notice(padding="x" * 70_000)),
        lambda: (notice(), {}),
        lambda: (notice(), {notices.HEADER: "t=99999999999999999999,v1=" + "0" * 64}),
        lambda: (notice(), {notices.HEADER: f"t={int(now.timestamp())},v1=".encode() + b"\xe9" * 64}),
        lambda: (sent(notice())[0] + b" ", sent(notice())[1]),
    ]
    valid = [sent(notice()), sent(notice(reference=paid["id"]))]
    todo = [chance.choice(bad)() for _ in range(NOTICES * 9 // 10)] + valid * (NOTICES // 20)
    chance.shuffle(todo)

    async def send(body: bytes, headers: dict[str, Any]) -> httpx.Response:
        return await shop.world.http.post(url, content=body, headers=headers)

    answers = [await send(*one) for one in todo]
    assert [answer.status_code for answer in answers] == [200 if one in valid else 401 for one in todo]
    await shop.work()
    assert (await shop.read(intent))["status"] == "initiated"  # the provider says otherwise
    assert await booked(shop, paid) == [100] == [payment["amount"] for payment in await shop.payments()]
    owner = await asyncpg.connect(shop.world.database.url)
    kept = "select count(*) from processing.notice where platform_id = $1"
    assert await owner.fetchval(kept, ids.to_uuid(about["id"])) == len(valid)
    await owner.close()
