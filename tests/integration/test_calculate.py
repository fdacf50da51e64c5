"""Calculating over HTTP: the totals of a document and how they came about, and nothing is kept."""

from tests.integration import test_credit_notes
from tests.integration.payment_desk import ok
from tests.integration.test_credit_notes import LINES, TOTAL, Till
from tests.world import World

till = test_credit_notes.till


async def test_a_calculation_tells_each_step_and_writes_nothing(till: Till) -> None:
    line = {"name": "Suit", "quantity": 3, "price": "0.13449", "discount": 10, "_documentItemTaxes": [{"rate": 21}]}
    body = till.world.rocket_man(_documentItems=[line], decimalPlaces=4, payments=[{"type": "cash"}], uniqueId="u-1")
    url = f"/Organizations/{till.organization['id']}"
    answer = ok(await till.alice.post(f"{url}/Documents/calculate", body))
    assert (answer["total"], answer["totalDiscount"], answer["totalWithTax"]) == (0.36, 0.04, 0.44)
    assert (answer["totalPaid"], answer["totalDue"], answer["rounding"]) == (0.44, 0, "document")
    assert [tuple(step.values()) for step in answer["steps"]["lines"][0]] == [
        ("price", "cut", 0.13449, 0.1344),
        ("quantity", "cut", 3, 3),
        ("amount", "half-up", 0.4032, 0.4),
        ("discount", "half-up", 0.04, 0.04),
        ("totalTax", "half-up", 0.0756, 0.08),
        ("total", "sum", 0.36, 0.36),
    ]
    assert [tuple(step.values()) for step in answer["steps"]["taxes"]] == [("totalTax", "half-up", 0.0756, 0.08)]
    again = ok(await till.alice.post(f"/Documents/calculate?organizationId={till.organization['id']}", body))
    assert (again["steps"], again["totalWithTax"]) == (answer["steps"], 0.44)
    for kind in ("Documents", "clients", "payments"):
        assert ok(await till.alice.get(f"{url}/{kind}/count")) == {"count": 0}
    assert ok(await till.alice.get(f"{url}/next-doc-number?type=invoice"))["number"].endswith("-00001")


async def test_what_would_be_refused_is_refused(till: Till, world: World) -> None:
    url = f"/Organizations/{till.organization['id']}/Documents/calculate"
    answer = await till.alice.post(url, {"_documentItems": [{"price": 1}]})
    assert set(answer.json()["error"]["details"]["codes"]) == {"_documentClient.name", "_documentItems.0.name"}
    bob = await world.actor("bob")
    assert (await bob.post(url, till.world.rocket_man())).status_code == 401
    assert (await bob.post(f"/Documents/calculate?organizationId={'0' * 24}", {})).status_code == 401


async def test_a_credit_note_and_a_final_invoice_are_calculated_too(till: Till) -> None:
    invoice = await till.make()
    url = f"/Organizations/{till.organization['id']}/Documents/calculate"
    said = {"type": "credit-note", "previousDocumentId": invoice["id"]}
    assert ok(await till.alice.post(url, said))["totalWithTax"] == TOTAL
    line = {"name": "Down payment", "price": 500, "_documentItemTaxes": [{"rate": 21}]}
    advance = await till.make(type="advance", _documentItems=[line], payments=[{"type": "bank"}])
    body = till.world.rocket_man(_documentItems=LINES, advanceIds=[advance["id"]])
    answer = ok(await till.alice.post(url, body))
    assert answer["totalWithTax"] == round(TOTAL - 605, 2)
    assert len(answer["steps"]["lines"]) == 3
    assert (await till.read(invoice))["totalDue"] == TOTAL
