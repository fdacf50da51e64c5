"""Crediting and canceling over HTTP: never more than there is, and the journal says so."""

import asyncio
from typing import Any

import pytest

from billhook import payments
from tests.integration.payment_desk import ok
from tests.world import Actor, World

LINES = [
    {"name": "Suit", "quantity": 2, "price": 500, "_documentItemTaxes": [{"rate": 21}]},
    {"name": "Book", "quantity": 3, "price": 10, "_documentItemTaxes": [{"rate": 6}]},
]
"""1,210 at 21 %, 31.80 at 6 %."""
TOTAL = 1241.8


class Till:
    """Alice, her organization, and how she asks."""

    def __init__(self, world: World, alice: Actor, organization: dict[str, Any]) -> None:
        self.world = world
        self.alice = alice
        self.organization = organization

    async def make(self, **changes: Any) -> dict[str, Any]:
        return await self.world.invoice(self.alice, self.organization, **({"_documentItems": LINES} | changes))

    async def read(self, document: dict[str, Any] | str, include: str = "") -> dict[str, Any]:
        document_id = document if isinstance(document, str) else document["id"]
        query = f"?filter[include]={include}" if include else ""
        return ok(await self.alice.get(f"/Documents/{document_id}{query}"))

    async def credit(self, document: dict[str, Any], **body: Any) -> dict[str, Any]:
        return ok(await self.alice.post(f"/Documents/{document['id']}/credit", body))

    async def refused(self, document: dict[str, Any], verb: str = "credit", **body: Any) -> dict[str, Any]:
        answer = await self.alice.post(f"/Documents/{document['id']}/{verb}", body)
        assert answer.status_code == 422, answer.text
        return answer.json()["error"]

    async def journal(self, document: dict[str, Any]) -> list[tuple[str, Any]]:
        entries = ok(await self.alice.get(f"/Documents/{document['id']}/journal"))
        return [(entry["kind"], entry["amount"]) for entry in entries]

    async def balance(self, document: dict[str, Any]) -> Any:
        answer = ok(await self.alice.get(f"/Clients/{document['clientId']}/balance"))
        return sum(row["balance"] for row in answer["balances"])

    async def prove(self) -> None:
        async with self.world.database.open(organization=self.organization["id"]) as tx:
            assert await payments.verify(tx) == []


@pytest.fixture
async def till(world: World) -> Till:
    alice = await world.actor()
    return Till(world, alice, await world.organization(alice))


async def test_all_of_an_invoice_is_credited(till: Till) -> None:
    invoice = await till.make()
    note = await till.credit(invoice, reference="R-1", note="Sorry", custom={"k": 1})
    assert (note["type"], note["number"][5:], note["totalWithTax"]) == ("credit-note", "00001", TOTAL)
    assert (note["previousDocumentId"], note["documentIds"]) == (invoice["id"], [invoice["id"]])
    assert (note["reference"], note["note"], note["custom"]) == ("R-1", "Sorry", {"k": 1})
    assert [line["name"] for line in note["_documentItems"]] == ["Suit", "Book"]
    assert note["_documentTaxes"] == invoice["_documentTaxes"]
    assert (note["totalDue"], note["totalCredited"], note["clientId"]) == (0, TOTAL, invoice["clientId"])
    after = await till.read(invoice)
    assert (after["totalDue"], after["totalCredited"], after["paidInFull"]) == (0, TOTAL, True)
    assert (after["canceled"], after["totalPaid"]) == (False, 0)
    assert await till.journal(invoice) == [("charge", TOTAL), ("credit", -TOTAL)]
    assert await till.journal(note) == [("charge", -TOTAL), ("credit", TOTAL)]
    assert await till.balance(invoice) == 0
    assert (await till.refused(invoice))["code"] == "NOTHING_LEFT_TO_CREDIT"
    await till.prove()


async def test_lines_are_credited_by_quantity_and_once(till: Till) -> None:
    invoice = await till.make()
    suit, book = (line["id"] for line in invoice["_documentItems"])
    first = await till.credit(invoice, lines=[{"id": suit, "quantity": 1}])
    assert (first["totalWithTax"], first["_documentItems"][0]["quantity"]) == (605, 1)
    assert (await till.read(invoice))["totalDue"] == round(TOTAL - 605, 2)
    error = await till.refused(invoice, lines=[{"id": suit, "quantity": 2}, {"id": "nope"}, {"id": book}, {"id": book}])
    assert error["details"]["codes"] == {
        "lines.0.quantity": ["numericality"],
        "lines.1.id": ["inclusion"],
        "lines.3.id": ["uniqueness"],
    }
    rest = await till.credit(invoice)
    assert rest["totalWithTax"] == round(TOTAL - 605, 2)
    assert [(line["name"], line["quantity"]) for line in rest["_documentItems"]] == [("Suit", 1), ("Book", 3)]
    await till.prove()


async def test_an_amount_is_shared_out_over_the_rates(till: Till) -> None:
    invoice = await till.make()
    note = await till.credit(invoice, amount=100)
    assert note["totalWithTax"] == 100
    assert [(row["tax"], row["base"], row["totalTax"]) for row in note["_documentTaxes"]] == [
        (21, 80.53, 16.91),
        (6, 2.42, 0.14),
    ]
    assert [line["name"] for line in note["_documentItems"]] == [f"Invoice {invoice['number']}"] * 2
    for amount in (0, -1, 1141.81, 0.001, 1e20):
        assert (await till.refused(invoice, amount=amount))["details"]["codes"] == {"amount": ["numericality"]}
    assert (await till.refused(invoice, amount=1, lines=[]))["details"]["codes"] == {"amount": ["exclusion"]}
    assert (await till.credit(invoice, amount=1141.8))["totalWithTax"] == 1141.8
    assert (await till.read(invoice))["totalDue"] == 0
    await till.prove()


async def test_a_credit_note_may_be_written_as_any_document(till: Till) -> None:
    invoice = await till.make()
    line = {"name": "Scratch", "price": 100, "_documentItemTaxes": [{"rate": 21}]}
    said = {"type": "credit-note", "documentIds": [invoice["id"]], "_documentItems": [line]}
    note = await till.make(**said)
    assert (note["previousDocumentId"], note["totalDue"]) == (invoice["id"], 0)
    assert note["clientId"] == invoice["clientId"]
    assert (await till.read(invoice))["totalCredited"] == 121
    url = f"/Organizations/{till.organization['id']}/Documents"
    for changed, path in (
        ({"_documentItems": [line | {"price": 900.01}]}, "_documentItems"),
        ({"_documentItems": [line | {"_documentItemTaxes": [{"rate": 12}]}]}, "_documentItems"),
        ({"_documentItems": [line | {"_documentItemTaxes": []}]}, "_documentItems"),
        ({"currencyId": "USD"}, "currencyId"),
    ):
        answer = await till.alice.post(url, till.world.rocket_man(**(said | changed)))
        assert answer.status_code == 422
        assert list(answer.json()["error"]["details"]["codes"]) == [path]
    over_all = {"type": "credit-note", "previousDocumentId": invoice["id"]}
    for lines in ({}, {"_documentItems": [LINES[1]]}):
        answer = await till.alice.post(url, over_all | lines | {"_documentClient": {"email": "nobody"}})
        assert answer.json()["error"]["details"]["codes"] == {"_documentClient.email": ["format"]}
    whole = ok(await till.alice.post(url, over_all))
    assert whole["totalWithTax"] == round(TOTAL - 121, 2)
    assert (await till.read(invoice))["totalDue"] == 0
    await till.prove()


async def test_a_draft_of_a_credit_note_takes_when_it_is_issued(till: Till) -> None:
    invoice = await till.make()
    said = {"type": "credit-note", "draft": True, "previousDocumentId": invoice["id"]}
    drafts = [await till.make(**said), await till.make(**said)]
    assert (await till.read(invoice))["totalDue"] == TOTAL
    issued = ok(await till.alice.post(f"/Documents/{drafts[0]['id']}/issue"))
    assert (issued["totalDue"], issued["totalCredited"]) == (0, TOTAL)
    assert (await till.read(invoice))["totalDue"] == 0
    assert "_documentItems" in (await till.refused(drafts[1], "issue"))["details"]["codes"]
    assert (await till.read(drafts[1]))["draft"] is True
    await till.prove()


async def test_what_was_paid_back_with_the_note_is_not_credited_again(till: Till) -> None:
    invoice = await till.make(payments=[{"type": "card"}])
    note = await till.credit(invoice, amount=241.8, payments=[{"type": "cash", "amount": 200}])
    assert (note["totalPaid"], note["totalCredited"], note["totalDue"]) == (200, 41.8, 0)
    assert (await till.read(invoice))["totalDue"] == -41.8
    assert await till.balance(invoice) == -41.8
    await till.prove()


async def test_a_repeated_credit_is_the_same(till: Till) -> None:
    invoice = await till.make()
    answers = await asyncio.gather(*[till.credit(invoice, amount=10, uniqueId="credit-1") for _ in range(3)])
    assert len({answer["id"] for answer in answers}) == 1
    ok(await till.alice.post(f"/Documents/{invoice['id']}/cancel"))
    assert (await till.credit(invoice, amount=10, uniqueId="credit-1"))["id"] == answers[0]["id"]
    assert (await till.read(invoice))["totalCredited"] == TOTAL


async def test_two_credits_at_once_never_take_too_much(till: Till) -> None:
    invoice = await till.make()
    answers = await asyncio.gather(
        *[till.alice.post(f"/Documents/{invoice['id']}/credit", {"amount": 500}) for _ in range(4)],
        *[till.alice.post(f"/Documents/{invoice['id']}/payments", {"type": "cash", "amount": 1}) for _ in range(3)],
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [422] * 2
    assert (await till.read(invoice))["totalCredited"] == 1000
    assert (await till.read(invoice))["totalPaid"] == 3
    await till.prove()


async def test_only_what_charges_and_was_issued_is_credited(till: Till) -> None:
    for changes, code in (
        ({"type": "estimate"}, "DOCUMENT_NOT_CREDITABLE"),
        ({"type": "credit-note"}, "DOCUMENT_NOT_CREDITABLE"),
        ({"draft": True}, "DOCUMENT_IS_DRAFT"),
    ):
        document = await till.make(**changes)
        assert (await till.refused(document))["code"] == code
