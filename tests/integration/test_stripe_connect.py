"""Seed 1: Stripe Connect with an account's own keys, and a "Pay now" button of one's own."""

import json
import secrets
from datetime import timedelta

import pytest

from billhook.settings import Settings
from tests.integration.payment_desk import code, faults, ok
from tests.integration.stripe_shop import StripeShop, open_stripe_shop
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

GOOD, CHALLENGED = "4242424242424242", "4000002760003184"
URLS = {"refreshUrl": "https://shop.example/again?a=1", "returnUrl": "https://shop.example/done"}


@pytest.fixture
async def shop(world: World, settings: Settings, stripe: StripeStandIn) -> StripeShop:
    return await open_stripe_shop(world, settings, stripe, **URLS)


async def test_the_seeds_snippets_lead_to_an_invoice_that_is_paid(
    world: World, settings: Settings, stripe: StripeStandIn
) -> None:
    alice, name = await world.actor(), secrets.token_hex(8)
    assert (await alice.get("/stripe-connect")).status_code == 404
    swapped = {"privateKey": f"pk_test_{name}", "publicKey": f"sk_test_{name}", "applicationFee": 1, **URLS}
    connect = ok(await alice.post("/stripe-connect", swapped))
    assert connect["privateKey"] == f"sk_test_…{name[-4:]}"
    assert connect["publicKey"] == f"pk_test_{name}"
    assert (connect["applicationFee"], connect["spaceInvoicesFee"]) == (1, 0)
    assert (connect["refreshUrl"], connect["returnUrl"]) == (URLS["refreshUrl"], URLS["returnUrl"])
    assert (connect["accountId"], connect["custom"]) == (alice.id, {})
    organization = await world.organization(alice)
    path = f"/organizations/{organization['id']}/stripe-connect/account"
    assert (await alice.get(path)).status_code == 404
    assert (await alice.post(f"{path}/link", {})).status_code == 404
    account = ok(await alice.post(path, {}))
    assert account == ok(await alice.post(path, {})), "asked again, it is the same account"
    assert (account["active"], account["chargesEnabled"]) == (True, False)
    assert account["reason"]
    assert account["stripeConnectId"] == connect["id"]
    assert account["stripeAccountId"].startswith("acct_")
    assert (account["organizationId"], account["custom"]) == (organization["id"], {})
    for answer in (
        await alice.post(f"{path}/link", {}),
        await alice.get(f"{path}/link"),
        await alice.get(f"{path}/link"),
    ):
        assert list(ok(answer)) == ["url"]
    stripe.onboard(account["stripeAccountId"])
    assert ok(await alice.get(path, params={}))["chargesEnabled"] is True
    invoice = await world.invoice(alice, organization)
    shared = ok(await alice.post(f"/Documents/{invoice['id']}/share"))["shareableId"]
    intent = ok(await world.http.get(f"/Documents/{shared}/stripe-connect/payment-intent"))
    assert intent["publicKey"] == f"pk_test_{name}"
    assert intent["clientSecret"]
    assert (intent["amount"], intent["currencyId"], intent["amountDecimal"]) == (1_210_000, "EUR", 12_100)
    stripe.pay(intent["paymentIntentId"], GOOD)
    world.clock.move(timedelta(minutes=2))
    from tests.integration.shop import Shop

    await Shop(world, alice, organization, settings).work()
    paid = ok(await alice.get(f"/Documents/{invoice['id']}", params={"filter[include]": "payments"}))
    assert (paid["paidInFull"], paid["totalDue"]) == (True, 0)
    payments = ok(await alice.get(f"/Documents/{invoice['id']}/payments"))
    assert [(row["type"], row["amount"], row["transactionId"]) for row in payments] == [
        ("online", 12_100, intent["paymentIntentId"])
    ]
    assert stripe.world(f"sk_test_{name}").objects[intent["paymentIntentId"]]["application_fee_amount"] == 12_100


async def test_no_secret_key_leaves_by_any_door(shop: StripeShop) -> None:
    _, link = await shop.invoice()
    path = f"{shop.of_organization}/stripe-connect/account"
    answers = [
        await shop.alice.get("/stripe-connect"),
        await shop.alice.get(path),
        await shop.alice.post(f"{path}/link"),
        await shop.world.http.get(f"/Documents/{link}/stripe-connect/payment-intent"),
        await shop.world.http.get(f"/documents/{link}/payment-intent"),
        await shop.alice.post("/stripe-connect", {}),
        await shop.alice.patch("/stripe-connect", {"privateKey": "sk_test_wrong hole"}),
    ]
    for answer in answers:
        for secret in (shop.keys["privateKey"], shop.keys["webhookSecret"], "sk_test_wrong"):
            assert secret not in answer.text
    assert shop.keys["privateKey"] not in repr(shop.settings)


async def test_one_intent_follows_what_is_due(shop: StripeShop) -> None:
    document, link = await shop.invoice()
    first = await shop.form(link)
    assert (await shop.form(link))["paymentIntentId"] == first["paymentIntentId"]
    world = shop.stripe.world(shop.keys["privateKey"])
    for paid, due in ((100, 12_000), (2_000, 10_000), (-2_000, 12_000), (2_000, 10_000)):
        ok(await shop.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank", "amount": paid}))
        now = await shop.form(link)
        assert (now["paymentIntentId"], now["amount"]) == (first["paymentIntentId"], due * 100)
        asked = world.objects[first["paymentIntentId"]]
        assert (asked["amount"], asked["application_fee_amount"]) == (due * 100, due)
    shop.stripe.pay(first["paymentIntentId"], GOOD)
    assert all(answer.status_code == 200 for answer in await shop.told())
    await shop.work()
    assert await shop.totals(document) == (12_100, 0, True)
    again = await shop.world.http.get(f"/Documents/{link}/stripe-connect/payment-intent")
    assert code(again) == "NOT_COLLECTABLE"


async def test_what_was_paid_is_booked_though_the_document_has_changed(shop: StripeShop) -> None:
    document, link = await shop.invoice()
    intent = await shop.form(link)
    ok(await shop.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank", "amount": 100}))
    shop.stripe.pay(intent["paymentIntentId"], GOOD)
    await shop.told()
    await shop.work()
    assert await shop.totals(document) == (12_200, -100, True)
    rows = ok(await shop.alice.get(f"{shop.of_organization}/payment-intents"))
    assert [(row["amount"], row["applicationFee"], row["status"]) for row in rows] == [(12_100, 121, "succeeded")]


async def test_a_page_and_a_form_are_never_open_together(shop: StripeShop) -> None:
    document, link = await shop.invoice()
    form = await shop.form(link)
    (listed,) = ok(await shop.alice.get(f"{shop.of_organization}/payment-intents"))
    for answer in (await shop.world.http.get(listed["paymentLink"]), await shop.world.http.post(listed["paymentLink"])):
        assert answer.headers["location"] in (f"/i/{link}", f"/pay/{listed['paymentLink'].rpartition('/')[2]}")
    assert (await shop.form(link))["paymentIntentId"] == form["paymentIntentId"]
    invoice = await shop.world.http.get(f"{shop.world.base_url}/i/{link}")
    assert "form-action 'self' https://checkout.stripe.com" in invoice.headers["content-security-policy"]
    page = await shop.world.http.post(f"{shop.world.base_url}/i/{link}/pay")
    assert page.status_code == 303
    assert "/cs_test_" in page.headers["location"]
    world = shop.stripe.world(shop.keys["privateKey"])
    assert world.objects[form["paymentIntentId"]]["status"] == "canceled"
    other = await shop.form(link)
    assert other["paymentIntentId"] != form["paymentIntentId"]
    sessions = [one for one in world.objects.values() if one["object"] == "checkout.session"]
    assert [one["status"] for one in sessions] == ["expired"]
    shop.stripe.pay(other["paymentIntentId"], GOOD)
    await shop.told()
    await shop.work()
    assert await shop.totals(document) == (12_100, 0, True)
    assert len(await shop.payments()) == 1


async def test_direct_charges_say_on_whose_account_they_are(
    world: World, settings: Settings, stripe: StripeStandIn
) -> None:
    shop = await open_stripe_shop(world, settings, stripe, chargeType="direct")
    document, link = await shop.invoice()
    form = await shop.form(link)
    assert form["stripeAccountId"] == shop.stripe_account
    stripe.pay(form["paymentIntentId"], CHALLENGED)
    assert (await shop.form(link))["paymentIntentId"] == form["paymentIntentId"]
    stripe.confirm(form["paymentIntentId"], confirmed=True)
    await shop.told()
    await shop.work()
    assert await shop.totals(document) == (12_100, 0, True)
    payment = (await shop.payments())[0]
    back = ok(await shop.alice.post(f"/Payments/{payment['id']}/refunds", {"amount": 100}))
    assert back["status"] == "succeeded"
    assert await shop.totals(document) == (12_000, 100, False)
    refused = await shop.alice.patch("/stripe-connect", {"chargeType": "destination"})
    assert faults(refused) == {"chargeType": ["immutable"]}


async def test_all_that_is_wrong_with_a_set_up_is_said_at_once(world: World) -> None:
    alice = await world.actor()
    bad = {
        "privateKey": "pk_test_1",
        "publicKey": "nonsense",
        "applicationFee": 100,
        "refreshUrl": "ftp://shop.example",
        "returnUrl": "shop",
        "webhookSecret": "secret",
        "chargeType": "separate",
        "refundFeePolicy": "some",
    }
    assert set(faults(await alice.post("/stripe-connect", bad))) == set(bad)
    mixed = {"privateKey": "sk_live_1234", "publicKey": "pk_test_1234"}
    assert set(faults(await alice.post("/stripe-connect", mixed))) == {"publicKey"}
    unknown = await alice.post("/stripe-connect", {"privateKey": "sk_live_1234", "publicKey": "pk_live_1234"})
    assert code(unknown) == "GATEWAY_REFUSED"
    assert (await alice.get("/stripe-connect")).status_code == 404


async def test_keys_are_changed_for_others_of_the_same_account(shop: StripeShop) -> None:
    other = {"privateKey": f"sk_test_{secrets.token_hex(8)}"}
    assert faults(await shop.alice.patch("/stripe-connect", other)) == {"privateKey": ["mismatch"]}
    world = shop.stripe.world(shop.keys["privateKey"])
    fresh = f"sk_test_{secrets.token_hex(8)}"
    shop.stripe.worlds[fresh] = world
    body = {"privateKey": fresh, "publicKey": "pk_test_fresh", "applicationFee": 2, "custom": {"a": 1}}
    assert (await shop.alice.patch("/stripe-connect", body)).status_code == 204
    found = ok(await shop.alice.get("/stripe-connect"))
    assert (found["publicKey"], found["applicationFee"], found["custom"]) == ("pk_test_fresh", 2, {"a": 1})
    assert found["privateKey"] == f"sk_test_…{fresh[-4:]}"
    _, link = await shop.invoice()
    assert (await shop.form(link))["publicKey"] == "pk_test_fresh"
    assert code(await shop.alice.post("/stripe-connect", body)) == "PROCESSING_ENABLED"


async def test_an_account_that_is_switched_off_or_disconnected_charges_nobody(shop: StripeShop) -> None:
    _, link = await shop.invoice()
    url, path = f"/Documents/{link}/stripe-connect/payment-intent", f"{shop.of_organization}/stripe-connect/account"
    assert (await shop.alice.patch(path, {"active": False})).status_code == 204
    assert code(await shop.world.http.get(url)) == "CHARGES_DISABLED"
    assert (await shop.alice.patch(path, {"active": True})).status_code == 204
    ok(await shop.world.http.get(url))
    world = shop.stripe.world(shop.keys["privateKey"])
    since = len(world.events)
    shop.stripe.onboard(shop.stripe_account, refused="Documents are missing.")
    await shop.told(since)
    await shop.work()
    account = ok(await shop.alice.get(path))
    assert (account["chargesEnabled"], account["reason"]) == (False, "Documents are missing.")
    assert code(await shop.world.http.get(url)) == "CHARGES_DISABLED"
    del world.objects[shop.stripe_account]
    assert "disconnected" in ok(await shop.alice.get(path))["reason"]


async def test_strangers_find_nothing(shop: StripeShop) -> None:
    bob = await shop.world.actor("bob")
    path = f"{shop.of_organization}/stripe-connect/account"
    for answer in (
        await bob.get(path),
        await bob.post(path),
        await bob.post(f"{path}/link"),
        await bob.get(f"{path}/link"),
    ):
        assert answer.status_code == 401
    assert (await bob.patch(path, {"active": False})).status_code == 401
    assert (await bob.get("/stripe-connect")).status_code == 404
    child = await shop.world.actor("child", by=shop.alice)
    assert (await child.post("/stripe-connect", shop.keys)).status_code == 401
    assert (
        await shop.world.http.get("/Documents/none-of-ours-at-all/stripe-connect/payment-intent")
    ).status_code == 401


async def test_a_form_is_asked_for_at_a_sane_pace(shop: StripeShop) -> None:
    url = "/Documents/0123456789abcdef01234567/stripe-connect/payment-intent"
    statuses = [(await shop.world.http.get(url)).status_code for _ in range(61)]
    assert statuses == [401] * 60 + [429]


async def test_secrets_are_sealed_where_they_are_kept(shop: StripeShop) -> None:
    async with shop.world.database.open() as tx:
        rows = await tx.connection.fetch("select credentials, options from processing.platform")
    kept = json.dumps([[row["credentials"].decode(), str(row["options"])] for row in rows])
    assert kept.count("gAAAA") >= 1
    assert shop.keys["privateKey"] not in kept
    assert shop.keys["webhookSecret"] not in kept
