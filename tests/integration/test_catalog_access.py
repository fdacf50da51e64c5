"""Who may only read changes no client, no item and no tax; whoever may write in a role may."""

import pytest

from tests.integration.access_cast import confirmed, member
from tests.integration.catalog_desk import Shop
from tests.integration.payment_desk import code, ok
from tests.world import World

BODIES = {
    "clients": {"name": "Star man"},
    "items": {"name": "Helmet"},
    "taxes": {"name": "Moon tax", "_taxRates": [{"rate": 1}]},
}


@pytest.mark.parametrize("noun", BODIES)
async def test_who_may_only_read_only_reads(world: World, noun: str) -> None:
    alice = await confirmed(world)
    shop = Shop(alice, await world.organization(alice))
    body, path = BODIES[noun], f"{shop.own}/{noun}"
    made = ok(await alice.post(path, body))
    one = f"/{noun.capitalize()}/{made['id']}"
    reader, _ = await member(world, alice, shop.organization, role="readonly")
    refused = [
        await reader.post(path, body),
        await reader.put(one, body),
        await reader.post(f"{one}/replace", body),
        await reader.patch(one, body),
        await reader.delete(one),
    ]
    if noun == "taxes":
        refused.append(await reader.post(f"{one}/taxRates", {"rate": 2, "dateValidFrom": "2030-01-01"}))
        refused.append(await reader.delete(f"{one}/taxRates/{made['_taxRates'][0]['id']}"))
    assert {code(answer) for answer in refused} == {"READ_ONLY_ACCESS"}
    assert ok(await reader.get(one)) == made
    count = await shop.count(path)
    assert count == ok(await reader.get(f"{path}/count"))["count"] == len(ok(await reader.get(path)))
    writer, _ = await member(world, alice, shop.organization, role="default")
    ok(await writer.put(one, body))
    ok(await alice.post(f"{shop.own}/deactivate"))
    assert code(await alice.post(path, body)) == "ORGANIZATION_DEACTIVATED"
    assert await shop.count(path) == count
