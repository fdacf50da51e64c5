"""The statements of units."""

from typing import Any

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered, Identity
from billhook.units.model import Unit

sql = Statements(__package__)

Custom = dict[str, Any]


@sql.enter
async def enter_unit(tx: Tx, unit: Id, unit_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def lock_units(tx: Tx) -> int: ...


@sql.one
async def prefix_in_use(tx: Tx, prefix: str) -> bool: ...


@sql.one
async def insert_unit(tx: Tx, id: Id, name: str, prefix: str, identity: Identity, custom: Custom) -> Unit: ...


@sql.one
async def select_unit(tx: Tx, unit: Id, deleted: bool) -> Unit | None: ...


@sql.one
async def update_unit(tx: Tx, unit: Id, name: str, identity: Identity, custom: Custom) -> Unit | None: ...


@sql.run
async def delete_unit(tx: Tx, unit: Id) -> int: ...


@sql.run
async def put_image(tx: Tx, unit: Id, kind: str, sha256: bytes) -> int: ...


@sql.run
async def delete_image(tx: Tx, unit: Id, kind: str) -> int: ...


@sql.one
async def image_hash(tx: Tx, unit: Id, kind: str) -> bytes | None: ...


list_units = sql.dynamic(Unit)
count_units = sql.dynamic(int)
LIST_UNITS = sql.text("list_units")
COUNT_UNITS = sql.text("count_units")

sql.finish()
