"""The statements of what programs show."""

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


sql.finish()
