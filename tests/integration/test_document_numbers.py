"""Numbers over the API: gapless, by type and year, own ones, and the same call twice."""

import asyncio

from tests.world import Actor, World


async def make(world: World, actor: Actor, organization: dict, **changes) -> dict:
    return await world.invoice(actor, organization, **changes)


def faults(response) -> dict[str, list[str]]:
    assert response.status_code == 422, response.text
    return response.json()["error"]["details"]["codes"]


async def test_numbers_follow_each_other_by_type_and_year(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    year = world.clock.now().year
    numbers = [(await make(world, alice, organization))["number"] for _ in range(3)]
    assert numbers == [f"{year}-00001", f"{year}-00002", f"{year}-00003"]
    assert (await make(world, alice, organization, type="estimate"))["number"] == f"{year}-00001"
    assert (await make(world, alice, organization, date="2020-04-18"))["number"] == "2020-00001"
    assert (await make(world, alice, organization))["number"] == f"{year}-00004"


async def test_sixteen_at_once_leave_no_gap(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    made = await asyncio.gather(*(make(world, alice, organization) for _ in range(64)))
    year = world.clock.now().year
    assert sorted(document["number"] for document in made) == [f"{year}-{n:05d}" for n in range(1, 65)]


async def test_a_refused_document_leaves_no_gap_and_no_client(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    await make(world, alice, organization, payments=[{"type": "card", "transactionId": "t-1"}])
    url = f"/Organizations/{organization['id']}/Documents"
    body = world.rocket_man(payments=[{"type": "card", "transactionId": "t-1"}])
    body["_documentClient"]["email"] = "another@example.com"
    assert faults(await alice.post(url, body)) == {"payments.transactionId": ["uniqueness"]}
    second = await make(world, alice, organization)
    assert second["number"].endswith("-00002")
    listed = await alice.get(f"{url}?filter[where][_documentClient.email]=another@example.com")
    assert listed.json() == []


async def test_own_numbers_are_unique_and_carry_the_counter_along(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    year = world.clock.now().year
    assert (await make(world, alice, organization, number="A/7"))["number"] == "A/7"
    refused = await alice.post(f"/Organizations/{organization['id']}/Documents", world.rocket_man(number="A/7"))
    assert faults(refused) == {"number": ["uniqueness"]}
    assert (await make(world, alice, organization))["number"] == f"{year}-00001"
    assert (await make(world, alice, organization, number=f"{year}-00041"))["number"] == f"{year}-00041"
    assert (await make(world, alice, organization))["number"] == f"{year}-00042"


async def test_number_helpers(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url, year = f"/Organizations/{organization['id']}", world.clock.now().year
    assert (await alice.get(f"{url}/last-doc-number?type=invoice")).json() == {}
    assert (await alice.get(f"{url}/next-doc-number?type=invoice")).json() == {"number": f"{year}-00001"}
    made = await make(world, alice, organization)
    assert (await alice.get(f"{url}/last-doc-number?type=invoice")).json() == {"number": made["number"]}
    taken = f"{url}/is-unique-doc-number?type=invoice&number={made['number']}"
    assert (await alice.get(taken)).json() == {"unique": False}
    assert (await alice.get(f"{taken}&ignoreId={made['id']}")).json() == {"unique": True}
    assert (await alice.get(f"{url}/is-unique-doc-number?type=estimate&number={made['number']}")).json()["unique"]
    assert faults(await alice.get(f"{url}/next-doc-number?type=receipt")) == {"type": ["inclusion"]}


async def test_the_same_unique_id_is_the_same_document(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    first, *others = await asyncio.gather(
        *(make(world, alice, organization, uniqueId="order-17", payments=[{"type": "card"}]) for _ in range(8))
    )
    assert all(other["id"] == first["id"] for other in others)
    assert all(other["payments"] == first["payments"] for other in others)
    assert (await alice.get(f"/Organizations/{organization['id']}/Documents/count")).json() == {"count": 1}
    child = await world.actor("child", by=alice)
    refused = await child.post(f"/Organizations/{organization['id']}/Documents", world.rocket_man(uniqueId="order-17"))
    assert refused.status_code == 401, "a child does not reach its root's organizations"


async def test_a_draft_with_an_own_number_does_not_hold_up_the_others(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    year = world.clock.now().year
    draft = await make(world, alice, organization, draft=True, number=f"{year}-00001")
    assert (await make(world, alice, organization))["number"] == f"{year}-00001"
    refused = await alice.post(f"/Documents/{draft['id']}/issue")
    assert faults(refused) == {"number": ["uniqueness"]}
    assert (await make(world, alice, organization))["number"] == f"{year}-00002"
