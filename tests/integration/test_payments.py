"""Payments over the API: every endpoint of the seed, amounts and dates, refusals, the same again."""

from datetime import timedelta
from decimal import Decimal

from tests.integration import payment_desk
from tests.integration.payment_desk import SNIPPET, Desk, code, faults, ok
from tests.world import World

desk = payment_desk.desk


async def test_the_seeds_snippets(desk: Desk) -> None:
    made = ok(await desk.alice.post(desk.all, SNIPPET))
    stored = {key: made[key] for key in ("id", "createdAt", "updatedAt")}
    assert made == stored | {
        "amount": 42,
        "type": "bank",
        "tag": "string",
        "date": "2022-04-20T10:10:30.000Z",
        "note": "string",
        "transactionId": "string",
        "organizationId": desk.organization["id"],
        "currencyId": "EUR",
        "_isDeleted": False,
        "custom": {},
    }
    url = f"/Payments/{made['id']}"
    assert ok(await desk.alice.get(url)) == made
    assert ok(await desk.alice.get(desk.all)) == [made]
    assert ok(await desk.alice.get(f"{desk.all}/count")) == {"count": 1}
    replaced = ok(await desk.alice.put(url, SNIPPET | {"amount": 43}))
    assert replaced == made | {"amount": 43, "updatedAt": replaced["updatedAt"]}
    assert ok(await desk.alice.delete(url)) == {"count": 1}
    assert ok(await desk.alice.get(f"{desk.all}/count")) == {"count": 0}
    paid = ok(await desk.alice.post(desk.of_invoice, SNIPPET))
    assert paid["documentId"] == desk.invoice["id"]
    assert ok(await desk.alice.get(desk.of_invoice)) == [paid]
    assert ok(await desk.alice.get(f"{desk.of_invoice}/count")) == {"count": 1}
    assert await desk.totals() == (42, 12058, False)


async def test_a_body_as_a_form_and_words_in_any_case(desk: Desk) -> None:
    form = {"amount": "42.50", "type": "card", "date": "2026-04-30", "custom[shelf]": "7"}
    headers = {"Authorization": desk.alice.token}
    url = f"/organizations/{desk.organization['id']}/Payments"
    made = ok(await desk.alice.http.post(url, data=form, headers=headers))
    assert (made["amount"], made["date"], made["custom"]) == (42.5, "2026-04-30T00:00:00.000Z", {"shelf": "7"})
    assert ok(await desk.alice.get(f"/payments/{made['id']}")) == made


async def test_a_payment_of_an_organization_says_all_that_it_must(desk: Desk) -> None:
    needed = {"amount": ["presence"], "type": ["presence"], "date": ["presence"]}
    assert faults(await desk.alice.post(desk.all, {})) == needed
    wrong = {"amount": "much", "type": None, "date": "soon", "note": 5, "custom": []}
    assert faults(await desk.alice.post(desk.all, wrong)) == {key: ["type"] for key in wrong}
    rules = {"amount": 1.005, "type": "string", "date": "2026-04-30", "transactionId": "x" * 201, "documentId": "x"}
    assert faults(await desk.alice.post(desk.all, rules)) == {
        "documentId": ["inclusion"],
        "type": ["inclusion"],
        "amount": ["numericality"],
        "transactionId": ["length"],
    }
    assert faults(await desk.alice.post(desk.of_invoice, {"amount": 1})) == {"type": ["presence"]}
    assert ok(await desk.alice.get(f"{desk.all}/count")) == {"count": 0}


async def test_a_document_is_paid_in_part_in_full_and_beyond(desk: Desk) -> None:
    first = await desk.pay(amount=100.01, type="cash")
    assert first["amount"] == 100.01
    assert await desk.totals() == (100.01, 11999.99, False)
    rest = await desk.pay()
    assert rest["amount"] == 11999.99
    assert await desk.totals() == (12100, 0, True)
    assert faults(await desk.alice.post(desk.of_invoice, {"type": "bank"})) == {"amount": ["presence"]}
    await desk.pay(amount=50)
    assert await desk.totals() == (12150, -50, True)
    document = ok(await desk.alice.get(f"/Documents/{desk.invoice['id']}?filter[include]=payments"))
    assert sorted(payment["amount"] for payment in document["payments"]) == [50, 100.01, 11999.99]


async def test_what_was_paid_later_leaves_the_document_as_it_was(desk: Desk) -> None:
    await desk.pay(amount=1)
    after = ok(await desk.alice.get(f"/Documents/{desk.invoice['id']}"))
    moved = {"totalPaid", "totalDue", "updatedAt"}
    before = {key: value for key, value in desk.invoice.items() if key not in moved | {"payments"}}
    assert {key: value for key, value in after.items() if key not in moved} == before


async def test_a_payment_of_a_document_named_in_the_body(desk: Desk, world: World) -> None:
    body = {"amount": 5, "type": "card", "date": "2026-04-30", "documentId": desk.invoice["id"]}
    made = ok(await desk.alice.post(desk.all, body))
    assert made["documentId"] == desk.invoice["id"]
    assert await desk.totals() == (5, 12095, False)
    bob = await world.actor("bob")
    his = f"/Organizations/{(await world.organization(bob))['id']}/payments"
    foreign, nowhere = await bob.post(his, body), await bob.post(his, body | {"documentId": "0" * 24})
    assert faults(foreign) == {"documentId": ["inclusion"]}
    assert foreign.text == nowhere.text
    assert await desk.totals() == (5, 12095, False)


async def test_dates_are_taken_in_every_form_of_the_seeds(desk: Desk) -> None:
    forms = {
        "2020-04-18": "2020-04-18T00:00:00.000Z",
        "2022-04-20T10:10:30+00:00Z": "2022-04-20T10:10:30.000Z",
        "2023-04-28T19:41:00.930Z": "2023-04-28T19:41:00.930Z",
        "2023-04-28T19:41:00+02:00": "2023-04-28T17:41:00.000Z",
    }
    for sent, shown in forms.items():
        assert (await desk.pay(amount=1, date=sent))["date"] == shown
    for sent in ({}, {"date": None}):
        made = await desk.pay(amount=1, **sent)
        assert made["date"] == made["createdAt"]


async def test_amounts_are_exact_in_every_currency(desk: Desk, world: World) -> None:
    line = {"name": "x", "price": 1234.567}
    for currency, paid, due in (("JPY", 1234, 1), ("KWD", Decimal("0.001"), Decimal("1234.566"))):
        document = await world.invoice(desk.alice, desk.organization, currencyId=currency, _documentItems=[line])
        url = f"/Documents/{document['id']}"
        headers = {"authorization": desk.alice.token, "content-type": "application/json"}
        content = f'{{"type": "card", "amount": {paid}}}'
        made = await desk.alice.http.post(f"{url}/payments", content=content, headers=headers)
        assert made.json(parse_float=Decimal)["amount"] == paid
        assert made.json()["currencyId"] == currency
        assert (await desk.alice.get(url)).json(parse_float=Decimal)["totalDue"] == due
        too_fine = {"type": "card", "amount": 0.0001}
        assert faults(await desk.alice.post(f"{url}/payments", too_fine)) == {"amount": ["numericality"]}
        other = {"type": "card", "currencyId": "EUR"}
        assert faults(await desk.alice.post(f"{url}/payments", other)) == {"currencyId": ["mismatch"]}
    free = {"amount": 3, "type": "cash", "date": "2026-04-30"}
    assert ok(await desk.alice.post(desk.all, free | {"currencyId": "usd"}))["currencyId"] == "USD"
    assert faults(await desk.alice.post(desk.all, free | {"currencyId": "XXX"})) == {"currencyId": ["inclusion"]}
    assert faults(await desk.alice.post(desk.all, free | {"amount": 10**15})) == {"amount": ["numericality"]}


async def test_nothing_is_no_payment_and_what_goes_back_is_one(desk: Desk) -> None:
    body = {"type": "cash", "date": "2026-04-30"}
    for path in (desk.of_invoice, desk.all):
        assert faults(await desk.alice.post(path, body | {"amount": 0})) == {"amount": ["numericality"]}
    made = await desk.pay(amount=10)
    assert faults(await desk.alice.patch(f"/Payments/{made['id']}", {"amount": 0})) == {"amount": ["numericality"]}
    await desk.pay(amount=-4)
    assert (await desk.totals())[0] == 6


async def test_no_total_outgrows_its_limit(desk: Desk) -> None:
    most = 999_999_999_999_999
    made = await desk.pay(amount=most)
    assert faults(await desk.alice.post(desk.of_invoice, {"type": "bank", "amount": 1})) == {"amount": ["numericality"]}
    less = ok(await desk.alice.patch(f"/Payments/{made['id']}", {"amount": 5}))
    await desk.pay(amount=most - 5)
    assert faults(await desk.alice.patch(f"/Payments/{less['id']}", {"amount": 6})) == {"amount": ["numericality"]}
    assert (await desk.totals())[0] == most


async def test_what_cannot_be_paid(desk: Desk, world: World) -> None:
    draft = await world.invoice(desk.alice, desk.organization, draft=True)
    estimate = await world.invoice(desk.alice, desk.organization, type="estimate")
    note = await world.invoice(desk.alice, desk.organization, type="delivery-note")
    body = {"amount": 5, "type": "card", "date": "2026-04-30"}
    reasons = ["DOCUMENT_IS_DRAFT", "DOCUMENT_NOT_PAYABLE", "DOCUMENT_NOT_PAYABLE"]
    for document, reason in zip((draft, estimate, note), reasons, strict=True):
        assert code(await desk.alice.post(f"/Documents/{document['id']}/payments", body)) == reason
        assert code(await desk.alice.post(desk.all, body | {"documentId": document["id"]})) == reason
    assert ok(await desk.alice.delete(f"/Documents/{draft['id']}")) == {"count": 1}
    assert (await desk.alice.post(f"/Documents/{draft['id']}/payments", {"type": "card"})).status_code == 401
    assert ok(await desk.alice.get(f"{desk.all}/count")) == {"count": 0}


async def test_replacing_says_it_all_anew(desk: Desk) -> None:
    made = await desk.pay(amount=10, tag="a", note="b", transactionId="t", custom={"k": 1}, date="2026-01-01")
    url = f"/Payments/{made['id']}"
    bare = {"amount": 7.5, "type": "cash", "date": "2026-02-02"}
    assert faults(await desk.alice.put(url, {"note": "x"})) == {key: ["presence"] for key in bare}
    for answer in (await desk.alice.put(url, bare), await desk.alice.post(f"{url}/replace", bare)):
        replaced = ok(answer)
        assert {key: replaced[key] for key in bare} == bare | {"date": "2026-02-02T00:00:00.000Z"}
        assert not {"tag", "note", "transactionId"} & set(replaced)
        assert replaced["custom"] == {}
        assert replaced["documentId"] == desk.invoice["id"]
    assert await desk.totals() == (7.5, 12092.5, False)


async def test_changing_leaves_the_rest(desk: Desk) -> None:
    made = await desk.pay(amount=10, tag="a", note="b", transactionId="t", custom={"k": 1}, date="2026-01-01")
    url = f"/Payments/{made['id']}"
    changed = ok(await desk.alice.patch(url, {"amount": 12.25, "note": None}))
    expected = {key: value for key, value in made.items() if key != "note"} | {"amount": 12.25}
    assert changed == expected | {"updatedAt": changed["updatedAt"]}
    assert await desk.totals() == (12.25, 12087.75, False)
    blank = dict.fromkeys(["amount", "type", "date"])
    assert faults(await desk.alice.patch(url, blank)) == {key: ["presence"] for key in blank}
    assert ok(await desk.alice.patch(url, {}))["amount"] == 12.25
    same = {"documentId": desk.invoice["id"], "currencyId": "eur"}
    assert ok(await desk.alice.patch(url, same))["documentId"] == desk.invoice["id"]
    moved = {"documentId": None, "currencyId": "USD", "type": "gold", "amount": 0.001}
    assert faults(await desk.alice.patch(url, moved)) == {
        "documentId": ["immutable"],
        "currencyId": ["immutable"],
        "type": ["inclusion"],
        "amount": ["numericality"],
    }


async def test_a_deleted_payment_is_gone_unless_asked_for(desk: Desk) -> None:
    made = await desk.pay(amount=10)
    url = f"/Payments/{made['id']}"
    assert ok(await desk.alice.delete(url)) == {"count": 1}
    assert ok(await desk.alice.delete(url)) == {"count": 0}
    assert await desk.totals() == (0, 12100, False)
    for refused in (await desk.alice.get(url), await desk.alice.put(url, SNIPPET), await desk.alice.patch(url, {})):
        assert refused.status_code == 401
        assert code(refused) == "AUTHORIZATION_REQUIRED"
    assert ok(await desk.alice.get(desk.of_invoice)) == []
    for found in (
        await desk.alice.get(f"{desk.of_invoice}?filter[deleted]=true"),
        await desk.alice.get(f"{desk.all}?filter[deleted]=1"),
    ):
        (deleted,) = ok(found)
        assert deleted["_isDeleted"] is True
        assert deleted["deletedAt"] == deleted["updatedAt"]
        assert deleted["deletedId"] == made["id"]
    assert ok(await desk.alice.get(f"{url}?filter[deleted]=true")) == deleted


async def test_the_same_transaction_twice_is_one_payment(desk: Desk, world: World) -> None:
    body = {"type": "online", "amount": 100, "transactionId": "ch_1"}
    first = ok(await desk.alice.post(desk.of_invoice, body))
    assert ok(await desk.alice.post(desk.of_invoice, body | {"date": "2026-01-01", "note": "again"})) == first
    assert ok(await desk.alice.post(desk.of_invoice, {"type": "online", "transactionId": "ch_1"})) == first
    linked = body | {"date": "2026-01-01", "documentId": desk.invoice["id"]}
    assert ok(await desk.alice.post(desk.all, linked)) == first
    other = f"/Documents/{(await world.invoice(desk.alice, desk.organization))['id']}/payments"
    for url, changed in (
        (desk.of_invoice, body | {"amount": 99}),
        (other, body),
        (desk.all, body | {"date": "2026-01-01"}),
    ):
        refused = await desk.alice.post(url, changed)
        assert faults(refused) == {"transactionId": ["uniqueness"]}
        assert first["id"] in refused.text
    assert ok(await desk.alice.post(desk.of_invoice, body | {"type": "card"}))["id"] != first["id"]
    assert ok(await desk.alice.delete(f"/Payments/{first['id']}")) == {"count": 1}
    assert ok(await desk.alice.post(desk.of_invoice, body))["id"] != first["id"]
    assert await desk.totals() == (200, 11900, False)


async def test_payments_without_a_transaction_are_never_the_same(desk: Desk) -> None:
    for transaction_id in (None, ""):
        made = [await desk.pay(amount=1, transactionId=transaction_id) for _ in range(2)]
        assert made[0]["id"] != made[1]["id"]
        assert "transactionId" not in made[0]


async def test_a_change_cannot_take_another_payments_transaction(desk: Desk) -> None:
    await desk.pay(amount=1, transactionId="ch_1")
    second = await desk.pay(amount=1, transactionId="ch_2")
    taken = await desk.alice.patch(f"/Payments/{second['id']}", {"transactionId": "ch_1"})
    assert faults(taken) == {"transactionId": ["uniqueness"]}
    taken = await desk.alice.put(f"/Payments/{second['id']}", SNIPPET | {"transactionId": "ch_1"})
    assert faults(taken) == {"transactionId": ["uniqueness"]}
    assert ok(await desk.alice.patch(f"/Payments/{second['id']}", {"transactionId": None, "amount": 2}))["amount"] == 2


async def test_a_stranger_sees_and_changes_nothing(desk: Desk, world: World) -> None:
    made, bob = await desk.pay(amount=10), await world.actor("bob")
    url = f"/Payments/{made['id']}"
    for refused in (
        await bob.get(url),
        await bob.put(url, SNIPPET),
        await bob.patch(url, {"amount": 1}),
        await bob.delete(url),
        await bob.post(f"{url}/replace", SNIPPET),
        await bob.get(desk.all),
        await bob.get(f"{desk.all}/count"),
        await bob.post(desk.all, SNIPPET),
        await bob.get(desk.of_invoice),
        await bob.get(f"{desk.of_invoice}/count"),
        await bob.post(desk.of_invoice, SNIPPET),
    ):
        assert (refused.status_code, code(refused)) == (401, "AUTHORIZATION_REQUIRED")
    assert ok(await desk.alice.get(desk.all)) == [made]


async def test_an_organization_at_rest_takes_no_payments(desk: Desk) -> None:
    made = await desk.pay(amount=10)
    ok(await desk.alice.post(f"/Organizations/{desk.organization['id']}/deactivate"))
    for refused in (
        await desk.alice.post(desk.of_invoice, {"type": "card"}),
        await desk.alice.patch(f"/Payments/{made['id']}", {"amount": 1}),
        await desk.alice.delete(f"/Payments/{made['id']}"),
    ):
        assert code(refused) == "ORGANIZATION_DEACTIVATED"
    assert ok(await desk.alice.get(desk.all)) == [made]


async def test_round_trips(desk: Desk, world: World) -> None:
    made = await desk.pay(amount=10)
    url = f"/Payments/{made['id']}"
    calls = {
        3: [
            ("POST", desk.of_invoice, SNIPPET),
            ("POST", desk.all, SNIPPET | {"transactionId": "x"}),
            ("PUT", url, SNIPPET | {"transactionId": "y"}),
        ],
        2: [("GET", desk.all, None), ("GET", url, None), ("DELETE", url, None)],
    }
    for expected, requests in calls.items():
        for method, path, body in requests:
            before = world.database.round_trips
            ok(await desk.alice.call(method, path, body))
            assert (method, path, world.database.round_trips - before) == (method, path, expected)


async def test_payments_that_come_with_a_document_stay_within_the_limit(desk: Desk, world: World) -> None:
    huge = [{"type": "bank", "amount": 999_999_999_999_999}] * 100
    refused = await desk.alice.post(
        f"/Organizations/{desk.organization['id']}/Documents", world.rocket_man(payments=huge)
    )
    assert faults(refused) == {"payments": ["numericality"]}


async def test_a_date_far_ahead_can_only_be_a_slip(desk: Desk, world: World) -> None:
    now = world.clock.now()
    near, far = [(now + timedelta(days=days)).isoformat() for days in (3_600, 3_700)]
    made, free = await desk.pay(amount=1, date=near), {"type": "cash", "amount": 1, "date": far}
    for answer in (
        await desk.alice.post(desk.all, free),
        await desk.alice.post(desk.of_invoice, free),
        await desk.alice.patch(f"/Payments/{made['id']}", {"date": far}),
    ):
        assert faults(answer) == {"date": ["date"]}
        assert "ten years" in answer.text
    documents = f"/Organizations/{desk.organization['id']}/Documents"
    for draft in (False, True):
        body = world.rocket_man(date=far, payments=[] if draft else [{"type": "cash", "date": far}], draft=draft)
        paths = ["date"] if draft else ["date", "payments.0.date"]
        assert faults(await desk.alice.post(documents, body)) == {path: ["date"] for path in paths}
    noted = await desk.alice.post(f"/Documents/{desk.invoice['id']}/credit", {"date": far})
    assert faults(noted) == {"date": ["date"]}
    ok(await desk.alice.post(documents, world.rocket_man(date=near)))
