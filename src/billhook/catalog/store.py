"""The statements of the catalog room."""

import msgspec

from billhook.catalog.model import DatedRate
from billhook.db import Statements, Tx
from billhook.kernel.ids import Id

sql = Statements(__package__)


class NewTax(msgspec.Struct, frozen=True):
    """A tax to insert; `position` pairs it with its id."""

    position: int
    name: str
    abbreviation: str
    classification: str
    recoverable: bool
    compound: bool
    rates: tuple[DatedRate, ...]


@sql.run
async def insert_taxes(tx: Tx, country_code: str | None, taxes: list[NewTax], tax_ids: list[Id]) -> int: ...


sql.finish()
