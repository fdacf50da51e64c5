"""Currencies without and with three decimals, and amounts too small: from the invoice's button to the books."""

from typing import Any

import httpx
import pytest

from tests.integration import shop as shops
from tests.integration.payment_desk import faults, ok
from tests.integration.shop import Shop

shop = shops.shop


def priced(amount: Any, currency: str) -> dict[str, Any]:
    return {"currencyId": currency, "_documentItems": [{"name": "Suit", "price": amount}]}


@pytest.mark.parametrize(
    ("currency", "amount", "fee", "back", "too_fine"),
    [("JPY", 1250, 13, 250, 0.5), ("KWD", 12.345, 0.123, 2.345, 0.0005), ("EUR", 12.5, 0.13, 2.5, 0.005)],
)
async def test_an_invoice_is_paid_and_partly_given_back(
    shop: Shop, currency: str, amount: Any, fee: Any, back: Any, too_fine: Any
) -> None:
    document, link = await shop.invoice(**priced(amount, currency))
    asked = await shop.collect(link)
    assert (asked["amount"], asked["currencyId"]) == (amount, currency)
    paid = await shop.pay(asked)
    assert (paid["applicationFee"], paid["spaceInvoicesFee"]) == (fee, 0)
    assert await shop.totals(document) == (amount, 0, True)
    refunds = f"/payments/{paid['paymentId']}/refunds"
    assert faults(await shop.alice.post(refunds, {"amount": too_fine})) == {"amount": ["numericality"]}
    assert ok(await shop.alice.post(refunds, {"amount": back}))["amount"] == back
    await shop.work()
    assert await shop.moved(paid) == [
        ("payment", "credit", amount),
        ("application_fee", "debit", fee),
        ("refund", "debit", back),
    ]
    assert (await shop.totals(document))[1] == back


@pytest.mark.parametrize(
    ("currency", "too_little", "enough"),
    [("EUR", 0.49, 0.5), ("GBP", 0.29, 0.3), ("JPY", 49, 50), ("HUF", 174.99, 175), ("KWD", None, 0.001)],
)
async def test_what_is_too_little_has_no_button_and_no_intent(
    shop: Shop, base_url: str, currency: str, too_little: Any, enough: Any
) -> None:
    url = f"{shop.of_organization}/payment-intents"
    async with httpx.AsyncClient(base_url=base_url) as web:
        for amount, can_be_paid in ((too_little, False), (enough, True)):
            if amount is None:
                continue
            _, link = await shop.invoice(**priced(amount, currency))
            assert (f"/i/{link}/pay" in (await web.get(f"/i/{link}")).text) == can_be_paid
            of_document = await shop.world.http.get(f"/documents/{link}/payment-intent")
            alone = await shop.alice.post(url, {"amount": amount, "currencyId": currency})
            expected = (200, 200) if can_be_paid else (409, 422)
            assert (of_document.status_code, alone.status_code) == expected


@pytest.mark.parametrize("fee", [99, "98.9999"])
async def test_the_fee_is_never_above_the_amount(shop: Shop, fee: Any) -> None:
    assert (await shop.alice.patch("/payment-processing", {"applicationFee": fee})).status_code == 204
    for amount in ("0.50", "0.51", "0.55"):
        paid = await shop.pay(await shop.intent(amount=amount))
        assert 0 < paid["applicationFee"] + paid["spaceInvoicesFee"] <= paid["amount"]
