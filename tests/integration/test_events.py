"""The feed of events: everything that matters is in it, in the transaction's order, once, and nothing comes in front later."""

import asyncio
import secrets
from typing import Any

import asyncpg
import jsonschema_rs
import msgspec
import pytest

from billhook.db import Database
from billhook.events import Position, schema_of
from billhook.kernel import ids
from tests.integration.access_cast import faults, ok
from tests.integration.feed_cast import page, path, types, until
from tests.integration.payment_desk import Desk, desk
from tests.world import World

__all__ = ["desk"]


def fit(events: list[dict[str, Any]]) -> None:
    """Every event says what the catalogue promises of its type."""
    for event in events:
        schema = schema_of(event["type"]) | {"additionalProperties": False}
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(event["data"])


async def test_what_an_invoice_sets_off_is_told(desk: Desk) -> None:
    events = await until(desk.alice, desk.organization, "document.issued")
    fit(events)
    assert sorted(set(types(events))) == ["client.created", "document.issued", "tax.created"]
    issued = next(event for event in events if event["type"] == "document.issued")
    assert issued == {
        "id": issued["id"],
        "uid": issued["id"],
        "type": "document.issued",
        "event": "document/create",
        "modelName": "Document",
        "organizationId": desk.organization["id"],
        "timestamp": desk.invoice["createdAt"],
        "data": {
            "id": desk.invoice["id"],
            "type": "invoice",
            "incoming": False,
            "draft": False,
            "canceled": False,
            "paidInFull": False,
            "number": desk.invoice["number"],
            "date": desk.invoice["date"],
            "dateDue": desk.invoice["dateDue"],
            "currencyId": "EUR",
            "total": 10000,
            "totalWithTax": 12100,
            "totalPaid": 0,
            "totalDue": 12100,
            "clientId": desk.invoice["clientId"],
            "unitId": None,
            "previousDocumentId": None,
            "uniqueId": None,
        },
    }


async def test_payments_are_told_and_what_they_do_to_the_document(desk: Desk) -> None:
    after = (await until(desk.alice, desk.organization, "document.issued"))[-1]["id"]
    first = (await desk.pay(amount=100.5))["id"]
    ok(await desk.alice.patch(f"/Payments/{first}", {"amount": 12000}))
    ok(await desk.alice.patch(f"/Payments/{first}", {"note": "by hand"}))
    second = (await desk.pay(amount=100))["id"]
    ok(await desk.alice.delete(f"/Payments/{second}"))
    events = await until(desk.alice, desk.organization, "document.unpaid", after)
    fit(events)
    of_payments = [
        (e["type"], e["event"], e["data"]["id"], e["data"]["amount"]) for e in events if "payment" in e["type"]
    ]
    assert of_payments == [
        ("payment.created", "payment/create", first, 100.5),
        ("payment.replaced", "payment/update", first, 12000),
        ("payment.updated", "payment/update", first, 12000),
        ("payment.created", "payment/create", second, 100),
        ("payment.deleted", "payment/delete", second, 100),
    ]
    of_document = [(e["type"], e["data"]["totalDue"]) for e in events if e["type"].startswith("document.")]
    assert of_document == [
        ("document.updated", 11999.5),
        ("document.updated", 100),
        ("document.paid", 0),
        ("document.unpaid", 100),
    ]


async def test_drafts_cancellations_estimates_and_clients_are_told(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    draft = await world.invoice(alice, organization, draft=True, uniqueId="order-7")
    ok(await alice.put(f"/Documents/{draft['id']}", world.rocket_man(draft=True, note="Changed")))
    ok(await alice.post(f"/Documents/{draft['id']}/issue"))
    ok(await alice.post(f"/Documents/{draft['id']}/cancel"))
    estimate = await world.invoice(alice, organization, type="estimate")
    ok(await alice.post(f"/Documents/{estimate['id']}/accept"))
    ok(await alice.post(f"/Documents/{estimate['id']}/reject"))
    ok(await alice.delete(f"/Documents/{estimate['id']}"))
    paid = await world.invoice(alice, organization, payments=[{"type": "cash", "amount": 12100}])
    ok(await alice.patch(f"/Clients/{paid['clientId']}", {"city": "Mars"}))
    ok(await alice.delete(f"/Clients/{paid['clientId']}"))
    events = await until(alice, organization, "client.deleted")
    fit(events)
    of_document = {d["id"]: [e["type"] for e in events if e["data"]["id"] == d["id"]] for d in (draft, estimate, paid)}
    kept = of_document[draft["id"]]
    assert kept[:4] == ["document.created", "document.updated", "document.issued", "document.canceled"]
    assert of_document[estimate["id"]] == [
        "document.issued",
        "document.accepted",
        "document.rejected",
        "document.deleted",
    ]
    assert of_document[paid["id"]] == ["document.issued", "document.paid"]
    assert [e["event"] for e in events if e["data"]["id"] == paid["clientId"]][-2:] == [
        "client/update",
        "client/delete",
    ]
    assert "Rocket" not in str(events)


async def test_an_open_transaction_holds_back_what_came_after_it(world: World, database: Database) -> None:
    """The one that begins first and commits last is first in the order, and nobody has read past it."""
    alice = await world.actor()
    organization = await world.organization(alice)
    after = (await page(alice, organization, after="latest"))["next"]
    shard = ids.shard_of(organization["id"])
    slow, quick = ids.new(shard), ids.new(shard)
    async with database.open(organization=organization["id"]) as tx:
        async with tx.atomic():
            await tx.run("execute", INSERT, [shard, slow, organization["id"]], enters=False)
            ok(
                await alice.post(
                    f"/Organizations/{organization['id']}/clients", {"name": "Quick", "country": "Belgium"}
                )
            )
            assert (await page(alice, organization, after=after))["events"] == []
            assert (await page(alice, organization, after="latest"))["next"] == after
        await tx.run("execute", INSERT, [shard, quick, organization["id"]], enters=False)
    events = await until(alice, organization, "client.created", after, count=3)
    assert [events[0]["data"]["id"], events[2]["data"]["id"]] == [slow, quick]


INSERT = """
insert into clients.client (shard, id, organization_id, name, identity, created_at, updated_at)
values ($1, $2, $3, 'Ada', '{}', now(), now())"""


async def test_a_reader_meets_everything_once_and_in_order_while_it_is_written(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    made: list[str] = []

    async def write(count: int) -> None:
        for _ in range(count):
            invoice = await world.invoice(alice, organization, payments=[{"type": "card"}])
            made.append(invoice["id"])

    async def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = ""
        while sum(event["type"] == "payment.created" for event in found) < 24:
            got = await page(alice, organization, after=after, wait=20, limit=7)
            assert got["events"]
            found += got["events"]
            after = got["next"]
        return found

    *_, met = await asyncio.gather(*[write(6) for _ in range(4)], read())
    again = await until(alice, organization, "payment.created", count=24)
    assert [event["id"] for event in again] == [event["id"] for event in met]
    assert len({event["id"] for event in met}) == len(met)
    assert [event["id"] for event in met] == sorted(event["id"] for event in met)
    assert sorted(e["data"]["id"] for e in met if e["type"] == "document.issued") == sorted(made)


async def test_a_feed_is_read_in_pages_and_by_type(desk: Desk) -> None:
    await desk.pay(amount=1)
    whole = await until(desk.alice, desk.organization, "payment.created")
    pages: list[dict[str, Any]] = []
    after = ""
    while True:
        read = await page(desk.alice, desk.organization, after=after, limit=1)
        pages += read["events"]
        after = read["next"]
        if not read["more"]:
            break
    assert [event["id"] for event in pages] == [event["id"] for event in whole]
    only = await page(desk.alice, desk.organization, types="payment.*, document.issued")
    assert types(only["events"]) == ["document.issued", "payment.created"]
    assert only["next"] == whole[-1]["id"]
    none = await page(desk.alice, desk.organization, types="client.deleted")
    assert (none["events"], none["next"], none["more"]) == ([], whole[-1]["id"], False)
    assert (await page(desk.alice, desk.organization, after=whole[-1]["id"]))["next"] == whole[-1]["id"]


async def test_everything_wrong_with_a_question_is_said(desk: Desk) -> None:
    asked = await desk.alice.get(
        path(desk.organization), params={"after": "x", "types": "document.eaten", "limit": 0, "wait": 31}
    )
    assert faults(asked) == {
        "after": ["format"],
        "types": ["inclusion"],
        "limit": ["numericality"],
        "wait": ["numericality"],
    }


async def test_many_wait_without_a_connection_and_all_are_told(desk: Desk, database: Database) -> None:
    """More wait than the pool has connections, and others are served meanwhile."""
    after = (await until(desk.alice, desk.organization, "document.issued"))[-1]["id"]
    assert database.connections < 30
    waiting = [
        asyncio.create_task(page(desk.alice, desk.organization, after=after, types="payment.created", wait=30))
        for _ in range(30)
    ]
    for _ in range(5):
        ok(await desk.alice.get(f"/Documents/{desk.invoice['id']}"))
    assert not any(task.done() for task in waiting)
    paid = await desk.pay(amount=5)
    for answer in await asyncio.gather(*waiting):
        assert [event["data"]["id"] for event in answer["events"]] == [paid["id"]]


async def test_waiting_ends_without_an_event(desk: Desk) -> None:
    after = (await until(desk.alice, desk.organization, "document.issued"))[-1]["id"]
    read = await page(desk.alice, desk.organization, after=after, wait=1)
    assert read == {"events": [], "next": after, "more": False}


async def test_events_are_only_added_to_and_not_by_the_application(
    desk: Desk, database: Database, database_url: str
) -> None:
    await until(desk.alice, desk.organization, "document.issued")
    async with database.open(organization=desk.organization["id"]) as tx:
        for sql in (
            "select events.write(1, public.tenant(), 'document.paid', 'update', now(), '{}')",
            (
                "insert into events.event (shard, organization_id, era, xid, type, change, at, data)"
                " values (1, public.tenant(), 1, '1', 'document.paid', 'update', now(), '{}')"
            ),
            "delete from events.event",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.run("execute", sql, [], enters=False)
    owner = await asyncpg.connect(database_url)
    try:
        for sql in ("delete from events.event", "update events.event set type = 'x'", "truncate events.event"):
            with pytest.raises(asyncpg.PostgresError, match="only ever added to"):
                await owner.execute(sql)
    finally:
        await owner.close()


async def test_the_order_outlives_a_move_to_another_cluster(desk: Desk, database_url: str) -> None:
    """A restored dump brings events from high transaction numbers into a cluster that counts from low ones."""
    before = await until(desk.alice, desk.organization, "document.issued")
    organization = ids.to_uuid(desk.organization["id"])
    owner = await asyncpg.connect(database_url)
    try:
        async with owner.transaction():
            await owner.execute("alter table events.event disable trigger append_only")
            await owner.execute(
                "update events.event set xid = (xid::text::bigint + 1000000000)::text::xid8 where organization_id = $1",
                organization,
            )
            await owner.execute("alter table events.event enable trigger append_only")
        assert (await page(desk.alice, desk.organization))["events"] == []
        await owner.execute("update events.era set cluster = cluster + 1")
        await owner.execute("select events.begin_era()")
        await owner.execute("select events.begin_era()")
        eras = [row[0] for row in await owner.fetch("select era from events.era order by era")]
        assert eras[-2:] == [len(eras) - 1, len(eras)]
        await desk.pay(amount=1)
        after = await until(desk.alice, desk.organization, "payment.created")
        assert types(after)[: len(before)] == types(before)
        assert after[len(before) :][0]["type"] in ("payment.created", "document.updated")
        assert {Position.of(event["id"]).era for event in after} == {len(eras) - 1, len(eras)}  # type: ignore[union-attr]
    finally:
        await owner.close()


async def test_the_first_look_at_the_link_is_told(desk: Desk) -> None:
    after = (await until(desk.alice, desk.organization, "document.issued"))[-1]["id"]
    link = ok(await desk.alice.post(f"/Documents/{desk.invoice['id']}/share"))["shareableId"]
    url = desk.alice.http.base_url.join(f"/i/{link}")
    assert (await desk.alice.http.head(url)).status_code == 200
    for _ in range(2):
        assert (await desk.alice.http.get(url)).status_code == 200
    await desk.pay(amount=1)
    events = await until(desk.alice, desk.organization, "payment.created", after)
    fit(events)
    assert types(events).count("document.viewed") == 1
    assert types(events)[0] == "document.viewed"


async def test_money_taken_online_is_told(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    ok(await alice.post("/payment-processing", {"applicationFee": 1}))
    own = f"/Organizations/{organization['id']}"
    ok(await alice.post(f"{own}/merchant"))
    await alice.post(f"{own}/merchant/sandbox/approve")
    intent = ok(await alice.post(f"{own}/payment-intents", {"amount": 100}))
    paid = ok(await alice.post(f"/payment-intents/{intent['id']}/sandbox/pay", {"card": "4242424242424242"}))
    ok(await alice.post(f"/Payments/{paid['paymentId']}/refunds", {"amount": 25}))
    events = await until(alice, organization, "payment.refunded")
    fit(events)
    assert "merchant.updated" in types(events)
    of_intent = [e["type"] for e in events if e["data"]["id"] == intent["id"]]
    assert (of_intent[0], of_intent[-1]) == ("payment_intent.created", "payment_intent.succeeded")
    assert next(e for e in events if e["type"] == "payment_intent.succeeded")["event"] == "paymentIntent/update"
    refunded = next(e for e in events if e["type"] == "payment.refunded")["data"]
    assert (refunded["id"], refunded["paymentIntentId"], refunded["amount"]) == (paid["paymentId"], intent["id"], 25)


def test_positions_sort_as_their_words_do() -> None:
    seed = secrets.randbits(32)
    places = [Position(1 + n % 3, (n * seed) % 2**40, (n * 7919 * seed) % 2**38) for n in range(300)]
    assert [place.word for place in sorted(places)] == sorted(place.word for place in places), seed
    assert [Position.of(place.word) for place in places] == places, seed
    assert Position.of("x" * 24) is None
    assert msgspec.structs.astuple(Position.of("f" * 24) or places[0])[0] == 4095
