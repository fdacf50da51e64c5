"""What each role may do, on every route there is: `readonly` reads everything and changes nothing."""

import asyncpg
from tests.contract.belongings import belongings, fill
from tests.contract.described import Operation, operations
from tests.contract.test_strangers import arguments, ask, dump
from tests.integration.access_cast import member
from tests.world import World

OF_ACCOUNTS = {"account_id", "fk", "api_client_id"}
FOR_THE_INVITED = {"accessAccept", "accessReject"}
ASKS_BY_POST: set[str] = {"calculationCalculate", "calculationCalculateFor"}
"""Operations that read, though they are asked with a body."""
ACTS_BY_GET = {"paymentProcessingLink", "stripeConnectReadLink"}
"""Operations that are more than reading, though they are asked by GET."""
MANAGES = {"READ_ONLY_ACCESS", "ADMIN_REQUIRED"}


def of_organizations(document: dict[str, object]) -> list[Operation]:
    found = [operation for operation in operations(document) if not operation.is_public]
    return [o for o in found if set(o.in_path) - OF_ACCOUNTS and o.id not in FOR_THE_INVITED]


async def test_readonly_reads_everything_and_changes_nothing(
    world: World, document: dict[str, object], database_url: str
) -> None:
    alice = await world.actor()
    hers = await belongings(world, alice, payments=[{"type": "card", "amount": 7}])
    bob, _ = await member(world, alice, {"id": hers["organization_id"]}, "readonly")

    async def stored() -> list[str]:
        owner = await asyncpg.connect(database_url)
        rows = await dump(owner, hers["organization_id"], alice.id)
        await owner.close()
        return [row for row in rows if not row.startswith("documents.rendering ")]  # a PDF, kept once it was asked for

    before = await stored()
    written = 0
    for operation in of_organizations(document):
        answer = await ask(world, operation, fill(operation.path, hers), bob.token, **arguments(operation))
        reads = operation.id in ASKS_BY_POST or (operation.method == "get" and operation.id not in ACTS_BY_GET)
        if reads:
            assert answer.status_code not in (401, 500), (operation.id, answer.text)
        else:
            assert answer.status_code == 401, (operation.id, answer.text)
            assert answer.json()["error"]["code"] in MANAGES, operation.id
            written += 1
    assert written > 20
    assert await stored() == before
