"""Invoice items: of a draft, or waiting for their customer's next invoice."""

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from billhook import clients, documents, recurring, unbilled
from billhook.billing_api.admission import SCOPE
from billhook.billing_api.invoice_out import InvoiceOut, invoice_out
from billhook.billing_api.invoices import Limit, Location, PageToken, Ref, When, between, customer_where, status_where
from billhook.billing_api.item_ids import invoice_of, line_of
from billhook.billing_api.item_in import ChangedInvoiceItemIn, InvoiceItemIn, NewInvoiceItemIn, item_in
from billhook.billing_api.item_out import InvoiceItemOut, items_out, unbilled_out
from billhook.billing_api.listing import Cursor, Window, limit_of
from billhook.billing_api.network import currency_of_location, enter_invoice, enter_location
from billhook.billing_api.papers import papers_of
from billhook.billing_api.wire import Out, given, named, shown
from billhook.db import Tx
from billhook.documents import Document, NewLine
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid
from billhook.unbilled.model import faults_of
from billhook.unbilled.model import line_of as line_for
from billhook.web import BillhookRequest

READS = {SCOPE: "invoices"}


class InvoiceItemOnlyOut(Out, kw_only=True):
    """One item."""

    invoice_item: InvoiceItemOut


class InvoiceItemsOut(Out, kw_only=True):
    """Items, and where the next page begins, if there may be one."""

    invoice_items: list[InvoiceItemOut]
    next_page_token: str | None = None


class UpcomingOut(Out, kw_only=True):
    """What the next invoice of a subscription would be: its own items, and those that wait."""

    invoice: InvoiceOut
    invoice_items: list[InvoiceItemOut]
    upcoming_items: list[InvoiceItemOut]


async def _waiting(tx: Tx, client_id: Id) -> list[InvoiceItemOut]:
    """Return what a client of the location that was entered is to be charged for."""
    client, currency = await clients.read(tx, client_id), await currency_of_location(tx)
    return [unbilled_out(item, client, currency) for item in await unbilled.of_client(tx, client_id)]


async def _enter_customer(tx: Tx, request: BillhookRequest, ref: str, *, write: bool = False) -> Id:
    client_id = named(ref)
    await clients.enter(tx, client_id, write=write)
    location = (await clients.read(tx, client_id)).organization_id
    await enter_location(tx, request.principal, shown(location), write=write)
    return client_id


@get("/billing/invoices/v1/items", tags=["Invoice items"], summary="List invoice items", opt=READS)
async def page(
    request: BillhookRequest,
    limit: Limit = None,
    token: PageToken = None,
    location: Location = None,
    customer: Ref("customerRef") = None,  # type: ignore[valid-type]
    created_after: When("createDate[gte]") = None,  # type: ignore[valid-type]
    created_before: When("createDate[lte]") = None,  # type: ignore[valid-type]
    issued_after: When("issueDate[gte]") = None,  # type: ignore[valid-type]
    issued_before: When("issueDate[lte]") = None,  # type: ignore[valid-type]
    status: When("status") = None,  # type: ignore[valid-type]
) -> InvoiceItemsOut:
    """Return the items of a page of invoices; `limit` counts invoices, whose items are never torn apart."""
    where = [{"type": "invoice"}, *status_where(status), {"incoming": False}]
    where += between("createdAt", created_after, created_before) + between("issuedAt", issued_after, issued_before)
    where += customer_where(customer)
    found: list[InvoiceItemOut] = []

    async def take(tx: Tx, rows: list[Document]) -> None:
        del tx
        found.extend(item for row in rows for item in items_out(row))

    rest = await Window(where, limit_of(limit), Cursor.read(token), location).walk(request, take)
    return InvoiceItemsOut(invoice_items=found, next_page_token=rest)


@get("/billing/invoices/v1/items/upcoming", tags=["Invoice items"], summary="List upcoming invoice items", opt=READS)
async def upcoming_items(
    request: BillhookRequest,
    company: Ref("companyRef") = None,  # type: ignore[valid-type]
    membership: Ref("membershipRef") = None,  # type: ignore[valid-type]
) -> InvoiceItemsOut:
    """Return what a customer is to be charged for with the next invoice."""
    ref = company or membership
    if ref is None or (company and membership):
        raise Invalid("query", [Fault("companyRef", "presence", "or `membershipRef` has to say of whom")])
    async with request.database.open(request.principal.account_id) as tx:
        return InvoiceItemsOut(invoice_items=await _waiting(tx, await _enter_customer(tx, request, ref)))


@get("/billing/invoices/v1/upcoming", tags=["Invoices"], summary="Retrieve the upcoming invoice", opt=READS)
async def upcoming(
    request: BillhookRequest,
    subscription: Ref("subscriptionRef") = None,  # type: ignore[valid-type]
) -> UpcomingOut:
    """Return what the next invoice of a subscription (a recurrence) would be, as things stand."""
    if not subscription:
        raise Invalid("query", [Fault("subscriptionRef", "presence", "is missing")])
    async with request.database.open(request.principal.account_id) as tx:
        await recurring.enter(tx, named(subscription))
        recurrence = await recurring.read(tx, named(subscription))
        await enter_location(tx, request.principal, shown(recurrence.organization_id))
        model = await documents.read(tx, recurrence.document_id)
        draft = msgspec.structs.replace(
            model, draft=True, number=None, issued_at=None, total_paid=0, total_credited=0, date_due=None
        )
        invoice = invoice_out((await papers_of(tx, [draft]))[0], request.public_url)
        waiting = await _waiting(tx, model.client_id) if model.client_id else []
    next_date = None if recurrence.next_date is None else f"{recurrence.next_date.isoformat()}T00:00:00.000Z"
    invoice = msgspec.structs.replace(
        invoice, payments=[], transaction=None, auto_create_date=next_date, subscription_ref=subscription
    )
    return UpcomingOut(invoice=invoice, invoice_items=invoice.items, upcoming_items=waiting)


@post("/billing/invoices/v1/items", status_code=201, tags=["Invoice items"], summary="Create an item", opt=READS)
async def create(request: BillhookRequest, data: JSONBody[NewInvoiceItemIn]) -> InvoiceItemOnlyOut:
    """Put an item onto a draft, or let it wait for the customer's next invoice."""
    body = data.invoice_item
    new = item_in(body)
    if faults := faults_of(new, "invoiceItem"):
        raise Invalid("InvoiceItem", faults)
    async with request.database.open(request.principal.account_id) as tx:
        if invoice := given(body.invoice_ref):
            draft = await enter_invoice(tx, request.principal, invoice, write=True)
            line = line_for(new, ids.embedded())
            after = await documents.change_lines(tx, draft.id, lambda before: (*before, line))
            return InvoiceItemOnlyOut(invoice_item=items_out(after)[-1])
        client_id = await _enter_customer(tx, request, _customer_of(body), write=True)
        item = await unbilled.add(tx, client_id, new)
        client, currency = await clients.read(tx, client_id), await currency_of_location(tx)
        return InvoiceItemOnlyOut(invoice_item=unbilled_out(item, client, currency))


def _customer_of(body: InvoiceItemIn) -> str:
    refs = [ref for ref in (given(body.company_ref), given(body.membership_ref)) if ref]
    if len(refs) != 1:
        message = "has to say whom to charge, as one of invoiceRef, companyRef and membershipRef"
        raise Invalid("InvoiceItem", [Fault("invoiceItem.invoiceRef", "presence", message)])
    return str(refs[0])


@get("/billing/invoices/v1/items/{item_id:str}", tags=["Invoice items"], summary="Retrieve an item", opt=READS)
async def read(request: BillhookRequest, item_id: FromPath[str]) -> InvoiceItemOnlyOut:
    """Return an item."""
    invoice = invoice_of(item_id)
    async with request.database.open(request.principal.account_id) as tx:
        if invoice is None:
            item = await _enter_item(tx, request, item_id)
            client, currency = await clients.read(tx, item.client_id), await currency_of_location(tx)
            return InvoiceItemOnlyOut(invoice_item=unbilled_out(item, client, currency))
        document = await enter_invoice(tx, request.principal, shown(invoice))
    line = line_of(document, item_id)
    lines = [one for one in document.lines if not one.is_separator]
    return InvoiceItemOnlyOut(invoice_item=items_out(document)[lines.index(line)])


async def _enter_item(tx: Tx, request: BillhookRequest, item_id: str, *, write: bool = False) -> unbilled.Item:
    await unbilled.enter(tx, named(item_id), write=write)
    item = await unbilled.read(tx, named(item_id))
    await enter_location(tx, request.principal, shown(item.organization_id), write=write)
    return item


@patch(
    "/billing/invoices/v1/items/{item_id:str}",
    status_code=204,
    tags=["Invoice items"],
    summary="Update an item",
    opt=READS,
)
async def update(request: BillhookRequest, item_id: FromPath[str], data: JSONBody[ChangedInvoiceItemIn]) -> None:
    """Change an item of a draft, or one that waits."""
    body, invoice = data.invoice_item, invoice_of(item_id)
    product = given(body.product)
    title = given(product.title) if product else None
    quantity, price = given(body.quantity), given(body.unit_amount)
    async with request.database.open(request.principal.account_id) as tx:
        if invoice is None:
            item = await _enter_item(tx, request, item_id, write=True)
            await unbilled.change(tx, item.id, title=title, quantity=quantity, unit_amount=price)
            return
        draft = await enter_invoice(tx, request.principal, shown(invoice), write=True)
        line = line_of(draft, item_id)
        wanted = unbilled.NewItem(
            title=line.name if title is None else title,
            quantity=line.quantity if quantity is None else quantity,
            unit_amount=line.price if price is None else price,
        )
        if faults := faults_of(wanted, "invoiceItem"):
            raise Invalid("InvoiceItem", faults)

        def changed(before: tuple[NewLine, ...]) -> tuple[NewLine, ...]:
            fields = {"name": title, "quantity": quantity, "price": price}
            said = {name: value for name, value in fields.items() if value is not None}
            if price is not None:
                said["price_gross"] = None
            return tuple(msgspec.structs.replace(one, **said) if one.id == line.id else one for one in before)

        await documents.change_lines(tx, draft.id, changed)


@delete(
    "/billing/invoices/v1/items/{item_id:str}",
    status_code=204,
    tags=["Invoice items"],
    summary="Delete an item",
    opt=READS,
)
async def remove(request: BillhookRequest, item_id: FromPath[str]) -> None:
    """Take an item off its draft, or have it wait no longer."""
    invoice = invoice_of(item_id)
    async with request.database.open(request.principal.account_id) as tx:
        if invoice is None:
            item = await _enter_item(tx, request, item_id, write=True)
            await unbilled.remove(tx, item.id)
            return
        draft = await enter_invoice(tx, request.principal, shown(invoice), write=True)
        line = line_of(draft, item_id)
        await documents.change_lines(tx, draft.id, lambda before: tuple(one for one in before if one.id != line.id))


ROUTES = [page, upcoming_items, upcoming, create, read, update, remove]
