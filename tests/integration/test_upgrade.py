"""An older database with documents in it is brought up: nothing is lost, and all is counted anew."""

import io

import asyncpg
from bench import million

from billhook import documents
from billhook.db import Database, migrate
from billhook.db.schema import migrations
from billhook.kernel import ids
from billhook.kernel.ids import Id
from tests import conftest
from tests.integration import test_tallies
from tests.integration.test_tallies import Case, fill
from tests.world import World

owner, case = test_tallies.owner, test_tallies.case
BEFORE = 77
"""The first version that an older database does not have: the one that made the tally anew last but one."""
TABLES = ("accounts.account", "organizations.organization", "documents.document")


async def older(case: Case) -> str:
    """Return the URL of a database as it was some versions ago, with the rows that the case has."""
    url = await conftest.create_empty_database("older")
    connection = await asyncpg.connect(url)
    await connection.execute(
        "create table public.schema_migration (version int primary key, name text not null, sha256 text not null,"
        " applied_at timestamptz not null default now())"
    )
    for one in migrations():
        if one.version < BEFORE:
            await connection.execute(one.sql)
            await connection.execute(
                "insert into public.schema_migration (version, name, sha256) values ($1, $2, $3)",
                one.version,
                one.name,
                one.sha256,
            )
    await connection.execute("set session_replication_role = replica")
    for table in TABLES:
        names = sorted(
            set(await million.columns_of(connection, table)) & set(await million.columns_of(case.owner, table))
        )
        schema, name = table.split(".")
        rows = io.BytesIO()
        await case.owner.copy_from_query(f"select {', '.join(names)} from {table}", output=rows, format="binary")
        rows.seek(0)
        await connection.copy_to_table(name, schema_name=schema, source=rows, columns=names, format="binary")
    await connection.close()
    return url


async def test_what_was_there_is_counted(case: Case, world: World) -> None:
    await fill(case, world, 5_200)
    there = await case.tallied()
    url = await older(case)
    applied = await migrate(url)
    assert applied[0].startswith(f"{BEFORE:04d}")
    assert await migrate(url) == []
    database, owner = Database(url, connections=2), await asyncpg.connect(url)
    await database.connect()
    try:
        upgraded = Case(case.alice, case.organization, database, owner)
        assert await upgraded.tallied() == there
        assert await upgraded.termed() > 50
        async with database.open(organization=Id(case.organization)) as tx:
            assert await documents.count(tx, {}) == 5_201
            assert await documents.count(tx, {"footer": "Merci"}) == await owner.fetchval(
                "select count(*) from documents.document where footer = 'Merci' and organization_id = $1",
                ids.to_uuid(case.organization),
            )
    finally:
        await owner.close()
        await database.close()
