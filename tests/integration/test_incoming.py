"""Received documents: the supplier issues, we are the client; own list, own count, the paper's own totals."""

from typing import Any

import pytest

from tests.integration.payment_desk import code, faults, ok
from tests.world import Actor, World

SUPPLIER = {"name": "Fuel Depot", "country": "Germany", "email": "books@fuel.example", "IBAN": "DE89370400440532013000"}


def received(**changes: Any) -> dict[str, Any]:
    return {
        "type": "invoice",
        "incoming": True,
        "number": "FD-77",
        "date": "2026-04-30",
        "_documentIssuer": SUPPLIER,
        "_documentItems": [{"name": "Kerosene", "quantity": 2, "price": 50, "_documentItemTaxes": [{"rate": 19}]}],
    } | changes


class Case:
    """Alice and her organization."""

    def __init__(self, alice: Actor, organization: dict[str, Any]) -> None:
        self.alice, self.organization = alice, organization
        self.path = f"/Organizations/{organization['id']}/Documents"


@pytest.fixture
async def case(world: World) -> Case:
    alice = await world.actor()
    return Case(alice, await world.organization(alice))


async def test_the_supplier_issues_and_we_are_the_client(case: Case) -> None:
    made = ok(await case.alice.post(case.path, received(numberInternal="E-1")))
    assert (made["number"], made["numberInternal"], made["incoming"]) == ("FD-77", "E-1", True)
    assert made["_documentIssuer"]["name"] == "Fuel Depot"
    assert made["_documentClient"]["name"] == case.organization["name"]
    assert (made["total"], made["totalWithTax"], made["dateReceived"]) == (100, 119, made["createdAt"])
    assert (made["note"], made["footer"], made["signature"]) == ("", "", "")
    assert ok(await case.alice.get(f"/Documents/{made['id']}"))["_documentIssuer"] == made["_documentIssuer"]
    balance = ok(await case.alice.get(f"/Clients/{made['clientId']}/balance"))
    assert [row["balance"] for row in balance["balances"]] == [-119]
    paper = await case.alice.get(f"/Documents/{made['id']}/pdf")
    assert paper.content.startswith(b"%PDF")


async def test_the_supplier_may_be_said_as_everywhere_else(case: Case) -> None:
    first = ok(await case.alice.post(case.path, received()))
    body = received(number="FD-78", clientId=first["clientId"])
    del body["_documentIssuer"]
    second = ok(await case.alice.post(case.path, body))
    assert (second["clientId"], second["_documentIssuer"]["name"]) == (first["clientId"], "Fuel Depot")
    third = ok(await case.alice.post(case.path, received(number="FD-79")))
    assert third["clientId"] == first["clientId"]
    nobody = received()
    del nobody["_documentIssuer"]
    answer = await case.alice.post(case.path, nobody)
    assert faults(answer) == {"_documentIssuer.name": ["presence"]}
    [message] = answer.json()["error"]["details"]["messages"]["_documentIssuer.name"]
    assert message == "can't be blank; give the supplier's name, or the `clientId` of a stored one"


async def test_it_is_calculated_as_it_is_booked(case: Case) -> None:
    answer = ok(await case.alice.post(f"{case.path}/calculate", received()))
    assert (answer["total"], answer["totalWithTax"]) == (100, 119)


async def test_it_has_a_list_and_numbers_of_its_own(case: Case, world: World) -> None:
    ours = await world.invoice(case.alice, case.organization)
    theirs = ok(await case.alice.post(case.path, received(number=None, date=ours["date"])))
    assert ours["number"] == theirs["number"]  # each series counts for itself
    listed = ok(await case.alice.get(case.path, params={"filter[where][incoming]": "true"}))
    assert [row["id"] for row in listed] == [theirs["id"]]
    asked = {"type": "invoice", "incoming": "true"}
    last = ok(await case.alice.get(f"/Organizations/{case.organization['id']}/last-doc-number", params=asked))
    assert last == {"number": theirs["number"]}


async def test_a_paper_is_booked_once_and_two_suppliers_may_count_alike(case: Case) -> None:
    ok(await case.alice.post(case.path, received()))
    assert faults(await case.alice.post(case.path, received())) == {"number": ["uniqueness"]}
    other = SUPPLIER | {"name": "Launch Pad", "email": "pad@example.com"}
    assert ok(await case.alice.post(case.path, received(_documentIssuer=other)))["number"] == "FD-77"


async def test_the_papers_own_totals_stand(case: Case) -> None:
    taxes = [{"tax": 19, "base": 100.01, "totalTax": 19.01, "abbreviation": "USt"}]
    body = received(customTotals=True, total=100.01, totalWithTax=119.02, _documentTaxes=taxes)
    made = ok(await case.alice.post(case.path, body))
    assert (made["total"], made["totalWithTax"], made["totalDue"], made["customTotals"]) == (
        100.01,
        119.02,
        119.02,
        True,
    )
    [row] = made["_documentTaxes"]
    assert (row["tax"], row["base"], row["totalTax"]) == (19, 100.01, 19.01)
    assert ok(await case.alice.post(f"/Documents/{made['id']}/payments", {"type": "bank"}))["amount"] == 119.02


async def test_totals_that_do_not_add_up_are_refused(case: Case, world: World) -> None:
    wrong = received(customTotals=True, total=100, totalWithTax=120)
    assert faults(await case.alice.post(case.path, wrong)) == {"totalWithTax": ["mismatch"]}
    missing = received(customTotals=True)
    assert faults(await case.alice.post(case.path, missing)) == {"total": ["presence"], "totalWithTax": ["presence"]}
    ours = world.rocket_man(customTotals=True, total=1, totalWithTax=1)
    assert faults(await case.alice.post(case.path, ours)) == {"customTotals": ["inclusion"]}
    sent_back = ok(await case.alice.post(case.path, world.rocket_man(total=1, totalWithTax=1, _documentTaxes=[{}])))
    assert sent_back["totalWithTax"] == 12100
    assert ok(await case.alice.get(f"{case.path}/count")) == {"count": 1}


async def test_it_is_neither_sent_nor_shared(case: Case) -> None:
    made = ok(await case.alice.post(case.path, received()))
    for verb in ("send", "share"):
        refused = await case.alice.post(f"/Documents/{made['id']}/{verb}", {})
        assert (refused.status_code, code(refused)) == (422, "DOCUMENT_RECEIVED")
    assert faults(await case.alice.post(case.path, received(number="FD-80", send=True)))["send"] == ["inclusion"]


async def test_a_draft_of_one_is_changed_and_booked(case: Case) -> None:
    draft = ok(await case.alice.post(case.path, received(draft=True)))
    path = f"/Documents/{draft['id']}"
    changed = ok(await case.alice.patch(path, {"_documentIssuer": {"city": "Bremen"}, "numberInternal": "E-9"}))
    assert (changed["_documentIssuer"]["city"], changed["_documentIssuer"]["name"]) == ("Bremen", "Fuel Depot")
    totals = {"customTotals": True, "total": 100, "totalWithTax": 119}
    issued = ok(await case.alice.patch(path, totals | {"draft": False}))
    assert (issued["number"], issued["numberInternal"], issued["totalWithTax"]) == ("FD-77", "E-9", 119)
    found = ok(await case.alice.get(case.path, params={"filter[where][numberInternal]": "E-9"}))
    assert [row["id"] for row in found] == [draft["id"]]


async def test_a_draft_stays_received_or_ours(case: Case, world: World) -> None:
    theirs = ok(await case.alice.post(case.path, received(draft=True)))
    ours = await world.invoice(case.alice, case.organization, draft=True)
    for draft in (theirs, ours):
        path, other = f"/Documents/{draft['id']}", {"incoming": not draft["incoming"]}
        assert faults(await case.alice.patch(path, other)) == {"incoming": ["immutable"]}
        assert ok(await case.alice.get(path)) | {"payments": []} == draft
    whole = received()
    del whole["incoming"]
    replaced = ok(await case.alice.put(f"/Documents/{theirs['id']}", whole))
    assert (replaced["incoming"], replaced["_documentIssuer"]["name"]) == (True, "Fuel Depot")
