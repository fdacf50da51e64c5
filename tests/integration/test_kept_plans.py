"""What a session planned while tables were small does not read all of them when they are large."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from billhook.kernel import ids
from tests.world import World


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """The owner of the tables, in a transaction that is taken back."""
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_an_entry_finds_the_one_before_by_its_index(world: World, owner: "asyncpg.Connection[Any]") -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    await world.invoice(alice, organization)
    key = ids.to_uuid(organization["id"])
    names = "shard, organization_id, document_id, client_id, kind, amount, currency, exponent, date, at"
    await owner.execute(
        f"create temp table likeness as select {names} from payments.entry where organization_id = '{key}' limit 1"
    )
    write = f"insert into payments.entry (id, {names}) select gen_random_uuid(), {names} from likeness"
    await owner.execute("set local session_replication_role = replica; truncate payments.entry")
    await owner.execute("set local session_replication_role = origin")
    for step in range(12):  # a plan that is made for no value in particular comes after a few
        await owner.execute(write)
        if step == 0:
            await owner.execute("analyze payments.entry")
    scans = "select seq_scan from pg_stat_xact_user_tables where relid = 'payments.entry'::regclass"
    before = await owner.fetchval(scans)
    await owner.execute(f"{write}, generate_series(1, 300)")
    assert await owner.fetchval(scans) - before <= 1  # the one that the test itself may make
    assert await owner.fetchval("select max(sequence) from payments.entry") == 312
