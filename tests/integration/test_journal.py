"""The journal: what is entered when, that it adds up, that nobody changes it, and that a change would show."""

import asyncio
import hashlib
import itertools
import random
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from billhook import payments
from billhook.kernel import ids
from tests.integration import payment_desk
from tests.integration.payment_desk import Desk, ok
from tests.world import Actor, World

desk = payment_desk.desk
EXPONENT = {"EUR": 2, "JPY": 0, "USD": 2}


async def journal(desk: Desk, path: str | None = None) -> list[dict[str, Any]]:
    path = path or f"/Organizations/{desk.organization['id']}"
    answer = await desk.alice.get(f"{path}/journal")
    entries = answer.json(parse_float=Decimal)
    assert answer.headers["x-total-count"] == str(len(entries))
    return entries


async def booked(desk: Desk, path: str | None = None) -> list[tuple[str, Any]]:
    return [(entry["kind"], entry["amount"]) for entry in await journal(desk, path)]


async def balance(desk: Desk, client_id: str) -> dict[str, Any]:
    answer = ok(await desk.alice.get(f"/Clients/{client_id}/balance"))
    return {row["currencyId"]: row["balance"] for row in answer["balances"]}


async def proved(world: World, desk: Desk, **options: Any) -> list[tuple[str, str]]:
    async with world.database.open(organization=desk.organization["id"]) as tx:
        return [(finding.subject, finding.text) for finding in await payments.verify(tx, **options)]


def follows(before: str, entry: dict[str, Any]) -> str:
    """The hash that docs/reference/journal.md asks of an entry, made of what the API shows and nothing else."""
    exponent = EXPONENT[entry["currencyId"]]
    minor = int(entry["amount"] * 10**exponent)
    known = [entry.get(name, "") for name in ("documentId", "clientId", "paymentId")]
    parts = [entry["sequence"], entry["id"], entry["organizationId"], *known, entry["kind"], entry.get("type", "")]
    parts += [minor, entry["currencyId"], exponent, entry["date"], entry["createdAt"]]
    return hashlib.sha256(bytes.fromhex(before) + "|".join(map(str, parts)).encode()).hexdigest()


def assert_chained(entries: list[dict[str, Any]]) -> None:
    last = "00" * 32
    for sequence, entry in enumerate(entries, 1):
        assert entry["sequence"] == sequence
        assert entry["hash"] == follows(last, entry)
        last = entry["hash"]


async def test_whoever_reads_the_journal_can_check_it(desk: Desk, world: World) -> None:
    await world.invoice(desk.alice, desk.organization, currencyId="JPY", payments=[{"type": "card", "amount": 7}])
    await desk.pay(amount=0.1, date="2020-01-01", transactionId="t|\u20ac")
    ok(await desk.alice.post(desk.all, {"type": "cash", "amount": -5.05, "date": "2026-04-30", "currencyId": "USD"}))
    entries = await journal(desk)
    assert_chained(entries)
    assert [(entry["kind"], entry["amount"], entry["currencyId"]) for entry in entries] == [
        ("charge", 12100, "EUR"),
        ("charge", 12100, "JPY"),
        ("payment", -7, "JPY"),
        ("payment", Decimal("-0.1"), "EUR"),
        ("payment", Decimal("5.05"), "USD"),
    ]
    assert entries[0]["date"] == desk.invoice["date"]
    assert entries[3]["date"] == "2020-01-01T00:00:00.000Z"
    assert entries[0]["clientId"] == entries[3]["clientId"] == desk.invoice["clientId"]
    assert not {"documentId", "clientId"} & set(entries[4])


async def test_a_payment_is_never_changed_but_taken_back(desk: Desk) -> None:
    url = f"/Payments/{(await desk.pay(amount=10, date='2026-01-01'))['id']}"
    document = f"/Documents/{desk.invoice['id']}"
    said = [("charge", 12100), ("payment", -10)]
    assert await booked(desk, document) == said
    ok(await desk.alice.patch(url, {"note": "x", "custom": {"k": 1}, "transactionId": "t", "tag": "y"}))
    assert await booked(desk, document) == said
    for change in ({"amount": 12}, {"type": "cash"}, {"date": "2026-02-02"}):
        ok(await desk.alice.patch(url, change))
        said += [("reversal", -said[-1][1]), ("payment", -12)]
        assert await booked(desk, document) == said
    ok(await desk.alice.put(url, {"amount": 3, "type": "card", "date": "2026-03-03"}))
    said += [("reversal", 12), ("payment", -3)]
    ok(await desk.alice.delete(url))
    ok(await desk.alice.delete(url))
    assert await booked(desk, document) == [*said, ("reversal", 3)]
    entries = await journal(desk)
    assert_chained(entries)
    reversal, payment = entries[-3:-1]
    assert (reversal["type"], reversal["date"]) == ("cash", "2026-02-02T00:00:00.000Z")
    assert (payment["type"], payment["date"]) == ("card", "2026-03-03T00:00:00.000Z")


async def test_what_is_given_back_or_received_has_the_other_sign(desk: Desk, world: World) -> None:
    client = desk.invoice["clientId"]
    for changes, owed, paid in (
        ({"type": "credit-note"}, -12100, 100),
        ({"incoming": True}, -12100, 100),
        ({"type": "credit-note", "incoming": True}, 12100, -100),
        ({"type": "advance"}, 12100, -100),
    ):
        before = (await balance(desk, client))["EUR"]
        document = await world.invoice(
            desk.alice, desk.organization, payments=[{"type": "bank", "amount": 60}], **changes
        )
        made = ok(await desk.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank", "amount": 50}))
        ok(await desk.alice.patch(f"/Payments/{made['id']}", {"amount": 40}))
        read = ok(await desk.alice.get(f"/Documents/{document['id']}"))
        assert (read["totalPaid"], read["totalDue"]) == (100, 12000)
        entries = await booked(desk, f"/Documents/{document['id']}")
        assert entries[0] == ("charge", owed)
        assert sum(amount for _, amount in entries[1:]) == paid
        assert (await balance(desk, client))["EUR"] == before + owed + paid
        ok(await desk.alice.delete(f"/Payments/{made['id']}"))
        assert ok(await desk.alice.get(f"/Documents/{document['id']}"))["totalPaid"] == 60
    assert await proved(world, desk) == []


async def test_nothing_is_owed_of_drafts_estimates_and_delivery_notes(desk: Desk, world: World) -> None:
    for changes in ({"draft": True}, {"type": "estimate"}, {"type": "delivery-note"}):
        draft = await world.invoice(desk.alice, desk.organization, **changes)
        assert await journal(desk, f"/Documents/{draft['id']}") == []
    draft = await world.invoice(desk.alice, desk.organization, draft=True, date="2026-01-31")
    ok(await desk.alice.post(f"/Documents/{draft['id']}/issue"))
    (charge,) = await journal(desk, f"/Documents/{draft['id']}")
    assert (charge["kind"], charge["amount"], charge["date"]) == ("charge", 12100, "2026-01-31T00:00:00.000Z")
    assert charge["clientId"] == draft["clientId"]
    assert await proved(world, desk) == []


async def test_a_client_owes_by_currency(desk: Desk, world: World) -> None:
    client = desk.invoice["clientId"]
    await desk.pay(amount=12150.5)
    assert await balance(desk, client) == {"EUR": -50.5}
    await world.invoice(desk.alice, desk.organization, currencyId="JPY")
    other = await world.invoice(desk.alice, desk.organization, _documentClient={"name": "Somebody else"})
    assert await balance(desk, client) == {"EUR": -50.5, "JPY": 12100}
    assert await balance(desk, other["clientId"]) == {"EUR": 12100}
    draft = await world.invoice(desk.alice, desk.organization, draft=True, _documentClient={"name": "Nobody yet"})
    assert await balance(desk, draft["clientId"]) == {}
    bob = await world.actor("bob")
    refused, unknown = await bob.get(f"/Clients/{client}/balance"), await bob.get(f"/Clients/{ids.new()}/balance")
    assert refused.status_code == unknown.status_code == 401
    assert refused.text == unknown.text


async def test_the_journal_is_filtered_sorted_and_paged(desk: Desk, world: World) -> None:
    await desk.pay(amount=10, date="2026-01-01", type="card")
    second = await desk.pay(amount=20, date="2026-02-01")
    await world.invoice(desk.alice, desk.organization)
    ok(await desk.alice.delete(f"/Payments/{second['id']}"))
    url = f"/Organizations/{desk.organization['id']}/journal"
    for query, sequences in (
        ("", [1, 2, 3, 4, 5]),
        ("filter[where][kind]=payment", [2, 3]),
        ("filter[where][kind][neq]=charge&filter[order]=sequence DESC", [5, 3, 2]),
        (f"filter[where][documentId]={desk.invoice['id']}", [1, 2, 3, 5]),
        (f"filter[where][paymentId]={second['id']}", [3, 5]),
        (f"filter[where][clientId]={desk.invoice['clientId']}&filter[limit]=2&filter[skip]=1", [2, 3]),
        ("filter[where][date][between][0]=2026-01-15&filter[where][date][between][1]=2026-02-15", [3, 5]),
        ("filter[where][amount][lt]=-10", [3]),
        ("filter[where][type]=card", [2]),
        ("filter[where][sequence][gt]=3&filter[where][createdAt][gt]=2020-01-01", [4, 5]),
    ):
        answer = await desk.alice.get(f"{url}?{query}")
        assert [entry["sequence"] for entry in ok(answer)] == sequences, query
    assert ok(await desk.alice.get(f"{url}?filter[fields][kind]=true&filter[limit]=1")) == [{"kind": "charge"}]
    limited = await desk.alice.get(f"{url}?filter[limit]=2")
    assert limited.headers["x-total-count"] == "5"
    assert (await desk.alice.get(f"{url}?filter[include]=document")).status_code == 422
    of_document = await desk.alice.get(f"/Documents/{desk.invoice['id']}/journal?filter[where][kind]=reversal")
    assert [entry["sequence"] for entry in ok(of_document)] == [5]
    bob = await world.actor("bob")
    for path in (url, f"/Documents/{desk.invoice['id']}/journal"):
        assert (await bob.get(path)).status_code == 401


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_not_even_the_owner_changes_the_journal(desk: Desk, world: World, owner: Any) -> None:
    await desk.pay(amount=10)
    for statement in (
        "update payments.entry set amount = 1 where document_id = $1",
        "update payments.entry set hash = '' where document_id = $1",
        "delete from payments.entry where document_id = $1",
    ):
        with pytest.raises(asyncpg.PostgresError, match="only ever added to"):
            await owner.execute(statement, ids.to_uuid(desk.invoice["id"]))
    for statement in ("truncate payments.entry", "truncate payments.chain", "delete from payments.chain"):
        with pytest.raises(asyncpg.PostgresError, match="only ever added to"):
            await owner.execute(statement)
    async with world.database.open(organization=desk.organization["id"]) as tx:
        for statement in (
            "update payments.chain set sequence = 0",
            "insert into payments.chain values (0, null, 0, '')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.connection.execute(statement)


TAMPERINGS = {
    "an amount": ("update payments.entry set amount = amount + 1 where id = $1", "chain", "entry 2 "),
    "a date": ("update payments.entry set date = date - interval '1 day' where id = $1", "chain", "entry 2 "),
    "an owner": ("update payments.entry set client_id = null where id = $1", "chain", "entry 2 "),
    "a hash": ("update payments.entry set hash = sha256(hash) where id = $1", "chain", "entry 2 "),
    "an entry": ("delete from payments.entry where id = $1", "chain", "entries 2 to 2 are missing"),
    "the end": ("delete from payments.entry where sequence > 2 and $1::uuid is not null", "chain", "are missing"),
    "the chain": ("delete from payments.chain where $1::uuid is not null", "chain", "it says it ends with entry 0"),
    "the head": ("update payments.chain set hash = sha256(hash) where $1::uuid is not null", "chain", "another hash"),
    "a total": ("update documents.document set total_paid = 7 where $1::uuid is not null", "totals", "7"),
    "a surcharge": (
        "update payments.payment set surcharge = 7 where $1::uuid is not null",
        "totals",
        "is 7 minor units, and the journal has 0",
    ),
    "a payment": ("update payments.payment set amount = 7 where $1::uuid is not null", "totals", "not balanced"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_what_was_tampered_with_shows(desk: Desk, world: World, owner: Any, what: str) -> None:
    """The owner lifts the triggers and changes one thing of this organization; afterwards all is put back."""
    for _ in range(3):
        await desk.pay(amount=10)
    assert await proved(world, desk) == []
    statement, subject, text = TAMPERINGS[what]
    tables = ("payments.entry", "payments.chain", "payments.payment", "documents.document")
    organization = ids.to_uuid(desk.organization["id"])
    second = ids.to_uuid((await journal(desk))[1]["id"])
    await owner.execute("set session_replication_role = replica")
    kept = {
        table: await owner.fetch(f"select * from {table} where organization_id = $1", organization) for table in tables
    }
    reckoned = "select attname from pg_attribute where attrelid = 'documents.document'::regclass and attgenerated <> ''"
    generated = {row["attname"] for row in await owner.fetch(reckoned)}
    await owner.execute(f"{statement} and organization_id = $2", second, organization)
    try:
        findings = await proved(world, desk, at_once=2)
        assert [found for found in findings if found[0] == subject and text in found[1]], findings
    finally:
        for table, rows in kept.items():
            await owner.execute(f"delete from {table} where organization_id = $1", organization)
            for row in rows:
                columns = [name for name in dict(row) if name not in generated]
                places = ", ".join(f"${n}" for n, _ in enumerate(columns, 1))
                values = [row[name] for name in columns]
                await owner.execute(f"insert into {table} ({', '.join(columns)}) values ({places})", *values)
    assert await proved(world, desk) == []


async def test_all_at_once_on_one_document(desk: Desk, world: World) -> None:
    """Twenty clients pay, replace, change and delete in an order that nobody rules: nothing is lost, all adds up."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - what it takes to repeat a failure
    dice, made = random.Random(seed), [(await desk.pay(amount=1))["id"]]

    async def step() -> None:
        amount, url = dice.randrange(1, 10_000) / 100, f"/Payments/{dice.choice(made)}"
        body = {"type": "card", "amount": amount, "date": "2026-04-30"}
        match dice.choice(["pay", "pay", "put", "patch", "delete", "issue"]):
            case "pay":
                made.append(ok(await desk.alice.post(desk.of_invoice, body))["id"])
                return
            case "issue":
                await world.invoice(desk.alice, desk.organization, payments=[{"type": "card", "amount": 1}])
                return
            case "put":
                answer = await desk.alice.put(url, body)
            case "patch":
                answer = await desk.alice.patch(url, {"amount": amount})
            case _:
                answer = await desk.alice.delete(url)
        assert answer.status_code in (200, 401), answer.text  # 401: somebody has deleted it

    async def client() -> None:
        for _ in range(10):
            await step()

    await asyncio.gather(*(client() for _ in range(20)))
    entries = await pages(desk, f"/Organizations/{desk.organization['id']}/journal")
    assert_chained(entries)
    assert {entry["kind"] for entry in entries} == {"charge", "payment", "reversal"}
    of_invoice = [entry for entry in entries if entry.get("documentId") == desk.invoice["id"]]
    paid = -sum(entry["amount"] for entry in of_invoice if entry["kind"] != "charge")
    document = (await desk.alice.get(f"/Documents/{desk.invoice['id']}")).json(parse_float=Decimal)
    assert document["totalPaid"] == paid
    assert sum(payment["amount"] for payment in await pages(desk, desk.of_invoice)) == paid
    assert await proved(world, desk, at_once=7) == []


async def pages(desk: Desk, url: str) -> list[dict[str, Any]]:
    """A whole list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await desk.alice.get(url, params={"filter[skip]": str(len(found)), "filter[limit]": "70"})
        page = answer.json(parse_float=Decimal)
        found += page
        if not page:
            assert answer.headers["x-total-count"] == str(len(found))
            return found


async def test_the_same_transaction_at_once_is_one_payment(desk: Desk, world: World) -> None:
    for body in ({"type": "online", "amount": 25, "transactionId": "a"}, {"type": "online", "transactionId": "b"}):
        made = await asyncio.gather(*(desk.alice.post(desk.of_invoice, body) for _ in range(16)))
        assert len({ok(answer)["id"] for answer in made}) == 1
    assert await desk.totals() == (12100, 0, True)
    assert await proved(world, desk) == []


async def test_all_that_is_due_is_paid_once(desk: Desk, world: World) -> None:
    answers = await asyncio.gather(*(desk.alice.post(desk.of_invoice, {"type": "bank"}) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 15
    assert await desk.totals() == (12100, 0, True)
    assert await proved(world, desk) == []


async def test_writers_never_wait_in_a_circle(desk: Desk, world: World) -> None:
    """Invoices, drafts and payments that use each other's transaction ids, both ways round: all end, none by deadlock."""
    url = f"/Organizations/{desk.organization['id']}/Documents"

    async def issue(first: str, second: str, kind: str) -> Any:
        paid = [{"type": "card", "amount": 1, "transactionId": transaction} for transaction in (first, second)]
        return await desk.alice.post(url, world.rocket_man(type=kind, payments=paid))

    async def draft(alice: Actor) -> Any:
        made = await world.invoice(alice, desk.organization, draft=True)
        return await alice.post(f"/Documents/{made['id']}/issue")

    calls = []
    for number, kind in itertools.product(range(10), ("invoice", "advance")):
        a, b = f"a{number}", f"b{number}"
        calls += [issue(a, b, kind), issue(b, a, kind), draft(desk.alice)]
        calls += [desk.alice.post(desk.of_invoice, {"type": "card", "amount": 1, "transactionId": t}) for t in (a, b)]
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {200, 422}
    assert sum(answer.status_code == 200 for answer in answers) >= 30
    assert_chained(await pages(desk, f"/Organizations/{desk.organization['id']}/journal"))
    assert await proved(world, desk) == []
