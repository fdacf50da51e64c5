"""The statements of the attachments room."""

from billhook.attachments.model import Attachment, Held
from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered

sql = Statements(__package__)


@sql.enter
async def enter_attachment(tx: Tx, attachment: Id, attachment_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def hold_document(tx: Tx, document: Id) -> bool | None: ...


@sql.one
async def held(tx: Tx, document: Id) -> Held: ...


@sql.one
async def insert_attachment(
    tx: Tx, id: Id, document: Id, name: str, media_type: str, size: int, sha256: bytes
) -> Attachment: ...


@sql.one
async def select_attachment(tx: Tx, attachment: Id) -> Attachment | None: ...


@sql.many
async def of_documents(tx: Tx, documents: list[Id]) -> list[Attachment]: ...


@sql.run
async def delete_attachment(tx: Tx, attachment: Id) -> int: ...


sql.finish()
