"""Advances: money that came first is charged first, and taken away from the final invoice, once and rate by rate."""

import asyncio
from typing import Any

import asyncpg

from tests.integration import test_credit_notes
from tests.integration.payment_desk import ok
from tests.integration.test_credit_notes import LINES, TOTAL, Till
from tests.integration.test_idempotency import uuid_of, waiting

till = test_credit_notes.till
HALF = [{"name": "Down payment", "price": 500, "_documentItemTaxes": [{"rate": 21}]}]
"""605 with tax."""


async def advance(till: Till, **changes: Any) -> dict[str, Any]:
    said = {"type": "advance", "_documentItems": HALF, "payments": [{"type": "bank"}]}
    return await till.make(**(said | changes))


async def final(till: Till, *advances: dict[str, Any], **changes: Any) -> dict[str, Any]:
    ids = [one["id"] for one in advances]
    return await till.make(**({"clientId": advances[0]["clientId"], "advanceIds": ids} | changes))


async def refused_final(till: Till, *advances: dict[str, Any], **changes: Any) -> dict[str, Any]:
    said = {"_documentItems": LINES, "advanceIds": [one["id"] for one in advances]} | changes
    body = till.world.rocket_man(**said)
    answer = await till.alice.post(f"/Organizations/{till.organization['id']}/Documents", body)
    assert answer.status_code == 422, answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


async def test_an_advance_is_deducted_from_the_final_invoice(till: Till) -> None:
    first = await advance(till)
    assert (first["totalWithTax"], first["paidInFull"]) == (605, True)
    assert first["datePaid"]
    invoice = await final(till, first)
    assert (invoice["totalWithTax"], invoice["totalDue"]) == (round(TOTAL - 605, 2),) * 2
    line = invoice["_documentItems"][-1]
    assert (line["name"], line["quantity"], line["price"]) == (f"Advance invoice {first['number']}", -1, 500)
    assert line["deducts"] == first["id"]
    assert [(row["tax"], row["base"], row["totalTax"]) for row in invoice["_documentTaxes"]] == [
        (21, 500, 105),
        (6, 30, 1.8),
    ]
    assert (invoice["advanceIds"], first["id"] in invoice["documentIds"]) == ([first["id"]], True)
    assert await till.balance(first) == round(TOTAL - 605, 2)
    codes = (await refused_final(till, first))["details"]["codes"]
    assert codes == {"advanceIds.0": ["advance"]}
    assert (await till.refused(first, "cancel"))["code"] == "ADVANCE_IS_DEDUCTED"
    assert (await till.refused(first))["code"] == "ADVANCE_IS_DEDUCTED"
    await till.prove()


async def test_advances_at_several_rates_and_with_prices_of_either_kind(till: Till) -> None:
    gross = [
        {"name": "A", "priceGross": 99.99, "quantity": 3, "_documentItemTaxes": [{"rate": 21}]},
        {"name": "B", "price": 7.77, "discount": 10, "_documentItemTaxes": [{"rate": 6}]},
        {"isSeparator": True, "name": "-"},
    ]
    first = await advance(till, _documentItems=gross)
    second = await advance(till)
    invoice = await final(till, first, second)
    whole = await till.make()
    for rate in (21, 6):
        bases = [
            next((row["base"] for row in paper["_documentTaxes"] if row["tax"] == rate), 0)
            for paper in (first, second, invoice)
        ]
        assert round(sum(bases), 2) == next(row["base"] for row in whole["_documentTaxes"] if row["tax"] == rate)
    total = sum(paper["totalWithTax"] for paper in (first, second, invoice))
    assert abs(total - TOTAL) <= 0.02  # each paper rounds its own tax, once for each rate
    await till.prove()


async def test_never_more_than_the_invoice_at_any_rate(till: Till) -> None:
    big = await advance(till, _documentItems=[{"name": "X", "price": 1000.01, "_documentItemTaxes": [{"rate": 21}]}])
    assert (await refused_final(till, big))["details"]["codes"] == {"advanceIds": ["numericality"]}
    other = await advance(till, _documentItems=[{"name": "X", "price": 1, "_documentItemTaxes": [{"rate": 12}]}])
    assert (await refused_final(till, other))["details"]["codes"] == {"advanceIds": ["numericality"]}


async def test_which_advances_can_be_deducted(till: Till) -> None:
    good = await advance(till)
    unpaid = await advance(till, payments=[])
    draft = await advance(till, payments=[], draft=True)
    gone = await advance(till)
    ok(await till.alice.post(f"/Documents/{gone['id']}/cancel"))
    dollars = await advance(till, currencyId="USD")
    invoice = await till.make()
    stranger = {"id": "0" * 24}
    error = await refused_final(till, good, unpaid, draft, gone, dollars, invoice, stranger, good)
    assert list(error["details"]["codes"]) == [f"advanceIds.{at}" for at in range(1, 8)]
    assert list((await refused_final(till, good, type="estimate"))["details"]["codes"]) == ["advanceIds"]
    assert list((await refused_final(till, good, omitTaxes=True))["details"]["codes"]) == ["advanceIds"]
    other = {"_documentClient": {"name": "Somebody else", "email": "somebody@example.com"}}
    assert (await refused_final(till, good, **other))["details"]["codes"] == {"advanceIds": ["advance"]}
    await final(till, good)


async def test_two_invoices_at_once_deduct_it_once(till: Till) -> None:
    first = await advance(till)
    body = till.world.rocket_man(_documentItems=LINES, advanceIds=[first["id"]])
    url = f"/Organizations/{till.organization['id']}/Documents"
    answers = await asyncio.gather(*[till.alice.post(url, body) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]


async def test_an_advance_is_canceled_or_deducted_never_both(till: Till) -> None:
    for _ in range(4):
        first = await advance(till)
        body = till.world.rocket_man(_documentItems=LINES, advanceIds=[first["id"]])
        url = f"/Organizations/{till.organization['id']}/Documents"
        answers = await asyncio.gather(till.alice.post(url, body), till.alice.post(f"/Documents/{first['id']}/cancel"))
        assert sorted(answer.status_code for answer in answers) == [200, 422]
    await till.prove()


async def test_a_draft_deducts_when_it_is_issued(till: Till) -> None:
    first = await advance(till)
    drafts = [await final(till, first, draft=True) for _ in range(2)]
    assert drafts[0]["totalWithTax"] == round(TOTAL - 605, 2)
    changed = ok(await till.alice.patch(f"/Documents/{drafts[0]['id']}", {"reference": "R"}))
    assert (changed["totalWithTax"], len(changed["_documentItems"])) == (round(TOTAL - 605, 2), 3)
    issued = ok(await till.alice.post(f"/Documents/{drafts[0]['id']}/issue"))
    assert (issued["totalDue"], issued["advanceIds"]) == (round(TOTAL - 605, 2), [first["id"]])
    assert list((await till.refused(drafts[1], "issue"))["details"]["codes"]) == ["advanceIds.0"]


async def test_a_canceled_invoice_gives_its_advances_back(till: Till) -> None:
    first = await advance(till)
    invoice = await final(till, first)
    note_id = ok(await till.alice.post(f"/Documents/{invoice['id']}/cancel"))["creditNoteId"]
    assert (await till.read(note_id))["totalWithTax"] == invoice["totalWithTax"]
    again = await final(till, first)
    assert again["advanceIds"] == [first["id"]]
    await till.prove()


async def test_a_final_invoice_voided_and_taken_back_deducts_once(till: Till) -> None:
    first = await advance(till)
    invoice = await final(till, first)
    ok(await till.alice.post(f"/Documents/{invoice['id']}/cancel?technical=true"))
    await final(till, first)
    assert (await till.refused(invoice, "uncancel"))["code"] == "ADVANCE_IS_DEDUCTED"


async def test_a_cancellation_is_taken_back_in_the_order_of_locks(till: Till, database_url: str) -> None:
    """Who holds an advance and comes to its invoice next, as who applies credit does, finds that one free."""
    first = await advance(till)
    invoice = await final(till, first)
    ok(await till.alice.post(f"/Documents/{invoice['id']}/cancel?technical=true"))
    hold = "select from documents.document where id = $1 for update nowait"
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute(hold, uuid_of(first["id"]))
            uncanceling = asyncio.create_task(till.alice.post(f"/Documents/{invoice['id']}/uncancel"))
            await waiting(holder, uncanceling)
            await holder.execute(hold, uuid_of(invoice["id"]))
    finally:
        await holder.close()
    ok(await uncanceling)
    assert (await till.read(invoice))["canceled"] is False


async def test_what_is_left_of_a_final_invoice_is_credited_by_amount(till: Till) -> None:
    invoice = await final(till, await advance(till))
    assert (await till.credit(invoice, amount=100))["totalWithTax"] == 100
    note = await till.credit(invoice)
    assert note["totalWithTax"] == round(TOTAL - 605 - 100, 2)
    assert (await till.read(invoice))["totalDue"] == 0
    await till.prove()
