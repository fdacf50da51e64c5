"""Money transactions of a location: payments of invoices, recorded by hand or attempted online. Read only."""

from decimal import Decimal
from typing import Annotated, Any, Final

from litestar import get
from litestar.params import FromPath, QueryParameter

from billhook import documents, payments, processing
from billhook.billing_api.admission import SCOPE
from billhook.billing_api.invoice_out import customer_out
from billhook.billing_api.invoices import Limit, PageToken, When, between
from billhook.billing_api.listing import Cursor, limit_of
from billhook.billing_api.network import enter_location
from billhook.billing_api.payment_out import InvoicePaymentOut, Status, payments_out
from billhook.billing_api.wire import Amount, CustomerOut, Out, UserOut, named, shown
from billhook.db import Tx
from billhook.documents import Document
from billhook.kernel import time
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, invalid
from billhook.web import BillhookRequest, Query

READS = {SCOPE: "transactions"}
STATUSES: Final = ("canceled", "failed", "pending", "processing", "succeeded")
TYPES: Final = ("booking", "creditPackage", "eventTicket", "invoice", "order", "subscription")


class OfInvoiceOut(Out, kw_only=True):
    """The invoice that was paid."""

    id: str
    title: str


class MoneyMethodOut(Out, kw_only=True):
    """How it was paid."""

    type: str
    label: str


class MoneyRefundOut(Out, kw_only=True):
    """What went back, and when last."""

    amount: Amount
    create_date: str


class MoneyTransactionOut(Out, kw_only=True):
    """A payment of an invoice; its id is the `transactionRef` of the payment."""

    id: str
    amount: Amount
    create_date: str
    currency_code: str
    invoice: OfInvoiceOut
    location_ref: str
    payment_method: MoneyMethodOut
    status: Status
    type: str
    company: CustomerOut | None = None
    membership_ref: str | None = None
    refund: MoneyRefundOut | None = None
    user: UserOut | None = None


class MoneyTransactionOnlyOut(Out, kw_only=True):
    """One transaction."""

    transaction: MoneyTransactionOut


class MoneyTransactionsOut(Out, kw_only=True):
    """Transactions of some invoices, and where the next page begins, if there may be one."""

    transactions: list[MoneyTransactionOut]
    next_page_token: str | None = None


def _out(document: Document, payment: InvoicePaymentOut) -> MoneyTransactionOut:
    customer, gateway = customer_out(document), payment.method.payment_gateway
    back = payment.refunds.money if payment.refunds else []
    return MoneyTransactionOut(
        id=payment.transaction_ref,
        amount=payment.price.money.gross_amount,
        create_date=payment.create_date,
        currency_code=payment.price.money.currency_code,
        invoice=OfInvoiceOut(id=shown(document.id), title=document.number or "Draft"),
        location_ref=shown(document.organization_id),
        payment_method=MoneyMethodOut(
            type=gateway.gateway if gateway else "external", label=gateway.label if gateway else "External"
        ),
        status=payment.status,
        type="invoice",
        company=customer if customer.type == "company" else None,
        membership_ref=customer.id if customer.type == "user" else None,
        refund=MoneyRefundOut(
            amount=sum((one.gross_amount for one in back), Decimal(0)), create_date=back[-1].create_date
        )
        if back
        else None,
        user=customer.user,
    )


async def _of(tx: Tx, rows: list[Document]) -> list[MoneyTransactionOut]:
    """Return the transactions of some invoices, those of an invoice in the order they began."""
    recorded = await documents.payments_of(tx, [row.id for row in rows])
    online = await processing.of_documents(tx, [row.id for row in rows])
    return [_out(row, payment) for row in rows for payment in payments_out(row, recorded[row.id], online[row.id])]


@get("/transactions/money/v1", tags=["Transactions"], summary="Retrieve money transactions", opt=READS)
async def page(
    request: BillhookRequest,
    location: Annotated[str, QueryParameter(name="locationRef", description="Of which location.")],
    limit: Limit = None,
    token: PageToken = None,
    status: When("status") = None,  # type: ignore[valid-type]
    type: When("type") = None,  # type: ignore[valid-type]
    created_after: When("createDate[gte]") = None,  # type: ignore[valid-type]
    created_before: When("createDate[lte]") = None,  # type: ignore[valid-type]
) -> MoneyTransactionsOut:
    """Return the transactions of a page of invoices, the newest invoice first; `limit` counts invoices."""
    if status is not None and status not in STATUSES:
        raise invalid("query", "status", "inclusion", f"must be one of {', '.join(STATUSES)}")
    if type is not None and type not in TYPES:
        raise invalid("query", "type", "inclusion", f"must be one of {', '.join(TYPES)}")
    most, cursor = limit_of(limit), Cursor.read(token)
    where: list[dict[str, Any]] = [{"type": {"inq": ["invoice", "advance"]}}, {"incoming": False}, {"draft": False}]
    where += between("updatedAt", created_after, None) + between("createdAt", None, created_before)
    where += [{"id": {"lt": cursor.after}}] if cursor.after else []
    async with request.database.open(request.principal.account_id) as tx:
        place = (await enter_location(tx, request.principal, location)).id
        query = Query(where={"and": where}, order=(("id", "DESC"),), limit=most + 1)
        rows = (await documents.page(tx, query))[0]
        found = await _of(tx, rows[:most]) if type in (None, "invoice") else []
    found = [one for one in found if status in (None, one.status)]
    found = [one for one in found if not created_after or one.create_date >= _comparable(created_after)]
    found = [one for one in found if not created_before or one.create_date <= _comparable(created_before)]
    rest = Cursor(place, rows[most - 1].id).token if len(rows) > most else None
    return MoneyTransactionsOut(transactions=found, next_page_token=rest)


def _comparable(said: str) -> str:
    return time.iso(time.parse(said))


@get("/transactions/money/v1/{transaction_id:str}", tags=["Transactions"], summary="Retrieve a transaction", opt=READS)
async def read(request: BillhookRequest, transaction_id: FromPath[str]) -> MoneyTransactionOnlyOut:
    """Return a transaction."""
    async with request.database.open(request.principal.account_id) as tx:
        document_id = await _document_of(tx, named(transaction_id))
        document = await documents.read(tx, document_id)
        await enter_location(tx, request.principal, shown(document.organization_id))
        for one in await _of(tx, [document]):
            if one.id == shown(named(transaction_id)):
                return MoneyTransactionOnlyOut(transaction=one)
    raise NotYours


async def _document_of(tx: Tx, transaction: Id) -> Id:
    """Enter the location of a payment or an attempt, and return the document that it is of. Raises NotYours."""
    try:
        await payments.enter(tx, transaction)
        found = (await payments.read(tx, transaction)).document_id
    except NotYours:
        await processing.enter(tx, transaction)
        found = (await processing.read(tx, transaction)).document_id
    if found is None:
        raise NotYours
    return found


ROUTES = [page, read]
