"""What every payment provider has to do for us, whoever it is: run over each of PROVIDERS."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.contract.gateways.providers import PROVIDERS, Outside, Shop, shop

from billhook.gateways import Capability, Forged, Payment, Refused, Seller, Status, UnknownOutcome
from billhook.kernel import ids


@pytest.fixture(scope="module", params=sorted(PROVIDERS))
async def outside(request: pytest.FixtureRequest) -> AsyncIterator[Outside]:
    async with PROVIDERS[request.param]() as outside:
        yield outside


@pytest.fixture
async def seller(outside: Outside) -> Shop:
    return await shop(outside)


async def test_a_merchant_may_charge_after_its_onboarding_and_not_after_its_end(seller: Shop) -> None:
    gateway, connection, merchant = seller.gateway, seller.connection, seller.merchant
    assert (merchant.charges_enabled, merchant.reason) == (True, "")
    urls = {"return_url": "https://shop.example/done", "refresh_url": "https://shop.example/again"}
    assert (await gateway.onboarding_link(connection, merchant.id, **urls)).startswith("http")
    await seller.outside.onboard(merchant, refused="Documents are missing.")
    merchant = await gateway.get_merchant(connection, merchant.id)
    assert (merchant.charges_enabled, merchant.reason) == (False, "Documents are missing.")
    with pytest.raises(Refused):
        await seller.open()


async def test_the_same_key_is_the_same_operation(seller: Shop) -> None:
    request = seller.request()
    made = await asyncio.gather(
        *(seller.gateway.create_payment(seller.connection, request, key="same") for _ in range(5))
    )
    assert len({payment.id for payment in made}) == 1
    assert made[0].reference == request.reference
    assert made[0].status == Status.OPEN
    with pytest.raises(Refused):
        await seller.gateway.create_payment(seller.connection, seller.request(amount=1), key="same")
    who = Seller(ids.new(7), "Twice", "BE", "twice@space.example")
    both = [await seller.gateway.create_merchant(seller.connection, who, key="who") for _ in range(2)]
    assert both[0].id == both[1].id


async def test_a_payment_is_made_on_the_providers_page(seller: Shop) -> None:
    payment = await seller.open()
    assert payment.page_url.startswith("http")
    await seller.outside.pay(payment, "4242424242424242")
    paid = await seller.now(payment)
    assert (paid.status, paid.amount, paid.currency, paid.fee) == (Status.SUCCEEDED, 12_100, "EUR", 121)
    assert paid.failure is None
    assert paid.saved is None


async def test_who_was_refused_may_try_again(seller: Shop) -> None:
    payment = await seller.open()
    await seller.outside.pay(payment, "4000000000009995")
    refused = await seller.now(payment)
    assert refused.status == Status.OPEN
    assert refused.failure is not None
    assert (refused.failure.code, bool(refused.failure.message)) == ("insufficient_funds", True)
    await seller.outside.pay(payment, "4242424242424242")
    assert (await seller.now(payment)).status == Status.SUCCEEDED


async def test_the_bank_may_want_to_see_the_payer(seller: Shop) -> None:
    payment = await seller.open()
    await seller.outside.pay(payment, "4000002760003184")
    assert (await seller.now(payment)).status == Status.REQUIRES_ACTION
    await seller.outside.confirm(payment, confirmed=False)
    turned_away = await seller.now(payment)
    assert turned_away.status == Status.OPEN
    assert turned_away.failure is not None
    await seller.outside.pay(payment, "4000002760003184")
    await seller.outside.confirm(payment, confirmed=True)
    assert (await seller.now(payment)).status == Status.SUCCEEDED


async def test_a_saved_card_is_charged_again(seller: Shop) -> None:
    saved = (await seller.paid(save=True)).saved
    assert saved is not None
    assert saved.kind == "card"
    request = seller.request(amount=500, fee=5)
    charged = await seller.gateway.charge_saved(seller.connection, request, saved, key="again")
    assert (charged.status, charged.amount) == (Status.SUCCEEDED, 500)
    same = await seller.gateway.charge_saved(seller.connection, request, saved, key="again")
    assert same.id == charged.id


@pytest.mark.parametrize(
    ("card", "status", "code"),
    [
        ("4000000000000341", Status.FAILED, "generic_decline"),
        ("4000002760003184", Status.REQUIRES_ACTION, "authentication_required"),
        ("4000003800000446", Status.SUCCEEDED, ""),
    ],
)
async def test_a_saved_card_may_be_refused_or_want_its_owner(
    seller: Shop, card: str, status: Status, code: str
) -> None:
    payment = await seller.open(save=True)
    await seller.outside.pay(payment, card)
    if (await seller.now(payment)).status == Status.REQUIRES_ACTION:
        await seller.outside.confirm(payment, confirmed=True)
    saved = (await seller.now(payment)).saved
    assert saved is not None
    request = seller.request()
    charged = await seller.gateway.charge_saved(seller.connection, request, saved, key=f"{request.reference}:1:charge")
    assert charged.status == status
    assert (charged.failure.code if charged.failure else "") == code
    if status == Status.REQUIRES_ACTION:
        key = f"{request.reference}:1:charge"
        charged = await seller.gateway.charge_saved(seller.connection, request, saved, key=key, present=True)
        assert charged.page_url.startswith("http")
        await seller.outside.confirm(charged, confirmed=True)
        assert (await seller.now(charged)).status == Status.SUCCEEDED


async def test_a_direct_debit_takes_its_time(seller: Shop) -> None:
    if Capability.DELAYED not in seller.gateway.capabilities:
        pytest.skip("has no direct debit")
    good, bad = await seller.open(), await seller.open()
    await seller.outside.debit(good, "AT321904300235473204")
    await seller.outside.debit(bad, "AT051904300235473205")
    assert [(await seller.now(one)).status for one in (good, bad)] == [Status.PROCESSING] * 2
    seller.outside.clock.move(timedelta(minutes=3))
    assert [(await seller.now(one)).status for one in (good, bad)] == [Status.SUCCEEDED, Status.FAILED]


async def test_what_was_paid_is_given_back_in_parts_and_no_more_of_it(seller: Shop) -> None:
    paid = await seller.paid()

    async def refund(amount: int, key: str) -> str:
        where = (seller.connection, seller.merchant.id, paid.id)
        return (await seller.gateway.refund(*where, amount, 0, key=key)).status

    assert await refund(100, "one") == await refund(100, "one") == "succeeded"
    assert [part.amount for part in (await seller.now(paid)).refunds] == [100]
    await refund(12_000, "rest")
    with pytest.raises(Refused):
        await refund(1, "more")
    assert sum(part.amount for part in (await seller.now(paid)).refunds) == 12_100


async def test_a_refund_may_come_late_or_not_at_all(seller: Shop) -> None:
    slow, failing = await seller.paid("4000000000007726"), await seller.paid("4000000000005126")
    for payment, expected in ((slow, "pending"), (failing, "failed")):
        where = (seller.connection, seller.merchant.id, payment.id)
        assert (await seller.gateway.refund(*where, 100, 0, key=f"r:{payment.id}")).status == expected
    await seller.outside.decide(slow, "refund", good=True)
    assert [part.status for part in (await seller.now(slow)).refunds] == ["succeeded"]


async def test_a_dispute_is_seen(seller: Shop) -> None:
    paid = await seller.paid("4000000000000259")
    assert [(part.amount, part.status, part.reason) for part in paid.disputes] == [(12_100, "open", "fraudulent")]
    with pytest.raises(Refused):
        await seller.gateway.refund(seller.connection, seller.merchant.id, paid.id, 1, 0, key="disputed")
    await seller.outside.decide(paid, "dispute", good=False)
    assert [part.status for part in (await seller.now(paid)).disputes] == ["lost"]


async def test_what_was_not_paid_is_canceled_and_what_was_is_not(seller: Shop) -> None:
    where = (seller.connection, seller.merchant.id)
    fresh, paid = await seller.open(), await seller.paid()
    assert (await seller.gateway.cancel_payment(*where, fresh.id, key="c1")).status == Status.CANCELED
    assert (await seller.gateway.cancel_payment(*where, fresh.id, key="c1")).status == Status.CANCELED
    assert (await seller.gateway.cancel_payment(*where, paid.id, key="c2")).status == Status.SUCCEEDED


async def test_a_payment_expires(seller: Shop) -> None:
    payment = await seller.open(expires_at=seller.outside.clock.now() + timedelta(minutes=40))
    seller.outside.clock.move(timedelta(minutes=41))
    assert (await seller.now(payment)).status == Status.EXPIRED


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_is_asked_for_again_with_the_same_key(seller: Shop, when: str) -> None:
    request = seller.request()
    await seller.outside.drop(seller.connection, when)
    with pytest.raises(UnknownOutcome):
        await seller.gateway.create_payment(seller.connection, request, key=f"lost {when}")
    made = await seller.gateway.create_payment(seller.connection, request, key=f"lost {when}")
    again = await seller.gateway.create_payment(seller.connection, request, key=f"lost {when}")
    assert made.id == again.id


async def test_what_is_another_platforms_is_not_there(seller: Shop, outside: Outside) -> None:
    payment: Payment = await seller.paid()
    other = await shop(outside)
    with pytest.raises(Refused):
        await other.gateway.get_payment(other.connection, seller.merchant.id, payment.id)
    with pytest.raises(Refused):
        await other.gateway.refund(other.connection, seller.merchant.id, payment.id, 1, 0, key="theft")
    with pytest.raises(Refused):
        await other.gateway.create_payment(other.connection, seller.request(), key="for them")


async def test_notices_are_signed_fresh_and_about_us(seller: Shop) -> None:
    paid = await seller.paid()
    headers, body = await seller.outside.notice(seller.connection)
    clock = seller.outside.clock

    async def read(headers: dict[str, str], body: bytes, minutes: int = 0) -> list[str]:
        now = clock.now() + timedelta(minutes=minutes)
        return [notice.reference for notice in await seller.gateway.read_notices(seller.connection, headers, body, now)]

    assert await read(headers, body) == [paid.reference]
    for bad in (({}, body, 0), (headers, body + b" ", 0), (headers, body, 6), (headers, body, -6)):
        with pytest.raises(Forged):
            await read(*bad)
