"""Surcharges: asked for on top of what a method is charged with, beside the invoice, to the cent; what of them goes back."""

from typing import Any

import pytest

from billhook import organizations, payments, processing
from billhook.gateways import sandbox
from billhook.kernel.ids import Id
from billhook.processing.journeys.till import intent_and_desk
from billhook.settings import Settings
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.integration.payment_desk import faults, ok
from tests.integration.shop import CHALLENGED, Shop, open_shop
from tests.integration.stripe_shop import open_stripe_shop
from tests.integration.test_billing_charges import saved
from tests.integration.test_old_answers import till_of
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

DISPUTED = "4000000000000259"
RULE = {"card": {"percentage": 1.5, "amount": 0.25}}


@pytest.fixture
async def shop(world: World, settings: Settings) -> Shop:
    return await open_shop(world, settings, applicationFee=10)


@pytest.fixture
async def desk(world: World, shop: Shop) -> Program:
    return await program(world, shop.alice)


async def ask(shop: Shop, rules: Any) -> None:
    """Have the organization ask for surcharges from now on."""
    path = f"{shop.of_organization}/defaults"
    there = [row for row in ok(await shop.alice.get(path)) if row["name"] == "surcharges"]
    if there:
        ok(await shop.alice.patch(f"/Defaults/{there[0]['id']}", {"value": rules}))
    else:
        ok(await shop.alice.post(path, {"name": "surcharges", "value": rules}))


async def charge(shop: Shop, desk: Program, made: dict[str, Any], method: str, **said: Any) -> dict[str, Any]:
    answer = await desk.pay(made["id"], {"paymentMethod": {"id": uuid(method)}} | said)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def journal(shop: Shop) -> list[tuple[str, Any]]:
    """What the journal says of surcharges and of money, and that it is proved."""
    async with shop.world.database.open(Id(shop.alice.id)) as tx:
        await organizations.enter(tx, shop.id)
        assert await payments.verify(tx) == []
    rows = ok(await shop.alice.get(f"{shop.of_organization}/journal"))
    assert all("documentId" not in row and "clientId" not in row for row in rows if row["kind"] == "surcharge")
    return [(row["kind"], row["amount"]) for row in rows if row["kind"] != "charge"]


async def test_a_method_is_charged_a_surcharge_beside_the_invoice(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, RULE)
    before = len(await journal(shop))
    paid = await charge(shop, desk, made, method, amount=99.9)  # 1.4985 + 0.25 = 1.7485
    payment = paid["payment"]
    assert payment["price"]["money"]["grossAmount"] == 99.9
    money = {"amount": 1.75, "currencyCode": "EUR", "percentage": 1.5, "rate": 0.015}
    assert payment["surcharge"] == {"type": "money", "money": money}
    assert (paid["invoice"]["amountPaid"], paid["invoice"]["amountRemaining"]) == (99.9, 12000.1)
    assert paid["invoice"]["totalAmount"] == 12100
    rest = (await charge(shop, desk, made, method))["invoice"]
    assert (rest["status"], rest["payments"][1]["surcharge"]["money"]["amount"]) == ("paid", 180.25)
    assert await shop.totals(made) == (12100, 0, True)
    rows = ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))
    assert [(row["amount"], row["surcharge"]) for row in rows] == [(99.9, 1.75), (12000.1, 180.25)]
    assert (await journal(shop))[before:] == [
        ("payment", -99.9), ("surcharge", 1.75), ("fee", 9.99),
        ("payment", -12000.1), ("surcharge", 180.25), ("fee", 1200.01),
    ]  # fmt: skip


async def test_what_is_collected_is_both_and_fees_are_of_the_invoice_alone(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, {"other": {"percentage": 2.5}})
    paid = await charge(shop, desk, made, method, amount=100)
    assert paid["payment"]["surcharge"]["money"]["amount"] == 2.5
    (row,) = ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))
    (intent,) = [
        one
        for one in ok(await shop.alice.get(f"{shop.of_organization}/payment-intents"))
        if one.get("paymentId") == row["id"]
    ]
    assert (intent["amount"], intent["surcharge"], intent["applicationFee"]) == (102.5, 2.5, 10)
    assert await shop.moved(intent) == [("payment", "credit", 102.5), ("application_fee", "debit", 10)]


@pytest.mark.parametrize("rules", [None, {}, {"sepa_debit": {"amount": 1}}, {"card": {}}, {"card": {"percentage": 0}}])
async def test_nothing_is_asked_for_unless_a_rule_says_so(shop: Shop, desk: Program, rules: Any) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, rules)
    paid = await charge(shop, desk, made, method)
    assert "surcharge" not in paid["payment"]
    assert "surcharge" not in ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))[0]
    by_hand, _ = await shop.invoice()
    await ask(shop, RULE)
    assert "surcharge" not in (await desk.pay(by_hand["id"])).json()["payment"]


async def test_rules_that_make_no_sense_are_refused(shop: Shop) -> None:
    for value in (
        5,
        [],
        {"cash": {"amount": 1}},
        {"card": 1.5},
        {"card": {"percent": 1}},
        {"card": {"percentage": -1}},
        {"card": {"percentage": 101}},
        {"card": {"percentage": 1.00001}},
        {"card": {"percentage": "1"}},
        {"card": {"amount": True}},
        {"card": {"amount": 0.0001}},
        {"card": {"amount": 10**7}},
    ):
        body = {"name": "surcharges", "value": value}
        refused = await shop.alice.post(f"{shop.of_organization}/defaults", body)
        assert faults(refused) == {"value": ["type"]}, value
    fine = {"card": {"percentage": 100}, "sepa_debit": {"amount": 10**6}, "other": {"percentage": 0.0001, "amount": 0}}
    await ask(shop, fine)


async def test_refunds_take_their_share_along(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, {"card": {"percentage": 1, "amount": 0.01}})
    paid = await charge(shop, desk, made, method, amount=100)  # 1.01 on top
    (row,) = ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))
    path, back = f"/Payments/{row['id']}/refunds", []
    for amount in (33.33, 33.33, None):
        made_back = ok(await shop.alice.post(path, {"amount": amount} if amount else {}))
        back.append((made_back["amount"], made_back["surcharge"]))
    assert back == [(33.66, 0.33), (33.67, 0.34), (33.68, 0.34)]
    assert (await shop.alice.post(path, {})).status_code == 409
    invoice = await desk.invoice(made["id"])
    (payment,) = invoice["payments"]
    assert payment["transactionRef"] == paid["payment"]["transactionRef"]
    assert [one["grossAmount"] for one in payment["refunds"]["money"]] == [33.33, 33.33, 33.34]
    assert (payment["refundable"], payment["surcharge"]["money"]["amount"]) == (False, 1.01)
    assert await shop.totals(made) == (0, 12100, False)
    entries = [entry for entry in await journal(shop) if entry[0] in ("refund", "surcharge")]
    assert entries == [
        ("surcharge", 1.01), ("refund", 33.33), ("surcharge", -0.33), ("refund", 33.33), ("surcharge", -0.34),
        ("refund", 33.34), ("surcharge", -0.34),
    ]  # fmt: skip


async def test_a_credit_note_gives_back_without_counting_the_surcharge(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, {"card": {"percentage": 2}})
    paid = await charge(shop, desk, made, method)
    line = {"invoiceItemRef": paid["invoice"]["items"][0]["id"], "quantity": 1}
    refund = {"transactionRef": paid["payment"]["transactionRef"]}
    note = {"invoiceRef": paid["invoice"]["id"], "lines": [line], "reason": "other", "refunds": [refund]}
    given = await desk.post("/billing/credit_notes/v1", {"creditNote": note})
    assert given.status_code == 201, given.text
    assert [one["amount"] for one in given.json()["creditNote"]["refunds"]] == [12100]
    assert ("surcharge", -242) in await journal(shop)


async def test_a_dispute_takes_the_surcharge_and_gives_it_again(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"], DISPUTED)
    await ask(shop, RULE)
    paid = await charge(shop, desk, made, method, amount=100)
    assert not paid["payment"]["refundable"]
    assert (paid["payment"]["surcharge"]["money"]["amount"], paid["invoice"]["amountPaid"]) == (1.75, 0)
    assert [entry for entry in await journal(shop) if entry[0] == "surcharge"] == [
        ("surcharge", 1.75),
        ("surcharge", -1.75),
    ]
    (intent,) = [
        one
        for one in ok(await shop.alice.get(f"{shop.of_organization}/payment-intents"))
        if one.get("documentId") == made["id"]
    ]
    till = till_of(shop.world, shop.settings)
    await sandbox.decide(shop.world.database, intent["getPaidPaymentId"], "dispute", good=True)
    await processing.look(till, Id(shop.id), Id(intent["id"]))
    assert [entry for entry in await journal(shop) if entry[0] == "surcharge"][2:] == [("surcharge", 1.75)]
    assert await shop.totals(made) == (100, 12000, False)


async def test_money_given_back_at_the_gateway_itself_is_split_alike(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, {"card": {"percentage": 10}})
    await charge(shop, desk, made, method, amount=100)
    (row,) = ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))
    (intent,) = [
        one
        for one in ok(await shop.alice.get(f"{shop.of_organization}/payment-intents"))
        if one.get("paymentId") == row["id"]
    ]
    till = till_of(shop.world, shop.settings)
    known, counter = await intent_and_desk(till, Id(shop.id), Id(intent["id"]))
    gateway, connection = till.at(counter)
    where = (counter.merchant_remote_id or "", known.remote_id or "")
    await gateway.refund(connection, *where, 1_005, 0, key="made at the provider's own desk")
    await processing.look(till, Id(shop.id), Id(intent["id"]))
    assert [entry for entry in await journal(shop) if entry[0] in ("refund", "surcharge")] == [
        ("surcharge", 10),
        ("refund", 9.14),
        ("surcharge", -0.91),
    ]
    rest = ok(await shop.alice.post(f"/Payments/{row['id']}/refunds"))
    assert (rest["amount"], rest["surcharge"]) == (99.95, 9.09)
    assert (await shop.read(intent))["refunded"] == 110
    assert await shop.totals(made) == (0, 12100, False)
    assert [entry for entry in await journal(shop) if entry[0] == "surcharge"][2:] == [("surcharge", -9.09)]


async def test_a_payment_that_is_deleted_takes_its_surcharge_back(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, RULE)
    await charge(shop, desk, made, method, amount=100)
    (row,) = ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))
    for count in (1, 0):
        assert ok(await shop.alice.delete(f"/Payments/{row['id']}")) == {"count": count}
    assert [entry for entry in await journal(shop) if entry[0] in ("reversal", "surcharge")] == [
        ("surcharge", 1.75),
        ("reversal", 100),
        ("surcharge", -1.75),
    ]


async def test_an_invoice_in_another_currency_has_the_fixed_amount_converted(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice(currencyId="USD", _documentConversionRate={"rate": 0.8})
    method = await saved(shop, made["clientId"])
    await ask(shop, {"card": {"percentage": 1, "amount": 0.33}})
    paid = await charge(shop, desk, made, method, amount=100)  # 1 + 0.33 / 0.8
    assert paid["payment"]["surcharge"]["money"] == {
        "amount": 1.41,
        "currencyCode": "USD",
        "percentage": 1,
        "rate": 0.01,
    }


async def test_who_has_to_confirm_a_charge_sees_the_surcharge_first(shop: Shop, desk: Program) -> None:
    made, link = await shop.invoice()
    method = await saved(shop, made["clientId"], CHALLENGED)
    await ask(shop, {"card": {"amount": 1.5}})
    pending = await charge(shop, desk, made, method)
    assert (pending["payment"]["status"], pending["invoice"]["amountPaid"]) == ("pending", 0)
    intent = await shop.collect(link)
    assert intent["amount"] == 12101.5
    page = (await shop.world.http.get(intent["paymentLink"])).text
    assert "12,101.50" in page
    assert "Surcharge in it" in page
    assert "1.50" in page.partition("Surcharge in it")[2]


async def test_the_same_key_asks_for_one_surcharge(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    method = await saved(shop, made["clientId"])
    await ask(shop, RULE)
    headers = {"Idempotency-Key": f"charge-{made['id']}"}
    body = {"paymentMethod": {"id": uuid(method)}, "amount": 50}
    answers = [await desk.pay(made["id"], body, headers=headers) for _ in range(3)]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 3
    assert [entry for entry in await journal(shop) if entry[0] == "surcharge"] == [("surcharge", 1)]


async def test_an_invoice_that_is_charged_by_itself_is_surcharged(shop: Shop, desk: Program) -> None:
    made, _ = await shop.invoice()
    await saved(shop, made["clientId"], automatic=True)
    await ask(shop, RULE)
    items = [{"product": {"title": "Desk"}, "quantity": 1, "unitAmount": 100}]
    draft = await desk.post(INVOICES, {"invoice": {"companyRef": uuid(made["clientId"])}, "items": items})
    path = f"{INVOICES}/{draft.json()['invoice']['id']}"
    assert (await desk.post(f"{path}/issue")).status_code == 200
    await shop.work()
    invoice = (await desk.get(path)).json()["invoice"]
    assert (invoice["status"], invoice["amountPaid"]) == ("paid", 100)
    assert invoice["payments"][0]["surcharge"]["money"]["amount"] == 1.75


def path_of(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_payer_sees_what_a_page_asks_for_before_it_is_paid(shop: Shop, desk: Program) -> None:
    made, link = await shop.invoice()
    await ask(shop, {"other": {"percentage": 2, "amount": 0.5}})
    base = shop.world.base_url
    paying = path_of(await shop.world.http.post(f"{base}/i/{link}/pay?l=en"))
    assert paying.startswith("/pay/")
    page = (await shop.world.http.get(f"{base}{paying}")).text
    assert "12,342.50" in page
    assert "242.50" in page.partition("Surcharge in it")[2]
    intent = await shop.collect(link)
    assert (intent["amount"], intent["surcharge"]) == (12342.5, 242.5)
    paid = await shop.pay(intent)
    assert (paid["amount"], paid["surcharge"], paid["applicationFee"]) == (12342.5, 242.5, 1210)
    assert await shop.totals(made) == (12100, 0, True)
    (payment,) = (await desk.invoice(made["id"]))["payments"]
    assert payment["price"]["money"]["grossAmount"] == 12100
    assert payment["surcharge"]["money"] == {"amount": 242.5, "currencyCode": "EUR", "percentage": 2, "rate": 0.02}
    assert [entry for entry in await journal(shop) if entry[0] != "fee"] == [("payment", -12100), ("surcharge", 242.5)]


async def test_a_page_follows_the_rules_until_somebody_pays(shop: Shop) -> None:
    made, link = await shop.invoice()
    plain = await shop.collect(link)
    assert "surcharge" not in plain
    await ask(shop, {"other": {"amount": 3}})
    dearer = await shop.collect(link)
    assert (dearer["id"], dearer["amount"], dearer["surcharge"]) == (plain["id"], 12103, 3)
    ok(await shop.alice.post(f"/Documents/{made['id']}/payments", {"type": "bank", "amount": 100}))
    less = await shop.collect(link)
    assert (less["id"], less["amount"], less["surcharge"]) == (plain["id"], 12003, 3)
    opened = path_of(await shop.world.http.post(f"{shop.world.base_url}/pay/{less['paymentLink'].rpartition('/')[2]}"))
    assert (await shop.collect(link))["id"] == plain["id"]
    await ask(shop, {"other": {"amount": 5}})
    anew = await shop.collect(link)
    assert (anew["amount"], anew["surcharge"]) == (12005, 5)
    assert anew["id"] != plain["id"]
    assert (await shop.truth(opened))[0] == "canceled"
    await ask(shop, {"card": {"amount": 5}})
    free = await shop.collect(link)
    assert (free["id"], free["amount"], "surcharge" in free) == (anew["id"], 12000, False)


async def test_a_charge_that_waits_for_its_payer_keeps_its_own_surcharge(shop: Shop, desk: Program) -> None:
    made, link = await shop.invoice()
    method = await saved(shop, made["clientId"], CHALLENGED)
    await ask(shop, {"card": {"amount": 1}, "other": {"amount": 2}})
    await charge(shop, desk, made, method)
    waiting = await shop.collect(link)
    assert (waiting["amount"], waiting["surcharge"], waiting["status"]) == (12101, 1, "requires_action")


async def test_stripe_is_asked_for_the_sum_and_a_form_for_the_invoice_alone(
    world: World, settings: Settings, stripe: StripeStandIn
) -> None:
    shop = await open_stripe_shop(world, settings, stripe, applicationFee=10)
    desk = await program(world, shop.alice)
    made, link = await shop.invoice()
    paid = await shop.pay(await shop.intent(allowRecurring=True))
    kept = await shop.alice.post(f"/Clients/{made['clientId']}/payment-methods", {"paymentIntentId": paid["id"]})
    await ask(shop, {"other": {"percentage": 2}})
    charged = await charge(shop, desk, made, ok(kept)["id"], amount=100)
    assert charged["payment"]["surcharge"]["money"]["amount"] == 2
    (row,) = ok(await shop.alice.get(f"/Documents/{made['id']}/payments"))
    there = stripe.world(shop.keys["privateKey"]).objects[row["transactionId"]]
    assert (there["amount"], there["application_fee_amount"]) == (10_200, 1_000)
    back = ok(await shop.alice.post(f"/Payments/{row['id']}/refunds", {"amount": 50}))
    assert (back["amount"], back["surcharge"]) == (51, 1)
    assert [entry for entry in await journal(shop) if entry[0] == "surcharge"] == [("surcharge", 2), ("surcharge", -1)]
    assert (await shop.form(link))["amount"] == 1_205_000
    assert (await shop.collect(link))["amount"] == 12291
