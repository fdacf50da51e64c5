"""The statements of the categories room."""

from datetime import datetime
from typing import Any

from billhook.categories.model import Category, Ground, Share
from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered

sql = Statements(__package__)

Custom = dict[str, Any]


@sql.enter
async def enter_category(tx: Tx, category: Id, category_shard: int, actor: Id) -> Entered | None: ...


@sql.enter
async def enter_share(tx: Tx, share: Id, share_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def insert_category(
    tx: Tx, id: Id, name: str, alias: str, description: str | None, custom: Custom
) -> Category: ...


@sql.one
async def select_category(tx: Tx, category: Id, deleted: bool) -> Category | None: ...


@sql.one
async def lock_category(tx: Tx, category: Id) -> Category | None: ...


@sql.one
async def update_category(
    tx: Tx, category: Id, name: str, alias: str, description: str | None, custom: Custom
) -> Category | None: ...


@sql.run
async def delete_category(tx: Tx, category: Id) -> int: ...


@sql.one
async def ground(tx: Tx, document: Id, category: Id | None, alias: str | None) -> Ground | None: ...


@sql.one
async def hold_document(tx: Tx, document: Id) -> bool | None: ...


@sql.one
async def insert_share(
    tx: Tx,
    id: Id,
    document: Id,
    category: Id,
    amount: int,
    currency: str,
    exponent: int,
    date: datetime,
    custom: Custom,
) -> Share: ...


@sql.one
async def select_share(tx: Tx, share: Id, deleted: bool) -> Share | None: ...


@sql.one
async def update_share(
    tx: Tx, share: Id, category: Id, amount: int, date: datetime, custom: Custom
) -> Share | None: ...


@sql.run
async def delete_share(tx: Tx, share: Id) -> int: ...


@sql.many
async def of_documents(tx: Tx, documents: list[Id]) -> list[Share]: ...


list_categories = sql.dynamic(Category)
count_categories = sql.dynamic(int)
LIST_CATEGORIES = sql.text("list_categories")
COUNT_CATEGORIES = sql.text("count_categories")
list_shares = sql.dynamic(Share)
count_shares = sql.dynamic(int)
LIST_SHARES = sql.text("list_shares")
COUNT_SHARES = sql.text("count_shares")

sql.finish()
