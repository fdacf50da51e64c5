"""The life of an invoice: made as a draft, changed, issued, sent again, voided, copied, deleted."""

from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Annotated, Any, Literal

import msgspec
from litestar import delete, patch, post
from litestar.params import FromPath, JSONBody

from billhook import clients, documents, exchange, organizations, payments, processing, recurring, unbilled
from billhook.billing_api.admission import SCOPE
from billhook.billing_api.invoice_out import INTERNAL_NOTE, TERMS, invoice_out, status_of
from billhook.billing_api.invoices import InvoiceOnlyOut, InvoiceWithItemsOut
from billhook.billing_api.item_in import InvoiceItemIn, item_in
from billhook.billing_api.network import currency_of_location, enter_invoice, enter_location
from billhook.billing_api.papers import papers_of
from billhook.billing_api.wire import UNSET, Flag, In, Text, Whole, given, named, shown
from billhook.db import Tx
from billhook.documents import Document, NewDocument
from billhook.documents.model.problems import Issued
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, Kind, NotYours, Problem
from billhook.kernel.time import day
from billhook.unbilled.model import faults_of, line_of
from billhook.web import BillhookRequest, Instant

WRITES = {SCOPE: "invoices"}
MAX_DUE_DAYS = 3650
When = Instant | None | msgspec.UnsetType


class NotIssued(Problem):
    """Only an issued invoice that was not paid can be voided; this one is {status}."""

    kind = Kind.CONFLICT
    code = "NOT_ISSUED"


class NothingPending(Problem):
    """There is no pending payment of this invoice that could be canceled."""

    kind = Kind.CONFLICT
    code = "NOTHING_PENDING"


class InvoiceTermsIn(In, kw_only=True):
    """When a draft is due, and what is noted about it."""

    due_type: Literal["date", "days", "default"] | None | msgspec.UnsetType = UNSET
    due_date: When = UNSET
    due_days: Whole = UNSET
    internal_note: Text = UNSET


class NewInvoiceTermsIn(InvoiceTermsIn, kw_only=True):
    """Whom to invoice, and the rest of what a draft begins with."""

    company_ref: Text = UNSET
    membership_ref: Text = UNSET
    subscription_ref: Text = UNSET
    currency_code: Annotated[
        Text, msgspec.Meta(description="The location's currency, or one of its alternatives; its amounts are in that.")
    ] = UNSET


class NewInvoiceIn(In, kw_only=True):
    """A draft that is to be made, its items, and whether it takes what the customer is to be charged for anyway."""

    invoice: NewInvoiceTermsIn
    items: list[InvoiceItemIn] = []
    include_upcoming_items: Flag = UNSET


class ChangedInvoiceIn(In, kw_only=True):
    """What is to change of a draft."""

    invoice: InvoiceTermsIn


class IssueIn(In, kw_only=True):
    """How to issue; `skipAutoCharge` leaves the customer's saved method alone."""

    skip_auto_charge: Annotated[bool, msgspec.Meta(description="Whether nothing is charged.")] = False


def _terms(body: InvoiceTermsIn, now: datetime, zone: str) -> tuple[datetime | None, dict[str, Any]]:
    """Return when a draft made now is due (None: as the location has it), and how that was said. Raises Invalid."""
    due_date, days = given(body.due_date), given(body.due_days)
    kind = given(body.due_type) or ("date" if due_date else "days" if days is not None else "default")
    faults = []
    if kind == "date" and due_date is None:
        faults.append(Fault("invoice.dueDate", "presence", "can't be blank where dueType is `date`"))
    if kind == "days" and days is None:
        faults.append(Fault("invoice.dueDays", "presence", "can't be blank where dueType is `days`"))
    if days is not None and not 0 <= days <= MAX_DUE_DAYS:
        faults.append(Fault("invoice.dueDays", "numericality", f"must be a whole number from 0 to {MAX_DUE_DAYS}"))
    if faults:
        raise Invalid("Invoice", faults)
    if kind == "days" and days is not None:
        return _in_days(now, zone, days), {"dueType": kind, "dueDays": days}
    return (_plain(due_date) if kind == "date" else None), {"dueType": kind}


def _in_days(now: datetime, zone: str, days: int) -> datetime:
    """Return the business day so many days from now, as midnight UTC, which means a day."""
    return datetime.combine(day(now, zone) + timedelta(days=days), clock_time(), UTC)


def _plain(instant: Any) -> datetime:
    return datetime.combine(instant.date(), instant.timetz())


async def _customer(tx: Tx, request: BillhookRequest, body: NewInvoiceTermsIn) -> tuple[Id, dict[str, Any]]:
    """Enter the location of who is to be invoiced, and return who that is. Raises Invalid, NotYours."""
    refs = [given(ref) for ref in (body.company_ref, body.membership_ref, body.subscription_ref)]
    if sum(ref is not None for ref in refs) != 1:
        message = "has to say whom to invoice, as one of companyRef, membershipRef and subscriptionRef"
        raise Invalid("Invoice", [Fault("invoice.companyRef", "presence", message)])
    subscription = refs[2]
    if subscription is not None:
        await recurring.enter(tx, named(subscription), write=True)
        recurrence = await recurring.read(tx, named(subscription))
        client = (await documents.read(tx, recurrence.document_id)).client_id
        await enter_location(tx, request.principal, shown(recurrence.organization_id), write=True)
        if client is None:
            raise NotYours
        return client, {"subscriptionRef": subscription}
    client = named(refs[0] or refs[1] or "")
    await clients.enter(tx, client, write=True)
    found = await clients.read(tx, client)
    await enter_location(tx, request.principal, shown(found.organization_id), write=True)
    return client, {}


async def _balance(tx: Tx, client: Id, currency: str) -> str:
    """Return the balance of a client in a currency, in major units."""
    for balance in await payments.balances(tx, client):
        if balance.currency == currency:
            return str(balance.credit.scaleb(-balance.exponent).normalize() + 0)
    return "0"


async def answer(tx: Tx, request: BillhookRequest, document: Document) -> InvoiceOnlyOut:
    """Return an invoice of the location that was entered."""
    return InvoiceOnlyOut(invoice=invoice_out((await papers_of(tx, [document]))[0], request.public_url))


@post("/billing/invoices/v1", status_code=201, tags=["Invoices"], summary="Create an invoice", opt=WRITES)
async def create(request: BillhookRequest, data: JSONBody[NewInvoiceIn]) -> InvoiceOnlyOut:
    """Make a draft for a customer, of the items that are said and, if wanted, of those that wait for an invoice."""
    items = [item_in(item) for item in data.items]
    faults = [fault for at, item in enumerate(items) for fault in faults_of(item, f"items.{at}")]
    if faults:
        raise Invalid("Invoice", faults)
    async with request.database.open(request.principal.account_id) as tx, tx.atomic():
        client, terms = await _customer(tx, request, data.invoice)
        due, said_terms = _terms(data.invoice, tx.now, (await organizations.read(tx)).timezone)
        note = given(data.invoice.internal_note)
        code = given(data.invoice.currency_code)
        currency = await exchange.hold(tx, code) if code is not None else None
        balance = await _balance(tx, client, currency or await currency_of_location(tx))
        kept = terms | said_terms | {"startingBalance": balance}
        new = NewDocument(
            draft=True,
            client_id=client,
            currency=currency,
            date_due=due,
            lines=tuple(line_of(item, ids.embedded()) for item in items),
            custom={TERMS: kept} | ({INTERNAL_NOTE: note} if note else {}),
        )
        draft = (await documents.issue_once(tx, new)).document
        if given(data.include_upcoming_items, default=False):
            draft = await unbilled.take(tx, draft)
        return await answer(tx, request, draft)


@patch(
    "/billing/invoices/v1/{invoice_id:str}", status_code=204, tags=["Invoices"], summary="Update an invoice", opt=WRITES
)
async def update(request: BillhookRequest, invoice_id: FromPath[str], data: JSONBody[ChangedInvoiceIn]) -> None:
    """Change when a draft is due, and what is noted about it."""
    body = data.invoice
    async with request.database.open(request.principal.account_id) as tx, tx.atomic():
        draft = await enter_invoice(tx, request.principal, invoice_id, write=True)
        if not draft.draft:
            raise Issued(fields="the invoice")
        said: dict[str, Any] = {}
        custom = dict(draft.custom)
        if any(value is not UNSET for value in (body.due_type, body.due_date, body.due_days)):
            due, terms = _terms(body, draft.date, draft.timezone)
            said["date_due"] = due
            custom[TERMS] = {**_kept(draft), **terms}
        if body.internal_note is not UNSET:
            custom[INTERNAL_NOTE] = body.internal_note
        await documents.change(tx, draft.id, said | {"custom": custom})


def _kept(draft: Document) -> dict[str, Any]:
    terms = draft.custom.get(TERMS)
    return {k: v for k, v in terms.items() if k not in ("dueType", "dueDays")} if isinstance(terms, dict) else {}


@post(
    "/billing/invoices/v1/{invoice_id:str}/issue",
    status_code=200,
    tags=["Invoices"],
    summary="Issue an invoice",
    opt=WRITES,
)
async def issue(request: BillhookRequest, invoice_id: FromPath[str], data: JSONBody[IssueIn]) -> InvoiceWithItemsOut:
    """Issue a draft as of today; its customer's balance pays what it can, the saved method is charged the rest."""
    async with request.database.open(request.principal.account_id) as tx, tx.atomic():
        draft = await enter_invoice(tx, request.principal, invoice_id, write=True)
        if draft.draft:
            await documents.change(tx, draft.id, {"date": tx.now, "date_due": _due_at_issue(draft, tx.now)})
        document = await documents.issue_draft(tx, draft.id)
        await payments.apply_balance(tx, document)
        if not data.skip_auto_charge:
            await processing.charge_by_itself(tx, document)
        out = (await answer(tx, request, await documents.read(tx, document.id))).invoice
    return InvoiceWithItemsOut(invoice=out, invoice_items=out.items)


def _due_at_issue(draft: Document, now: datetime) -> datetime | None:
    """Return when a draft is due that is issued now: so many days from now, or on the day that was said."""
    terms = draft.custom.get(TERMS)
    terms = terms if isinstance(terms, dict) else {}
    if terms.get("dueType") == "days":
        return _in_days(now, draft.timezone, int(terms.get("dueDays", 0)))
    return None if terms.get("dueType") == "default" else draft.date_due


@patch(
    "/billing/invoices/v1/{invoice_id:str}/void",
    status_code=204,
    tags=["Invoices"],
    summary="Void an invoice",
    opt=WRITES,
)
async def void(request: BillhookRequest, invoice_id: FromPath[str]) -> None:
    """Void an issued invoice that was not paid: a credit note takes it back, as the law wants it."""
    async with request.database.open(request.principal.account_id) as tx:
        document = await enter_invoice(tx, request.principal, invoice_id, write=True)
        if status_of(document) != "issued":
            raise NotIssued(status=status_of(document))
        await documents.cancel(tx, document.id)


@delete(
    "/billing/invoices/v1/{invoice_id:str}", status_code=204, tags=["Invoices"], summary="Delete an invoice", opt=WRITES
)
async def remove(request: BillhookRequest, invoice_id: FromPath[str]) -> None:
    """Delete a draft; what was issued stays."""
    async with request.database.open(request.principal.account_id) as tx:
        document = await enter_invoice(tx, request.principal, invoice_id, write=True)
        await documents.delete(tx, document.id)


@post(
    "/billing/invoices/v1/{invoice_id:str}/duplicate",
    status_code=201,
    tags=["Invoices"],
    summary="Duplicate an invoice",
    opt=WRITES,
)
async def duplicate(request: BillhookRequest, invoice_id: FromPath[str]) -> InvoiceOnlyOut:
    """Make a draft like another invoice."""
    async with request.database.open(request.principal.account_id) as tx:
        document = await enter_invoice(tx, request.principal, invoice_id, write=True)
        made = await documents.duplicate(tx, document.id, {})
        return await answer(tx, request, made.document)


@post(
    "/billing/invoices/v1/{invoice_id:str}/resend",
    status_code=204,
    tags=["Invoices"],
    summary="Resend an invoice",
    opt=WRITES,
)
async def resend(request: BillhookRequest, invoice_id: FromPath[str]) -> None:
    """Mail an issued invoice to its customer again."""
    async with request.database.open(request.principal.account_id) as tx:
        document = await enter_invoice(tx, request.principal, invoice_id, write=True)
        await documents.request_sending(tx, document.id, documents.Sending())


@post(
    "/billing/invoices/v1/{invoice_id:str}/cancel_payment",
    status_code=204,
    tags=["Invoices"],
    summary="Cancel a payment",
    opt=WRITES | {"outside": True},
)
async def cancel_payment(request: BillhookRequest, invoice_id: FromPath[str]) -> None:
    """Cancel the pending payment of an invoice: its page at the payment gateway takes no money any more."""
    till: processing.Till = request.app.state.till
    account = request.principal.account_id
    async with till.database.open(account) as tx:
        document = await enter_invoice(tx, request.principal, invoice_id, write=True)
        attempts = (await processing.of_documents(tx, [document.id]))[document.id]
    pending = [attempt for attempt in attempts if attempt.status in ("initiated", "requires_action")]
    if not pending:
        raise NothingPending
    await processing.cancel(till, account, pending[-1].id)


ROUTES = [create, update, issue, void, remove, duplicate, resend, cancel_payment]
