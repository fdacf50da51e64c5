"""Documents: create, issue, read, change, send, share, print."""

from datetime import datetime
from typing import Annotated

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from billhook import attachments, categories, delivery, documents, organizations
from billhook.api import includes
from billhook.api.categories import new_share
from billhook.api.document_in import DocumentIn, SendIn, changes, mailing, new_document
from billhook.api.document_out import DocumentOut, document_out, public_document_out
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, Success, listed, picked
from billhook.api.wire import In, Out, given
from billhook.db import Tx
from billhook.kernel.ids import Id
from billhook.kernel.problems import invalid
from billhook.kernel.time import parse
from billhook.web import BillhookRequest, parse_query, parse_where

ParseSmartcodes = Annotated[
    bool, QueryParameter(name="parseSmartcodes", description="Replace smart codes in note, footer and signature.")
]
Language = Annotated[
    str | None, QueryParameter(name="l", description="Language, such as `de`; default is the document's own.")
]


class ShareIn(In, kw_only=True):
    """Whether to make a new link; the old one then leads nowhere."""

    regenerate: bool | None = None


class ShareOut(Out, kw_only=True):
    """The public link id of a document, and the page it opens."""

    shareable_id: str
    url: str


class Number(Out, kw_only=True):
    """A document number; absent when there is none yet."""

    number: str | None = None


class Unique(Out, kw_only=True):
    """Whether a number is free."""

    unique: bool


@post("/Organizations/{organization_id:str}/Documents", status_code=200, tags=["Documents"], summary="Create and issue")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[DocumentIn]) -> DocumentOut:
    """Create a document and issue it, with its payments, and mail it if `send` says so; `draft: true` only keeps it."""
    new = new_document(data)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        made = await categories.issue(tx, new, [new_share(share) for share in given(data.document_categories, [])])
    return document_out(made.document, request.public_url, made.payments)


@get("/Organizations/{organization_id:str}/Documents", tags=["Documents"], summary="List documents")
async def page(
    request: BillhookRequest,
    organization_id: FromPath[str],
    filter: FilterParameter = None,
    parse_smartcodes: ParseSmartcodes = True,
) -> list[DocumentOut]:
    """Return a page of the organization's documents; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await documents.page(tx, query)
        out = await includes.of_documents(tx, request, rows, query, parse=parse_smartcodes)
    return listed(out, total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/Documents/count", tags=["Documents"], summary="Count documents")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's documents match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await documents.count(tx, condition))


@get("/Documents/{document_id:str}", tags=["Documents"], summary="Read a document")
async def read(
    request: BillhookRequest,
    document_id: FromPath[str],
    filter: FilterParameter = None,
    parse_smartcodes: ParseSmartcodes = True,
) -> DocumentOut:
    """Return a document; `filter[include]` adds payments, attachments or organization."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        document = await documents.read(tx, document_id)
        if not query.include and not query.fields:
            return document_out(document, request.public_url, parse=parse_smartcodes)
        out = await includes.of_documents(tx, request, [document], query, parse=parse_smartcodes)
    return JsonResponse(picked(out[0], query), media_type="application/json")  # type: ignore[return-value]


@patch("/Documents/{document_id:str}", tags=["Documents"], summary="Change a document")
async def change(request: BillhookRequest, document_id: FromPath[str], data: JSONBody[DocumentIn]) -> DocumentOut:
    """Change what is said: anything of a draft (`draft: false` issues it), only `custom` and marks once issued."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        changed = await documents.change(tx, document_id, changes(data))
    return document_out(changed, request.public_url)


async def _replace(request: BillhookRequest, document_id: str, data: JSONBody[DocumentIn]) -> DocumentOut:
    new = new_document(data)
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        changed = await documents.change(tx, document_id, changes(data), whole=new)
    return document_out(changed, request.public_url)


@put("/Documents/{document_id:str}", tags=["Documents"], summary="Replace a draft")
async def replace(request: BillhookRequest, document_id: FromPath[str], data: JSONBody[DocumentIn]) -> DocumentOut:
    """Replace a draft by what is said; its type stays."""
    return await _replace(request, document_id, data)


@post("/Documents/{document_id:str}/replace", status_code=200, tags=["Documents"], summary="Replace a draft")
async def replace_by_post(
    request: BillhookRequest, document_id: FromPath[str], data: JSONBody[DocumentIn]
) -> DocumentOut:
    """Replace a draft, for clients that cannot PUT."""
    return await _replace(request, document_id, data)


@delete("/Documents/{document_id:str}", status_code=200, tags=["Documents"], summary="Delete a draft or an estimate")
async def remove(request: BillhookRequest, document_id: FromPath[str]) -> Count:
    """Delete a draft or an estimate; what was issued stays, as the law asks."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        return Count(await documents.delete(tx, document_id))


@post("/Documents/{document_id:str}/issue", status_code=200, tags=["Documents"], summary="Issue a draft")
async def issue(request: BillhookRequest, document_id: FromPath[str]) -> DocumentOut:
    """Give a draft its number and make it final."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        issued = await documents.issue_draft(tx, document_id)
    return document_out(issued, request.public_url)


@post("/Documents/{document_id:str}/send", status_code=200, tags=["Documents"], summary="Mail a document")
async def send(
    request: BillhookRequest, document_id: FromPath[str], data: JSONBody[SendIn], language: Language = None
) -> Success:
    """Mail the document with its PDF, its link and its attachments to `recipients` (default: the client's address)."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        associate = bool(given(data.associate_email, False))
        await delivery.request_sending(tx, document_id, mailing(data, language), associate_email=associate)
    return Success()


@post("/Documents/{document_id:str}/share", status_code=200, tags=["Documents"], summary="Get the public link")
async def share(
    request: BillhookRequest, document_id: FromPath[str], data: JSONBody[ShareIn], regenerate: FromQuery[bool] = False
) -> ShareOut:
    """Return the document's public link, made on the first call; `regenerate` makes a new one and closes the old."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        link = await documents.share(tx, document_id, regenerate=regenerate or bool(data.regenerate))
    return ShareOut(shareable_id=link, url=f"{request.public_url}/i/{link}")


@post("/Documents/{document_id:str}/mark-sent", status_code=200, tags=["Documents"], summary="Mark as sent by post")
async def mark_sent(request: BillhookRequest, document_id: FromPath[str]) -> Success:
    """Note that the document was sent by post."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        await documents.change(tx, document_id, {"sent_snail_mail": True})
    return Success()


def attachment(document: documents.Document, content: bytes) -> Response[bytes]:
    """Return a PDF as a response, named by type and number."""
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in document.number or "draft")
    headers = {
        "content-disposition": f'inline; filename="{document.type}-{name}.pdf"',
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-cache",
    }
    return Response(content, media_type="application/pdf", headers=headers)


@get("/Documents/{document_id:str}/pdf", tags=["Documents"], summary="Download the PDF", media_type="application/pdf")
async def pdf(request: BillhookRequest, document_id: FromPath[str], language: Language = None) -> Response[bytes]:
    """Return the PDF (PDF/A-3a): of an issued document always the same bytes."""

    async def enter(tx: Tx) -> Id:
        await documents.enter(tx, document_id)
        return Id(document_id)

    document, content = await documents.pdf(
        request.database, request.app.state.press, enter, account=request.principal.account_id, language=language
    )
    return attachment(document, content)


@get("/Documents/public/{link:str}", opt={"public": True}, tags=["Documents"], summary="Read a shared document")
async def public(request: BillhookRequest, link: FromPath[str]) -> DocumentOut:
    """Return a document by its public link, without what is only the seller's business; needs no token."""
    async with request.database.open() as tx:
        document_id = await documents.enter_shared(tx, link)
        document = await documents.read(tx, document_id)
        payments = (await documents.payments_of(tx, [document_id]))[document_id]
        files = await attachments.of_document(tx, document_id)
    return public_document_out(document, request.public_url, payments, files)


@get(
    "/Documents/public/{link:str}/pdf",
    opt={"public": True},
    tags=["Documents"],
    summary="Download a shared document",
    media_type="application/pdf",
)
async def public_pdf(request: BillhookRequest, link: FromPath[str], language: Language = None) -> Response[bytes]:
    """Return the PDF by the public link; needs no token."""

    async def enter(tx: Tx) -> Id:
        return await documents.enter_shared(tx, link)

    document, content = await documents.pdf(request.database, request.app.state.press, enter, language=language)
    return attachment(document, content)


async def _numbers(
    request: BillhookRequest, organization_id: str, type: str, incoming: bool, date: str | None
) -> tuple[str | None, str]:
    at = year_of(type, date)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        zone = (await organizations.read(tx)).timezone
        return await documents.last_number(tx, type, incoming=incoming, zone=zone, date=at)


def year_of(type: str, date: str | None) -> datetime | None:
    """Return the instant whose year is meant, None for now. Raises Invalid, also for an unknown type."""
    _known_type(type)
    try:
        return parse(date) if date else None
    except ValueError:
        raise invalid("query", "date", "format", "is not a date; use for example 2026-04-30") from None


def _known_type(type: str) -> None:
    if type not in list(documents.Type):
        raise invalid("query", "type", "inclusion", f"must be one of {', '.join(documents.Type)}")


@get("/Organizations/{organization_id:str}/last-doc-number", tags=["Documents"], summary="The last number given")
async def last_number(
    request: BillhookRequest,
    organization_id: FromPath[str],
    type: FromQuery[str],
    incoming: FromQuery[bool] = False,
    date: FromQuery[str | None] = None,
) -> Number:
    """Return the last automatic number of a type in the year of `date` (default: today)."""
    return Number(number=(await _numbers(request, organization_id, type, incoming, date))[0])


@get("/Organizations/{organization_id:str}/next-doc-number", tags=["Documents"], summary="The next number")
async def next_number(
    request: BillhookRequest,
    organization_id: FromPath[str],
    type: FromQuery[str],
    incoming: FromQuery[bool] = False,
    date: FromQuery[str | None] = None,
) -> Number:
    """Return the number the next document of a type would get; it is only taken when a document is issued."""
    return Number(number=(await _numbers(request, organization_id, type, incoming, date))[1])


@get("/Organizations/{organization_id:str}/is-unique-doc-number", tags=["Documents"], summary="Is a number free?")
async def is_unique_number(
    request: BillhookRequest,
    organization_id: FromPath[str],
    number: FromQuery[str],
    type: FromQuery[str],
    incoming: FromQuery[bool] = False,
    ignore_id: Annotated[str | None, QueryParameter(name="ignoreId")] = None,
) -> Unique:
    """Tell whether a number may be given to a document of a type."""
    _known_type(type)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Unique(unique=await documents.number_is_free(tx, type, number, incoming=incoming, ignored=ignore_id))


ROUTES = [
    create,
    page,
    count,
    read,
    change,
    replace,
    replace_by_post,
    remove,
    issue,
    send,
    share,
    mark_sent,
    pdf,
    public,
    public_pdf,
    last_number,
    next_number,
    is_unique_number,
]
