"""The life of an invoice in the billing API: drafted, changed, issued, voided, copied; its items; what waits for it."""

from datetime import timedelta
from typing import Any

import pytest

from billhook.kernel import ids
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.integration.feed_cast import until
from tests.world import Actor, World

ITEMS = f"{INVOICES}/items"


@pytest.fixture
async def alice(world: World) -> Actor:
    return await world.actor()


@pytest.fixture
async def desk(world: World, alice: Actor) -> Program:
    return await program(world, alice)


@pytest.fixture
async def client(world: World, alice: Actor) -> dict[str, Any]:
    organization = await world.organization(alice)
    body = {"name": "Grace Hopper", "country": "Belgium", "email": "grace@example.com", "isEndCustomer": True}
    made = await alice.post(f"/Organizations/{organization['id']}/clients", body)
    assert made.status_code == 200, made.text
    return {**made.json(), "organization": organization}


def item(title: str = "Desk", amount: Any = 100, quantity: int = 2, rate: Any = 0.21) -> dict[str, Any]:
    return {"product": {"title": title}, "quantity": quantity, "unitAmount": amount, "tax": {"rate": rate}}


async def drafted(desk: Program, client: dict[str, Any], **more: Any) -> dict[str, Any]:
    terms = {"membershipRef": uuid(client["id"])} | more.pop("invoice", {})
    made = await desk.post(INVOICES, {"invoice": terms, "items": [item()]} | more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["invoice"]
    return found


async def test_a_draft_becomes_an_invoice(desk: Program, alice: Actor, client: dict[str, Any]) -> None:
    draft = await drafted(desk, client, invoice={"internalNote": "By hand", "dueType": "days", "dueDays": 7})
    assert (draft["status"], draft["totalAmount"], draft["taxAmount"]) == ("draft", 242, 42)
    assert draft["taxes"] == [{"amount": 42, "inclusive": False, "rate": 0.21, "taxableAmount": 200}]
    assert (draft["dueType"], draft["dueDays"], draft["internalNote"], draft["memo"]) == (
        "days",
        7,
        "By hand",
        "By hand",
    )
    assert draft["customer"]["type"] == "user"
    assert (draft["user"]["name"], draft["user"]["surname"]) == ("Grace", "Hopper")
    assert "number" not in draft
    assert "pdfUrl" not in draft
    assert draft["startingBalance"] == 0
    issued = await desk.post(f"{INVOICES}/{draft['id']}/issue", {})
    assert issued.status_code == 200, issued.text
    invoice = issued.json()["invoice"]
    assert (invoice["status"], invoice["number"], invoice["title"]) == ("issued", invoice["title"], invoice["number"])
    assert [one["id"] for one in issued.json()["invoiceItems"]] == [one["id"] for one in draft["items"]]
    there = (await alice.get(f"/Documents/{ids.of_uuid_text(draft['id'])}")).json()
    assert (there["number"], there["totalWithTax"], there["draft"]) == (invoice["number"], 242, False)
    again = await desk.post(f"{INVOICES}/{draft['id']}/issue", {})
    assert again.status_code == 400
    pdf = await desk.http.get(invoice["pdfUrl"], auth=desk.auth)
    assert pdf.content.startswith(b"%PDF")


async def test_only_a_draft_is_changed_or_deleted(desk: Program, client: dict[str, Any]) -> None:
    draft = await drafted(desk, client)
    path = f"{INVOICES}/{draft['id']}"
    terms = {"invoice": {"dueType": "date", "dueDate": "2031-05-01T00:00:00Z", "internalNote": "Ask first"}}
    assert (await desk.patch(path, terms)).status_code == 204
    changed = (await desk.get(path)).json()["invoice"]
    assert (changed["dueDate"], changed["internalNote"]) == ("2031-05-01T00:00:00.000Z", "Ask first")
    assert changed["items"] == draft["items"]
    wrong = await desk.patch(path, {"invoice": {"dueType": "days", "dueDays": -1}})
    assert (wrong.status_code, wrong.json()["issues"][0]["path"]) == (400, ["invoice", "dueDays"])
    assert (await desk.post(f"{path}/issue")).status_code == 200
    assert (await desk.patch(path, terms)).status_code == 400
    assert (await desk.delete(path)).status_code == 400
    other = await drafted(desk, client)
    assert (await desk.delete(f"{INVOICES}/{other['id']}")).status_code == 204
    assert (await desk.get(f"{INVOICES}/{other['id']}")).status_code == 404


async def test_only_what_was_issued_and_not_paid_is_voided(desk: Program, alice: Actor, client: dict[str, Any]) -> None:
    draft = await drafted(desk, client)
    path = f"{INVOICES}/{draft['id']}"
    assert (await desk.patch(f"{path}/void")).status_code == 400
    await desk.post(f"{path}/issue")
    assert (await desk.patch(f"{path}/void")).status_code == 204
    voided = (await desk.get(path)).json()["invoice"]
    assert (voided["status"], voided["prePaymentCreditNotesAmount"], voided["amountDue"]) == ("voided", 242, 0)
    assert "voidDate" in voided
    assert (await desk.patch(f"{path}/void")).status_code == 400
    assert (await alice.get(f"/Documents/{ids.of_uuid_text(draft['id'])}")).json()["canceled"]
    copy = await desk.post(f"{path}/duplicate")
    assert (copy.status_code, copy.json()["invoice"]["status"]) == (201, "draft")
    assert copy.json()["invoice"]["totalAmount"] == 242


async def test_an_invoice_is_sent_again(desk: Program, client: dict[str, Any]) -> None:
    draft = await drafted(desk, client)
    assert (await desk.post(f"{INVOICES}/{draft['id']}/resend")).status_code == 400
    await desk.post(f"{INVOICES}/{draft['id']}/issue")
    assert (await desk.post(f"{INVOICES}/{draft['id']}/resend")).status_code == 204
    nothing = await desk.post(f"{INVOICES}/{draft['id']}/cancel_payment")
    assert (nothing.status_code, nothing.json()["type"]) == (400, "nothingPending")


async def test_items_come_change_and_go(desk: Program, client: dict[str, Any]) -> None:
    draft = await drafted(desk, client)
    first = draft["items"][0]["id"]
    added = await desk.post(ITEMS, {"invoiceItem": item("Locker", 10, 1, 0.06) | {"invoiceRef": draft["id"]}})
    assert added.status_code == 201, added.text
    second = added.json()["invoiceItem"]
    assert (second["totalAmount"], second["tax"]["rate"], second["invoiceRef"]) == (10.6, 0.06, draft["id"])
    assert (
        await desk.patch(f"{ITEMS}/{first}", {"invoiceItem": {"quantity": 3, "product": {"title": "Desks"}}})
    ).status_code == 204
    read = (await desk.get(f"{ITEMS}/{first}")).json()["invoiceItem"]
    assert (read["quantity"], read["product"]["title"], read["totalAmount"]) == (3, "Desks", 363)
    listed = (await desk.get(f"{INVOICES}/{draft['id']}/items")).json()
    assert [one["id"] for one in listed["invoiceItems"]] == [first, second["id"]]
    assert listed["invoice"]["totalAmount"] == 373.6
    assert (await desk.delete(f"{ITEMS}/{first}")).status_code == 204
    assert (await desk.get(f"{ITEMS}/{first}")).status_code == 404
    assert (await desk.get(f"{ITEMS}/{second['id']}")).status_code == 200
    assert (await desk.post(f"{INVOICES}/{draft['id']}/issue")).status_code == 200
    assert (await desk.delete(f"{ITEMS}/{second['id']}")).status_code == 400
    everywhere = (await desk.get(ITEMS)).json()["invoiceItems"]
    assert second["id"] in [one["id"] for one in everywhere]


async def test_what_waits_goes_onto_the_next_invoice_once(desk: Program, client: dict[str, Any]) -> None:
    ref = {"membershipRef": uuid(client["id"])}
    waiting = await desk.post(ITEMS, {"invoiceItem": item("Coffee", 3, 5, 0.06) | ref})
    assert waiting.status_code == 201, waiting.text
    its_id = waiting.json()["invoiceItem"]["id"]
    assert (await desk.patch(f"{ITEMS}/{its_id}", {"invoiceItem": {"quantity": 4}})).status_code == 204
    assert (await desk.get(f"{ITEMS}/{its_id}")).json()["invoiceItem"]["totalAmount"] == 12.72
    await desk.post(ITEMS, {"invoiceItem": item("Tea", 2, 1, 0.06) | ref})
    upcoming = (await desk.get(f"{ITEMS}/upcoming", params=ref)).json()["invoiceItems"]
    assert [one["product"]["title"] for one in upcoming] == ["Coffee", "Tea"]
    assert (await desk.delete(f"{ITEMS}/{upcoming[1]['id']}")).status_code == 204
    with_it = await drafted(desk, client, includeUpcomingItems=True)
    assert [one["product"]["title"] for one in with_it["items"]] == ["Desk", "Coffee"]
    assert with_it["totalAmount"] == 254.72
    assert (await desk.get(f"{ITEMS}/upcoming", params=ref)).json()["invoiceItems"] == []
    assert len((await drafted(desk, client, includeUpcomingItems=True))["items"]) == 1
    assert (await desk.get(f"{ITEMS}/{its_id}")).status_code == 404


async def test_what_a_draft_took_along_is_told(desk: Program, alice: Actor, client: dict[str, Any]) -> None:
    """It is put onto the draft in the transaction that makes it, at the same moment."""
    waiting = item("Coffee", 3, 5, 0.06) | {"membershipRef": uuid(client["id"])}
    assert (await desk.post(ITEMS, {"invoiceItem": waiting})).status_code == 201
    draft = await drafted(desk, client, includeUpcomingItems=True)
    told = await until(alice, client["organization"], "document.updated")
    sums = [event["data"]["totalWithTax"] for event in told if event["data"]["id"] == ids.of_uuid_text(draft["id"])]
    assert sums == [242, draft["totalAmount"]]


async def test_what_is_wrong_with_a_draft_is_said_at_once(desk: Program, client: dict[str, Any]) -> None:
    body = {
        "invoice": {"membershipRef": uuid(client["id"])},
        "items": [item(quantity=0), item("", -1), item(rate=21)],
    }
    refused = await desk.post(INVOICES, body)
    assert refused.status_code == 400
    assert [issue["path"] for issue in refused.json()["issues"]] == [
        ["items", 0, "quantity"],
        ["items", 1, "product", "title"],
        ["items", 1, "unitAmount"],
        ["items", 2, "tax", "rate"],
    ]
    nobody = await desk.post(INVOICES, {"invoice": {}})
    assert (nobody.status_code, nobody.json()["issues"][0]["path"]) == (400, ["invoice", "companyRef"])
    stranger = await desk.post(INVOICES, {"invoice": {"companyRef": uuid(ids.new())}})
    assert stranger.status_code == 404


async def test_invoices_are_found_page_by_page(
    world: World, desk: Program, alice: Actor, client: dict[str, Any]
) -> None:
    other = await world.organization(alice)
    first = [await drafted(desk, client) for _ in range(3)]
    await desk.post(f"{INVOICES}/{first[0]['id']}/issue")
    elsewhere = await world.invoice(alice, other)
    await world.invoice(alice, other, type="estimate")
    found, token = [], None
    while True:
        page = await desk.get(INVOICES, params={"limit": 2} | ({"nextPageToken": token} if token else {}))
        assert page.status_code == 200, page.text
        assert 0 < len(page.json()["invoices"]) <= 2
        found += [one["id"] for one in page.json()["invoices"]]
        token = page.json().get("nextPageToken")
        if not token:
            break
    assert sorted(found) == sorted([one["id"] for one in first] + [uuid(elsewhere["id"])])

    async def ids_of(**params: Any) -> list[str]:
        answer = await desk.get(INVOICES, params=params)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["invoices"]]

    assert await ids_of(status="draft") == [first[2]["id"], first[1]["id"]]
    assert sorted(await ids_of(status="issued,paid")) == sorted([first[0]["id"], uuid(elsewhere["id"])])
    assert await ids_of(locationRef=uuid(other["id"])) == [uuid(elsewhere["id"])]
    assert len(await ids_of(customerRef=uuid(client["id"]))) == 3
    assert await ids_of(q=elsewhere["number"], locationRef=uuid(other["id"])) == [uuid(elsewhere["id"])]
    assert await ids_of(**{"createDate[gte]": "2090-01-01T00:00:00Z"}) == []
    for wrong in ({"status": "open"}, {"limit": "0"}, {"nextPageToken": "?"}, {"createDate[gte]": "soon"}):
        assert (await desk.get(INVOICES, params=wrong)).status_code == 400, wrong
    assert (await desk.get(INVOICES, params={"locationRef": uuid(ids.new())})).status_code == 404


async def test_a_balance_pays_the_next_invoice(
    world: World, desk: Program, alice: Actor, client: dict[str, Any]
) -> None:
    organization = client["organization"]
    lines = [{"name": "Desk", "price": 100}]
    paid = [{"type": "bank", "amount": 150}]
    await world.invoice(
        alice, organization, clientId=client["id"], _documentClient={}, _documentItems=lines, payments=paid
    )
    draft = await drafted(desk, client)
    assert draft["startingBalance"] == 50
    invoice = (await desk.post(f"{INVOICES}/{draft['id']}/issue")).json()["invoice"]
    assert (invoice["appliedBalance"], invoice["amountDue"], invoice["amountRemaining"]) == (50, 192, 192)
    assert (invoice["amountPaid"], invoice["payments"], invoice["status"]) == (0, [], "issued")
    done = (await desk.pay(ids.of_uuid_text(invoice["id"]) or "")).json()["invoice"]
    assert (done["amountPaid"], done["status"]) == (192, "paid")


async def test_the_upcoming_invoice_of_a_subscription(
    world: World, desk: Program, alice: Actor, client: dict[str, Any]
) -> None:
    model = await world.invoice(alice, client["organization"], clientId=client["id"], _documentClient={})
    first = (world.clock.now() + timedelta(days=40)).date().isoformat()
    agreed = {"name": "Desk", "type": "month", "dateFirst": first, "numRecurrences": 12}
    recurrence = (await alice.post(f"/Documents/{model['id']}/recurrence", agreed)).json()
    await desk.post(ITEMS, {"invoiceItem": item("Coffee", 3, 5, 0.06) | {"membershipRef": uuid(client["id"])}})
    answer = await desk.get(f"{INVOICES}/upcoming", params={"subscriptionRef": uuid(recurrence["id"])})
    assert answer.status_code == 200, answer.text
    assert answer.json()["invoice"]["status"] == "draft"
    assert answer.json()["invoice"]["autoCreateDate"].startswith(first)
    assert [one["product"]["title"] for one in answer.json()["upcomingItems"]] == ["Coffee"]
    made = await desk.post(INVOICES, {"invoice": {"subscriptionRef": uuid(recurrence["id"])}, "items": [item()]})
    assert made.json()["invoice"]["subscriptionRef"] == uuid(recurrence["id"])
    assert made.json()["invoice"]["customer"]["id"] == uuid(client["id"])
