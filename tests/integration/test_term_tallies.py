"""What many documents say alike, or lack, is counted and paged by terms: which is what looking at every row finds."""

from typing import Any

import pytest
from bench import million

from billhook import documents
from billhook.documents.columns import LACKED, TERMS
from billhook.documents.service import listing
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.web import Compiled, Query
from tests.integration import test_tallies
from tests.integration.payment_desk import ok
from tests.integration.test_tallied_ranges import looked_at
from tests.integration.test_tallies import MANY, Case, fill
from tests.world import World

owner, case = test_tallies.owner, test_tallies.case
NAMES = sorted({*TERMS, *LACKED, "unitId", "custom.size", "custom.kind", "custom.nothing"})


@pytest.fixture
async def crowd(case: Case, world: World) -> Case:
    """Documents most of which are gathered; some were made, changed and deleted since."""
    await fill(case, world, MANY)
    await case.gather()
    await case.owner.execute("vacuum analyze documents.document, documents.tally_mark, documents.term_mark")
    await stir(case)
    return case


async def stir(case: Case) -> None:
    """Make, change and delete a few."""
    made = [ok(await case.alice.post(case.path, World.rocket_man(draft=True, footer="New"))) for _ in range(4)]
    ok(await case.alice.patch(f"/Documents/{made[0]['id']}", {"custom": {"size": "2"}, "footer": "Merci"}))
    ok(await case.alice.delete(f"/Documents/{made[1]['id']}"))
    changed = "custom = '{}', shareable_id = id::text where number like '%77'"
    deleted = "deleted_at = updated_at where draft and unique_id like '%3'"
    for change in (changed, deleted):
        await case.owner.execute(
            f"update documents.document set {change} and organization_id = $1", ids.to_uuid(case.organization)
        )


async def said(case: Case, name: str) -> list[tuple[Any, str]]:
    """What every document has under a name, and its id, in the order of ids."""
    sql = Compiled.of_where({name: None}, documents.COLUMNS, first=1).where.removeprefix(" and ").split(" is null")[0]
    rows = await case.owner.fetch(
        f"select ({sql})::text, id from documents.document where organization_id = $1 and deleted_at is null order by id",
        ids.to_uuid(case.organization),
    )
    return [(value, ids.from_uuid(key)) for value, key in rows]


def conditions(name: str, values: list[Any]) -> list[tuple[Any, Any]]:
    """What may be asked for under a name, each with what tells whether a value matches."""
    asked: list[tuple[Any, Any]] = [
        (None, lambda value: value is None),
        ({"neq": None}, lambda value: value is not None),
        ({"exists": True}, lambda value: value is not None),
        ({"exists": False}, lambda value: value is None),
    ]
    if name not in LACKED and name != "unitId":
        for one in [*values, "nobody says this"]:
            asked.append((one, lambda value, one=one: value == one))
            asked.append(({"neq": one}, lambda value, one=one: value != one))
        some = [*values[:2], "nobody says this"]
        asked.append((some, lambda value: value in some))
        asked.append(({"nin": some}, lambda value: value not in some))
        if not name.startswith("custom."):
            asked.append(({"inq": [*some, None]}, lambda value: value is None or value in some))
    return asked


async def test_terms_are_what_looking_finds(crowd: Case) -> None:
    """Before what is new is gathered, after, and when all is counted anew."""
    for state in ("new", "gathered", "anew"):
        if state == "gathered":
            await crowd.gather()
        elif state == "anew":
            key = ids.to_uuid(crowd.organization)
            await crowd.owner.execute("select documents.tally_anew($1, $2)", ids.shard_of(crowd.organization), key)
        assert await crowd.termed() > 50
        for name in NAMES:
            rows = await said(crowd, name)
            values = sorted({value for value, _ in rows if value is not None})
            for asked, holds in conditions(name, values[:1] + values[1:][-2:]):
                match = [key for value, key in rows if holds(value)]
                async with crowd.database.open(organization=Id(crowd.organization)) as tx:
                    assert await documents.count(tx, {name: asked}) == len(match), (state, name, asked)
                for skip, way in ((0, "ASC"), (len(match) // 2, "DESC"), (max(len(match) - 2, 0), "ASC")):
                    found = await crowd.page(where={name: asked}, order=(("id", way),), skip=skip, limit=3)
                    wanted = match if way == "ASC" else match[::-1]
                    assert found == (wanted[skip : skip + 3], len(match)), (state, name, asked, skip, way)


async def test_another_order_finds_the_same(crowd: Case) -> None:
    for asked, sql in (
        ({"footer": "Merci"}, "footer = 'Merci'"),
        ({"signature": "Seldom"}, "signature = 'Seldom'"),
        ({"custom.kind": None}, "custom ->> 'kind' is null"),
        ({"footer": "Merci", "draft": False}, "footer = 'Merci' and not draft"),
    ):
        wanted = await crowd.walked("totalWithTax", "DESC", sql)
        found = await crowd.page(where=asked, order=(("totalWithTax", "DESC"),), skip=3, limit=5)
        assert found == (wanted[3:8], len(wanted)), asked


async def test_what_is_said_by_many_is_not_read_through(crowd: Case) -> None:
    """Neither a count nor a page in the middle looks at more rows than stand behind two marks."""
    await crowd.gather()
    for where in (
        {"footer": {"neq": "Merci"}},
        {"custom.kind": "even"},
        {"custom.kind": None},
        {"custom.nothing": None},
        {"datePaid": {"exists": False}},
        {"uniqueId": None},
        {"_documentClient.zip": ""},
        {"_documentClient.city": ["Graz", "Brussels"]},
    ):
        assert max(await looked_at(crowd, lambda tx, where=where: documents.count(tx, where)), default=0) == 0, where
        query = Query(where=where, skip=1_200 if "exists" not in str(where) else 300, limit=9)
        read = await looked_at(crowd, lambda tx, query=query: listing.page(tx, query), without="seqscan")
        assert max(read) <= 5_000, (where, read)


async def test_a_term_that_becomes_common_is_counted_from_the_first_on(crowd: Case, world: World) -> None:
    """A few had it before; when thousands have come, those are counted, too."""
    await crowd.gather()
    before = await crowd.termed()
    base = await crowd.owner.fetchval(
        "select id from documents.document where organization_id = $1 and footer = 'New' limit 1",
        ids.to_uuid(crowd.organization),
    )
    names = await million.columns_of(crowd.owner, "documents.document")
    columns = ", ".join(name for name in names if name != "id")
    await crowd.owner.execute(
        f"insert into documents.document (id, {columns}) select (substr('{base}', 1, 24) || lpad(to_hex(n), 6, '0')"
        f" || '000000')::uuid, {columns} from documents.document, generate_series(1, 6000) n where id = '{base}'"
    )
    await crowd.gather()
    assert await crowd.termed() > before
    for where in ({"footer": "New"}, {"footer": {"neq": "New"}}):
        rows = await said(crowd, "footer")
        match = [key for value, key in rows if (value == "New") == (where == {"footer": "New"})]
        assert await crowd.page(where=where, skip=len(match) - 1, limit=3) == (match[-1:], len(match))


async def test_what_asks_for_no_term_is_refused_or_walked_as_before(crowd: Case) -> None:
    for where in (
        {"custom.size": ""},
        {"custom.size": [None, "1"]},
        {"unitId": "no id"},
        {"footer": {"gt": "M"}},
        {"footer": {"neq": "Merci", "exists": True}},
        {"uniqueId": "order-3"},
        {"uniqueId": {"nin": ["order-3", None]}},
        {"or": [{"footer": "Merci"}, {"footer": "Danke"}]},
    ):
        compiled = Compiled.of_where(where, documents.COLUMNS, first=2)
        wanted = await crowd.owner.fetchval(
            f"select count(*) from documents.document where organization_id = $1 and deleted_at is null{compiled.where}",
            ids.to_uuid(crowd.organization),
            *[ids.to_uuid(one) if name == "unitId" else one for name in where for one in compiled.arguments],
        )
        async with crowd.database.open(organization=Id(crowd.organization)) as tx:
            assert await documents.count(tx, where) == wanted, where
