"""The statements of the statistics room."""

from datetime import date

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.statistics.model import Counted, Open, Sum

sql = Statements(__package__)


@sql.one
async def zone(tx: Tx) -> str | None: ...


@sql.many
async def document_sums(
    tx: Tx, dist: str, zone: str, types: list[str], incoming: bool, gross: bool, first: date, last: date
) -> list[Sum]: ...


@sql.many
async def payment_sums(tx: Tx, dist: str, zone: str, first: date, last: date) -> list[Sum]: ...


@sql.many
async def open_sums(tx: Tx, zone: str, today: date, first: date, last: date) -> list[Open]: ...


@sql.many
async def documents_by_type(
    tx: Tx, zone: str, types: list[str], actor: Id | None, first: date, last: date
) -> list[Counted]: ...


@sql.many
async def payments_by_type(tx: Tx, zone: str, actor: Id | None, first: date, last: date) -> list[Counted]: ...


@sql.one
async def invoices_issued(tx: Tx, zone: str, first: date, last: date) -> int: ...


sql.finish()
