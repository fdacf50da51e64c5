"""Estimates that are answered, documents that are made of others, duplicates, and who refers to whom."""

import asyncio
from typing import Any

from tests.integration import test_credit_notes
from tests.integration.payment_desk import ok
from tests.integration.test_credit_notes import LINES, TOTAL, Till
from tests.world import World

till = test_credit_notes.till


async def post(till: Till, document: dict[str, Any], verb: str, body: Any = None) -> dict[str, Any]:
    return ok(await till.alice.post(f"/Documents/{document['id']}/{verb}", body))


async def test_an_estimate_is_accepted_and_becomes_an_invoice(till: Till) -> None:
    estimate = await till.make(type="estimate", custom={"k": 1}, displayName="Quote")
    assert "acceptedAt" not in estimate
    accepted = await post(till, estimate, "accept")
    assert (await post(till, estimate, "accept"))["acceptedAt"] == accepted["acceptedAt"]
    invoice = await post(till, estimate, "convert", {"reference": "PO 7", "payments": [{"type": "card"}]})
    assert (invoice["type"], invoice["draft"], invoice["totalWithTax"]) == ("invoice", False, TOTAL)
    assert (invoice["reference"], invoice["custom"], invoice["paidInFull"]) == ("PO 7", {"k": 1}, True)
    assert (invoice["previousDocumentId"], invoice["documentIds"]) == (estimate["id"], [estimate["id"]])
    assert (invoice["clientId"], "dateDue" in invoice) == (estimate["clientId"], True)
    again = await till.refused(estimate, "convert")
    assert again["code"] == "DOCUMENT_ALREADY_CONVERTED"
    assert invoice["id"] in again["message"]
    assert (await till.refused(estimate, "reject"))["code"] == "DOCUMENT_ALREADY_CONVERTED"
    second = await post(till, estimate, "convert?again=true", {"type": "invoice", "draft": True})
    assert second["draft"] is True
    with_all = await till.read(estimate, "referringDocuments")
    assert [one["id"] for one in with_all["referringDocuments"]] == [invoice["id"], second["id"]]
    back = await till.read(invoice, "referencedDocuments")
    assert [(one["id"], one["type"]) for one in back["referencedDocuments"]] == [(estimate["id"], "estimate")]
    await till.prove()


async def test_many_convert_at_once_and_one_invoice_is_made(till: Till) -> None:
    estimate = await till.make(type="estimate")
    url = f"/Documents/{estimate['id']}/convert"
    answers = await asyncio.gather(*[till.alice.post(url) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    estimate = await till.make(type="estimate")
    url = f"/Documents/{estimate['id']}/convert"
    answers = await asyncio.gather(*[till.alice.post(url, {"uniqueId": "convert-1"}) for _ in range(4)])
    assert len({ok(answer)["id"] for answer in answers}) == 1


async def test_a_canceled_invoice_frees_its_estimate(till: Till) -> None:
    estimate = await till.make(type="estimate")
    invoice = await post(till, estimate, "convert")
    await post(till, invoice, "cancel")
    assert (await post(till, estimate, "convert"))["number"] != invoice["number"]
    draft = await post(till, estimate, "convert?again=true", {"draft": True})
    ok(await till.alice.delete(f"/Documents/{draft['id']}"))


async def test_what_was_rejected_is_not_converted(till: Till) -> None:
    estimate = await till.make(type="estimate")
    rejected = await post(till, estimate, "reject")
    assert "rejectedAt" in rejected
    assert (await till.refused(estimate, "convert"))["code"] == "ESTIMATE_REJECTED"
    accepted = await post(till, estimate, "accept")
    assert "rejectedAt" not in accepted
    await post(till, estimate, "convert")


async def test_a_client_answers_by_the_public_link(till: Till, world: World) -> None:
    estimate = await till.make(type="estimate", note="N", custom={"secret": 1})
    link = (await post(till, estimate, "share"))["shareableId"]
    answer = ok(await world.http.post(f"/Documents/public/{link}/accept"))
    assert ("acceptedAt" in answer, answer["custom"]) == (True, {})
    assert "rejectedAt" in ok(await world.http.post(f"/Documents/public/{link}/reject"))
    old = await till.make(type="estimate", date="2020-01-01", dateValidTill="2020-02-01")
    link = (await post(till, old, "share"))["shareableId"]
    late = await world.http.post(f"/Documents/public/{link}/accept")
    assert late.json()["error"]["code"] == "ESTIMATE_EXPIRED"
    assert "acceptedAt" in await post(till, old, "accept")
    assert (await world.http.post(f"/Documents/public/{'x' * 32}/accept")).status_code == 401
    invoice = await till.make()
    assert (await till.refused(invoice, "accept"))["code"] == "DOCUMENT_NOT_AN_ESTIMATE"
    assert (await till.refused(await till.make(type="estimate", draft=True), "accept"))["code"] == "DOCUMENT_IS_DRAFT"


async def test_a_delivery_note_charges_nothing_until_it_is_invoiced(till: Till) -> None:
    delivered = await till.make(type="delivery-note")
    assert await till.balance(delivered) == 0
    assert (await till.refused(delivered, "payments", type="cash", amount=1))["code"] == "DOCUMENT_NOT_PAYABLE"
    invoice = await post(till, delivered, "convert")
    assert await till.balance(delivered) == TOTAL
    assert invoice["previousDocumentId"] == delivered["id"]
    assert (await till.refused(invoice, "convert"))["code"] == "DOCUMENT_NOT_CONVERTIBLE"
    assert (await till.refused(delivered, "convert", type="advance"))["code"] == "DOCUMENT_NOT_CONVERTIBLE"


async def test_a_duplicate_is_fresh(till: Till) -> None:
    invoice = await till.make(
        date="2020-01-01", reference="R", note="Own note", payments=[{"type": "cash"}], uniqueId="u-1"
    )
    copy = await post(till, invoice, "duplicate")
    assert (copy["draft"], copy["reference"], copy["note"], copy["totalPaid"]) == (True, "", "Own note", 0)
    assert copy["date"] > invoice["date"]
    assert copy["documentIds"] == []
    assert not {"number", "uniqueId", "previousDocumentId"} & set(copy)
    assert copy["totalWithTax"] == TOTAL
    taxes = [tax["taxId"] for line in copy["_documentItems"] for tax in line["_documentItemTaxes"]]
    assert taxes == [tax["taxId"] for line in invoice["_documentItems"] for tax in line["_documentItemTaxes"]]
    assert (await till.refused(invoice, "duplicate", type="estimate"))["code"] == "DOCUMENT_TYPE_FIXED"
    said = {"draft": False, "_documentClient": {"name": "Somebody else"}, "_documentItems": LINES[:1]}
    other = await post(till, invoice, "duplicate", said)
    assert (other["number"][5:], other["totalWithTax"]) == ("00001", 1210)
    assert other["clientId"] != invoice["clientId"]


async def test_prices_with_tax_and_without_are_copied_as_they_were(till: Till) -> None:
    gross = [{"name": "Suit", "quantity": 3, "priceGross": 9.99, "_documentItemTaxes": [{"rate": 21}]}]
    for changes in ({}, {"omitTaxes": True}, {"omitTaxes": True, "keepPricesAsGross": True}):
        invoice = await till.make(_documentItems=gross, **changes)
        copy = await post(till, invoice, "duplicate")
        assert (copy["total"], copy["totalWithTax"]) == (invoice["total"], invoice["totalWithTax"])
        note = await till.credit(invoice)
        assert (note["total"], note["totalWithTax"]) == (invoice["total"], invoice["totalWithTax"])


async def test_the_clause_its_taxes_need_comes_along_and_a_papers_totals_do_not(till: Till) -> None:
    exempt = [{"name": "Course", "price": 10}]
    estimate = await till.make(type="estimate", _documentItems=exempt, taxClause="Exempt, article 44")
    invoice = await post(till, estimate, "convert")
    assert invoice["taxClause"] == (await post(till, invoice, "duplicate"))["taxClause"] == "Exempt, article 44"
    own = {"incoming": True, "number": "FD-1", "customTotals": True, "total": 10.01, "totalWithTax": 10.01}
    received = await till.make(_documentItems=exempt, **own)
    assert received["total"] == 10.01
    again = await post(till, received, "duplicate")
    assert (again["total"], again["draft"], "customTotals" in again) == (10, True, False)


async def test_strangers_see_no_relations(till: Till, world: World) -> None:
    bob = await world.actor("bob")
    mine = await world.invoice(bob, await world.organization(bob))
    estimate = await till.make(type="estimate")
    for verb in ("convert", "duplicate", "accept", "reject", "credit", "cancel", "uncancel"):
        assert (await bob.post(f"/Documents/{estimate['id']}/{verb}")).status_code == 401
    said = {"type": "credit-note", "previousDocumentId": estimate["id"]}
    answer = await bob.post(f"/Organizations/{mine['organizationId']}/Documents", world.rocket_man(**said))
    assert answer.json()["error"]["details"]["codes"] == {"previousDocumentId": ["inclusion"]}


async def test_a_client_answers_on_the_page(till: Till, world: World) -> None:
    for verb, said in (("accept", "Accepted"), ("reject", "Rejected")):
        estimate = await till.make(type="estimate")
        link = (await post(till, estimate, "share"))["shareableId"]
        page = f"{world.base_url}/i/{link}"
        shown = (await world.http.get(f"{page}?l=en")).text
        assert f'action="/i/{link}/{verb}?l=en"' in shown
        answer = await world.http.post(f"{page}/{verb}?l=en")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/i/{link}?l=en")
        shown = (await world.http.get(f"{page}?l=en")).text
        assert said in shown
        assert "<form" not in shown
        assert f"{verb}edAt" in await till.read(estimate)
    assert (await world.http.post(f"{world.base_url}/i/{'x' * 32}/accept")).status_code == 404
