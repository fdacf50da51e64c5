"""Payments at any size: the tally says what counting would, deep pages hold what walking finds, indexes are used."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from billhook import payments
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.payments.columns import ORDERS
from billhook.payments.service import gather
from billhook.web import Query
from tests.integration import payment_desk
from tests.integration.payment_desk import Desk, ok
from tests.integration.test_tallies import plan_of
from tests.world import World

desk = payment_desk.desk
MANY = 6_500
COLUMN = {"id": "id", "date": "date", "createdAt": "created_at", "updatedAt": "updated_at"}


class Till:
    """The payments of Alice's organization, looked at as the application and as the owner of the tables."""

    def __init__(self, desk: Desk, world: World, owner: "asyncpg.Connection[Any]") -> None:
        self.desk, self.world, self.owner = desk, world, owner
        self.organization = Id(desk.organization["id"])
        self.key = ids.to_uuid(self.organization)

    async def page(self, **query: Any) -> tuple[list[str], int]:
        async with self.world.database.open(organization=self.organization) as tx:
            rows, total = await payments.page(tx, Query(**query))
        return [row.id for row in rows], total

    async def walked(self, name: str, way: str, where: str = "true") -> list[str]:
        rows = await self.owner.fetch(
            f"select id from payments.payment where organization_id = $1 and deleted_at is null and {where}"
            f" order by {COLUMN[name]} {way}, id {way}",
            self.key,
        )
        return [ids.from_uuid(row[0]) for row in rows]

    async def tallied(self) -> dict[tuple[str, str], int]:
        """How many payments there are by type and currency, which the tally of every order has to say alike."""
        text = "select type, currency, {} as n from {} where organization_id = $1 and {} group by 1, 2 having {} <> 0"
        counted = text.format("count(*)", "payments.payment", "deleted_at is null", "count(*)")
        found = {(row[0], row[1]): row[2] for row in await self.owner.fetch(counted, self.key)}
        for order in ("", *COLUMN.values()):
            kept = text.format("sum(n)::bigint", "payments.tally", f"sorted_by = '{order}'", "sum(n)")
            assert {(row[0], row[1]): row[2] for row in await self.owner.fetch(kept, self.key)} == found, order
        return found

    async def gather(self) -> None:
        async with self.world.database.open() as tx:
            await gather(tx, 1)

    async def fill(self, rows: int) -> None:
        """So many payments after the likeness of one, of several types, with days and instants that are often the same."""
        made = await self.desk.pay(amount=1)
        base = str(ids.to_uuid(made["id"]))
        values = {
            "id": f"(substr('{base}', 1, 24) || lpad(to_hex(n), 6, '0') || '000000')::uuid",
            "type": "(array['bank', 'card', 'cash'])[1 + n * 7919 % 3]",
            "date": "p.date + (n * 7919 % 400) * interval '1 day'",
            "created_at": "p.created_at + (n / 3) * interval '1 second'",
            "updated_at": "p.updated_at + (n * 7919 % 5000) * interval '1 minute'",
        }
        columns = await self.owner.fetch(
            "select column_name from information_schema.columns where table_schema = 'payments' and table_name = 'payment'"
        )
        names = [row[0] for row in columns]
        selected = ", ".join(values.get(name, f"p.{name}") for name in names)
        await self.owner.execute(
            f"insert into payments.payment ({', '.join(names)}) select {selected}"
            f" from generate_series(1, {rows}) n, payments.payment p where p.id = '{base}'"
        )
        await self.owner.execute("analyze payments.payment")


@pytest.fixture
async def till(desk: Desk, world: World, database_url: str) -> AsyncIterator[Till]:
    owner = await asyncpg.connect(database_url)
    yield Till(desk, world, owner)
    await owner.close()


async def test_the_tally_follows_whatever_happens_to_payments(till: Till) -> None:
    rng, made = random.Random(44), list[dict[str, Any]]()
    for step in range(60):
        what = rng.choice(["pay", "pay", "free", "type", "note", "delete", "gather"])
        if what == "pay":
            made.append(await till.desk.pay(amount=rng.choice([1, 5]), type=rng.choice(["bank", "cash"])))
        elif what == "free":
            body = {"type": "card", "amount": 3, "date": "2026-04-30", "currencyId": rng.choice(["EUR", "USD"])}
            made.append(ok(await till.desk.alice.post(till.desk.all, body)))
        elif what == "gather":
            await till.gather()
        elif made and what == "delete":
            ok(await till.desk.alice.delete(f"/Payments/{made.pop(rng.randrange(len(made)))['id']}"))
        elif made:
            said = {"type": "paypal"} if what == "type" else {"note": f"step {step}"}
            ok(await till.desk.alice.patch(f"/Payments/{rng.choice(made)['id']}", said))
        if step % 10 == 9:
            assert sum((await till.tallied()).values()) == len(made)
    await till.gather()
    found = await till.tallied()
    for (kind, currency), n in found.items():
        where = {"where[type]": kind, "where[currencyId]": currency}
        assert ok(await till.desk.alice.get(f"{till.desk.all}/count", params=where)) == {"count": n}
    assert ok(await till.desk.alice.get(f"{till.desk.all}/count")) == {"count": len(made)}


async def test_pages_are_what_walking_finds_before_and_after_gathering(till: Till) -> None:
    await till.fill(MANY)
    for gathered in (False, True):
        if gathered:
            await till.gather()
            marks = await till.owner.fetch(
                "select sorted_by, count(distinct (key, id)) from payments.tally_mark where organization_id = $1"
                " group by 1 order by 1",
                till.key,
            )
            assert [row[1] for row in marks] == [1, 3, 3, 3, 3]
        for name in ORDERS:
            for way in ("ASC", "DESC"):
                wanted, cash = await till.walked(name, way), await till.walked(name, way, "type = 'cash'")
                for skip in (0, 20, 1_001, 4_999, 5_200, MANY - 5, MANY + 1):
                    found, total = await till.page(order=((name, way),), skip=skip, limit=7)
                    assert (name, way, skip, found, total) == (name, way, skip, wanted[skip : skip + 7], MANY + 1)
                for skip in (0, 1_700, len(cash) - 3):
                    found, total = await till.page(where={"type": "cash"}, order=((name, way),), skip=skip, limit=7)
                    assert (name, way, skip, found, total) == (name, way, skip, cash[skip : skip + 7], len(cash))
    await till.owner.execute("select payments.tally_anew($1, $2)", ids.shard_of(till.organization), till.key)
    assert sum((await till.tallied()).values()) == MANY + 1


async def test_a_range_is_what_walking_finds(till: Till) -> None:
    await till.fill(MANY)
    await till.gather()
    for name, column in COLUMN.items():
        middle = await till.owner.fetchval(
            f"select {column} from payments.payment where organization_id = $1 order by 1 offset {MANY // 3} limit 1",
            till.key,
        )
        value = ids.from_uuid(middle) if name == "id" else middle.isoformat()
        for sign, text in (("gte", ">="), ("lt", "<")):
            for way in ("ASC", "DESC"):
                wanted = await till.walked(name, way, f"{column} {text} '{middle}'")
                where = {name: {sign: value}}
                for skip in (0, 2_100, len(wanted) - 3):
                    found, total = await till.page(where=where, order=((name, way),), skip=skip, limit=5)
                    assert (found, total) == (wanted[skip : skip + 5], len(wanted)), (where, way, skip)


async def test_counts_and_deep_pages_walk_no_payments(till: Till) -> None:
    await till.fill(MANY)
    await till.gather()
    await till.owner.execute("vacuum analyze payments.payment, payments.tally_mark, payments.tally_change")

    async def plans(verb: Any) -> list[list[dict[str, Any]]]:
        """The plans that read payments, if reading all and sorting them were out of the question, as at a million."""

        async def run(tx: Tx) -> None:
            async with tx.atomic():
                await tx.connection.execute("set local enable_seqscan = off; set local enable_sort = off")
                await tx.connection.execute("set local enable_bitmapscan = off")
                await verb(tx)

        found = await plan_of(till.world.database, till.organization, run)
        return [plan for plan in found if any(node.get("Relation Name") == "payment" for node in plan)]

    assert await plans(lambda tx: payments.count(tx, {"type": "cash", "currencyId": "EUR"})) == []
    for name in ORDERS:
        for way in ("ASC", "DESC"):
            query = Query(order=((name, way),), skip=5_500, limit=20)
            [listed] = await plans(lambda tx, query=query: payments.page(tx, query))
            [walk] = [node for node in listed if node["Node Type"].startswith("Index")]
            assert walk["Scan Direction"] == ("Forward" if way == "ASC" else "Backward")
            assert "Sort" not in [node["Node Type"] for node in listed]
            assert ("id <" if way == "DESC" else "id >=") in walk["Index Cond"] or "ROW(" in walk["Index Cond"]


async def test_the_clock_has_changes_gathered(till: Till) -> None:
    await till.fill(150)
    assert payments.TICKS["payment.gather"] == timedelta(minutes=1)
    await payments.handlers(till.world.database)["payment.gather"](None)  # type: ignore[arg-type] # it asks nothing of it
    waiting = "select count(*) from payments.tally_change where organization_id = $1"
    assert await till.owner.fetchval(waiting, till.key) == 0
    assert sum((await till.tallied()).values()) == 151
