"""The statements of what programs show."""

from datetime import datetime

from billhook.credentials.grants import Allowed, Code, KnownClient, Permission, Permitted
from billhook.credentials.model import ApiClient, Proof
from billhook.db import Statements, Tx
from billhook.kernel.ids import Id

sql = Statements(__package__)


@sql.one
async def insert_client(
    tx: Tx, owner: Id, id: Id, label: str, secret_hash: bytes, hint: str, redirect_uris: list[str], most: int
) -> ApiClient | None: ...


@sql.many
async def clients_of(tx: Tx, owner: Id) -> list[ApiClient]: ...


@sql.run
async def delete_client(tx: Tx, owner: Id, client: Id) -> int: ...


@sql.one
async def proof(tx: Tx, client: Id) -> Proof | None: ...


@sql.one
async def known_client(tx: Tx, client: Id) -> KnownClient | None: ...


@sql.run
async def keep_code(
    tx: Tx,
    hash: bytes,
    client: Id,
    owner: Id,
    redirect_uri: str,
    scopes: list[str],
    challenge: str | None,
    expires_at: datetime,
) -> int: ...


@sql.one
async def use_code(tx: Tx, hash: bytes, client: Id) -> Code | None: ...


@sql.run
async def permit(
    tx: Tx,
    id: Id,
    client: Id,
    owner: Id,
    scopes: list[str],
    code_hash: bytes,
    refresh_hash: bytes,
    access_hash: bytes,
    access_expires_at: datetime,
) -> int: ...


@sql.one
async def permission_of_refresh(tx: Tx, client: Id, hash: bytes) -> Permission | None: ...


@sql.run
async def renew(tx: Tx, permission: Id, access_hash: bytes, scopes: list[str], access_expires_at: datetime) -> int: ...


@sql.run
async def withdraw(tx: Tx, client: Id, hash: bytes) -> int: ...


@sql.one
async def permitted(tx: Tx, hash: bytes) -> Permitted | None: ...


@sql.many
async def permissions_of(tx: Tx, owner: Id, most: int) -> list[Allowed]: ...


@sql.run
async def drop_permission(tx: Tx, owner: Id, permission: Id) -> int: ...


sql.finish()
