"""Payments: record, read, replace, change, delete; of an organization and of a document."""

from decimal import Decimal
from typing import Any

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from billhook import documents, organizations, payments
from billhook.api import includes
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.payment_out import PaymentOut, payment_out
from billhook.api.responses import Count, JsonResponse, listed, picked
from billhook.api.wire import UNSET, Free, In, Number, Text, When, given, said
from billhook.kernel.problems import Fault, Invalid
from billhook.payments import NewCredit, NewPayment
from billhook.web import BillhookRequest, Instant, Query, parse_query, parse_where


class PaymentIn(In, kw_only=True):
    """A payment as said; `documentId` names the document it is for, if that is known."""

    amount: Decimal
    type: str
    date: Instant
    tag: Text = UNSET
    note: Text = UNSET
    transaction_id: Text = UNSET
    document_id: Text = UNSET
    currency_id: Text = UNSET
    custom: Free = UNSET


class PaymentForDocumentIn(In, kw_only=True):
    """A payment of a document: `amount` defaults to what is due, `date` to now."""

    type: str
    amount: Number = UNSET
    date: When = UNSET
    tag: Text = UNSET
    note: Text = UNSET
    transaction_id: Text = UNSET
    currency_id: Text = UNSET
    custom: Free = UNSET


class PaymentChangeIn(In, kw_only=True):
    """What is to change of a payment."""

    amount: Number = UNSET
    type: Text = UNSET
    date: When = UNSET
    tag: Text = UNSET
    note: Text = UNSET
    transaction_id: Text = UNSET
    document_id: Text = UNSET
    currency_id: Text = UNSET
    custom: Free = UNSET


class CreditIn(In, kw_only=True):
    """Credit to be applied: `amount` defaults to as much as is owed and free, `date` to now."""

    amount: Number = UNSET
    date: When = UNSET
    tag: Text = UNSET
    note: Text = UNSET
    transaction_id: Text = UNSET
    custom: Free = UNSET


_NEVER_NULL = ("amount", "type", "date")


def _fields(body: PaymentIn | PaymentForDocumentIn | PaymentChangeIn | CreditIn) -> dict[str, Any]:
    """Return what was said as fields of `NewPayment`; an empty transaction id is none."""
    fields = said(body)
    if "currency_id" in fields:
        fields["currency"] = (fields.pop("currency_id") or "").upper() or None
    if "transaction_id" in fields:
        fields["transaction_id"] = fields["transaction_id"] or None
    if "custom" in fields:
        fields["custom"] = given(body.custom, {})
    return fields


def _whole(body: PaymentIn) -> dict[str, Any]:
    """Return all that a payment consists of: what was not said is taken away. Its document and currency stay."""
    unset: dict[str, Any] = {"tag": None, "note": None, "transaction_id": None, "custom": {}}
    fields = {name: value for name, value in _fields(body).items() if name != "currency" or value is not None}
    return unset | fields


def _partial(body: PaymentChangeIn) -> dict[str, Any]:
    fields = _fields(body)
    blank = [name for name in _NEVER_NULL if name in fields and fields[name] is None]
    if blank:
        raise Invalid("Payment", [Fault(name, "presence", "can't be blank") for name in blank])
    return {name: value for name, value in fields.items() if name != "currency" or value is not None}


@post("/Organizations/{organization_id:str}/payments", status_code=200, tags=["Payments"], summary="Record a payment")
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[PaymentIn]) -> PaymentOut:
    """Record a payment; the same one again (by `transactionId` and `type`) returns the one there is."""
    new = NewPayment(**_fields(data))
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        return payment_out(await payments.record(tx, new))


@get("/Organizations/{organization_id:str}/payments", tags=["Payments"], summary="List payments")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[PaymentOut]:
    """Return a page of the organization's payments; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await payments.page(tx, query)
        out = await includes.of_payments(tx, request, rows, query)
    return listed(out, total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/payments/count", tags=["Payments"], summary="Count payments")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's payments match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await payments.count(tx, condition))


@get("/Payments/{payment_id:str}", tags=["Payments"], summary="Read a payment")
async def read(request: BillhookRequest, payment_id: FromPath[str], filter: FilterParameter = None) -> PaymentOut:
    """Return a payment; `filter[include]` adds its document or organization, `filter[deleted]` finds deleted ones."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await payments.enter(tx, payment_id)
        payment = await payments.read(tx, payment_id, deleted=query.deleted)
        out = await includes.of_payments(tx, request, [payment], query)
    return JsonResponse(picked(out[0], query), media_type="application/json")  # type: ignore[return-value]


async def _replace(request: BillhookRequest, payment_id: str, data: PaymentIn) -> PaymentOut:
    async with request.database.open(request.principal.account_id) as tx:
        await payments.enter(tx, payment_id, write=True)
        return payment_out(await payments.change(tx, payment_id, _whole(data)))


@put("/Payments/{payment_id:str}", tags=["Payments"], summary="Replace a payment")
async def replace(request: BillhookRequest, payment_id: FromPath[str], data: JSONBody[PaymentIn]) -> PaymentOut:
    """Replace a payment by what is said; the journal takes the old one back. Document and currency stay."""
    return await _replace(request, payment_id, data)


@post("/Payments/{payment_id:str}/replace", status_code=200, tags=["Payments"], summary="Replace a payment")
async def replace_by_post(request: BillhookRequest, payment_id: FromPath[str], data: JSONBody[PaymentIn]) -> PaymentOut:
    """Replace a payment, for clients that cannot PUT."""
    return await _replace(request, payment_id, data)


@patch("/Payments/{payment_id:str}", tags=["Payments"], summary="Change a payment")
async def change(request: BillhookRequest, payment_id: FromPath[str], data: JSONBody[PaymentChangeIn]) -> PaymentOut:
    """Change what is said of a payment; the journal takes the old one back where money is concerned."""
    changes = _partial(data)
    async with request.database.open(request.principal.account_id) as tx:
        await payments.enter(tx, payment_id, write=True)
        return payment_out(await payments.change(tx, payment_id, changes))


@delete("/Payments/{payment_id:str}", status_code=200, tags=["Payments"], summary="Delete a payment")
async def remove(request: BillhookRequest, payment_id: FromPath[str]) -> Count:
    """Delete a payment and take it back in the journal; `count` is 0 when it was deleted before."""
    async with request.database.open(request.principal.account_id) as tx:
        await payments.enter(tx, payment_id, write=True)
        return Count(await payments.delete(tx, payment_id))


@post("/Documents/{document_id:str}/payments", status_code=200, tags=["Payments"], summary="Pay a document")
async def create_for_document(
    request: BillhookRequest, document_id: FromPath[str], data: JSONBody[PaymentForDocumentIn]
) -> PaymentOut:
    """Record a payment of a document, in its currency: all that is due unless an `amount` is said; it may be more."""
    new = NewPayment(**_fields(data))
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        return payment_out(await payments.record_for(tx, document_id, new))


@post(
    "/Documents/{document_id:str}/apply-credit", status_code=200, tags=["Payments"], summary="Apply a client's credit"
)
async def apply_credit(request: BillhookRequest, document_id: FromPath[str], data: JSONBody[CreditIn]) -> PaymentOut:
    """Pay a document with what its client has paid too much elsewhere; deleting the payment takes the credit back."""
    new = NewCredit(**_fields(data))
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        return payment_out(await payments.apply_credit(tx, document_id, new))


@get("/Documents/{document_id:str}/payments", tags=["Payments"], summary="List the payments of a document")
async def of_document(
    request: BillhookRequest, document_id: FromPath[str], filter: FilterParameter = None
) -> list[PaymentOut]:
    """Return a page of a document's payments; `x-total-count` says how many there are."""
    query: Query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        rows, total = await payments.page(tx, query, document_id=document_id)
        out = await includes.of_payments(tx, request, rows, query)
    return listed(out, total, query)  # type: ignore[return-value]


@get("/Documents/{document_id:str}/payments/count", tags=["Payments"], summary="Count the payments of a document")
async def count_of_document(
    request: BillhookRequest, document_id: FromPath[str], where: WhereParameter = None
) -> Count:
    """Return how many of a document's payments match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        return Count(await payments.count(tx, condition, document_id=document_id))


ROUTES = [
    create,
    page,
    count,
    create_for_document,
    apply_credit,
    of_document,
    count_of_document,
    read,
    replace,
    replace_by_post,
    change,
    remove,
]
