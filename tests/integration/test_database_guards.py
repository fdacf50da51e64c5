"""What the database refuses by itself, even to its owner: the law's guards do not hang on our code."""

from typing import Any

import asyncpg
import pytest

from billhook.kernel import ids
from tests.world import World

ISSUED, JOURNAL, COUNTER = "BH001", "BH002", "BH003"


async def refusal(database_url: str, sql: str, *arguments: Any, role: str = "") -> str:
    """Run a statement as the owner, or as a role, and return the code it is refused with; nothing of it stays."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            if role:
                await connection.execute(f"set local role {role}")
            await connection.execute(sql, *arguments)
            raise AssertionError(f"not refused: {sql}")
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "previous_document_id = gen_random_uuid()",
        "date_received = now()",
        "created_at = now() + interval '1 day'",
        "has_unit = not has_unit",
        "unique_id = 'another'",
        "unit_id = gen_random_uuid()",
        "advance_ids = array[gen_random_uuid()]",
        "refers_to = '[{}]'",
        "total = total + 1",
        "number = '1'",
    ],
)
async def test_an_issued_document_keeps_what_it_says(world: World, database_url: str, change: str) -> None:
    alice = await world.actor()
    invoice = await world.invoice(alice, await world.organization(alice))
    sql = f"update documents.document set {change} where id = $1"
    assert await refusal(database_url, sql, ids.to_uuid(invoice["id"])) == ISSUED


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("update documents.counter set last = last - 1 where organization_id = $1", COUNTER),
        ("update documents.counter set year = year - 1 where organization_id = $1", COUNTER),
        ("delete from documents.counter where organization_id = $1", COUNTER),
    ],
)
async def test_a_counter_never_goes_back(world: World, database_url: str, sql: str, code: str) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    await world.invoice(alice, organization)
    assert await refusal(database_url, sql, ids.to_uuid(organization["id"])) == code
    assert (await world.invoice(alice, organization))["number"].endswith("00002")


@pytest.mark.parametrize(
    ("table", "code"),
    [("documents.document", ISSUED), ("documents.counter", COUNTER), ("payments.entry", JOURNAL)],
)
async def test_no_table_of_record_can_be_emptied(database_url: str, table: str, code: str) -> None:
    assert await refusal(database_url, f"truncate {table} cascade") == code


@pytest.mark.parametrize("table", ["documents.counter", "payments.entry", "payments.chain"])
async def test_the_application_may_not_even_try_to_delete(database_url: str, table: str) -> None:
    insufficient_privilege = "42501"
    sql = f"delete from {table}"
    assert await refusal(database_url, sql, role="billhook_app") == insufficient_privilege
