"""Charges and refunds under an Idempotency-Key: what was cut off after the money moved is not done again."""

from typing import Any

import asyncpg
import pytest

from tests.integration import shop as shops
from tests.integration.payment_desk import ok
from tests.integration.shop import Shop

shop = shops.shop
CHARGE, REFUND = {"Idempotency-Key": "renewal 2031-05"}, {"Idempotency-Key": "goodwill"}


async def forget_the_answer(database_url: str, headers: dict[str, str]) -> None:
    """Bring the key to where a crash between the gateway's answer and ours leaves it, its lease run out."""
    connection = await asyncpg.connect(database_url)
    try:
        changed = await connection.execute(
            "update idempotency.answer set status = null, media_type = '', body = '', leased_until = created_at"
            " where key = $1",
            headers["Idempotency-Key"],
        )
    finally:
        await connection.close()
    assert changed == "UPDATE 1"


@pytest.fixture
async def paid(shop: Shop) -> dict[str, Any]:
    intent = await shop.intent(allowRecurring=True)
    return await shop.pay(intent)


async def test_a_charge_that_was_cut_off_is_taken_up_and_not_made_again(
    shop: Shop, paid: dict[str, Any], database_url: str
) -> None:
    path = f"{shop.of_organization}/payment-intents/authorized"
    body = {"initialPaymentIntentId": paid["id"], "amount": 25, "reference": "next month"}
    first = ok(await shop.alice.post(path, body, headers=CHARGE))
    await forget_the_answer(database_url, CHARGE)
    again = ok(await shop.alice.post(path, body, headers=CHARGE))
    assert (again["id"], again["succeeded"]) == (first["id"], True)
    replayed = await shop.alice.post(path, body, headers=CHARGE)
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert sorted(row["amount"] for row in await shop.payments()) == [25, 100]


async def test_a_refund_that_was_cut_off_is_taken_up_and_not_made_again(
    shop: Shop, paid: dict[str, Any], database_url: str
) -> None:
    (payment,) = await shop.payments()
    path = f"/Payments/{payment['id']}/refunds"
    first = ok(await shop.alice.post(path, {"amount": 10}, headers=REFUND))
    await forget_the_answer(database_url, REFUND)
    assert ok(await shop.alice.post(path, {"amount": 10}, headers=REFUND))["id"] == first["id"]
    refunds = ok(await shop.alice.get(path))
    assert [refund["amount"] for refund in refunds] == [10]
