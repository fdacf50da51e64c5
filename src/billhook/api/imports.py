"""Tables in: clients, items and payments from a CSV or Excel file, checked first and then all of them or none."""

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, QueryParameter

from billhook import organizations, transfer
from billhook.api.wire import Out, iso
from billhook.transfer import Import
from billhook.transfer.model import MAX_FILE_BYTES
from billhook.web import BillhookRequest

TABLES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
ImportType = Annotated[str, QueryParameter(name="type", description="What the rows are.")]
DryRun = Annotated[bool, QueryParameter(name="dryRun", description="Whether the file is only checked.")]
Separator = Annotated[
    str, QueryParameter(name="separator", description="What stands between cells; found out when left out.")
]
Encoding = Annotated[
    str, QueryParameter(name="encoding", description="The encoding, when it is not UTF-8 and has no mark.")
]
Decimals = Annotated[
    str, QueryParameter(name="decimal", description="The decimal sign, when the file's numbers do not show it.")
]
Dates = Annotated[
    str, QueryParameter(name="dates", description="Whether days or months come first, when dates do not show it.")
]


class CheckedOut(Out, kw_only=True):
    """A file without a fault: what it will do (or would, in a dry run). `id` is its import's."""

    success: bool
    id: str | None = None
    dry_run: bool
    type: str
    rows: int
    created: int
    updated: int
    skipped: int
    ignored_columns: list[str]


class BadRowOut(Out, kw_only=True):
    """What was wrong with a row."""

    line: int
    column: str
    code: str
    message: str


class ImportOut(Out, kw_only=True):
    """How far an import has come: `done` of `rows`, and what it came to."""

    id: str
    organization_id: str
    account_id: str
    type: str
    state: str
    file_name: str
    rows: int
    done: int
    created: int
    updated: int
    skipped: int
    faults: list[BadRowOut]
    created_at: str
    updated_at: str


def import_out(found: Import) -> ImportOut:
    """Return the wire form of an import."""
    return ImportOut(
        id=found.id,
        organization_id=found.organization_id,
        account_id=found.account_id,
        type=found.type,
        state=found.state,
        file_name=found.file_name,
        rows=found.rows,
        done=found.done,
        created=found.created,
        updated=found.updated,
        skipped=found.skipped,
        faults=[BadRowOut(line=f.line, column=f.field, code=f.code, message=f.message) for f in found.faults],
        created_at=iso(found.created_at) or "",
        updated_at=iso(found.updated_at) or "",
    )


@post(
    "/Organizations/{organization_id:str}/import",
    status_code=200,
    opt={"upload": TABLES},
    request_max_body_size=MAX_FILE_BYTES,
    tags=["Transfer"],
    summary="Import a table",
)
async def create(
    request: BillhookRequest,
    organization_id: FromPath[str],
    type: ImportType,
    dry_run: DryRun = False,
    separator: Separator = "",
    encoding: Encoding = "",
    decimal: Decimals = "",
    dates: Dates = "",
) -> CheckedOut:
    """Check a CSV or Excel file (multipart, any field, or the bytes) and have it written whole; a dry run only checks.

    Every bad row is listed, with line, column and reason, and then nothing is imported. What is there already (the same
    id, SKU, e-mail address, transaction id) is brought up to date or skipped, not made twice.
    """
    account = request.principal.account_id
    async with request.database.open(account) as tx:
        entered = await organizations.enter(tx, organization_id, write=True)
    name, file = await request.upload_spooled()
    with file:
        asking = transfer.asking(
            type=type,
            file_name=name,
            dry_run=dry_run,
            separator=separator,
            encoding=encoding,
            decimal=decimal,
            dates=dates,
        )
        checked = await transfer.take_in(request.database, account, entered.organization_id, asking, file)
    return CheckedOut(
        success=True,
        id=checked.id,
        dry_run=dry_run,
        type=checked.type,
        rows=checked.rows,
        created=checked.created,
        updated=checked.updated,
        skipped=checked.skipped,
        ignored_columns=checked.ignored,
    )


@get("/Imports/{import_id:str}", tags=["Transfer"], summary="How far an import has come")
async def read(request: BillhookRequest, import_id: FromPath[str]) -> ImportOut:
    """Return an import: `importing` with `done` of `rows`, `done`, or `failed` with what was wrong."""
    async with request.database.open(request.principal.account_id) as tx:
        await transfer.enter_import(tx, import_id)
        return import_out(await transfer.read_import(tx, import_id))


ROUTES = [create, read]
