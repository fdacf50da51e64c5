"""Invoices of a network: listed, read, printed."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from billhook import documents
from billhook.billing_api.admission import SCOPE
from billhook.billing_api.invoice_out import InvoiceOut, invoice_out
from billhook.billing_api.item_out import InvoiceItemOut
from billhook.billing_api.listing import Cursor, Window, limit_of
from billhook.billing_api.network import enter_invoice
from billhook.billing_api.papers import papers_of
from billhook.billing_api.wire import Out, named
from billhook.db import Tx
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, invalid
from billhook.web import BillhookRequest

READS = {SCOPE: "invoices"}
_AS_FILE = {"x-content-type-options": "nosniff", "cache-control": "private, no-cache"}
STATUSES = ("draft", "issued", "paid", "voided")

Limit = Annotated[str | None, QueryParameter(name="limit", description="Rows of a page, 1 to 100; 25 unless said.")]
PageToken = Annotated[
    str | None,
    QueryParameter(name="nextPageToken", description="Where the page begins: what the page before it answered."),
]
Location = Annotated[str | None, QueryParameter(name="locationRef", description="Only of this location.")]


def Ref(name: str) -> Any:  # noqa: N802 - makes a type
    """Return the type of a query parameter that names a customer."""
    return Annotated[str | None, QueryParameter(name=name, description="Only of this customer.")]


def When(name: str) -> Any:  # noqa: N802 - makes a type
    """Return the type of a query parameter that bounds a time."""
    return Annotated[str | None, QueryParameter(name=name, description="An instant, ISO 8601; the bound counts too.")]


class InvoicesOut(Out, kw_only=True):
    """A page of invoices, and where the next one begins, if there may be one."""

    invoices: list[InvoiceOut]
    next_page_token: str | None = None


class InvoiceOnlyOut(Out, kw_only=True):
    """One invoice."""

    invoice: InvoiceOut


class InvoiceWithItemsOut(Out, kw_only=True):
    """An invoice and its items."""

    invoice: InvoiceOut
    invoice_items: list[InvoiceItemOut]


def status_where(said: str | None) -> list[dict[str, Any]]:
    """Return the condition of a list of statuses in the words of the filter language. Raises Invalid."""
    wanted = [part.strip() for part in said.split(",")] if said else []
    if unknown := [part for part in wanted if part not in STATUSES]:
        message = f"has no status `{unknown[0][:40]}`; known: {', '.join(STATUSES)}"
        raise invalid("query", "status", "inclusion", message)
    conditions = {
        "draft": {"draft": True},
        "issued": {"draft": False, "canceled": False, "paidInFull": False},
        "paid": {"draft": False, "canceled": False, "paidInFull": True},
        "voided": {"draft": False, "canceled": True},
    }
    return [{"or": [conditions[part] for part in dict.fromkeys(wanted)]}] if wanted else []


def between(name: str, after: str | None, before: str | None) -> list[dict[str, Any]]:
    """Return the condition of a range of time."""
    bounds = {"gte": after, "lte": before}
    return [{name: {key: value}} for key, value in bounds.items() if value]


def customer_where(*refs: str | None) -> list[dict[str, Any]]:
    """Return the condition of naming customers, who may be named in several ways."""
    return [{"clientId": named(ref)} for ref in refs if ref]


@get("/billing/invoices/v1", tags=["Invoices"], summary="Retrieve invoices", opt=READS)
async def page(
    request: BillhookRequest,
    limit: Limit = None,
    token: PageToken = None,
    location: Location = None,
    customer: Ref("customerRef") = None,  # type: ignore[valid-type]
    company: Ref("companyRef") = None,  # type: ignore[valid-type]
    membership: Ref("membershipRef") = None,  # type: ignore[valid-type]
    created_after: When("createDate[gte]") = None,  # type: ignore[valid-type]
    created_before: When("createDate[lte]") = None,  # type: ignore[valid-type]
    issued_after: When("issueDate[gte]") = None,  # type: ignore[valid-type]
    issued_before: When("issueDate[lte]") = None,  # type: ignore[valid-type]
    q: Annotated[str | None, QueryParameter(description="Part of a number.")] = None,
    status: Annotated[str | None, QueryParameter(description="Statuses, with commas between them.")] = None,
) -> InvoicesOut:
    """Return a page of the network's invoices, the newest of a location first, location by location."""
    where: list[dict[str, Any]] = [{"type": {"inq": ["invoice", "advance"]}}, {"incoming": False}]
    where += status_where(status)
    where += between("createdAt", created_after, created_before) + between("issuedAt", issued_after, issued_before)
    where += [{"number": {"ilike": f"%{q}%"}}] if q else []
    where += customer_where(customer, company, membership)
    window = Window(where, limit_of(limit), Cursor.read(token), location)
    found: list[InvoiceOut] = []

    async def take(tx: Tx, rows: list[documents.Document]) -> None:
        found.extend(invoice_out(paper, request.public_url) for paper in await papers_of(tx, rows))

    rest = await window.walk(request, take)
    return InvoicesOut(invoices=found, next_page_token=rest)


@get("/billing/invoices/v1/{invoice_id:str}", tags=["Invoices"], summary="Retrieve an invoice", opt=READS)
async def read(request: BillhookRequest, invoice_id: FromPath[str]) -> InvoiceOnlyOut:
    """Return an invoice."""
    return InvoiceOnlyOut(invoice=(await invoice_now(request, invoice_id))[0])


async def invoice_now(request: BillhookRequest, invoice_id: str) -> tuple[InvoiceOut, list[InvoiceItemOut]]:
    """Return an invoice as it stands, and its items."""
    async with request.database.open(request.principal.account_id) as tx:
        document = await enter_invoice(tx, request.principal, invoice_id)
        out = invoice_out((await papers_of(tx, [document]))[0], request.public_url)
    return out, out.items


@get(
    "/billing/invoices/v1/{invoice_id:str}/items", tags=["Invoices"], summary="List the items of an invoice", opt=READS
)
async def items(request: BillhookRequest, invoice_id: FromPath[str]) -> InvoiceWithItemsOut:
    """Return an invoice and its items."""
    invoice, its_items = await invoice_now(request, invoice_id)
    return InvoiceWithItemsOut(invoice=invoice, invoice_items=its_items)


@get(
    "/billing/invoices/v1/{invoice_id:str}/pdf",
    tags=["Invoices"],
    summary="Download the PDF",
    media_type="application/pdf",
    opt=READS,
)
async def pdf(request: BillhookRequest, invoice_id: FromPath[str]) -> Response[bytes]:
    """Return the PDF of an issued invoice."""

    async def enter(tx: Tx) -> Id:
        document = await enter_invoice(tx, request.principal, invoice_id)
        if document.draft:
            raise NotYours
        return document.id

    return await paper_of(request, enter)


@get(
    "/billing/invoices/v1/{invoice_id:str}/receipt",
    tags=["Invoices"],
    summary="Download the receipt",
    media_type="application/pdf",
    opt=READS,
)
async def receipt(request: BillhookRequest, invoice_id: FromPath[str]) -> Response[bytes]:
    """Return the receipt of a paid invoice: what was received when."""

    async def enter(tx: Tx) -> Id:
        return (await enter_invoice(tx, request.principal, invoice_id)).id

    press, account = request.app.state.press, request.principal.account_id
    content = await documents.receipt(request.database, press, enter, account=account)
    return Response(content, media_type="application/pdf", headers=_AS_FILE)


async def paper_of(request: BillhookRequest, enter: Callable[[Tx], Awaitable[Id]]) -> Response[bytes]:
    """Return the PDF of a document that was issued, and is entered so."""
    _, content = await documents.pdf(
        request.database, request.app.state.press, enter, account=request.principal.account_id
    )
    return Response(content, media_type="application/pdf", headers=_AS_FILE)


ROUTES = [page, read, items, pdf, receipt]
