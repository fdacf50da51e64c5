"""Ranges at any size: counted and paged by the marks of their order, which is what looking at every row finds."""

import json
import uuid
from decimal import Decimal
from typing import Any

import pytest

from billhook import documents
from billhook.documents.columns import ORDERS
from billhook.documents.service import listing
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.web import Query
from tests.integration import test_tallies
from tests.integration.payment_desk import ok
from tests.integration.test_tallies import MANY, Case, fill, nodes
from tests.world import World

owner, case = test_tallies.owner, test_tallies.case
SIGNS = {
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
    "eq": lambda one, other: one == other,
}


@pytest.fixture
async def crowd(case: Case, world: World) -> Case:
    """Documents of two states of a tally: most are gathered into marks, the last few are not."""
    await fill(case, world, MANY)
    await case.gather()
    for _ in range(3):
        ok(await case.alice.post(case.path, World.rocket_man(reference="PO-5", note="Žž")))
    await case.owner.execute("vacuum analyze documents.document, documents.tally_mark, documents.tally_change")
    return case


async def valued(case: Case, name: str) -> list[tuple[Any, str, bool]]:
    """What every document has under a name, its id, and whether it is a draft."""
    rows = await case.owner.fetch(
        f"select {documents.COLUMNS[name].sql}, id, draft from documents.document where organization_id = $1",
        ids.to_uuid(case.organization),
    )
    found = [
        (ids.from_uuid(value) if isinstance(value, uuid.UUID) else value, ids.from_uuid(key), draft)
        for value, key, draft in rows
    ]
    return sorted(found, key=lambda row: row[1])


def wire(value: Any) -> Any:
    """A value as a filter says it."""
    return str(value) if isinstance(value, Decimal) else value.isoformat() if hasattr(value, "isoformat") else value


async def test_a_range_is_what_looking_finds(crowd: Case) -> None:
    for name in ORDERS:
        rows = await valued(crowd, name)
        known = sorted({value for value, _, _ in rows if value is not None})
        for at, sign in [(at, sign) for at in (0, len(known) // 3, len(known) - 1) for sign in SIGNS]:
            match = [row for row in rows if row[0] is not None and SIGNS[sign](row[0], known[at])]
            await the_same(crowd, name, {name: {sign: wire(known[at])}}, match, pages=0 < at < len(known) // 2)
            drafts = {name: {sign: wire(known[at])}, "draft": True}
            await the_same(crowd, name, drafts, [row for row in match if row[2]], pages=sign == "gte")
        ends = [known[len(known) // 5], known[-len(known) // 5]]
        match = [row for row in rows if row[0] is not None and ends[0] <= row[0] <= ends[1]]
        await the_same(crowd, name, {name: {"between": [wire(end) for end in ends]}}, match, pages=True)
        for said, unset in ((None, True), ({"exists": False}, True), ({"exists": True}, False)):
            match = [row for row in rows if (row[0] is None) == unset]
            await the_same(crowd, name, {name: said}, match, pages=ORDERS[name].unset is not None)


async def the_same(
    case: Case, name: str, where: dict[str, Any], match: list[tuple[Any, str, bool]], *, pages: bool
) -> None:
    """The count, and pages in both ways, are those of the rows that match."""
    async with case.database.open(organization=Id(case.organization)) as tx:
        assert await documents.count(tx, where) == len(match), where
    if not pages:
        return
    wanted = [row[1] for row in sorted(match, key=lambda row: ((row[0],) if row[0] is not None else (), row[1]))]
    assert await case.page(where=where, limit=5) == (wanted[:5], len(match)), where
    for skip in (len(match) // 2, len(match) - 3):
        for way, order in (("ASC", wanted), ("DESC", wanted[::-1])):
            if skip >= 0:
                found = await case.page(where=where, order=((name, way),), skip=skip, limit=5)
                assert found == (order[skip : skip + 5], len(match)), (where, way, skip)


async def test_a_long_text_is_told_from_what_begins_like_it(crowd: Case) -> None:
    """An order has the beginning of a text only."""
    long = "Ž" * 90 + "1" * 20
    made = [ok(await crowd.alice.post(crowd.path, World.rocket_man(note=long + end)))["id"] for end in ("a", "b")]
    assert await crowd.page(where={"note": long + "a"}) == ([made[0]], 1)
    assert await crowd.page(where={"note": {"between": [long + "a", long + "b"]}}) == (made, 2)
    assert await crowd.page(where={"note": {"gt": long + "a", "lte": long + "c"}}) == ([made[1]], 1)


async def test_a_broad_range_is_not_read_through(crowd: Case) -> None:
    """Neither its count nor a page in its middle looks at more rows than stand behind two marks."""
    for name in ORDERS:
        known = sorted({value for value, _, _ in await valued(crowd, name) if value is not None})
        where = {name: {"gte": wire(known[0]), "lte": wire(known[-1])}}
        query = Query(where=where, order=((name, "DESC"),), skip=2_600, limit=9)
        for verb in (
            lambda tx, where=where: documents.count(tx, where),
            lambda tx, where=where: listing.page(tx, Query(where=where, limit=9)),
            lambda tx, query=query: listing.page(tx, query),
        ):
            read = await looked_at(crowd, verb)
            assert max(read) <= 5_000, (name, read)


async def looked_at(case: Case, verb: Any, without: str = "seqscan bitmapscan sort") -> list[int]:
    """How many documents each statement of a verb looks at, where the planner has to do without some ways."""
    found = []
    async with case.database.open(organization=Id(case.organization)) as tx, tx.atomic():
        for way in without.split():
            await tx.connection.execute(f"set local enable_{way} = off")
        original = tx.run

        async def explained(method: str, sql: str, arguments: list[Any], *, enters: bool) -> Any:
            text = await original("fetchval", f"explain (analyze, format json) {sql}", arguments, enters=enters)
            read = [node for node in nodes(json.loads(text)[0]["Plan"]) if node.get("Relation Name") == "document"]
            found.append(
                sum(
                    int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
                    for node in read
                )
            )
            return await original(method, sql, arguments, enters=enters)

        tx.run = explained  # type: ignore[method-assign]
        await verb(tx)
    return found
