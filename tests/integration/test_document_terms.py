"""Documents asked for by parts of them: looked up in one index where few match, walked where many do; the same rows."""

from typing import Any

import pytest
from bench import million

from billhook import documents
from billhook.documents.service import listing
from billhook.kernel import ids
from billhook.kernel.ids import Id
from tests.integration import test_tallies
from tests.integration.payment_desk import faults, ok
from tests.integration.test_tallies import Case, fill, plan_of
from tests.world import World

owner, case = test_tallies.owner, test_tallies.case
MANY = 6_500
COLOURS = "custom = jsonb_build_object('color', case when number like '%77' then 'green' else 'red' end)"


@pytest.fixture
async def coloured(case: Case, world: World) -> Case:
    """Many documents, of which few are green and most are red."""
    await fill(case, world, MANY)
    await case.owner.execute(
        f"update documents.document set {COLOURS} where organization_id = $1", ids.to_uuid(case.organization)
    )
    await case.owner.execute("vacuum analyze documents.document")
    return case


async def test_few_and_many_are_those_that_walking_finds(coloured: Case) -> None:
    for colour in ("green", "red", "blue"):
        for order in ("id", "totalWithTax"):
            wanted = await coloured.walked(order, "DESC", f"custom ->> 'color' = '{colour}'")
            for skip in (0, 7, 1_500):
                found = await coloured.page(
                    where={"custom.color": colour}, order=((order, "DESC"),), skip=skip, limit=9
                )
                assert found == (wanted[skip : skip + 9], len(wanted)), (colour, order, skip)
        async with coloured.database.open(organization=Id(coloured.organization)) as tx:
            assert await documents.count(tx, {"custom.color": colour, "draft": False}) == len(
                await coloured.walked("id", "ASC", f"custom ->> 'color' = '{colour}' and not draft")
            )


async def test_few_are_looked_up(coloured: Case) -> None:
    async with coloured.database.open(organization=Id(coloured.organization)) as tx, tx.atomic():
        scans = "select pg_stat_get_xact_numscans('documents.document_term'::regclass)"
        before = await tx.connection.fetchval(scans)
        await listing.count(tx, {"custom.color": "green", "_documentClient.name": "Rocket man"})
        assert await tx.connection.fetchval(scans) > before
    for where in (
        {"custom.color": "green", "draft": False},
        {"custom.color": {"eq": "blue"}, "draft": False},
        {"_documentClient.email": "no@body.test", "draft": False},
    ):
        plans = await plan_of(
            coloured.database, coloured.organization, lambda tx, where=where: listing.count(tx, where)
        )
        read = [node for plan in plans for node in plan if node.get("Relation Name") == "document"]
        assert read
        assert {node["Node Type"] for node in read} <= {"Index Scan", "Bitmap Heap Scan"}
        assert all("ANY" in str(node.get("Index Cond", node.get("Recheck Cond"))) for node in read), (where, read)


async def test_a_range_is_looked_up(coloured: Case) -> None:
    for where, index, condition in (
        ({"totalWithTax": {"gt": 9.95}}, "document_by_total", "sort_total >"),
        ({"totalWithTax": {"between": [1, 1.01]}}, "document_by_total", "sort_total <="),
        ({"datePaid": {"gt": "2031-01-01"}}, "document_date_paid", "date_paid >"),
        ({"acceptedAt": "2026-01-01"}, "document_accepted_at", "accepted_at >="),
        ({"dateDue": {"lt": "2000-01-01"}}, "document_by_due", "CASE"),
    ):
        plans = await plan_of(coloured.database, coloured.organization, lambda tx, w=where: listing.count(tx, w))
        read = [node for plan in plans for node in plan if node.get("Index Name", "tally").startswith("document")]
        assert {node["Index Name"] for node in read} == {index}
        assert any(condition in node["Index Cond"] for node in read)


async def test_a_range_is_planned_for_its_own_values(coloured: Case) -> None:
    """Kept, the plan for a range that nearly all are in would be that of one that few are in."""
    async with coloured.database.open(organization=Id(coloured.organization)) as tx:
        for _ in range(8):
            assert await listing.count(tx, {"totalWithTax": {"gt": 0.5}}) > 6_000
        kept = "select coalesce(sum(generic_plans), 0) from pg_prepared_statements where statement like $1"
        assert await tx.connection.fetchval(kept, "%sort_total >%") == 0


async def test_terms_follow_a_change_and_stay_inside(case: Case, world: World) -> None:
    made = await world.invoice(case.alice, {"id": case.organization}, custom={"order": "4711", "paid": True})
    bob = await world.actor("bob")
    his = await world.organization(bob)
    theirs = await world.invoice(bob, his, custom={"order": "4711"})

    async def found(value: Any) -> list[str]:
        rows = ok(await case.alice.get(case.path, params={"filter[where][custom.order]": value}))
        return [row["id"] for row in rows]

    assert await found("4711") == [made["id"]]
    assert (
        ok(await bob.get(f"/Organizations/{his['id']}/Documents", params={"filter[where][custom.order]": "4711"}))[0][
            "id"
        ]
        == theirs["id"]
    )
    changed = ok(await case.alice.patch(f"/Documents/{made['id']}", {"custom": {"order": 4712}}))
    assert changed["custom"] == {"order": 4712}, changed["custom"]
    assert (await found("4711"), await found("4712")) == ([], [made["id"]])
    refused = await case.alice.get(
        case.path, params={"filter[where][custom.order]": "4712", "filter[where][nothing]": "1"}
    )
    assert list(faults(refused)) == ["filter.where.nothing"]


async def test_a_look_up_asks_the_index_however_many_organizations_there_are(coloured: Case) -> None:
    """Beside many organizations each seems small to the planner; to look through this one would still be long."""
    owner, organization = coloured.owner, ids.to_uuid(coloured.organization)
    own = {"id": "gen_random_uuid()", "organization_id": "gen_random_uuid()", "shard": "n", "client_id": "null"}
    names = await million.columns_of(owner, "documents.document")
    selected = ", ".join(own.get(name, f"d.{name}") for name in names)
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute("set local session_replication_role = replica")
        await owner.execute(
            f"insert into documents.document ({', '.join(names)}) select {selected} from generate_series(1, 3000) n,"
            " (select * from documents.document where organization_id = $1 and not draft limit 1) d",
            organization,
        )
        await owner.execute("analyze documents.document")
        await owner.execute("select set_config('billhook.organization', $1, true)", str(organization))
        scans = "select pg_stat_get_xact_numscans('documents.document_term'::regclass)"
        green = len(await coloured.walked("id", "ASC", "custom ->> 'color' = 'green'"))
        look_up = "select documents.with_terms(array['custom.color'], array['green'], $1, 1000)"
        for looked in range(8):  # a plan that is made for no value in particular comes after a few
            assert await owner.fetchval(scans) == looked
            assert len(await owner.fetchval(look_up, ids.shard_of(coloured.organization))) == green
        assert await owner.fetchval(scans) == 8
    finally:
        await transaction.rollback()
