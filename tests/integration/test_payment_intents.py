"""Payment intents over the API: the seed's snippets, what they come to in the books, what is refused."""

import re
from datetime import timedelta
from typing import Any

import pytest

from billhook.settings import Settings
from tests.integration import shop as shops
from tests.integration.payment_desk import code, faults, ok
from tests.integration.shop import CHALLENGED, GOOD, POOR, Shop
from tests.world import World

shop = shops.shop


async def test_the_seeds_first_payment_and_the_charge_after_it(shop: Shop) -> None:
    made = await shop.intent(allowRecurring=True)
    assert {
        key: made[key] for key in ("amount", "reference", "returnURL", "organizationId", "currencyId", "status")
    } == {
        "amount": 100,
        "reference": "123456",
        "returnURL": "https://example.com/payment-successful",
        "organizationId": shop.id,
        "currencyId": "EUR",
        "status": "initiated",
    }
    assert re.fullmatch(rf"{shop.world.base_url}/pay/[\w-]{{24}}", made["paymentLink"])
    assert made["expiresAt"] > made["createdAt"]
    paid = await shop.pay(made)
    assert (paid["status"], paid["succeeded"], paid["applicationFee"]) == ("succeeded", True, 1)
    body = {"initialPaymentIntentId": made["id"], "amount": 25, "reference": "next month"}
    for _ in range(2):
        again = ok(await shop.alice.post(f"{shop.of_organization}/payment-intents/authorized", body))
        assert (again["status"], again["succeeded"], again["amount"]) == ("captured", True, 25)
    listed = ok(await shop.alice.get(f"{shop.of_organization}/payment-intents", params={"filter[order]": "amount"}))
    assert [row["amount"] for row in listed] == [25, 25, 100]
    assert sorted(row["amount"] for row in await shop.payments()) == [25, 25, 100]
    assert {row["type"] for row in await shop.payments()} == {"online"}


async def test_a_paid_invoice_is_marked_as_paid_with_its_fee_in_the_books(shop: Shop) -> None:
    document, link = await shop.invoice()
    intent = await shop.collect(link)
    assert (intent["amount"], intent["currencyId"], intent["reference"]) == (12100, "EUR", document["number"])
    assert "applicationFee" not in intent
    assert (await shop.collect(link))["id"] == intent["id"]
    paid = await shop.pay(intent)
    assert (paid["documentId"], paid["succeeded"]) == (document["id"], True)
    assert await shop.totals(document) == (12100, 0, True)
    (payment,) = await shop.payments()
    assert (payment["documentId"], payment["transactionId"]) == (document["id"], paid["getPaidPaymentId"])
    assert await shop.moved(intent) == [("payment", "credit", 12100), ("application_fee", "debit", 121)]
    entries = ok(await shop.alice.get(f"{shop.of_organization}/journal"))
    assert [(entry["kind"], entry["amount"]) for entry in entries] == [
        ("charge", 12100),
        ("payment", -12100),
        ("fee", 121),
    ]
    assert code(await shop.world.http.get(f"/documents/{link}/payment-intent")) == "NOT_COLLECTABLE"


async def test_who_was_refused_pays_with_another_card(shop: Shop) -> None:
    intent = await shop.intent()
    refused = await shop.pay(intent, POOR)
    assert (refused["status"], refused["succeeded"]) == ("initiated", False)
    assert refused["failure"]["code"] == "insufficient_funds"
    turned_away = await shop.pay(intent, CHALLENGED, confirm=False)
    assert turned_away["failure"]["code"] == "authentication_failed"
    assert (await shop.pay(intent, CHALLENGED, confirm=True))["succeeded"]
    assert len(await shop.payments()) == 1
    assert code(await shop.alice.post(f"/payment-intents/{intent['id']}/sandbox/pay", {"card": GOOD})) == (
        "PAYMENT_INTENT_CLOSED"
    )


@pytest.mark.parametrize("confirm", [True, False])
async def test_the_bank_s_question_is_answered_by_the_api(shop: Shop, confirm: bool) -> None:
    intent = await shop.intent()
    answer = f"/payment-intents/{intent['id']}/sandbox/answer"
    assert ok(await shop.alice.post(answer, {"confirm": True}))["status"] == "initiated"  # nobody has asked
    asked = await shop.pay(intent, CHALLENGED)
    assert (asked["status"], asked["succeeded"]) == ("requires_action", False)
    answered = ok(await shop.alice.post(answer, {"confirm": confirm}))
    assert answered["status"] == ("succeeded" if confirm else "initiated")
    assert (answered.get("failure") or {}).get("code") == (None if confirm else "authentication_failed")
    assert ok(await shop.alice.post(answer, {"confirm": not confirm}))["status"] == answered["status"]
    assert [payment["amount"] for payment in await shop.payments()] == [100] * confirm


async def test_a_charge_that_needs_the_payer_is_confirmed_by_the_api(shop: Shop) -> None:
    initial = await shop.pay(await shop.intent(allowRecurring=True), CHALLENGED, confirm=True)
    body = {"initialPaymentIntentId": initial["id"], "amount": 30}
    asked = ok(await shop.alice.post(f"{shop.of_organization}/payment-intents/authorized", body))
    assert asked["status"] == "requires_action"
    done = ok(await shop.alice.post(f"/payment-intents/{asked['id']}/sandbox/answer", {}))
    assert (done["status"], done["amount"]) == ("captured", 30)


async def test_a_link_can_be_asked_for_its_payment_so_often_and_no_more(shop: Shop) -> None:
    _, link = await shop.invoice()
    _, other = await shop.invoice()
    path = f"/documents/{link}/payment-intent"
    answers = [await shop.world.http.get(path) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[0].headers["cache-control"] == "no-store"
    assert code(answers[-1]) == "LINK_THROTTLED"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    await shop.collect(other)
    shop.world.clock.move(timedelta(minutes=1))
    await shop.collect(link)


async def test_a_direct_debit_comes_later(shop: Shop) -> None:
    good, bad = await shop.intent(), await shop.intent()
    for intent, iban in ((good, "AT321904300235473204"), (bad, "AT051904300235473205")):
        assert (await shop.pay(intent, "", iban=iban))["status"] == "processing"
    assert await shop.payments() == []
    await shop.work(minutes=4)
    assert [(await shop.read(intent))["status"] for intent in (good, bad)] == ["succeeded", "failed"]
    assert len(await shop.payments()) == 1


async def test_an_invoice_asks_for_what_is_due_now(shop: Shop) -> None:
    document, link = await shop.invoice()
    first = await shop.collect(link)
    ok(await shop.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank", "amount": 100}))
    repriced = await shop.collect(link)
    assert (repriced["id"], repriced["amount"]) == (first["id"], 12000)
    await shop.pay(repriced, POOR)  # the payer has begun
    ok(await shop.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank", "amount": 1000}))
    second = await shop.collect(link)
    assert (second["id"] != first["id"], second["amount"]) == (True, 11000)
    assert (await shop.read(first))["status"] == "canceled"
    assert (await shop.pay(second))["applicationFee"] == 110
    assert await shop.totals(document) == (12100, 0, True)


@pytest.mark.parametrize("policy", ["keep", "pro_rata", "full"])
async def test_what_was_paid_is_given_back_in_parts(world: World, settings: Settings, policy: str) -> None:
    shop = await shops.open_shop(world, settings, refundFeePolicy=policy)
    document, link = await shop.invoice()
    intent = await shop.pay(await shop.collect(link))
    url = f"/Payments/{intent['paymentId']}/refunds"
    first = ok(await shop.alice.post(url, {"amount": 2100, "reason": "too much"}))
    assert (first["status"], first["amount"], first["reason"]) == ("succeeded", 2100, "too much")
    assert await shop.totals(document) == (10000, 2100, False)
    assert faults(await shop.alice.post(url, {"amount": 10000.01})) == {"amount": ["numericality"]}
    assert ok(await shop.alice.post(url, {}))["amount"] == 10000
    assert code(await shop.alice.post(url, {})) == "NOT_REFUNDABLE"
    assert await shop.totals(document) == (0, 12100, False)
    back = {"keep": [0, 0], "pro_rata": [21, 100], "full": [0, 121]}[policy]
    assert [row["applicationFee"] for row in ok(await shop.alice.get(url))] == back
    kinds = [entry["kind"] for entry in ok(await shop.alice.get(f"{shop.of_organization}/journal"))]
    assert kinds.count("refund") == 2
    assert (await shop.read(intent))["refunded"] == 12100


async def test_a_dispute_reaches_the_invoice_and_so_does_its_end(shop: Shop) -> None:
    from billhook.gateways import sandbox

    document, link = await shop.invoice()
    intent = await shop.pay(await shop.collect(link), "4000000000000259")
    assert await shop.totals(document) == (0, 12100, False)
    assert ("dispute", "debit", 12100) in await shop.moved(intent)
    await sandbox.decide(shop.world.database, intent["getPaidPaymentId"], "dispute", good=True)
    await shop.work()
    assert await shop.totals(document) == (12100, 0, True)
    assert ("dispute_won", "credit", 12100) in await shop.moved(intent)
    await shop.work()
    assert await shop.totals(document) == (12100, 0, True)


@pytest.mark.parametrize(
    ("card", "status", "failure"),
    [("4000000000000341", "failed", "generic_decline"), (CHALLENGED, "requires_action", "authentication_required")],
)
async def test_a_charge_may_be_refused_or_want_the_payer(shop: Shop, card: str, status: str, failure: str) -> None:
    initial = await shop.pay(await shop.intent(allowRecurring=True), card, confirm=True)
    body = {"initialPaymentIntentId": initial["id"], "amount": 25}
    charged = ok(await shop.alice.post(f"{shop.of_organization}/payment-intents/authorized", body))
    assert (charged["status"], charged["succeeded"], charged["failure"]["code"]) == (status, False, failure)
    if status == "requires_action":
        assert (await shop.pay(charged, "", confirm=True))["status"] == "captured"


async def test_only_who_agreed_is_charged_again(shop: Shop, world: World, settings: Settings) -> None:
    url = f"{shop.of_organization}/payment-intents/authorized"

    async def refused(intent_id: Any) -> list[str]:
        body = {"initialPaymentIntentId": intent_id, "amount": 25}
        return faults(await shop.alice.post(url, body))["initialPaymentIntentId"]

    elsewhere = await shops.open_shop(world, settings)
    theirs = await elsewhere.pay(await elsewhere.intent(allowRecurring=True))
    assert await refused("nonsense") == await refused(theirs["id"]) == ["inclusion"]
    assert await refused((await shop.pay(await shop.intent()))["id"]) == ["mismatch"]
    assert await refused((await shop.intent(allowRecurring=True))["id"]) == ["mismatch"]


async def test_what_cannot_be_is_refused_all_at_once(shop: Shop) -> None:
    url = f"{shop.of_organization}/payment-intents"
    bad = {"amount": 0.1, "reference": "x" * 201, "returnURL": "javascript:alert(1)", "expiresAt": "2020-01-01"}
    assert faults(await shop.alice.post(url, bad)) == {
        "amount": ["numericality"],
        "reference": ["length"],
        "returnURL": ["format"],
        "expiresAt": ["date"],
    }
    assert faults(await shop.alice.post(url, {})) == {"amount": ["presence"]}
    assert faults(await shop.alice.post(url, {"amount": 1, "currencyid": "XYZ"})) == {"currencyId": ["inclusion"]}
    assert faults(await shop.alice.post(url, {"amount": 1.5, "currencyId": "JPY"})) == {"amount": ["numericality"]}
    assert (await shop.intent(amount=1000, currencyid="jpy"))["currencyId"] == "JPY"
    assert (await shop.intent(amount=1.234, currencyId="KWD"))["applicationFee"] == 0.012


async def test_nothing_is_collected_before_all_is_set_up(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    merchant, intents = (f"/Organizations/{organization['id']}/{what}" for what in ("merchant", "payment-intents"))
    assert (await alice.get("/payment-processing")).status_code == 404
    assert code(await alice.post(merchant)) == "PROCESSING_NOT_ENABLED"
    assert (await alice.get(merchant)).status_code == 404
    set_up = ok(await alice.post("/payment-processing", {"applicationFee": 2.5, "paymentCompleteReturnURL": ""}))
    assert (set_up["applicationFee"], set_up["approved"], set_up["environment"]) == (2.5, True, "sandbox")
    assert code(await alice.post("/payment-processing", {})) == "PROCESSING_ENABLED"
    assert (await alice.patch("/payment-processing", {"applicationFee": 3})).status_code == 204
    assert ok(await alice.get("/payment-processing"))["applicationFee"] == 3
    assert faults(await alice.patch("/payment-processing", {"applicationFee": 100, "environment": "production"})) == {
        "applicationFee": ["numericality"],
        "environment": ["inclusion"],
    }
    made = ok(await alice.post(merchant))
    assert ok(await alice.post(merchant))["merchantId"] == made["merchantId"]
    assert (made["chargesEnabled"], bool(made["reason"])) == (False, True)
    assert code(await alice.post(intents, {"amount": 1})) == "CHARGES_DISABLED"
    assert ok(await alice.get(f"{merchant}/link"))["url"].startswith(f"{world.base_url}/sandbox/onboard/")
    approved = ok(await alice.post(f"{merchant}/sandbox/approve"))
    assert (approved["chargesEnabled"], "reason" in approved) == (True, False)
    ok(await alice.post(intents, {"amount": 1}))
    assert (await alice.patch(merchant, {"active": False})).status_code == 204
    assert code(await alice.post(intents, {"amount": 1})) == "CHARGES_DISABLED"


async def test_a_child_account_collects_through_its_platform_and_does_not_set_it_up(world: World) -> None:
    root = await world.actor("root")
    ok(await root.post("/payment-processing", {}))
    child = await world.actor("child", by=root)
    organization = await world.organization(child)
    path = f"/Organizations/{organization['id']}"
    ok(await child.post(f"{path}/merchant"))
    ok(await child.post(f"{path}/merchant/sandbox/approve"))
    ok(await child.post(f"{path}/payment-intents", {"amount": 1}))
    assert (await child.post("/payment-processing", {})).status_code == 401
    assert (await child.get("/payment-processing")).status_code == 404


async def test_what_is_not_a_test_card_is_refused_and_kept_nowhere(shop: Shop) -> None:
    intent = await shop.intent()
    answer = await shop.alice.post(f"/payment-intents/{intent['id']}/sandbox/pay", {"card": "4929420573595709"})
    assert (answer.status_code, code(answer)) == (422, "GATEWAY_REFUSED")
    assert "4929420573595709" not in answer.text


async def test_an_intent_is_canceled_and_then_nobody_pays_it(shop: Shop) -> None:
    fresh, begun, paid = await shop.intent(), await shop.intent(), await shop.intent()
    await shop.pay(begun, POOR)
    await shop.pay(paid)
    for intent in (fresh, begun, begun):
        assert ok(await shop.alice.post(f"/payment-intents/{intent['id']}/cancel"))["status"] == "canceled"
    assert code(await shop.alice.post(f"/payment-intents/{paid['id']}/cancel")) == "PAYMENT_INTENT_CLOSED"
    assert code(await shop.alice.post(f"/payment-intents/{begun['id']}/sandbox/pay", {"card": GOOD})) == (
        "PAYMENT_INTENT_CLOSED"
    )


async def test_an_intent_expires(shop: Shop) -> None:
    fresh, begun = await shop.intent(), await shop.intent()
    await shop.pay(begun, POOR)
    await shop.work(minutes=25 * 60)
    assert [(await shop.read(intent))["status"] for intent in (fresh, begun)] == ["expired", "expired"]
