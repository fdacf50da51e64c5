"""Lists and counts at any size: the tally says what counting would, deep pages hold what walking finds, indexes are used."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from bench import million

from billhook import documents
from billhook.db import Database
from billhook.documents.columns import ORDERS, SORTED
from billhook.documents.service import listing
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.units.store import prefix_in_use
from billhook.web import Query
from tests.integration.payment_desk import faults, ok
from tests.world import Actor, World

MANY = 6_500


class Case:
    """Alice's organization, looked at as the application and as the owner of the tables."""

    def __init__(self, alice: Actor, organization: str, database: Database, owner: "asyncpg.Connection[Any]") -> None:
        self.alice, self.organization, self.database, self.owner = alice, organization, database, owner
        self.path = f"/Organizations/{organization}/Documents"

    async def page(self, **query: Any) -> tuple[list[str], int]:
        async with self.database.open(organization=Id(self.organization)) as tx:
            rows, total = await listing.page(tx, Query(**query))
        return [row.id for row in rows], total

    async def walked(self, name: str, way: str, where: str = "true") -> list[str]:
        """The ids in an order, by sorting every row."""
        by = documents.COLUMNS[name].order or documents.COLUMNS[name].sql
        rows = await self.owner.fetch(
            f"select id from documents.document where organization_id = $1 and deleted_at is null and {where}"
            f" order by {by} {way}, id {way}",
            ids.to_uuid(self.organization),
        )
        return [ids.from_uuid(row[0]) for row in rows]

    async def tallied(self) -> list[tuple[Any, ...]]:
        sql = (
            "select type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency,"
            " date_year, {} from {} where organization_id = $1 and {} group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
            " having {} <> 0 order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
        )
        key = ids.to_uuid(self.organization)
        counted = sql.format("count(*)", "documents.document", "deleted_at is null{}", "count(*)")
        found = [tuple(row) for row in await self.owner.fetch(counted.format(""), key)]
        for order in ("", *(order.name for order in ORDERS.values() if not order.partial)):
            kept = sql.format("sum(n)::bigint", "documents.tally", f"sorted_by = '{order}'", "sum(n)")
            assert [tuple(row) for row in await self.owner.fetch(kept, key)] == found, order
        for order in (order.name for order in ORDERS.values() if order.partial):
            kept = sql.format("sum(n)::bigint", "documents.tally", f"sorted_by = '{order}'", "sum(n)")
            there = await self.owner.fetch(counted.format(f" and {order} is not null"), key)
            assert await self.owner.fetch(kept, key) == there, order
        await self.termed()
        return found

    async def termed(self) -> int:
        """The terms that are counted say what all documents do; returns how many terms there are."""
        key = ids.to_uuid(self.organization)
        told = await self.owner.fetch(
            "select term, coalesce(sum(n), 0)::bigint from documents.common_term left join documents.term_tally"
            " using (shard, organization_id, term) where organization_id = $1 group by term order by term",
            key,
        )
        there = await self.owner.fetch(
            "select term, count(w) from documents.common_term c left join (select unnest(documents.words_of(d)) as w"
            " from documents.document d where organization_id = $1 and deleted_at is null) d on d.w = c.term"
            " where c.organization_id = $1 group by term order by term",
            key,
        )
        assert told == there
        return len(told)

    async def gather(self) -> None:
        async with self.database.open() as tx:
            await listing.gather(tx, 1)


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def case(world: World, owner: "asyncpg.Connection[Any]") -> Case:
    alice = await world.actor()
    organization = await world.organization(alice)
    return Case(alice, organization["id"], world.database, owner)


async def fill(case: Case, world: World, rows: int) -> None:
    """So many documents after the likeness of one, with totals, dates and marks of many kinds, and equal ones among them."""
    made = await world.invoice(case.alice, {"id": case.organization})
    base = str(ids.to_uuid(made["id"]))
    values = {
        "id": f"(substr('{base}', 1, 24) || lpad(to_hex(n), 6, '0') || '000000')::uuid",
        "date": "d.date + (n * 7919 % 400) * interval '1 day'",
        "date_due": "case when n % 7 = 0 then null else d.date + (n * 31 % 90) * interval '1 day' end",
        "created_at": "d.created_at + (n / 3) * interval '1 second'",
        "updated_at": "d.updated_at + (n * 7919 % 5000) * interval '1 minute'",
        "draft": "n % 11 = 0",
        "issued_at": "case when n % 11 = 0 then null else d.issued_at end",
        "number": "case when n % 11 = 0 then null else '2026-' || n end",
        "type": "case when n % 5 = 0 then 'estimate' else 'invoice' end",
        "total": "n * 7919 % 991",
        "total_with_tax": "n * 7919 % 997",
        "total_paid": "case when n % 3 = 0 then 0 else n * 7919 % 997 end",
        "date_service": "case when n % 4 = 0 then null else d.date - (n * 31 % 90) * interval '1 day' end",
        "reference": "case when n % 2 = 0 then '' else 'PO-' || n % 977 end",
        "note": "case when n % 3 = 0 then '' else repeat('Ž', 90) || n end",
        "client": "d.client || jsonb_build_object('name', 'Klient ' || n % 313, 'email', 'k' || n % 313 || '@x.test')"
        ' || case when n % 3 = 0 then \'{"city": "Graz", "zip": ""}\' else \'{}\'::jsonb end',
        "client_id": "case when n % 6 = 0 then null else"
        " ('00000000-0000-8000-8000-' || lpad(to_hex(n % 313), 6, '0') || '000000')::uuid end",
        "total_discount": "n * 7919 % 7",
        "total_credited": "case when n % 9 = 0 then n * 7919 % 51 else 0 end",
        "date_service_to": "case when n % 2 = 0 then d.date + (n * 31 % 90) * interval '1 day' end",
        "date_valid_till": "case when n % 5 = 0 then d.date + (n * 31 % 60) * interval '1 day' end",
        "date_paid": "case when n % 16 <> 0 then d.date + (n * 7919 % 90) * interval '1 hour' end",
        "date_received": "case when n % 3 > 0 then d.date - (n * 31 % 60) * interval '1 hour' end",
        "rejected_at": "case when n % 100 = 99 then d.date + n * interval '1 minute' end",
        "accepted_at": "case when n % 50 = 0 then d.date + (n * 31 % 60) * interval '1 day' end",
        "conversion": "case when n % 8 <> 1 then jsonb_build_object('id', 'c', 'origin', 'EUR', 'target', 'USD',"
        " 'rate', 1, 'date', now(), 'source', 'said', 'exponent', 2, 'total', n * 7919 % 991, 'total_with_tax',"
        " n * 7919 % 997) end",
        "unique_id": "case when n % 3 = 0 then 'order-' || n end",
        "footer": "(array['', 'Merci', 'Danke'])[1 + n % 3]",
        "signature": "case when n % 500 = 7 then 'Seldom' else '' end",
        "custom": "jsonb_build_object('size', n % 4) || case when n % 2 = 0 then '{\"kind\": \"even\"}' else '{}'::jsonb end",
        "options": "d.options || case when n % 3 = 2 then '{\"number_internal\": \"A 1\"}' else '{}'::jsonb end",
    }
    names = await million.columns_of(case.owner, "documents.document")
    selected = ", ".join(values.get(name, f"d.{name}") for name in names)
    await case.owner.execute(
        f"insert into documents.document ({', '.join(names)}) select {selected}"
        f" from generate_series(1, {rows}) n, documents.document d where d.id = '{base}'"
    )
    await case.owner.execute("analyze documents.document")


async def test_the_tally_follows_whatever_happens_to_documents(case: Case, world: World) -> None:
    rng = random.Random(20)
    made: list[dict[str, Any]] = []
    for step in range(60):
        what = rng.choice(["invoice", "draft", "estimate", "pay", "delete", "issue", "due", "gather"])
        if what in ("invoice", "draft", "estimate"):
            body = World.rocket_man(draft=what == "draft", type="estimate" if what == "estimate" else "invoice")
            made.append(ok(await case.alice.post(case.path, body)))
        elif what == "gather":
            await case.gather()
        elif made:
            document = rng.choice(made)
            path = f"/Documents/{document['id']}"
            if what == "pay":
                await case.alice.post(f"{path}/payments", {"type": "cash", "amount": rng.choice([5, 12100])})
            elif what == "delete":
                await case.alice.delete(path)
            elif what == "issue":
                await case.alice.post(f"{path}/issue")
            else:
                await case.alice.patch(path, {"dateDue": "2031-01-01"})
        if step % 10 == 9:
            await case.tallied()
    assert len(await case.tallied()) > 2
    counted = ok(await case.alice.get(f"{case.path}/count", params={"where[draft]": "true"}))
    drafts = [row for row in ok(await case.alice.get(case.path)) if row["draft"]]
    assert counted == {"count": len(drafts)}


async def test_pages_are_what_walking_finds_before_and_after_gathering(case: Case, world: World) -> None:
    await fill(case, world, MANY)
    for gathered in (False, True):
        if gathered:
            await case.gather()
            marks = await case.owner.fetch(
                "select sorted_by, count(distinct (key, id)) from documents.tally_mark where organization_id = $1"
                " group by 1 order by 1",
                ids.to_uuid(case.organization),
            )
            full = ["", *sorted(ORDERS[name].name for name in SORTED)]
            assert [row[1] for row in marks if row[0] in full] == [1] + [3] * len(SORTED)
            assert await case.termed() > 50
        for name in SORTED:
            for way in ("ASC", "DESC"):
                wanted = await case.walked(name, way)
                for skip in (0, 20, 1_001, 4_999, 5_200, MANY - 5, MANY + 1):
                    found, total = await case.page(order=((name, way),), skip=skip, limit=7)
                    assert (name, way, skip, found) == (name, way, skip, wanted[skip : skip + 7])
                    assert total == MANY + 1
        unpaid = await case.walked("totalWithTax", "DESC", "type = 'invoice' and not draft")
        where = {"or": [{"type": "invoice"}, {"type": "advance"}], "draft": False}
        for skip in (0, 3_000, len(unpaid) - 4):
            found, total = await case.page(where=where, order=(("totalWithTax", "DESC"),), skip=skip, limit=9)
            assert (found, total) == (unpaid[skip : skip + 9], len(unpaid))
    await case.tallied()
    refused = await case.alice.get(case.path, params={"filter[order]": "footer DESC"})
    assert faults(refused) == {"filter.order": ["too_many"]}
    drafts = await case.walked("footer", "DESC", "draft")
    assert (await case.page(where={"draft": True}, order=(("footer", "DESC"),), limit=9)) == (drafts[:9], len(drafts))


async def test_pages_stay_true_while_others_write_and_gather(case: Case, world: World) -> None:
    await fill(case, world, 6_000)
    await case.gather()

    async def write() -> None:
        for _ in range(10):
            made = ok(await case.alice.post(case.path, World.rocket_man(draft=True)))
            ok(await case.alice.delete(f"/Documents/{made['id']}"))
            ok(await case.alice.post(case.path, World.rocket_man()))

    async def gather() -> None:
        for _ in range(10):
            await case.gather()

    await asyncio.gather(write(), write(), gather(), gather())
    await case.gather()
    assert sum(row[-1] for row in await case.tallied()) == 6_021
    wanted = await case.walked("number", "DESC")
    assert (await case.page(order=(("number", "DESC"),), skip=5_000, limit=5))[0] == wanted[5_000:5_005]


async def test_counting_anew_says_the_same(case: Case, world: World) -> None:
    await fill(case, world, 6_000)
    await case.owner.execute("update documents.document set total_paid = 99999 where number like '%7'")
    key = ids.to_uuid(case.organization)
    await case.owner.execute("select documents.tally_anew($1, $2)", ids.shard_of(case.organization), key)
    await case.tallied()
    await case.gather()
    await case.tallied()


async def test_one_organization_sees_only_its_own_tally(case: Case, world: World) -> None:
    bob = await world.actor("bob")
    his = await world.organization(bob)
    await world.invoice(case.alice, {"id": case.organization})
    assert ok(await bob.get(f"/Organizations/{his['id']}/Documents/count")) == {"count": 0}
    async with world.database.open(organization=Id(his["id"])) as tx:
        seen = await tx.run("fetch", "select distinct organization_id from documents.tally", [], enters=False)
    assert [row[0] for row in seen] in ([], [his["id"]])


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


async def plan_of(database: Database, organization: str, run: Any) -> list[list[dict[str, Any]]]:
    """The plans of the statements that a verb runs, as the application's role has them planned."""
    plans = []
    async with database.open(organization=Id(organization)) as tx:
        original = tx.run

        async def explained(method: str, sql: str, arguments: list[Any], *, enters: bool) -> Any:
            text = await original("fetchval", f"explain (format json) {sql}", arguments, enters=enters)
            plans.append(nodes(json.loads(text)[0]["Plan"]))
            return await original(method, sql, arguments, enters=enters)

        tx.run = explained  # type: ignore[method-assign]
        await run(tx)
    return plans


async def test_the_indexes_stay_in_use(case: Case, world: World) -> None:
    """No list sorts, none reads the whole table; the ids of a deep page come from an index alone."""
    await fill(case, world, MANY)
    await case.gather()
    await case.owner.execute("vacuum analyze documents.document, documents.tally_mark, documents.tally_change")
    for name in SORTED:
        for way in ("ASC", "DESC"):
            for skip in (0, 500, 5_500):
                query = Query(order=((name, way),), skip=skip, limit=20)
                plans = await plan_of(
                    world.database, case.organization, lambda tx, query=query: listing.page(tx, query)
                )
                [listed] = [plan for plan in plans if plan[0]["Node Type"] and _reads_documents(plan)]
                kinds = [node["Node Type"] for node in listed]
                assert "Seq Scan" not in kinds, (name, way, skip)
                if skip == 0:
                    assert "Sort" not in kinds, (name, way)
                else:
                    [walk] = [node for node in listed if node["Node Type"] == "Index Only Scan"]
                    assert walk["Scan Direction"] == ("Forward" if way == "ASC" else "Backward")
                    assert skip < 1_000 or re.search(r"ROW\(|id (>=|<)", walk["Index Cond"])
    [plan] = await plan_of(world.database, case.organization, lambda tx: prefix_in_use(tx, "U1"))
    [sought] = [node for node in plan if node.get("Relation Name") == "document"]
    assert sought["Index Name"] == "document_by_number"
    assert ("'U1-'" in sought["Index Cond"], "'U1.'" in sought["Index Cond"]) == (True, True)


def _reads_documents(plan: list[dict[str, Any]]) -> bool:
    return any(node.get("Relation Name") == "document" for node in plan)


async def test_a_count_never_looks_at_documents(case: Case, world: World) -> None:
    await fill(case, world, 300)
    for where in (
        {},
        {"type": "invoice", "draft": False},
        {"or": [{"paidInFull": True}, {"currencyId": {"neq": "EUR"}}]},
    ):
        plans = await plan_of(world.database, case.organization, lambda tx, where=where: listing.count(tx, where))
        assert plans
        assert not any(_reads_documents(plan) for plan in plans)


async def test_the_clock_has_changes_gathered(case: Case, world: World) -> None:
    await fill(case, world, 150)
    handler = documents.handlers(world.database, None)["document.gather"]  # type: ignore[arg-type] # prints nothing
    assert documents.TICKS["document.gather"] == timedelta(minutes=1)
    await handler(None)  # type: ignore[arg-type] # it asks nothing of its job
    left = await case.owner.fetchval(
        "select count(*) from documents.tally_change where organization_id = $1", ids.to_uuid(case.organization)
    )
    assert left == 0
    await case.tallied()


async def test_a_plan_for_few_marks_is_not_kept_for_many(case: Case, world: World) -> None:
    """Gathering in a session that has gathered while there were few marks does not read all of them for each change."""
    await fill(case, world, 600)
    others = (
        "insert into documents.tally_mark select 1, gen_random_uuid(), s, 'k' || n, gen_random_uuid(), 'invoice', false, false,"
        " false, false, 'EUR', 2026, 1, false, false, 2 from unnest(array['', 'id', 'date']) s, generate_series(1, 10) n, generate_series(1, {}) o"
    )
    gathering = "select documents.gather_tally(o.shard, o.id) from organizations.organization o where id = $1"
    transaction = case.owner.transaction()
    await transaction.start()
    try:
        await case.owner.execute("truncate documents.tally_mark")
        await case.owner.execute(others.format(1))
        await case.owner.execute("analyze documents.tally_mark")
        for _ in range(10):
            await case.owner.execute("savepoint before")
            await case.owner.execute(gathering, ids.to_uuid(case.organization))
            await case.owner.execute("rollback to before")
        await case.owner.execute(others.format(300))
        scans = "select seq_scan from pg_stat_xact_user_tables where relid = 'documents.tally_mark'::regclass"
        before = await case.owner.fetchval(scans)
        await case.owner.execute(gathering, ids.to_uuid(case.organization))
        assert await case.owner.fetchval(scans) - before < 100
    finally:
        await transaction.rollback()
