"""Canceling: by a credit note where something was charged, once however often and by however many it is asked."""

import asyncio
import io
from typing import Any

import pypdf
import pytest

from tests.integration import test_credit_notes
from tests.integration.payment_desk import ok
from tests.integration.test_credit_notes import TOTAL, Till
from tests.world import World

till = test_credit_notes.till


async def cancel(till: Till, document: dict[str, Any], query: str = "") -> str | None:
    answer = ok(await till.alice.post(f"/Documents/{document['id']}/cancel{query}"))
    assert answer.pop("success") is True
    return answer.get("creditNoteId")


async def test_an_invoice_is_canceled_by_a_credit_note(till: Till) -> None:
    invoice = await till.make(dateDue="2020-01-01", date="2020-01-01")
    note = await till.read(await cancel(till, invoice) or "")
    assert (note["type"], note["previousDocumentId"], note["totalWithTax"]) == ("credit-note", invoice["id"], TOTAL)
    after = await till.read(invoice)
    assert (after["canceled"], after["totalDue"], after["totalPaid"]) == (True, 0, 0)
    assert await till.journal(invoice) == [("charge", TOTAL), ("credit", -TOTAL)]
    assert await till.balance(invoice) == 0
    assert await cancel(till, invoice) == note["id"]
    assert (await till.refused(invoice))["code"] == "DOCUMENT_IS_CANCELED"
    assert (await till.refused(invoice, "uncancel"))["code"] == "DOCUMENT_CANCELED_FOR_GOOD"
    assert (await till.refused(note, "cancel"))["code"] == "DOCUMENT_NOT_CANCELABLE"
    await till.prove()


@pytest.mark.parametrize(
    ("paid", "credited"), [(0, 0), (500, 0), (TOTAL, 0), (2000, 0), (0, 41.8), (200, 41.8), (0, TOTAL)]
)
async def test_what_was_paid_stays_as_the_clients_credit(till: Till, paid: float, credited: float) -> None:
    invoice = await till.make(payments=[{"type": "cash", "amount": paid}] if paid else [])
    earlier = await till.credit(invoice, amount=credited) if credited else None
    note_id = await cancel(till, invoice)
    after = await till.read(invoice)
    assert (after["totalDue"], after["totalPaid"], after["totalCredited"]) == (-paid, paid, TOTAL)
    assert after["paidInFull"] is True
    assert await till.balance(invoice) == -paid
    if credited == TOTAL:
        assert earlier is not None
        assert note_id == earlier["id"]
    else:
        assert (await till.read(note_id or ""))["totalWithTax"] == round(TOTAL - credited, 2)
    await till.prove()


async def test_many_cancel_at_once_and_one_note_is_made(till: Till) -> None:
    invoice = await till.make()
    notes = await asyncio.gather(*[cancel(till, invoice) for _ in range(5)])
    assert len(set(notes)) == 1
    page = ok(
        await till.alice.get(f"/Organizations/{till.organization['id']}/documents?filter[where][type]=credit-note")
    )
    assert [note["id"] for note in page] == [notes[0]]
    await till.prove()


async def test_a_payment_may_arrive_while_it_is_canceled(till: Till) -> None:
    for _ in range(5):
        invoice = await till.make()
        pay = {"type": "bank", "amount": 100}
        await asyncio.gather(
            cancel(till, invoice),
            till.alice.post(f"/Documents/{invoice['id']}/payments", pay),
            cancel(till, invoice),
            till.alice.post(f"/Documents/{invoice['id']}/payments", pay),
        )
        after = await till.read(invoice)
        assert (after["canceled"], after["totalPaid"], after["totalDue"]) == (True, 200, -200)
    await till.prove()


async def test_without_a_note_only_what_was_not_paid(till: Till) -> None:
    invoice = await till.make()
    assert await cancel(till, invoice, "?technical=true") is None
    after = await till.read(invoice)
    assert (after["canceled"], after["totalDue"], await till.balance(invoice)) == (True, 0, 0)
    await till.prove()
    for _ in range(2):
        ok(await till.alice.post(f"/Documents/{invoice['id']}/uncancel"))
        after = await till.read(invoice)
        assert (after["canceled"], after["totalDue"]) == (False, TOTAL)
    assert await till.journal(invoice) == [("charge", TOTAL), ("credit", -TOTAL), ("credit", TOTAL)]
    await till.prove()
    ok(await till.alice.post(f"/Documents/{invoice['id']}/payments", {"type": "cash", "amount": 1}))
    assert (await till.refused(invoice, "cancel?technical=true"))["code"] == "DOCUMENT_NOT_VOIDABLE"


@pytest.mark.parametrize("type", ["estimate", "delivery-note"])
async def test_what_charges_nothing_is_only_marked(till: Till, type: str) -> None:
    document = await till.make(type=type)
    assert await cancel(till, document) is None
    assert (await till.read(document))["canceled"] is True
    ok(await till.alice.post(f"/Documents/{document['id']}/uncancel"))
    assert (await till.read(document))["canceled"] is False
    assert await till.journal(document) == []


async def test_what_we_received_is_canceled_without_a_note_of_ours(till: Till) -> None:
    received = await till.make(incoming=True)
    assert await till.balance(received) == -TOTAL
    assert await cancel(till, received) is None
    assert await till.balance(received) == 0
    await till.prove()
    partly = await till.make(incoming=True)
    note = await till.credit(partly, amount=41.8)
    assert note["dateReceived"] == note["createdAt"]
    assert [await cancel(till, partly), await cancel(till, partly)] == [None, None]


async def test_an_advance_is_canceled_like_an_invoice(till: Till) -> None:
    advance = await till.make(type="advance", payments=[{"type": "bank"}])
    note = await till.read(await cancel(till, advance) or "")
    assert note["totalWithTax"] == TOTAL
    assert (await till.read(advance))["totalDue"] == -TOTAL


async def test_drafts_are_deleted_instead(till: Till) -> None:
    assert (await till.refused(await till.make(draft=True), "cancel"))["code"] == "DOCUMENT_IS_DRAFT"


async def test_the_database_keeps_it_canceled(till: Till, world: World) -> None:
    invoice = await till.make()
    await cancel(till, invoice)
    async with world.database.open(organization=till.organization["id"]) as tx:
        with pytest.raises(Exception, match="stays canceled"):
            await tx.run(
                "execute", "update documents.document set canceled = false where id = $1", [invoice["id"]], enters=False
            )


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


async def test_paper_and_page_say_what_became_of_it(till: Till) -> None:
    invoice = await till.make(_documentIssuer={"IBAN": "SI56192001234567892"}, dateDue="2020-02-01", date="2020-01-01")
    url = f"/Documents/{invoice['id']}"
    before = (await till.alice.get(f"{url}/pdf?l=en")).content
    assert "Canceled" not in text_of(before)
    link = ok(await till.alice.post(f"{url}/share"))["shareableId"]
    page = f"{till.world.base_url}/i/{link}?l=en"
    assert "Overdue" in (await till.world.http.get(page)).text
    await till.credit(invoice, amount=241.8)
    assert "€1,000.00" in (await till.world.http.get(page)).text
    note = await till.read(await cancel(till, invoice) or "")
    after = (await till.alice.get(f"{url}/pdf?l=en")).content
    assert "Canceled" in text_of(after)
    assert "Amount due" not in text_of(after)
    assert (await till.alice.get(f"{url}/pdf?l=en")).content == after
    shown = (await till.world.http.get(page)).text
    assert "Canceled" in shown
    assert "Overdue" not in shown
    paper = text_of((await till.alice.get(f"/Documents/{note['id']}/pdf?l=de")).content)
    assert "Bezug" in paper
    assert f"Rechnung {invoice['number']}, 1.1.2020" in " ".join(paper.replace("01.01", "1.1").split())


async def test_what_was_paid_too_much_stays_applied(till: Till) -> None:
    invoice = await till.make()
    await cancel(till, invoice, "?technical=true")
    ok(await till.alice.post(f"/Documents/{invoice['id']}/payments", {"type": "bank", "amount": 100}))
    other = await till.make(clientId=invoice["clientId"])
    applied = ok(await till.alice.post(f"/Documents/{other['id']}/apply-credit", {}))
    assert (await till.refused(invoice, "uncancel"))["code"] == "CREDIT_WAS_APPLIED"
    assert (await till.read(invoice))["canceled"] is True
    ok(await till.alice.delete(f"/Payments/{applied['id']}"))
    ok(await till.alice.post(f"/Documents/{invoice['id']}/uncancel"))
    await till.prove()


async def test_what_is_paid_back_later_is_said_of_the_invoice(till: Till) -> None:
    invoice = await till.make(payments=[{"type": "card"}])
    note_id = await cancel(till, invoice)
    refund = {"type": "bank", "amount": TOTAL}
    assert (await till.refused({"id": note_id}, "payments", **refund))["code"] == "CREDIT_NOTE_IS_SETTLED"
    ok(await till.alice.post(f"/Documents/{invoice['id']}/payments", {"type": "bank", "amount": -TOTAL}))
    after = await till.read(invoice)
    assert (after["totalPaid"], after["totalDue"], await till.balance(invoice)) == (0, 0, 0)
    await till.prove()
