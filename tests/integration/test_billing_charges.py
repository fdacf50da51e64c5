"""Saved methods in the billing API: charged when they are named, or as soon as an invoice is issued; refunds, disputes."""

from datetime import timedelta
from typing import Any

import pytest

from billhook.kernel import ids
from billhook.settings import Settings
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.integration.payment_desk import code, faults, ok
from tests.integration.shop import CHALLENGED, GOOD, Shop, open_shop
from tests.world import World

LATE = "4000000000000341"
"""Good at first, refused when it is charged again."""


@pytest.fixture
async def shop(world: World, settings: Settings) -> Shop:
    return await open_shop(world, settings)


@pytest.fixture
async def desk(world: World, shop: Shop) -> Program:
    return await program(world, shop.alice)


async def saved(shop: Shop, client_id: str, card: str = GOOD, **said: Any) -> str:
    """Keep a card as what a client can be charged by; return its id."""
    paid = await shop.pay(await shop.intent(allowRecurring=True), card, confirm=True)
    body = {"paymentIntentId": paid["id"]} | said
    kept = ok(await shop.alice.post(f"/Clients/{client_id}/payment-methods", body))
    assert kept["label"]
    return str(kept["id"])


async def drafted(desk: Program, client_id: str) -> str:
    items = [{"product": {"title": "Desk"}, "quantity": 1, "unitAmount": 100}]
    made = await desk.post(INVOICES, {"invoice": {"companyRef": uuid(client_id)}, "items": items})
    assert made.status_code == 201, made.text
    return str(ids.of_uuid_text(made.json()["invoice"]["id"]))


@pytest.mark.parametrize("way", ["older", "newer", "bare"])
async def test_a_saved_method_is_charged(shop: Shop, desk: Program, way: str) -> None:
    made, _ = await shop.invoice()
    method = uuid(await saved(shop, made["clientId"]))
    body = {
        "older": {"paymentMethod": {"id": method, "type": "stripe"}},
        "newer": {
            "payment": {"method": {"type": "paymentGateway", "paymentGateway": {"gateway": "stripe", "id": method}}}
        },
        "bare": {"paymentMethod": {"id": method}},
    }[way]
    first = await desk.pay(made["id"], body | {"amount": 100, "termsConsent": True})
    assert first.status_code == 200, first.text
    payment = first.json()["payment"]
    assert payment["method"]["type"] == "paymentGateway"
    assert "external" not in payment["method"]
    assert payment["method"]["paymentGateway"]["mask"].endswith("4242")
    assert (payment["status"], payment["refundable"]) == ("succeeded", True)
    done = (await desk.pay(made["id"], body)).json()["invoice"]
    assert (done["status"], [one["price"]["money"]["grossAmount"] for one in done["payments"]]) == (
        "paid",
        [100, 12000],
    )
    assert await shop.totals(made) == (12100, 0, True)
    assert [row["type"] for row in ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))] == ["online"] * 2


async def test_the_same_key_charges_once(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    body = {"paymentMethod": {"id": uuid(await saved(shop, made["clientId"]))}, "amount": 50}
    headers = {"Idempotency-Key": f"charge-{made['id']}"}
    answers = [await desk.pay(made["id"], body, headers=headers) for _ in range(3)]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 3
    assert await shop.totals(made) == (50, 12050, False)


async def test_what_is_refused_books_nothing(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"], LATE)
    refused = await desk.pay(made["id"], {"paymentMethod": {"id": uuid(method)}})
    assert (refused.status_code, refused.json()["type"]) == (400, "paymentFailed")
    invoice = await desk.invoice(made["id"])
    assert ([one["status"] for one in invoice["payments"]], invoice["amountPaid"]) == (["failed"], 0)
    assert invoice["autoChargeFailed"]


async def test_only_the_clients_own_methods_are_charged(
    shop: Shop, desk: Program, world: World, settings: Settings
) -> None:
    made, _ = await shop.invoice()
    other, _ = await shop.invoice(_documentClient={"name": "Somebody else", "country": "Belgium"})
    theirs = await saved(shop, other["clientId"])
    elsewhere = await open_shop(world, settings)
    foreign, _ = await elsewhere.invoice()
    strange = await saved(elsewhere, foreign["clientId"])
    for method in (theirs, strange, ids.new()):
        answer = await desk.pay(made["id"], {"paymentMethod": {"id": uuid(method)}})
        assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, ["paymentMethod", "id"])
    path = f"/Clients/{made['clientId']}/payment-methods"
    for intent in (theirs, strange, "nonsense", (await shop.intent())["id"]):
        assert faults(await shop.alice.post(path, {"paymentIntentId": intent})) == {"paymentIntentId": ["inclusion"]}
    assert code(await elsewhere.alice.get(path)) == "AUTHORIZATION_REQUIRED"
    assert ok(await shop.alice.get(path)) == []
    their_path = f"/Clients/{other['clientId']}/payment-methods"
    assert [row["id"] for row in ok(await shop.alice.get(their_path))] == [theirs]
    assert ok(await shop.alice.delete(f"{their_path}/{theirs}")) == {"count": 1}
    assert code(await shop.alice.delete(f"{their_path}/{theirs}")) == "AUTHORIZATION_REQUIRED"


async def test_one_method_at_most_is_automatic(shop: Shop) -> None:
    made, _ = await shop.invoice()
    first = await saved(shop, made["clientId"], automatic=True)
    second = await saved(shop, made["clientId"], automatic=True)
    rows = ok(await shop.alice.get(f"/Clients/{made['clientId']}/payment-methods"))
    assert [(row["id"], row["automatic"]) for row in rows] == [(first, False), (second, True)]


async def test_an_invoice_is_charged_as_soon_as_it_is_issued(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    await saved(shop, made["clientId"], automatic=True)
    draft, left_alone = await drafted(desk, made["clientId"]), await drafted(desk, made["clientId"])
    assert (await desk.invoice(draft))["paymentMethod"]["mask"].endswith("4242")
    assert (await desk.post(f"{INVOICES}/{uuid(draft)}/issue")).status_code == 200
    assert (await desk.post(f"{INVOICES}/{uuid(left_alone)}/issue", {"skipAutoCharge": True})).status_code == 200
    await shop.work()
    assert (await desk.invoice(draft))["status"] == "paid"
    assert (await desk.invoice(left_alone))["status"] == "issued"


async def test_what_fails_is_tried_once_more_after_three_days(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    await saved(shop, made["clientId"], LATE, automatic=True)
    draft = await drafted(desk, made["clientId"])
    await desk.post(f"{INVOICES}/{uuid(draft)}/issue")
    await shop.work()
    invoice = await desk.invoice(draft)
    assert (invoice["autoChargeFailed"], len(invoice["payments"])) == (True, 1)
    await shop.work(minutes=2 * 24 * 60)
    assert len((await desk.invoice(draft))["payments"]) == 1
    await shop.work(minutes=25 * 60)
    assert [one["status"] for one in (await desk.invoice(draft))["payments"]] == ["failed", "failed"]
    await shop.work(minutes=8 * 24 * 60)
    assert len((await desk.invoice(draft))["payments"]) == 2


async def test_what_is_pending_is_canceled_after_a_quarter_of_an_hour(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"], CHALLENGED)
    pending = await desk.pay(made["id"], {"paymentMethod": {"id": uuid(method)}})
    assert pending.json()["payment"]["status"] == "pending", pending.text
    again = await desk.pay(made["id"], {"paymentMethod": {"id": uuid(method)}})
    assert (again.status_code, again.json()["type"]) == (400, "notCollectable")
    await shop.work(minutes=14)
    assert (await desk.invoice(made["id"]))["payments"][0]["status"] == "pending"
    await shop.work(minutes=2)
    assert (await desk.invoice(made["id"]))["payments"][0]["status"] == "canceled"
    assert await shop.totals(made) == (0, 12100, False)


async def test_a_pending_payment_is_canceled_by_hand(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"], CHALLENGED)
    await desk.pay(made["id"], {"paymentMethod": {"id": uuid(method)}})
    assert (await desk.post(f"{INVOICES}/{uuid(made['id'])}/cancel_payment")).status_code == 204
    assert (await desk.invoice(made["id"]))["payments"][0]["status"] == "canceled"


async def test_refunds_and_disputes_are_told(shop: Shop, desk: Program) -> None:
    made, link = await shop.invoice()
    intent = await shop.pay(await shop.collect(link))
    ok(await shop.alice.post(f"/Payments/{intent['paymentId']}/refunds", {"amount": 2100}))
    invoice = await desk.invoice(made["id"])
    (payment,) = invoice["payments"]
    assert [one["grossAmount"] for one in payment["refunds"]["money"]] == [2100]
    assert (payment["refundable"], payment["transactionRef"]) == (True, uuid(intent["id"]))
    assert (invoice["amountPaid"], invoice["amountRemaining"], invoice["status"]) == (10000, 2100, "issued")
    assert invoice["transaction"]["refund"]["amount"] == 2100
    disputed, its_link = await shop.invoice()
    await shop.pay(await shop.collect(its_link), "4000000000000259")
    payment = (await desk.invoice(disputed["id"]))["payments"][0]
    assert payment["dispute"]["createDate"].startswith(shop.world.clock.now().date().isoformat()[:4])
    assert not payment["refundable"]


async def test_a_page_that_is_open_gives_way_to_a_charge(shop: Shop, desk: Program) -> None:
    made, link = await shop.invoice()
    opened = await shop.collect(link)
    method = await saved(shop, made["clientId"])
    paid = await desk.pay(made["id"], {"paymentMethod": {"id": uuid(method)}})
    assert paid.json()["invoice"]["status"] == "paid", paid.text
    assert (await shop.read(opened))["status"] == "canceled"


def test_three_days_are_three_days() -> None:
    from billhook.processing.journeys.charging import ONCE_MORE, PENDING

    assert (timedelta(days=3), timedelta(minutes=15)) == (ONCE_MORE, PENDING)
