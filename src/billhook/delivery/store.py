"""The statements of the delivery room."""

from datetime import date, datetime

from billhook.db import Statements, Tx
from billhook.delivery.model import Caught, CaughtRaw, Claim, Email, Reminded, Waiting
from billhook.kernel.ids import Id

sql = Statements(__package__)


@sql.one
async def written_at(tx: Tx, job: int) -> datetime | None: ...


@sql.one
async def claim(
    tx: Tx,
    id: Id,
    document: Id,
    job: int,
    kind: str,
    recipients: list[str],
    subject: str,
    message_id: str,
    created_at: datetime,
) -> Claim | None: ...


@sql.one
async def hold_document(tx: Tx, id: Id) -> bool | None: ...


@sql.run
async def note(tx: Tx, id: Id, state: str, accepted: list[str], refused: list[str], error: str | None) -> int: ...


@sql.many
async def emails_of(tx: Tx, document: Id, most: int) -> list[Email]: ...


@sql.many
async def waiting_of(tx: Tx, document: str, most: int) -> list[Waiting]: ...


@sql.run
async def remind(tx: Tx, most: int) -> int: ...


@sql.one
async def remind_client(tx: Tx, client: Id, address: str, day: date, language: str | None, most: int) -> Reminded: ...


@sql.run
async def catch(tx: Tx, sender: str, recipients: list[str], subject: str, raw: bytes, most: int) -> int: ...


@sql.many
async def caught(tx: Tx, most: int) -> list[Caught]: ...


@sql.one
async def caught_mail(tx: Tx, id: int) -> CaughtRaw | None: ...


sql.finish()
