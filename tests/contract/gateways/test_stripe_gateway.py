"""What is asked of Stripe alone: keys that Stripe has forgotten, its own failures, forms, fees, units."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.contract.gateways.providers import OutsideStripe, Shop, running_stripe, shop

from billhook.gateways import Connection, Refused, Status, Unavailable, UnknownOutcome
from billhook.gateways.stripe import StripeGateway
from billhook.kernel import ids
from billhook.kernel.time import MovableClock
from billhook.settings import load


@pytest.fixture(params=["destination", "direct"])
async def seller(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    clock = MovableClock()
    with running_stripe(clock) as stripe:
        outside = OutsideStripe(stripe, clock, request.param, "v2")
        yield await shop(outside)
        await outside.gateway.close()


async def test_a_charge_is_looked_for_when_stripe_has_forgotten_its_key(seller: Shop) -> None:
    saved = (await seller.paid(save=True)).saved
    assert saved is not None
    request = seller.request()
    made = await seller.gateway.charge_saved(seller.connection, request, saved, key="once")
    seller.outside.clock.move(timedelta(days=3))
    again = await seller.gateway.charge_saved(seller.connection, request, saved, key="once")
    assert again.id == made.id
    fresh = seller.request()
    other = await seller.gateway.charge_saved(seller.connection, fresh, saved, key="another")
    assert other.id != made.id


async def test_a_refund_is_looked_for_when_stripe_has_forgotten_its_key(seller: Shop) -> None:
    paid = await seller.paid()
    where = (seller.connection, seller.merchant.id, paid.id)
    first = await seller.gateway.refund(*where, 100, 1, key="once")
    seller.outside.clock.move(timedelta(days=3))
    assert (await seller.gateway.refund(*where, 100, 1, key="once")).id == first.id
    assert [(part.amount, part.fee) for part in (await seller.now(paid)).refunds] == [(100, 1)]
    outside = seller.outside
    assert isinstance(outside, OutsideStripe)
    backs = outside.stripe.holder(paid.id).every("fee_refund", "")
    assert [one["amount"] for one in backs] == [1]


async def test_a_fee_that_is_gone_does_not_undo_the_refund(seller: Shop) -> None:
    paid = await seller.paid()
    where = (seller.connection, seller.merchant.id, paid.id)
    await seller.gateway.refund(*where, 100, 121, key="all of the fee")
    second = await seller.gateway.refund(*where, 100, 1, key="more than there is")
    assert (second.status, second.fee) == ("succeeded", 0)
    assert [part.fee for part in (await seller.now(paid)).refunds] == [121, 0]


async def test_a_form_follows_what_is_due_until_it_is_paid(seller: Shop) -> None:
    form = await seller.open(embedded=True)
    assert form.page_url == ""
    assert form.client["client_secret"]
    assert form.client["publishable_key"].startswith("pk_")
    assert form.client.get("account", "") in ("", seller.merchant.id)
    where = (seller.connection, seller.merchant.id)
    changed = await seller.gateway.change_payment(*where, form, 500, 0, key="1")
    assert (changed.amount, changed.fee) == (500, 0)
    changed = await seller.gateway.change_payment(*where, changed, 12_000, 120, key="2")
    assert (changed.id, changed.amount, changed.fee) == (form.id, 12_000, 120)
    await seller.outside.pay(form, "4000000000009995")
    assert (await seller.now(form)).status == Status.OPEN
    await seller.outside.pay(form, "4242424242424242")
    paid = await seller.now(form)
    assert (paid.status, paid.amount, paid.fee, paid.transaction) == (Status.SUCCEEDED, 12_000, 120, form.id)
    with pytest.raises(Refused):
        await seller.gateway.change_payment(*where, paid, 1_000, 10, key="3")


async def test_a_form_ends_when_a_direct_debit_comes_back(seller: Shop) -> None:
    form = await seller.open(embedded=True)
    await seller.outside.debit(form, "AT051904300235473205")
    assert (await seller.now(form)).status == Status.PROCESSING
    seller.outside.clock.move(timedelta(minutes=3))
    assert (await seller.now(form)).status == Status.FAILED


async def test_other_currencies_are_counted_as_stripe_counts(seller: Shop) -> None:
    for currency, amount in (("JPY", 5_000), ("KWD", 5_120), ("ISK", 900), ("UGX", 70_000)):
        made = await seller.open(currency=currency, amount=amount, fee=amount // 100)
        assert (made.currency, made.amount) == (currency, amount)
    with pytest.raises(Refused, match="third one has to be 0"):
        await seller.open(currency="KWD", amount=5_123)
    with pytest.raises(Refused, match="minimum"):
        await seller.open(amount=49, fee=0)


async def test_what_is_asked_of_a_session_that_ends_too_soon_is_left_to_us(seller: Shop) -> None:
    soon = await seller.open(expires_at=seller.outside.clock.now() + timedelta(minutes=5))
    late = await seller.open(expires_at=seller.outside.clock.now() + timedelta(days=90))
    assert soon.status == late.status == Status.OPEN
    seller.outside.clock.move(timedelta(days=2))
    assert (await seller.now(late)).status == Status.EXPIRED


async def test_a_disconnected_account_may_not_charge(seller: Shop) -> None:
    outside = seller.outside
    assert isinstance(outside, OutsideStripe)
    del outside.stripe.holder(seller.merchant.id).objects[seller.merchant.id]
    found = await seller.gateway.get_merchant(seller.connection, seller.merchant.id)
    assert (found.charges_enabled, "disconnected" in found.reason) == (False, True)


async def test_nobody_there_is_not_the_same_as_no_answer(seller: Shop) -> None:
    away = StripeGateway(load({"BILLHOOK_STRIPE_API_BASE": "http://127.0.0.1:9"}), MovableClock())
    request = seller.request()
    with pytest.raises(Unavailable):
        await away.create_payment(seller.connection, request, key="away")
    await away.close()
    await seller.outside.drop(seller.connection, "after")
    with pytest.raises(UnknownOutcome):
        await seller.gateway.create_payment(seller.connection, request, key="lost")


async def test_a_key_that_stripe_does_not_know_is_named_and_not_shown(seller: Shop) -> None:
    stranger = Connection("acct_x", seller.connection.credentials | {"secret_key": "sk_live_stranger_1234"})
    with pytest.raises(Refused, match="does not accept the secret key") as refused:
        await seller.gateway.get_payment(stranger, seller.merchant.id, "cs_test_1")
    assert "stranger" not in str(refused.value)


async def test_webhook_endpoints_are_made_where_stripe_can_reach_us(seller: Shop) -> None:
    keys = {name: value for name, value in seller.outside.keys().items() if name != "webhook_secret"}
    made = await seller.gateway.connect(ids.new(), "https://billing.example/hooks", keys, key="reachable")
    assert made.credentials["webhook_secret"] != made.credentials["connect_webhook_secret"]
    outside = seller.outside
    assert isinstance(outside, OutsideStripe)
    endpoints = outside.stripe.world(keys["secret_key"]).every("webhook_endpoint", "")
    assert sorted((one["url"], one["connect"]) for one in endpoints) == [
        ("https://billing.example/hooks", False),
        ("https://billing.example/hooks?connect=true", True),
    ]
    unreachable = await seller.gateway.connect(ids.new(), "http://127.0.0.1:9/hooks", keys, key="unreachable")
    assert "webhook_secret" not in unreachable.credentials


def test_a_gateway_serves_one_event_loop_after_another() -> None:
    clock = MovableClock()
    with running_stripe(clock) as stripe:
        gateway = StripeGateway(load({"BILLHOOK_STRIPE_API_BASE": stripe.url}), clock)
        keys = {"secret_key": "sk_test_loops", "publishable_key": "pk_test_loops", "webhook_secret": "whsec_loops"}

        async def once() -> str:
            made = await gateway.connect(ids.new(), "", keys, key="k")
            await gateway.close()
            return made.platform

        assert asyncio.run(once()) == asyncio.run(once())
