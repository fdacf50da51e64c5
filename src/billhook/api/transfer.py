"""Tables out as CSV or Excel, and many papers in one file."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from billhook import organizations, transfer
from billhook.api.parameters import WhereParameter
from billhook.api.streaming import Piecewise
from billhook.kernel.problems import invalid
from billhook.transfer import Asked, Format
from billhook.web import BillhookRequest, parse_where

MEDIA_TYPE: Final = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KINDS: Final = tuple(transfer.TABLES)
ExportType = Annotated[str, QueryParameter(name="type", description="What is exported.")]
ExportFormat = Annotated[str, QueryParameter(name="format", description="How it is written.")]
From = Annotated[str, QueryParameter(name="from", description="The first day: of documents and payments their date.")]
To = Annotated[str, QueryParameter(name="to", description="The last day; it counts too.")]
Separator = Annotated[str, QueryParameter(name="separator", description="What stands between the cells of a CSV file.")]
Bom = Annotated[bool, QueryParameter(name="bom", description="Whether a CSV file begins with a byte order mark.")]
Options = Annotated[
    str, QueryParameter(name="options", description="The same as JSON, for clients that send no other parameters.")
]


def _asked(request: BillhookRequest, options: str, **said: Any) -> Asked:
    """Return an export as asked for; `options` (JSON) speaks where a parameter does not. Raises Invalid."""
    try:
        more = msgspec.json.decode(options or "{}", type=dict[str, str | bool])
    except msgspec.DecodeError:
        raise invalid("query", "options", "json", "is not a JSON object of texts and flags") from None
    texts = {name: said[name] or str(more.get(wire, "")) for name, wire in _TEXTS.items()}
    return transfer.asked(
        KINDS,
        type=said["type"],
        where=parse_where(request.scope["query_string"]),
        bom=said["bom"] or more.get("bom") in (True, "true"),
        **texts | {"format": texts["format"] or Format.XLSX},
    )


_TEXTS: Final = {"format": "format", "first": "from", "last": "to", "separator": "separator"}


@get(
    "/Organizations/{organization_id:str}/export",
    opt={"produces": list(MEDIA_TYPE.values())},
    tags=["Transfer"],
    summary="Export a table",
)
async def export(
    request: BillhookRequest,
    organization_id: FromPath[str],
    type: ExportType,
    format: ExportFormat = "",
    where: WhereParameter = None,
    first: From = "",
    last: To = "",
    separator: Separator = "",
    bom: Bom = False,
    options: Options = "",
) -> Response[bytes]:
    """Return all documents, clients, items or payments that match, in one file; `x-total-count` says how many rows.

    Excel unless `format=csv`. Days are the organization's. Rows are sent as they are read.
    """
    asked = _asked(request, options, type=type, format=format, first=first, last=last, separator=separator, bom=bom)
    async with request.database.open(request.principal.account_id) as tx:
        entered = await organizations.enter(tx, organization_id)
        ready = await transfer.prepare(tx, asked)
        name = f"{asked.type}s-{tx.now:%Y-%m-%d}.{asked.format}"
    made = transfer.export(request.database, request.principal.account_id, entered.organization_id, ready)
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
        "x-total-count": str(ready.rows),
        "cache-control": "private, no-store",
    }
    return Piecewise(made, media_type=MEDIA_TYPE[asked.format], headers=headers)  # type: ignore[return-value]


def _ids(text: str) -> list[str]:
    """Read document ids: a JSON array, or the ids with commas between. Raises Invalid."""
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        raise invalid("query", "ids", "json", "is not a JSON array of ids") from None


@get(
    "/Organizations/{organization_id:str}/Documents/pdfs",
    media_type="application/zip",
    tags=["Transfer"],
    summary="Many PDFs as a ZIP",
)
async def pdfs(
    request: BillhookRequest,
    organization_id: FromPath[str],
    ids: Annotated[str, QueryParameter(name="ids", description="The ids of the documents, as a JSON array.")],
    language: Annotated[str | None, QueryParameter(name="lang", description="Language of all of them.")] = None,
) -> Response[bytes]:
    """Return the PDFs of up to 500 documents in one ZIP, each named by its number; printed as they are sent."""
    wanted = _ids(ids)
    async with request.database.open(request.principal.account_id) as tx:
        entered = await organizations.enter(tx, organization_id)
        papers = await transfer.papers(tx, wanted)
    press, account = request.app.state.press, request.principal.account_id
    made = transfer.zipped(request.database, press, account, entered.organization_id, papers, language)
    first = await anext(made)  # what is refused is refused before anything is sent

    async def pieces() -> AsyncGenerator[bytes, None]:
        async with aclosing(made):
            yield first
            async for piece in made:
                yield piece

    headers = {"content-disposition": 'attachment; filename="documents.zip"', "cache-control": "private, no-store"}
    return Piecewise(pieces(), media_type="application/zip", headers=headers)  # type: ignore[return-value]


ROUTES = [export, pdfs]
