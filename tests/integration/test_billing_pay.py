"""`POST /billing/invoices/v1/{id}/pay`: by hand, in part, never too much; what is refused changes nothing."""

import asyncio
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from billhook.kernel import ids
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.world import Actor, World


@pytest.fixture
async def alice(world: World) -> Actor:
    return await world.actor()


@pytest.fixture
async def desk(world: World, alice: Actor) -> Program:
    return await program(world, alice)


async def test_the_rest_is_paid_when_no_amount_is_said(world: World, alice: Actor, desk: Program) -> None:
    made = await world.invoice(alice, await world.organization(alice))
    paid = await desk.pay(made["id"])
    assert paid.status_code == 200, paid.text
    invoice, payment = paid.json()["invoice"], paid.json()["payment"]
    assert (invoice["status"], invoice["amountPaid"], invoice["amountRemaining"]) == ("paid", 12100, 0)
    assert payment["price"] == {"type": "money", "money": {"currencyCode": "EUR", "grossAmount": 12100}}
    assert payment["method"] == {"type": "external", "external": {}}
    assert (payment["status"], payment["refundable"]) == ("succeeded", True)
    assert invoice["payments"] == [payment]
    there = (await alice.get(f"/Documents/{made['id']}")).json()
    assert (there["totalPaid"], there["paidInFull"]) == (12100, True)
    kept = (await alice.get(f"/Documents/{made['id']}/payments")).json()
    assert [uuid(row["id"]) for row in kept] == [payment["transactionRef"]]
    assert kept[0]["type"] == "other"


@pytest.mark.parametrize(
    "body",
    [
        {"paymentMethod": {"type": "external"}},
        {"payment": {"method": {"type": "external", "external": {}}}},
        {"payment": {"method": {"type": "external"}}, "paymentMethod": {"id": uuid(ids.new())}},
        {"paymentMethod": {}},
    ],
)
async def test_a_part_is_paid_as_often_as_something_remains(
    world: World, alice: Actor, desk: Program, body: dict[str, Any]
) -> None:
    made = await world.invoice(alice, await world.organization(alice))
    first = await desk.pay(made["id"], body | {"amount": 1})
    assert first.status_code == 200, first.text
    assert (first.json()["invoice"]["status"], first.json()["invoice"]["amountRemaining"]) == ("issued", 12099)
    second = (await desk.pay(made["id"], body | {"amount": 0.5})).json()
    assert (second["invoice"]["amountPaid"], second["payment"]["price"]["money"]["grossAmount"]) == (1.5, 0.5)
    assert len(second["invoice"]["payments"]) == 2
    assert (await desk.pay(made["id"], body)).json()["invoice"]["status"] == "paid"


async def test_consent_is_kept_with_time_address_and_version(world: World, alice: Actor, desk: Program) -> None:
    made = await world.invoice(alice, await world.organization(alice))
    assert (await desk.pay(made["id"], {"termsConsent": True, "amount": 1})).status_code == 200
    assert (await desk.pay(made["id"], {"termsConsent": False, "amount": 1})).status_code == 200
    with_it, without = (await alice.get(f"/Documents/{made['id']}/payments")).json()
    consent = with_it["custom"]["termsConsent"]
    assert consent["address"] == "127.0.0.1"
    assert consent["version"]
    assert consent["at"].startswith(with_it["createdAt"][:10])
    assert not without.get("custom")


async def test_what_cannot_be_paid_is_refused_without_effect(world: World, alice: Actor, desk: Program) -> None:
    organization = await world.organization(alice)
    draft = await world.invoice(alice, organization, draft=True)
    void = await world.invoice(alice, organization)
    assert (await alice.post(f"/Documents/{void['id']}/cancel")).status_code == 200
    paid = await world.invoice(alice, organization, payments=[{"type": "bank", "amount": 12100}])
    estimate = await world.invoice(alice, organization, type="estimate")
    fine = await world.invoice(alice, organization)
    cases = [
        (draft["id"], {}, 400, "draft"),
        (void["id"], {}, 400, "void"),
        (paid["id"], {}, 400, "paid"),
        (paid["id"], {"amount": 1}, 400, "paid"),
        (estimate["id"], {}, 404, "network"),
        (ids.new(ids.shard_of(fine["id"])), {}, 404, "network"),
        (fine["id"], {"amount": 12100.01}, 400, "12100"),
        (fine["id"], {"amount": 0}, 400, "more than zero"),
        (fine["id"], {"amount": -1}, 400, "more than zero"),
        (fine["id"], {"amount": 1.001}, 400, "decimals"),
        (fine["id"], {"amount": "NaN"}, 400, "sane size"),
        (fine["id"], {"amount": "much"}, 400, "amount"),
        (fine["id"], {"paymentMethod": {"id": uuid(ids.new())}}, 400, "payment method"),
        (fine["id"], {"paymentMethod": {"type": "stripe"}}, 400, "payment method"),
        (fine["id"], {"paymentMethod": {"type": "beads"}}, 400, "paymentMethod.type"),
        (fine["id"], {"payment": {"method": {"type": "paymentGateway"}}}, 400, "payment method"),
        (fine["id"], {"payment": {}}, 400, "payment.method"),
        (fine["id"], {"amonut": 5}, 400, "amount"),
    ]
    for document_id, body, status, word in cases:
        answer = await desk.pay(document_id, body)
        assert (answer.status_code, word in answer.text) == (status, True), (body, answer.text)
        assert {"message", "type"} <= set(answer.json()) <= {"message", "type", "issues"}
    for made, before in ((draft, 0), (void, 0), (paid, 12100), (fine, 0)):
        assert (await alice.get(f"/Documents/{made['id']}")).json()["totalPaid"] == before


async def test_all_that_is_wrong_is_said_at_once(world: World, alice: Actor, desk: Program) -> None:
    made = await world.invoice(alice, await world.organization(alice))
    answer = await desk.pay(made["id"], {"amount": "much", "termsConsent": "maybe", "paymentMethod": {"type": 5}})
    assert answer.status_code == 400
    assert answer.json()["type"] == "validationError"
    assert [issue["path"] for issue in answer.json()["issues"]] == [
        ["amount"],
        ["paymentMethod", "type"],
        ["termsConsent"],
    ]


async def test_another_networks_invoice_is_none(world: World, alice: Actor) -> None:
    bob = await world.actor("bob")
    stranger = await program(world, bob)
    organization = await world.organization(alice)
    made = await world.invoice(alice, organization)
    real, unreal = await stranger.pay(made["id"]), await stranger.pay(ids.new(ids.shard_of(made["id"])))
    assert (real.status_code, real.json()) == (404, unreal.json())
    invited = await alice.post(f"/Organizations/{organization['id']}/invite", {"email": bob.account["email"]})
    accepted = await bob.post(f"/AccountOrganizations/{invited.json()['id']}/accept")
    assert (await stranger.pay(made["id"])).status_code == 404, accepted.text
    assert (await alice.get(f"/Documents/{made['id']}")).json()["totalPaid"] == 0


async def test_two_at_once_do_not_pay_more_than_remains(world: World, alice: Actor, desk: Program) -> None:
    made = await world.invoice(alice, await world.organization(alice))
    answers = await asyncio.gather(*(desk.pay(made["id"], {"amount": 7000}) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5
    assert (await desk.invoice(made["id"]))["amountPaid"] == 7000


async def test_the_same_key_pays_once(world: World, alice: Actor, desk: Program) -> None:
    made = await world.invoice(alice, await world.organization(alice))
    headers = {"Idempotency-Key": f"pay-{made['id']}"}
    first = await desk.pay(made["id"], {"amount": 5}, headers=headers)
    again = await desk.pay(made["id"], {"amount": 5}, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    other = await desk.pay(made["id"], {"amount": 6}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "idempotencyKeyReused")
    assert (await desk.invoice(made["id"]))["amountPaid"] == 5


async def test_what_is_paid_has_a_receipt(world: World, alice: Actor, desk: Program) -> None:
    made = await world.invoice(alice, await world.organization(alice))
    url = f"{INVOICES}/{uuid(made['id'])}/receipt"
    assert "receiptPdfUrl" not in await desk.invoice(made["id"])
    assert (await desk.get(url)).status_code == 404
    await desk.pay(made["id"], {"amount": 100})
    paid = (await desk.pay(made["id"])).json()["invoice"]
    receipt = await desk.http.get(paid["receiptPdfUrl"], auth=desk.auth)
    assert receipt.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(receipt.content)).pages)
    assert [words for words in ("Receipt", "100.00", "12,000.00", made["number"]) if words not in text] == []


async def test_unknown_addresses_answer_in_the_dialect(desk: Program) -> None:
    answer = await desk.get("/billing/nothing/v1")
    assert (answer.status_code, answer.json()["type"]) == (404, "routeNotFound")
    answer = await desk.call("PUT", f"{INVOICES}/{uuid(ids.new())}/pay", {})
    assert (answer.status_code, answer.json()["type"]) == (405, "methodNotAllowed")
