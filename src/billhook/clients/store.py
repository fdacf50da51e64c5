"""The statements of the clients room."""

from typing import Any

from billhook.clients.model import Check, Client, Details
from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered, Identity

sql = Statements(__package__)

Custom = dict[str, Any]
Data = list[dict[str, Any]]


@sql.enter
async def enter_client(tx: Tx, client: Id, client_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def insert_client(
    tx: Tx,
    id: Id,
    name: str,
    email: str | None,
    country_code: str | None,
    identity: Identity,
    type: str | None,
    contact: str | None,
    note: str | None,
    is_end_customer: bool,
    details: Details,
    checks: tuple[Check, ...],
    custom: Custom,
    data: Data,
) -> Client: ...


@sql.one
async def select_client(tx: Tx, client: Id, deleted: bool) -> Client | None: ...


@sql.one
async def lock_client(tx: Tx, client: Id) -> Client | None: ...


@sql.one
async def update_client(
    tx: Tx,
    client: Id,
    name: str,
    email: str | None,
    country_code: str | None,
    identity: Identity,
    type: str | None,
    contact: str | None,
    note: str | None,
    is_end_customer: bool,
    details: Details,
    checks: tuple[Check, ...],
    custom: Custom,
    data: Data,
) -> Client | None: ...


@sql.run
async def delete_client(tx: Tx, client: Id) -> int: ...


@sql.many
async def search_clients(tx: Tx, term: str, sort: str | None, most_sorted: int, most: int) -> list[Client]: ...


list_clients = sql.dynamic(Client)
count_clients = sql.dynamic(int)
LIST_CLIENTS = sql.text("list_clients")
COUNT_CLIENTS = sql.text("count_clients")

sql.finish()
