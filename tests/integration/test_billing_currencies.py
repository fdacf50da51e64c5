"""Alternative currencies of the billing API: kept, valued, removed; what is invoiced in one is told in two currencies."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from billhook.kernel import ids
from tests.integration.access_cast import confirmed, invite
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.integration.program import billhook
from tests.world import Actor, World

CURRENCIES = "/alt_currencies/v1"


@pytest.fixture
async def alice(world: World) -> Actor:
    return await world.actor()


@pytest.fixture
async def desk(world: World, alice: Actor) -> Program:
    return await program(world, alice)


@pytest.fixture
async def location(world: World, alice: Actor) -> dict[str, Any]:
    return await world.organization(alice)


@pytest.fixture
async def client(alice: Actor, location: dict[str, Any]) -> dict[str, Any]:
    body = {"name": "Analytical Engines", "country": "Belgium", "email": "ada@example.com"}
    made = await alice.post(f"/Organizations/{location['id']}/clients", body)
    assert made.status_code == 200, made.text
    found: dict[str, Any] = made.json()
    return found


def new(location: dict[str, Any], code: str = "USD", **worth: Any) -> dict[str, Any]:
    worth = worth or {"exchangeRate": 1.25}
    return {"altCurrency": {"currencyCode": code, "locationRef": uuid(location["id"])} | worth}


async def added(desk: Program, location: dict[str, Any], code: str = "USD", **worth: Any) -> dict[str, Any]:
    made = await desk.post(CURRENCIES, new(location, code, **worth))
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["altCurrency"]
    return found


async def listed(desk: Program, location: dict[str, Any], **params: Any) -> dict[str, Any]:
    answer = await desk.get(CURRENCIES, params={"locationRef": uuid(location["id"])} | params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def drafted(desk: Program, client: dict[str, Any], currency: str | None = "USD", **more: Any) -> dict[str, Any]:
    terms = {"companyRef": uuid(client["id"])} | ({"currencyCode": currency} if currency else {})
    item = {"product": {"title": "Desk"}, "quantity": 3, "unitAmount": 33.33, "tax": {"rate": 0.21}}
    made = await desk.post(INVOICES, {"invoice": terms, "items": [item]} | more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["invoice"]
    return found


async def issued(desk: Program, draft: dict[str, Any]) -> dict[str, Any]:
    answer = await desk.post(f"{INVOICES}/{draft['id']}/issue")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["invoice"]
    return found


async def test_a_currency_is_kept_valued_anew_and_removed(desk: Program, location: dict[str, Any]) -> None:
    made = await added(desk, location, "usd", exchangeRate=1.25)
    assert set(made) == {"id", "createDate", "currencyCode", "exchangeRate", "locationRef"}
    assert (made["currencyCode"], made["exchangeRate"], made["locationRef"]) == ("USD", 1.25, uuid(location["id"]))
    path = f"{CURRENCIES}/{made['id']}"
    for _ in range(2):
        changed = await desk.patch(path, {"altCurrency": {"exchangeRate": 1.5}})
        assert (changed.status_code, changed.content) == (204, b"")
    assert (await listed(desk, location))["altCurrencies"] == [made | {"exchangeRate": 1.5}]
    gone = await desk.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await listed(desk, location)) == {"altCurrencies": []}
    for answer in (await desk.delete(path), await desk.patch(path, {"altCurrency": {"exchangeRate": 2}})):
        assert (answer.status_code, answer.json()["type"]) == (404, "notFound")
    assert (await added(desk, location))["id"] != made["id"]


async def test_currencies_are_found_page_by_page(desk: Program, location: dict[str, Any]) -> None:
    made = [await added(desk, location, code) for code in ("USD", "GBP", "JPY")]
    first = await listed(desk, location, limit=2)
    assert first["altCurrencies"] == made[:2]
    second = await listed(desk, location, limit=2, nextPageToken=first["nextPageToken"])
    assert second == {"altCurrencies": made[2:]}
    for wrong in ({"limit": "0"}, {"nextPageToken": "?"}):
        answer = await desk.get(CURRENCIES, params={"locationRef": uuid(location["id"])} | wrong)
        assert answer.status_code == 400, answer.text
    assert (await desk.get(CURRENCIES)).status_code == 400


async def test_what_is_wrong_with_a_currency_is_refused(desk: Program, location: dict[str, Any]) -> None:
    made = await added(desk, location, "GBP")
    cases: list[tuple[dict[str, Any], str]] = [
        (new(location, "XXB"), "currencyCode"),
        (new(location, "dollars"), "currencyCode"),
        (new(location, ""), "currencyCode"),
        (new(location, "EUR"), "currencyCode"),
        (new(location, "GBP"), "currencyCode"),
        (new(location, "USD", exchangeRate=0), "exchangeRate"),
        (new(location, "USD", exchangeRate=-1.2), "exchangeRate"),
        (new(location, "USD", exchangeRate=10**12), "exchangeRate"),
        (new(location, "USD", exchangeRate=1.2345678901234), "exchangeRate"),
        (new(location, "USD", exchangeRate="NaN"), "exchangeRate"),
        (new(location, "USD", exchangeRate=None), "exchangeRate"),
        (new(location, "USD", exchangeRate=1.2, provider="ecb"), "exchangeRate"),
        (new(location, "USD", provider="nbu"), "provider"),
        (new(location, "USD", provider="beads"), "provider"),
        (new(location, "UYU", provider="ecb"), "provider"),
        ({"altCurrency": {"currencyCode": "USD", "exchangeRate": 1}}, "locationRef"),
        ({}, "altCurrency"),
    ]
    for body, word in cases:
        answer = await desk.post(CURRENCIES, body)
        assert (answer.status_code, answer.json()["type"]) == (400, "validationError"), (body, answer.text)
        assert word in [path for issue in answer.json()["issues"] for path in issue["path"]], (body, answer.text)
    for worth in ({}, {"exchangeRate": 0}, {"exchangeRate": 1, "provider": "ecb"}, {"provider": "fastForex"}):
        answer = await desk.patch(f"{CURRENCIES}/{made['id']}", {"altCurrency": worth})
        assert (answer.status_code, answer.json()["type"]) == (400, "validationError"), (worth, answer.text)
    assert (await listed(desk, location))["altCurrencies"] == [made]


async def test_the_same_currency_at_once_is_one(desk: Program, location: dict[str, Any]) -> None:
    answers = await asyncio.gather(*(desk.post(CURRENCIES, new(location)) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]
    keyed = [await desk.post(CURRENCIES, new(location, "GBP"), headers={"Idempotency-Key": "pounds"}) for _ in range(2)]
    assert [answer.status_code for answer in keyed] == [201, 201]
    assert keyed[0].json() == keyed[1].json()


async def test_what_is_of_another_network_looks_like_nothing(
    world: World, desk: Program, location: dict[str, Any]
) -> None:
    made = await added(desk, location)
    bob = await program(world, await world.actor("bob"))
    path, worth = f"{CURRENCIES}/{made['id']}", {"altCurrency": {"exchangeRate": 9}}
    nothing = f"{CURRENCIES}/{uuid(ids.new())}"
    answers = [
        await bob.patch(path, worth),
        await bob.delete(path),
        await bob.post(CURRENCIES, new(location, "GBP")),
        await bob.get(CURRENCIES, params={"locationRef": uuid(location["id"])}),
        await desk.patch(nothing, worth),
        await desk.delete(nothing),
        await desk.delete(f"{CURRENCIES}/7"),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[-1].text)}
    assert (await listed(desk, location))["altCurrencies"] == [made]


async def test_who_may_only_read_changes_nothing(world: World) -> None:
    root = await confirmed(world, "root")
    organization = await world.organization(root)
    child = await world.actor("child", by=root)
    said = {"accountId": child.id, "role": "readonly", "requireConfirmation": False}
    await invite(root, organization, **said)
    made = await added(await program(world, root), organization)
    reader = await program(world, child)
    assert (await listed(reader, organization))["altCurrencies"] == [made]
    for answer in (
        await reader.post(CURRENCIES, new(organization, "GBP")),
        await reader.patch(f"{CURRENCIES}/{made['id']}", {"altCurrency": {"exchangeRate": 9}}),
        await reader.delete(f"{CURRENCIES}/{made['id']}"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "readOnlyAccess"), answer.text
    assert (await listed(reader, organization))["altCurrencies"] == [made]


async def test_an_invoice_tells_its_amounts_in_both_currencies(
    desk: Program, alice: Actor, location: dict[str, Any], client: dict[str, Any]
) -> None:
    currency = await added(desk, location, exchangeRate=1.25)
    draft = await drafted(desk, client)
    await desk.patch(f"{CURRENCIES}/{currency['id']}", {"altCurrency": {"exchangeRate": 1.6}})
    invoice = await issued(desk, draft)
    assert (invoice["currencyCode"], invoice["subtotalAmount"], invoice["totalAmount"]) == ("USD", 99.99, 120.99)
    assert invoice["taxes"] == [{"amount": 21, "inclusive": False, "rate": 0.21, "taxableAmount": 99.99}]
    base = invoice["baseAmounts"]  # at 1 / 1.6 = 0.625
    assert (base["currencyCode"], base["totalExcludingTaxAmount"], base["totalAmount"]) == ("EUR", 62.49, 75.62)
    assert base["taxes"] == [{"amount": 13.13, "inclusive": False, "rate": 0.21, "taxableAmount": 62.49}]
    assert (base["amountDue"], invoice["amountDue"], invoice["amountRemaining"]) == (75.62, 120.99, 120.99)
    assert (invoice["items"][0]["unitAmount"], invoice["items"][0]["baseAmounts"]["unitAmount"]) == (33.33, 20.83125)
    await desk.patch(f"{CURRENCIES}/{currency['id']}", {"altCurrency": {"exchangeRate": 3}})
    assert (await desk.get(f"{INVOICES}/{draft['id']}")).json()["invoice"] == invoice
    document = (await alice.get(f"/Documents/{ids.of_uuid_text(draft['id'])}")).json()
    told = document["_documentConversionRate"]
    assert (told["from"], told["to"], told["rate"], told["source"]) == ("USD", "EUR", 0.625, "manual")
    assert told["date"][:10] == document["date"][:10]
    assert (document["totalConverted"], document["totalWithTaxConverted"]) == (62.49, 75.62)
    paid = (await desk.pay(document["id"], {"amount": 20.99})).json()
    assert paid["payment"]["price"]["money"] == {"currencyCode": "USD", "grossAmount": 20.99}
    assert (paid["invoice"]["amountPaid"], paid["invoice"]["amountRemaining"]) == (20.99, 100)
    assert paid["invoice"]["baseAmounts"] == base
    (transaction,) = (await desk.get("/transactions/money/v1", params={"locationRef": uuid(location["id"])})).json()[
        "transactions"
    ]
    assert (transaction["currencyCode"], transaction["amount"]) == ("USD", 20.99)


async def test_the_other_dialect_sells_at_the_same_rate(
    desk: Program, world: World, alice: Actor, location: dict[str, Any]
) -> None:
    before = await world.invoice(alice, location, currencyId="USD")
    assert "totalConverted" not in before
    await added(desk, location, exchangeRate=2)
    made = await world.invoice(alice, location, currencyId="USD")
    assert (made["totalWithTax"], made["totalWithTaxConverted"]) == (12100, 6050)
    said = await world.invoice(alice, location, currencyId="USD", _documentConversionRate={"rate": 0.25})
    assert said["totalWithTaxConverted"] == 3025
    assert (await desk.invoice(made["id"]))["baseAmounts"]["totalAmount"] == 6050
    note = (await alice.post(f"/Documents/{made['id']}/credit", {})).json()
    assert note["totalWithTaxConverted"] == 6050


async def test_an_invoice_is_in_a_currency_of_its_location(desk: Program, client: dict[str, Any]) -> None:
    assert (await drafted(desk, client, None))["currencyCode"] == "EUR"
    assert (await drafted(desk, client, "eur"))["currencyCode"] == "EUR"
    for code in ("USD", "ZZZ", ""):
        refused = await desk.post(INVOICES, {"invoice": {"companyRef": uuid(client["id"]), "currencyCode": code}})
        assert refused.status_code == 400, refused.text
        assert refused.json()["issues"][0]["path"] == ["invoice", "currencyCode"]


async def test_a_currency_that_drafts_wait_for_is_not_removed(
    desk: Program, location: dict[str, Any], client: dict[str, Any]
) -> None:
    currency = await added(desk, location, exchangeRate=2)
    kept, dropped = await drafted(desk, client), await drafted(desk, client)
    path = f"{CURRENCIES}/{currency['id']}"
    refused = await desk.delete(path)
    assert (refused.status_code, refused.json()["type"]) == (400, "currencyInUse")
    assert (await listed(desk, location))["altCurrencies"] == [currency]
    invoice = await issued(desk, kept)
    assert (await desk.delete(path)).status_code == 400
    assert (await desk.delete(f"{INVOICES}/{dropped['id']}")).status_code == 204
    assert (await desk.delete(path)).status_code == 204
    assert (await desk.get(f"{INVOICES}/{kept['id']}")).json()["invoice"] == invoice
    assert (await desk.pay(ids.of_uuid_text(invoice["id"]) or "")).json()["invoice"]["status"] == "paid"


async def test_what_waits_for_an_invoice_is_converted_for_it(
    desk: Program, location: dict[str, Any], client: dict[str, Any]
) -> None:
    await added(desk, location, "JPY", exchangeRate=160)
    coffee = {"product": {"title": "Coffee"}, "quantity": 2, "unitAmount": 3.33, "companyRef": uuid(client["id"])}
    assert (await desk.post(f"{INVOICES}/items", {"invoiceItem": coffee})).status_code == 201
    draft = await drafted(desk, client, "JPY", items=[], includeUpcomingItems=True)
    assert (draft["currencyCode"], draft["items"][0]["unitAmount"], draft["totalAmount"]) == ("JPY", 533, 1066)
    assert draft["baseAmounts"]["totalAmount"] == 6.66


async def test_a_balance_is_told_and_taken_in_the_currency_of_the_invoice(
    desk: Program, world: World, alice: Actor, location: dict[str, Any], client: dict[str, Any]
) -> None:
    await added(desk, location, exchangeRate=2)
    lines, paid = [{"name": "Desk", "price": 100}], [{"type": "bank", "amount": 150}]
    await world.invoice(
        alice,
        location,
        clientId=client["id"],
        _documentClient={},
        _documentItems=lines,
        payments=paid,
        currencyId="USD",
    )
    assert (await drafted(desk, client, None))["startingBalance"] == 0
    draft = await drafted(desk, client)
    assert draft["startingBalance"] == 50
    invoice = await issued(desk, draft)
    assert (invoice["appliedBalance"], invoice["baseAmounts"]["appliedBalance"]) == (50, 25)


async def test_rates_of_another_main_currency_mean_nothing(
    desk: Program, alice: Actor, location: dict[str, Any], client: dict[str, Any]
) -> None:
    made = await added(desk, location, exchangeRate=2)
    settings = (await alice.get(f"/Organizations/{location['id']}/defaults")).json()
    setting = next(row for row in settings if row["name"] == "currencyId")
    for main, there in (("GBP", []), ("USD", []), ("EUR", [made])):
        assert (await alice.patch(f"/Defaults/{setting['id']}", {"value": main})).status_code == 200
        assert (await listed(desk, location))["altCurrencies"] == there
    assert (await drafted(desk, client))["baseAmounts"]["totalAmount"] == 60.5
    assert (await desk.delete(f"{CURRENCIES}/{made['id']}")).status_code == 400
    assert (await alice.patch(f"/Defaults/{setting['id']}", {"value": "USD"})).status_code == 200
    assert (await desk.delete(f"{CURRENCIES}/{made['id']}")).status_code == 204


async def test_a_published_rate_is_taken_as_it_is_on_the_day(
    world: World,
    desk: Program,
    location: dict[str, Any],
    client: dict[str, Any],
    database_url: str,
    tmp_path: Path,
) -> None:
    day = (world.clock.now() - timedelta(days=1)).date()
    file = tmp_path / "rates.csv"
    file.write_text(f"Date,ISK,\n{day},150,\n")
    assert billhook("rates", "import", file, database_url=database_url).returncode == 0
    made = await added(desk, location, "ISK", provider="ecb")
    assert (made["provider"], made["exchangeRate"]) == ("ecb", 150)
    invoice = await issued(desk, await drafted(desk, client, "ISK"))
    assert (invoice["totalAmount"], invoice["baseAmounts"]["totalAmount"]) == (121, 0.81)
    changed = await desk.patch(f"{CURRENCIES}/{made['id']}", {"altCurrency": {"exchangeRate": 100}})
    assert changed.status_code == 204
    later = await issued(desk, await drafted(desk, client, "ISK"))
    assert later["baseAmounts"]["totalAmount"] == 1.21
    back = await desk.patch(f"{CURRENCIES}/{made['id']}", {"altCurrency": {"provider": "ecb"}})
    assert back.status_code == 204
    assert (await listed(desk, location))["altCurrencies"] == [made]
