"""Lists of clients and items come from an index in the order that was asked for, however many there are."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from billhook.catalog import store as catalog
from billhook.catalog.columns import ITEMS
from billhook.clients import store as clients
from billhook.clients.columns import CLIENTS
from billhook.db import Database
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.web import Columns, Compiled, Query

ORGANIZATION = "000000000001000700000001"


async def plan_of(database: Database, sql: str, *arguments: Any) -> str:
    """How PostgreSQL would run a statement if reading everything and sorting it were out of the question."""
    async with database.open() as tx, tx.atomic():
        await tx.connection.execute("set local enable_seqscan = off; set local enable_sort = off")
        await tx.connection.execute("set local enable_incremental_sort = off; set local enable_bitmapscan = off")
        rows = await tx.connection.fetch(f"explain {sql}", *arguments)
    return "\n".join(row[0] for row in rows)


def listing(text: str, columns: Columns, query: Query) -> tuple[str, list[Any]]:
    compiled = Compiled.of(query, columns, first=3, tie="id")
    sql = f"{text} and deleted_at is null{compiled.where} order by {compiled.order} limit {compiled.limit}"
    return sql, [7, ORGANIZATION, *compiled.arguments]


LISTS = [
    *[(clients.LIST_CLIENTS, CLIENTS, name) for name in ("name", "email", "createdAt", "updatedAt")],
    *[(catalog.LIST_ITEMS, ITEMS, name) for name in ("name", "price", "createdAt", "updatedAt")],
]


@pytest.mark.parametrize("way", ["ASC", "DESC"])
@pytest.mark.parametrize(("text", "columns", "name"), LISTS, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_sorted_list_is_read_in_order(
    database: Database, text: str, columns: Columns, name: str, way: str
) -> None:
    sql, arguments = listing(text, columns, Query(order=((name, way),)))
    plan = await plan_of(database, sql, *arguments)
    assert "Index" in plan
    assert "Sort" not in plan
    assert "organization_id =" in plan.partition("Index Cond:")[2].partition("\n")[0]


@pytest.fixture(scope="module")
async def _crowd(database_url: str) -> AsyncIterator[None]:
    """Enough clients and items of one organization for an index to be worth its while."""
    owner = await asyncpg.connect(database_url)
    organization = ids.to_uuid(ORGANIZATION)
    for table, columns, values in (
        ("clients.client", "email, identity", "i || '@example.com', jsonb_build_object('tax_number', i::text)"),
        ("catalog.item", "sku", "i::text"),
    ):
        await owner.execute(
            f"insert into {table} (shard, id, organization_id, name, created_at, updated_at, {columns})"
            f" select 7, gen_random_uuid(), $1, 'Number ' || i, now(), now(), {values} from generate_series(1, 2000) i",
            organization,
        )
        await owner.execute(f"vacuum analyze {table}")
    yield
    for table in ("clients.client", "catalog.item"):
        await owner.execute(f"delete from {table} where organization_id = $1", organization)
    await owner.close()


SEARCHES = [("clients", "client", "client_search"), ("catalog", "item", "item_search")]
FOUND = [
    (clients.LIST_CLIENTS, CLIENTS, "email", "client_exact_email"),
    (clients.LIST_CLIENTS, CLIENTS, "taxNumber", "client_tax_number"),
    (catalog.LIST_ITEMS, ITEMS, "SKU", "item_sku"),
]


@pytest.mark.usefixtures("_crowd")
@pytest.mark.parametrize(("text", "columns", "name", "index"), FOUND, ids=[found[2] for found in FOUND])
async def test_what_is_looked_up_is_found_by_its_index(
    database: Database, text: str, columns: Columns, name: str, index: str
) -> None:
    sql, arguments = listing(text, columns, Query(where={name: "x"}))
    async with database.open(organization=Id(ORGANIZATION)) as tx, tx.atomic():
        await tx.connection.execute("set local enable_seqscan = off")
        plan = "\n".join(row[0] for row in await tx.connection.fetch(f"explain {sql}", *arguments))
    assert index in plan
    assert "'x'" in plan.partition(index)[2].partition("Index Cond:")[2].partition("\n")[0], plan


@pytest.mark.usefixtures("_crowd")
@pytest.mark.parametrize(("schema", "table", "index"), SEARCHES)
async def test_a_search_walks_over_words(database_url: str, schema: str, table: str, index: str) -> None:
    """A function of the owner's does it: row-level security would keep PostgreSQL from using an index on words."""
    owner = await asyncpg.connect(database_url)
    try:
        body = await owner.fetchval(f"select prosrc from pg_proc where oid = '{schema}.found'::regproc")
        for name, value in (("tenant_shard", "7"), ("term", "'77'"), ("sort", "null"), ("most", "9")):
            body = re.sub(rf"\b{name}\b", value, body)
        await owner.execute("select set_config('billhook.organization', $1, false)", str(ids.to_uuid(ORGANIZATION)))
        plan = [row[0] for row in await owner.fetch(f"explain {body}")]
    finally:
        await owner.close()
    assert any(index in line for line in plan), (table, plan)


@pytest.mark.usefixtures("_crowd")
async def test_a_search_stays_in_its_tenant(database: Database) -> None:
    for organization, found in ((ORGANIZATION, 11), ("000000000001000700000002", 0)):
        async with database.open(organization=Id(organization)) as tx:
            assert len(await clients.search_clients(tx, "number 77", None, 100, 100)) == found
            assert len(await catalog.search_items(tx, "number 77", None, 100, 100)) == found
