"""The statements of the transfer room."""

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered
from billhook.transfer.model import BadRow, Counts, Import, Line
from billhook.transfer.tables import ClientRow, DocumentRow, ItemRow, Paper, PaymentRow

sql = Statements(__package__)

Lines = tuple[Line, ...]
Faults = tuple[BadRow, ...]


@sql.one
async def zone(tx: Tx) -> str | None: ...


@sql.many
async def papers(tx: Tx, wanted: list[Id]) -> list[Paper]: ...


@sql.enter
async def enter_import(tx: Tx, import_id: Id, import_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def begin_import(tx: Tx, id: Id, type: str, file_name: str) -> str: ...


@sql.run
async def keep_lines(tx: Tx, import_id: Id, lines: Lines) -> int: ...


@sql.many
async def repeated(tx: Tx, import_id: Id, most: int) -> list[BadRow]: ...


@sql.one
async def join_by_hash(tx: Tx, on: bool) -> str: ...


@sql.run
async def match_clients(tx: Tx, import_id: Id) -> int: ...


@sql.run
async def match_items(tx: Tx, import_id: Id) -> int: ...


@sql.many
async def unknown_ids(tx: Tx, import_id: Id, most: int) -> list[BadRow]: ...


@sql.many
async def bad_items(tx: Tx, import_id: Id, most: int) -> list[BadRow]: ...


@sql.one
async def hold_documents(tx: Tx, import_id: Id) -> int: ...


@sql.run
async def resolve_payments(tx: Tx, import_id: Id, currency: str, limit: int) -> int: ...


@sql.run
async def match_payments(tx: Tx, import_id: Id) -> int: ...


@sql.many
async def bad_payments(tx: Tx, import_id: Id, most: int) -> list[BadRow]: ...


@sql.one
async def counts(tx: Tx, import_id: Id) -> Counts: ...


@sql.run
async def accept_import(tx: Tx, import_id: Id, rows: int, kind: str) -> int: ...


@sql.run
async def forget_import(tx: Tx, import_id: Id) -> int: ...


@sql.one
async def try_hold(tx: Tx) -> bool: ...


@sql.one
async def currency(tx: Tx) -> str: ...


@sql.one
async def last_line(tx: Tx, import_id: Id) -> int: ...


@sql.run
async def write_clients(tx: Tx, import_id: Id, after: int, until: int) -> int: ...


@sql.run
async def write_items(tx: Tx, import_id: Id, after: int, until: int) -> int: ...


@sql.run
async def write_payments(tx: Tx, import_id: Id, by: Id, after: int, until: int) -> int: ...


@sql.run
async def pay_documents(tx: Tx, import_id: Id) -> int: ...


@sql.run
async def write_entries(tx: Tx, import_id: Id, after: int, until: int) -> int: ...


@sql.run
async def note_progress(tx: Tx, import_id: Id, done: int) -> int: ...


@sql.run
async def finish_import(
    tx: Tx, import_id: Id, state: str, done: int, created: int, updated: int, skipped: int, faults: Faults
) -> int: ...


@sql.one
async def select_import(tx: Tx, import_id: Id) -> Import | None: ...


export_documents = sql.streamed(DocumentRow)
export_payments = sql.streamed(PaymentRow)
export_clients = sql.streamed(ClientRow)
export_items = sql.streamed(ItemRow)
count_rows = sql.dynamic(int)
EXPORT_DOCUMENTS = sql.text("export_documents")
EXPORT_PAYMENTS = sql.text("export_payments")
EXPORT_CLIENTS = sql.text("export_clients")
EXPORT_ITEMS = sql.text("export_items")

sql.finish()
