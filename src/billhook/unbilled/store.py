"""The statements of what is not billed yet."""

from decimal import Decimal

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered
from billhook.unbilled.model import Item

sql = Statements(__package__)


@sql.enter
async def enter_item(tx: Tx, item: Id, item_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def insert_item(
    tx: Tx, id: Id, client: Id, title: str, quantity: Decimal, unit_amount: Decimal, tax_rate: Decimal | None
) -> Item: ...


@sql.one
async def select_item(tx: Tx, item: Id) -> Item | None: ...


@sql.many
async def items_of(tx: Tx, client: Id, most: int) -> list[Item]: ...


@sql.run
async def update_item(
    tx: Tx, item: Id, title: str | None, quantity: Decimal | None, unit_amount: Decimal | None
) -> int: ...


@sql.run
async def delete_item(tx: Tx, item: Id) -> int: ...


@sql.many
async def take_items(tx: Tx, client: Id, document: Id) -> list[Item]: ...


sql.finish()
