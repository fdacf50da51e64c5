"""The statements of the exchange room."""

from datetime import date
from decimal import Decimal

from billhook.db import Statements, Tx

sql = Statements(__package__)


@sql.one
async def keep(tx: Tx, source: str, currencies: list[str], days: list[date], rates: list[Decimal]) -> int: ...


sql.finish()
