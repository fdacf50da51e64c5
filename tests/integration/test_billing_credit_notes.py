"""Credit notes in the billing API: before and after payment, where the money goes, tried first, refused without effect."""

from typing import Any

import pytest

from billhook.kernel import ids
from billhook.settings import Settings
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.integration.payment_desk import ok
from tests.integration.shop import Shop, open_shop
from tests.world import Actor, World

NOTES = "/billing/credit_notes/v1"
LINES = [
    {"name": "Desk", "quantity": 4, "price": 100, "_documentItemTaxes": [{"rate": 21}]},
    {"name": "Coffee", "quantity": 10, "price": 3, "_documentItemTaxes": [{"rate": 6}]},
]


@pytest.fixture
async def shop(world: World, settings: Settings) -> Shop:
    return await open_shop(world, settings)


@pytest.fixture
async def alice(shop: Shop) -> Actor:
    return shop.alice


@pytest.fixture
async def desk(world: World, alice: Actor) -> Program:
    return await program(world, alice)


async def invoiced(shop: Shop, **more: Any) -> dict[str, Any]:
    """An invoice over 484 EUR for desks and 31.80 for coffee."""
    return await shop.world.invoice(shop.alice, shop.organization, _documentItems=LINES, **more)


async def note_over(desk: Program, made: dict[str, Any], *quantities: int, **more: Any) -> dict[str, Any]:
    items = (await desk.invoice(made["id"]))["items"]
    lines = [
        {"invoiceItemRef": item["id"], "quantity": quantity}
        for item, quantity in zip(items, quantities, strict=False)
        if quantity
    ]
    return {"creditNote": {"invoiceRef": uuid(made["id"]), "lines": lines, "reason": "orderChange"} | more}


async def credited(desk: Program, body: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    made = await desk.post(NOTES, body, **kwargs)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["creditNote"]
    return found


async def test_before_payment_less_is_due(shop: Shop, desk: Program) -> None:
    made = await invoiced(shop)
    note = await credited(desk, await note_over(desk, made, 1, internalNote="One desk too many"))
    assert (note["type"], note["prePaymentAmount"], note["postPaymentAmount"]) == ("prePayment", 121, 0)
    assert (note["totalAmount"], note["totalExcludingTaxAmount"], note["reason"]) == (121, 100, "orderChange")
    assert (note["internalNote"], note["status"], note["networkRef"]) == ("One desk too many", "issued", desk.network)
    invoice = await desk.invoice(made["id"])
    assert (invoice["prePaymentCreditNotesAmount"], invoice["amountDue"]) == (121, 394.8)
    assert [line["invoiceItemRef"] for line in note["lines"]] == [invoice["items"][0]["id"]]
    read = (await desk.get(f"{NOTES}/{note['id']}")).json()["creditNote"]
    assert read == note
    pdf = await desk.http.get(note["pdfUrl"], auth=desk.auth)
    assert pdf.content.startswith(b"%PDF")


async def test_after_payment_the_money_goes_where_it_is_said(shop: Shop, desk: Program) -> None:
    made = await invoiced(shop)
    paid = (await desk.pay(made["id"])).json()["payment"]
    body = await note_over(
        desk,
        made,
        2,
        creditAmount=100,
        outOfBandAmount=42,
        refunds=[{"transactionRef": paid["transactionRef"], "amount": 100}],
    )
    note = await credited(desk, body)
    assert (note["type"], note["postPaymentAmount"]) == ("postPayment", 242)
    assert (note["creditAmount"], note["outOfBandAmount"], note["refunds"][0]["amount"]) == (100, 42, 100)
    assert note["refunds"][0]["method"]["type"] == "external"
    assert note["refunds"][0]["transactionRef"] == paid["transactionRef"]
    invoice = await desk.invoice(made["id"])
    assert (invoice["status"], invoice["amountDue"], invoice["amountPaid"]) == ("paid", 515.8, 515.8)
    assert invoice["postPaymentCreditNotesAmount"] == 242
    assert sorted(one["grossAmount"] for one in invoice["payments"][0]["refunds"]["money"]) == [42, 100]
    there = (await shop.alice.get(f"/Documents/{made['id']}")).json()
    assert (there["totalPaid"], there["totalDue"]) == (373.8, -100)
    balance = (await shop.alice.get(f"/Clients/{made['clientId']}/balance")).json()
    assert "100" in str(balance)


async def test_what_is_not_said_goes_to_the_balance_and_pays_the_next(shop: Shop, desk: Program) -> None:
    made = await invoiced(shop)
    await desk.pay(made["id"])
    assert (await credited(desk, await note_over(desk, made, 0, 10)))["creditAmount"] == 31.8
    body = {
        "invoice": {"companyRef": uuid(made["clientId"])},
        "items": [{"description": "Desk", "quantity": 1, "unitAmount": 50}],
    }
    draft = (await desk.post(INVOICES, body)).json()["invoice"]
    assert draft["startingBalance"] == 31.8
    assert (await desk.post(f"{INVOICES}/{draft['id']}/issue")).json()["invoice"]["amountDue"] == 18.2


async def test_what_was_paid_online_goes_back_online(shop: Shop, desk: Program) -> None:
    made = await invoiced(shop)
    link = ok(await shop.alice.post(f"/Documents/{made['id']}/share"))["shareableId"]
    intent = await shop.pay(await shop.collect(link))
    body = await note_over(desk, made, 1, refunds=[{"transactionRef": uuid(intent["id"]), "amount": 121}])
    headers = {"Idempotency-Key": f"credit-{made['id']}"}
    note = await credited(desk, body, headers=headers)
    assert await credited(desk, body, headers=headers) == note
    assert (note["refunds"][0]["amount"], note["refunds"][0]["method"]["type"]) == (121, "paymentGateway")
    assert "creditAmount" not in note
    assert (await shop.read(intent))["refunded"] == 121
    invoice = await desk.invoice(made["id"])
    assert (invoice["status"], invoice["payments"][0]["refunds"]["money"][0]["grossAmount"]) == ("paid", 121)
    assert (await desk.get(f"{NOTES}/{note['id']}")).json()["creditNote"] == note


async def test_partly_paid_is_mixed(shop: Shop, desk: Program) -> None:
    made = await invoiced(shop)
    await desk.pay(made["id"], {"amount": 500})
    note = await credited(desk, await note_over(desk, made, 1))
    assert (note["type"], note["prePaymentAmount"], note["postPaymentAmount"]) == ("mixed", 15.8, 105.2)
    assert note["creditAmount"] == 105.2
    assert (await desk.invoice(made["id"]))["status"] == "paid"


async def test_a_preview_writes_nothing(shop: Shop, desk: Program) -> None:
    made = await invoiced(shop)
    await desk.pay(made["id"])
    before = ok(await shop.alice.get(f"/Documents/{made['id']}"))
    body = await note_over(desk, made, 2)
    seen = await desk.post(f"{NOTES}/preview", body)
    assert seen.status_code == 200, seen.text
    assert (seen.json()["creditNote"]["totalAmount"], seen.json()["creditNote"]["creditAmount"]) == (242, 242)
    assert ok(await shop.alice.get(f"/Documents/{made['id']}")) == before
    assert (await desk.get(f"{NOTES}/{seen.json()['creditNote']['id']}")).status_code == 404
    note = await credited(desk, body)
    assert note["number"] == 1
    changed = await desk.patch(f"{NOTES}/{note['id']}", {"creditNote": {"internalNote": "Told them"}})
    assert changed.status_code == 204
    assert (await desk.get(f"{NOTES}/{note['id']}")).json()["creditNote"]["internalNote"] == "Told them"


async def test_an_item_is_credited_by_amount(shop: Shop, desk: Program) -> None:
    made = await invoiced(shop)
    item = (await desk.invoice(made["id"]))["items"][0]["id"]
    body = {
        "creditNote": {
            "invoiceRef": uuid(made["id"]),
            "reason": "other",
            "lines": [{"invoiceItemRef": item, "amount": 50}],
        }
    }
    note = await credited(desk, body)
    assert (note["lines"][0]["quantity"], note["totalAmount"]) == (0.5, 60.5)


async def test_what_cannot_be_credited_is_refused_without_effect(shop: Shop, desk: Program, world: World) -> None:
    made, other = await invoiced(shop), await invoiced(shop)
    await desk.pay(made["id"])
    items = (await desk.invoice(made["id"]))["items"]
    foreign = (await desk.invoice(other["id"]))["items"][0]["id"]
    good = await note_over(desk, made, 1)

    def changed(**more: Any) -> dict[str, Any]:
        return {"creditNote": {**good["creditNote"], **more}}

    cases = [
        (changed(lines=[]), "lines"),
        (changed(lines=[{"invoiceItemRef": foreign}]), "invoiceItemRef"),
        (changed(lines=[{"invoiceItemRef": items[0]["id"], "quantity": 5}]), "quantity"),
        (changed(lines=[{"invoiceItemRef": items[0]["id"], "amount": 400.01}]), "amount"),
        (changed(creditAmount=1), "121"),
        (changed(creditAmount=100, outOfBandAmount=22), "121"),
        (changed(outOfBandAmount=-1), "outOfBandAmount"),
        (changed(refunds=[{"transactionRef": uuid(ids.new())}]), "transactionRef"),
        (changed(refunds=[{}]), "transactionRef"),
        (changed(reason="mood"), "reason"),
        (changed(effectiveDate="2001-01-01T00:00:00Z"), "effectiveDate"),
    ]
    for body, word in cases:
        for path in (NOTES, f"{NOTES}/preview"):
            answer = await desk.post(path, body)
            assert (answer.status_code, word in answer.text) == (400, True), (body, answer.text)
    stranger = await program(world, await world.actor("bob"))
    assert (await stranger.post(NOTES, good)).status_code == 404
    note = await credited(desk, good)
    assert (await stranger.get(f"{NOTES}/{note['id']}")).status_code == 404
    listed = (await desk.get(NOTES, params={"invoiceRef": uuid(made["id"])})).json()["creditNotes"]
    assert [one["id"] for one in listed] == [note["id"]]
    assert (await desk.get(NOTES, params={"status": "voided"})).json()["creditNotes"] == []
    assert (await stranger.get(NOTES)).json()["creditNotes"] == []
