"""The statements of the transfer room."""

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.transfer.tables import ClientRow, DocumentRow, ItemRow, Paper, PaymentRow

sql = Statements(__package__)


@sql.one
async def zone(tx: Tx) -> str | None: ...


@sql.many
async def papers(tx: Tx, wanted: list[Id]) -> list[Paper]: ...


export_documents = sql.streamed(DocumentRow)
export_payments = sql.streamed(PaymentRow)
export_clients = sql.streamed(ClientRow)
export_items = sql.streamed(ItemRow)
count_rows = sql.dynamic(int)
EXPORT_DOCUMENTS = sql.text("export_documents")
EXPORT_PAYMENTS = sql.text("export_payments")
EXPORT_CLIENTS = sql.text("export_clients")
EXPORT_ITEMS = sql.text("export_items")
COUNT_DOCUMENTS = sql.text("count_documents")
COUNT_PAYMENTS = sql.text("count_payments")
COUNT_CLIENTS = sql.text("count_clients")
COUNT_ITEMS = sql.text("count_items")

sql.finish()
