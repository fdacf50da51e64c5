"""The statements of the request log and of the months."""

from datetime import datetime
from typing import Any

from billhook.db import Statements, Tx
from billhook.usage.model import Month, Request

sql = Statements(__package__)


@sql.run
async def insert_requests(tx: Tx, requests: list[dict[str, Any]]) -> int: ...


@sql.run
async def forget_requests(tx: Tx, before: datetime, most: int) -> int: ...


list_requests = sql.dynamic(Request)
count_requests = sql.dynamic(int)
list_months = sql.dynamic(Month)
count_months = sql.dynamic(int)
LIST_REQUESTS = sql.text("list_requests")
COUNT_REQUESTS = sql.text("count_requests")
LIST_MONTHS = sql.text("list_months")
COUNT_MONTHS = sql.text("count_months")

sql.finish()
