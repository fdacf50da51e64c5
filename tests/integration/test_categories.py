"""Categories over the API: kept, named by alias, documents sorted into them; nothing half-done."""

import asyncio
from typing import Any

import asyncpg
import pytest

from billhook.kernel import ids
from tests.integration.payment_desk import faults, ok
from tests.integration.test_drafts import waiting
from tests.world import Actor, World

TRAVEL = {"name": "Travel", "alias": "travel", "description": "Flights, trains, rockets"}


class Case:
    """Alice, her organization, a category and an invoice of 12,100."""

    def __init__(self, alice: Actor, organization: str, category: dict[str, Any], invoice: dict[str, Any]) -> None:
        self.alice, self.organization, self.category, self.invoice = alice, organization, category, invoice
        self.all = f"/Organizations/{organization}/categories"
        self.shares = f"/Documents/{invoice['id']}/documentCategories"


@pytest.fixture
async def case(world: World) -> Case:
    alice = await world.actor()
    organization = await world.organization(alice)
    category = ok(await alice.post(f"/Organizations/{organization['id']}/categories", TRAVEL))
    return Case(alice, organization["id"], category, await world.invoice(alice, organization))


async def test_a_category_is_kept_changed_and_deleted(case: Case) -> None:
    made, path = case.category, f"/Categories/{case.category['id']}"
    stored = {key: made[key] for key in ("id", "createdAt", "updatedAt")}
    assert made == stored | TRAVEL | {"organizationId": case.organization, "_isDeleted": False, "custom": {}}
    assert ok(await case.alice.get(path)) == made
    assert ok(await case.alice.get(case.all)) == [made]
    assert ok(await case.alice.get(f"{case.all}/count", params={"where[alias]": "travel"})) == {"count": 1}
    assert ok(await case.alice.patch(path, {"name": "Trips"}))["alias"] == "travel"
    replaced = ok(await case.alice.put(path, {"name": "Trips", "alias": "trips"}))
    assert "description" not in replaced
    assert ok(await case.alice.delete(path)) == {"count": 1}
    assert ok(await case.alice.delete(path)) == {"count": 0}
    assert ok(await case.alice.get(case.all)) == []
    assert ok(await case.alice.get(path, params={"filter[deleted]": "true"}))["_isDeleted"] is True
    again = ok(await case.alice.post(case.all, {"name": "Trips", "alias": "trips"}))
    assert again["id"] != made["id"]


async def test_what_is_no_category_is_refused(case: Case) -> None:
    assert faults(await case.alice.post(case.all, {})) == {"name": ["presence"], "alias": ["presence"]}
    assert faults(await case.alice.post(case.all, {"name": "X", "alias": "a b"})) == {"alias": ["format"]}
    assert faults(await case.alice.post(case.all, TRAVEL)) == {"alias": ["uniqueness"]}
    same = [case.alice.post(case.all, {"name": "Twice", "alias": "twice"}) for _ in range(4)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*same)) == [200, 422, 422, 422]


async def test_a_document_is_sorted_in_parts(case: Case) -> None:
    first = ok(await case.alice.post(case.shares, {"categoryId": case.category["id"], "amount": 100.5}))
    assert (first["amount"], first["currencyId"], first["date"]) == (100.5, "EUR", case.invoice["date"])
    rest = ok(await case.alice.post(case.shares, {"categoryAlias": "travel", "date": "2026-05-01"}))
    assert (rest["amount"], rest["date"]) == (11999.5, "2026-05-01T00:00:00.000Z")
    assert ok(await case.alice.get(case.shares)) == [first, rest]
    of_all = f"/Organizations/{case.organization}/documentCategories"
    assert ok(await case.alice.get(of_all, params={"filter[where][amount][gt]": "1000"})) == [rest]
    assert ok(await case.alice.get(f"{of_all}/count")) == {"count": 2}
    read = ok(await case.alice.get(f"/Documents/{case.invoice['id']}?filter[include]=documentCategories"))
    assert read["documentCategories"] == [first, rest]
    path = f"/DocumentCategories/{first['id']}"
    changed = ok(await case.alice.patch(path, {"amount": 50}))
    assert changed == first | {"amount": 50, "updatedAt": changed["updatedAt"]}
    assert ok(await case.alice.put(path, {"categoryAlias": "travel", "amount": 7}))["amount"] == 7
    assert ok(await case.alice.delete(path)) == {"count": 1}
    assert ok(await case.alice.delete(path)) == {"count": 0}
    assert ok(await case.alice.get(case.shares)) == [rest]


async def test_a_share_that_fits_nowhere_is_refused(case: Case) -> None:
    assert faults(await case.alice.post(case.shares, {"amount": 1})) == {"categoryId": ["presence"]}
    wrong = {"categoryAlias": "none", "amount": 1.005}
    assert faults(await case.alice.post(case.shares, wrong)) == {
        "categoryAlias": ["inclusion"],
        "amount": ["numericality"],
    }
    made = ok(await case.alice.post(case.shares, {"categoryAlias": "travel"}))
    refused = await case.alice.put(f"/DocumentCategories/{made['id']}", {"categoryAlias": "travel"})
    assert faults(refused) == {"amount": ["presence"]}


async def test_a_strangers_category_is_none(case: Case, world: World) -> None:
    bob = await world.actor("bob")
    his = await world.invoice(bob, await world.organization(bob))
    body = {"categoryId": case.category["id"], "amount": 1}
    assert faults(await bob.post(f"/Documents/{his['id']}/documentCategories", body)) == {"categoryId": ["inclusion"]}


async def test_a_document_comes_with_its_categories_or_not_at_all(case: Case, world: World) -> None:
    path = f"/Organizations/{case.organization}/Documents"
    body = world.rocket_man(documentCategories=[{"categoryAlias": "travel"}], uniqueId="order-7")
    before = ok(await case.alice.get(f"{path}/count"))["count"]
    made, same = ok(await case.alice.post(path, body)), ok(await case.alice.post(path, body))
    assert made["id"] == same["id"]
    [share] = ok(await case.alice.get(f"/Documents/{made['id']}/documentCategories"))
    assert (share["amount"], share["categoryId"]) == (12100, case.category["id"])
    wrong = [{"categoryAlias": "travel"}, {"categoryAlias": "none"}, {}]
    refused = await case.alice.post(path, world.rocket_man(documentCategories=wrong))
    assert faults(refused) == {
        "documentCategories.1.categoryAlias": ["inclusion"],
        "documentCategories.2.categoryId": ["presence"],
    }
    assert ok(await case.alice.get(f"{path}/count"))["count"] == before + 1
    following = ok(await case.alice.post(path, world.rocket_man()))
    assert int(following["number"][-5:]) == int(made["number"][-5:]) + 1


async def test_the_same_document_sent_at_once_is_one_with_its_categories_once(case: Case, world: World) -> None:
    path = f"/Organizations/{case.organization}/Documents"
    body = world.rocket_man(documentCategories=[{"categoryAlias": "travel"}], uniqueId="order-8")
    answers = await asyncio.gather(*(case.alice.post(path, body) for _ in range(5)))
    assert len({ok(answer)["id"] for answer in answers}) == 1
    assert len(ok(await case.alice.get(f"/Documents/{answers[0].json()['id']}/documentCategories"))) == 1


@pytest.mark.parametrize("of", ["category", "share"])
async def test_changes_at_once_do_not_undo_each_other(case: Case, database_url: str, of: str) -> None:
    share = ok(await case.alice.post(case.shares, {"categoryAlias": "travel", "amount": 100}))
    path, held, first, second = {
        "category": (
            f"/Categories/{case.category['id']}",
            ("categories.category", case.category["id"]),
            {"name": "Trips"},
            {"description": "By train"},
        ),
        "share": (
            f"/DocumentCategories/{share['id']}",
            ("documents.document", case.invoice["id"]),
            {"amount": 50},
            {"date": "2026-05-01"},
        ),
    }[of]
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute(f"select from {held[0]} where id = $1 for update", ids.to_uuid(held[1]))
            changing = [asyncio.create_task(case.alice.patch(path, said)) for said in (first, second)]
            await waiting(holder, 2)
    finally:
        await holder.close()
    for task in changing:
        ok(await task)
    [stored] = ok(await case.alice.get(case.all if of == "category" else case.shares))
    for key, value in (first | second).items():
        assert str(stored[key]).startswith(str(value))
