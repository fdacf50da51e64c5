"""The monthly statement of fees: against sums by hand, in the organization's month, in several currencies."""

from typing import Any

import pytest

from billhook.kernel.time import parse
from billhook.settings import Settings
from tests.integration import shop as shops
from tests.integration.payment_desk import faults, ok
from tests.integration.shop import Shop
from tests.world import World

DISPUTED = "4000000000000259"


@pytest.fixture
async def shop(world: World, settings: Settings) -> Shop:
    """Refunds take their share of the fee with them. It opens in a March, so that its token lives through the test."""
    world.clock.move_to(parse("2031-03-30T12:00:00Z"))
    return await shops.open_shop(world, settings, refundFeePolicy="pro_rata")


async def statement(shop: Shop, month: str) -> dict[str, Any]:
    return ok(await shop.alice.get(f"{shop.of_organization}/fee-statement?month={month}"))


async def test_a_month_is_added_up_by_currency(shop: Shop) -> None:
    clock = shop.world.clock
    clock.move_to(parse("2031-03-31T21:30:00Z"))  # half past eleven in Brussels: March
    paid = await shop.pay(await shop.intent(amount=200))
    await shop.pay(await shop.intent(amount="50.55"))
    await shop.pay(await shop.intent(amount=5000, currencyId="JPY"))
    await shop.pay(await shop.intent(amount="12.345", currencyId="KWD"))
    clock.move_to(parse("2031-03-31T22:30:00Z"))  # half past midnight there: April
    ok(await shop.alice.post(f"/payments/{paid['paymentId']}/refunds", {"amount": 100}))
    await shop.work()
    await shop.pay(await shop.intent(amount=80), DISPUTED)
    march, april = await statement(shop, "2031-03"), await statement(shop, "2031-04")
    assert (march["fromDay"], march["toDay"]) == ("2031-03-01", "2031-03-31")
    nothing = {"refunded": 0, "feesRefunded": 0, "disputed": 0, "spaceInvoicesFee": 0}
    assert march["currencies"] == [
        {"currencyId": "EUR", "payments": 2, "paid": 250.55, "applicationFee": 2.51, "remains": 248.04} | nothing,
        {"currencyId": "JPY", "payments": 1, "paid": 5000, "applicationFee": 50, "remains": 4950} | nothing,
        {"currencyId": "KWD", "payments": 1, "paid": 12.345, "applicationFee": 0.123, "remains": 12.222} | nothing,
    ]
    assert april["currencies"] == [
        {
            "currencyId": "EUR",
            "payments": 1,
            "paid": 80,
            "applicationFee": 0.8,
            "spaceInvoicesFee": 0,
            "refunded": 100,
            "feesRefunded": 1,
            "disputed": 80,
            "remains": -99.8,
        }
    ]
    assert (await statement(shop, "2031-05"))["currencies"] == []
    now = ok(await shop.alice.get(f"{shop.of_organization}/fee-statement"))
    assert now == april


async def test_it_is_written_as_csv(shop: Shop) -> None:
    shop.world.clock.move_to(parse("2031-03-31T12:00:00Z"))
    await shop.pay(await shop.intent(amount="50.55"))
    await shop.pay(await shop.intent(amount=5000, currencyId="JPY"))
    answer = await shop.alice.get(f"{shop.of_organization}/fee-statement/csv?month=2031-03")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="fees-2031-03.csv"' in answer.headers["content-disposition"]
    assert answer.text.split("\r\n") == [
        "month,currency,payments,paid,application_fee,operator_fee,refunded,fees_refunded,disputed,remains",
        "2031-03,EUR,1,50.55,0.51,0,0,0,0,50.04",
        "2031-03,JPY,1,5000,50,0,0,0,0,4950",
        "",
    ]


@pytest.mark.parametrize("month", ["2031", "2031-13", "03-2031", "1066-10", "x" * 99])
async def test_a_month_that_is_none_is_refused(shop: Shop, month: str) -> None:
    answer = await shop.alice.get(f"{shop.of_organization}/fee-statement?month={month}")
    assert faults(answer) == {"month": ["date"]}
