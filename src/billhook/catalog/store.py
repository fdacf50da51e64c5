"""The statements of the catalog room."""

from decimal import Decimal
from typing import Any

import msgspec

from billhook.catalog.model.items import Details, Item
from billhook.catalog.model.taxes import DatedRate, Tax
from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered

sql = Statements(__package__)

Custom = dict[str, Any]


class StockedTax(msgspec.Struct, frozen=True):
    """A tax to begin with; `position` pairs it with its id."""

    position: int
    name: str
    abbreviation: str
    classification: str
    recoverable: bool
    compound: bool
    rates: tuple[DatedRate, ...]


@sql.run
async def stock_taxes(tx: Tx, country_code: str | None, taxes: list[StockedTax], tax_ids: list[Id]) -> int: ...


@sql.enter
async def enter_tax(tx: Tx, tax: Id, tax_shard: int, actor: Id) -> Entered | None: ...


@sql.enter
async def enter_item(tx: Tx, item: Id, item_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def insert_tax(
    tx: Tx,
    id: Id,
    name: str,
    abbreviation: str,
    classification: str,
    country: str | None,
    country_code: str | None,
    tax_number: str | None,
    recoverable: bool,
    compound: bool,
    rates: tuple[DatedRate, ...],
    custom: Custom,
) -> Tax: ...


@sql.one
async def select_tax(tx: Tx, tax: Id, deleted: bool) -> Tax | None: ...


@sql.one
async def lock_tax(tx: Tx, tax: Id) -> Tax | None: ...


@sql.one
async def update_tax(
    tx: Tx,
    tax: Id,
    name: str,
    abbreviation: str,
    classification: str,
    country: str | None,
    country_code: str | None,
    tax_number: str | None,
    recoverable: bool,
    compound: bool,
    rates: tuple[DatedRate, ...],
    custom: Custom,
) -> Tax | None: ...


@sql.run
async def delete_tax(tx: Tx, tax: Id, tax_id: str) -> int: ...


@sql.many
async def every_tax(tx: Tx) -> list[Tax]: ...


@sql.one
async def insert_item(
    tx: Tx,
    id: Id,
    name: str,
    type: str | None,
    description: str,
    price: Decimal | None,
    price_gross: Decimal | None,
    purchase_price: Decimal | None,
    purchase_price_gross: Decimal | None,
    classification: str | None,
    unit: str | None,
    sku: str | None,
    ean: str | None,
    tax_ids: list[Id],
    details: Details,
    custom: Custom,
    l10n: Custom,
    data: list[dict[str, Any]],
) -> Item: ...


@sql.one
async def select_item(tx: Tx, item: Id, deleted: bool) -> Item | None: ...


@sql.one
async def lock_item(tx: Tx, item: Id) -> Item | None: ...


@sql.one
async def update_item(
    tx: Tx,
    item: Id,
    name: str,
    type: str | None,
    description: str,
    price: Decimal | None,
    price_gross: Decimal | None,
    purchase_price: Decimal | None,
    purchase_price_gross: Decimal | None,
    classification: str | None,
    unit: str | None,
    sku: str | None,
    ean: str | None,
    tax_ids: list[Id],
    details: Details,
    custom: Custom,
    l10n: Custom,
    data: list[dict[str, Any]],
) -> Item | None: ...


@sql.run
async def delete_item(tx: Tx, item: Id) -> int: ...


@sql.many
async def search_items(tx: Tx, term: str, sort: str | None, most_sorted: int, most: int) -> list[Item]: ...


list_taxes = sql.dynamic(Tax)
count_taxes = sql.dynamic(int)
list_items = sql.dynamic(Item)
count_items = sql.dynamic(int)
LIST_TAXES = sql.text("list_taxes")
COUNT_TAXES = sql.text("count_taxes")
LIST_ITEMS = sql.text("list_items")
COUNT_ITEMS = sql.text("count_items")

sql.finish()
