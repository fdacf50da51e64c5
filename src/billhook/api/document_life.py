"""What a document lives through once it was issued: credited, canceled, accepted, made into another, duplicated."""

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody, QueryParameter

from billhook import attachments, documents
from billhook.api.document_in import DocumentIn, DocumentPaymentIn, changes, payments_in
from billhook.api.document_out import DocumentOut, document_out, public_document_out
from billhook.api.responses import Success
from billhook.api.wire import UNSET, Free, In, Number, Out, Text, When, given, said
from billhook.web import BillhookRequest

Technical = Annotated[
    bool, QueryParameter(description="Cancel without a credit note; only what was neither paid nor credited.")
]


Again = Annotated[bool, QueryParameter(description="Make another one, although one was made before.")]


class CreditLineIn(In, kw_only=True):
    """A line of the invoice by its id, and how much of its `quantity`: all that is left, unless said."""

    id: str
    quantity: Number = UNSET


class CreditIn(In, kw_only=True):
    """What to credit: some `lines`, or an `amount` with tax; neither means all that is left."""

    lines: list[CreditLineIn] | None | msgspec.UnsetType = UNSET
    amount: Number = UNSET
    number: Text = UNSET
    date: When = UNSET
    reference: Text = UNSET
    note: Text = UNSET
    unique_id: Text = UNSET
    payments: list[DocumentPaymentIn] | None | msgspec.UnsetType = UNSET
    custom: Free = UNSET


class CancelOut(Out, kw_only=True):
    """That the document is canceled, and the credit note that did it, if one was made."""

    success: bool
    credit_note_id: str | None = None


def _wanted(body: CreditIn) -> documents.Wanted:
    lines = given(body.lines)
    return documents.Wanted(
        lines=None if lines is None else tuple(documents.CreditedLine(line.id, given(line.quantity)) for line in lines),
        amount=given(body.amount),
    )


def _header(body: CreditIn) -> documents.NewDocument:
    fields = {name: value for name, value in said(body).items() if value is not None}
    fields = {
        name: fields[name] for name in ("number", "date", "reference", "note", "unique_id", "custom") if name in fields
    }
    return documents.NewDocument(**fields, payments=payments_in(body.payments))


@post("/Documents/{document_id:str}/credit", status_code=200, tags=["Documents"], summary="Issue a credit note")
async def credit(request: BillhookRequest, document_id: FromPath[str], data: JSONBody[CreditIn]) -> DocumentOut:
    """Issue a credit note over an invoice or an advance: all that is left of it, some of its lines, or an amount."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        made = await documents.credit(tx, document_id, _wanted(data), _header(data))
    return document_out(made.document, request.public_url, made.payments)


@post("/Documents/{document_id:str}/cancel", status_code=200, tags=["Documents"], summary="Cancel a document")
async def cancel(request: BillhookRequest, document_id: FromPath[str], technical: Technical = False) -> CancelOut:
    """Cancel an issued document; an invoice or an advance goes by a credit note over all that is left of it."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        note_id = await documents.cancel(tx, document_id, technical=technical)
    return CancelOut(success=True, credit_note_id=note_id)


@post("/Documents/{document_id:str}/uncancel", status_code=200, tags=["Documents"], summary="Take a cancellation back")
async def uncancel(request: BillhookRequest, document_id: FromPath[str]) -> Success:
    """Take a cancellation back that no credit note was made for."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        await documents.uncancel(tx, document_id)
    return Success()


@post("/Documents/{document_id:str}/convert", status_code=200, tags=["Documents"], summary="Make an invoice of it")
async def convert(
    request: BillhookRequest, document_id: FromPath[str], data: JSONBody[DocumentIn], again: Again = False
) -> DocumentOut:
    """Make an invoice of an estimate or a delivery note, changed by what is said; `type` may name another type.

    Both refer to each other. A second one is only made if asked for by `again`.
    """
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        made = await documents.convert(tx, document_id, changes(data), again=again)
    return document_out(made.document, request.public_url, made.payments)


@post("/Documents/{document_id:str}/duplicate", status_code=200, tags=["Documents"], summary="Duplicate a document")
async def duplicate(request: BillhookRequest, document_id: FromPath[str], data: JSONBody[DocumentIn]) -> DocumentOut:
    """Make a document like this one, with today's dates and what is said changed: a draft, unless `draft` is false."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        made = await documents.duplicate(tx, document_id, changes(data))
    return document_out(made.document, request.public_url, made.payments)


async def _decide(request: BillhookRequest, document_id: str, *, accepted: bool) -> DocumentOut:
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        return document_out(await documents.decide(tx, document_id, accepted=accepted), request.public_url)


@post("/Documents/{document_id:str}/accept", status_code=200, tags=["Documents"], summary="Accept an estimate")
async def accept(request: BillhookRequest, document_id: FromPath[str]) -> DocumentOut:
    """Note that the client has accepted the estimate."""
    return await _decide(request, document_id, accepted=True)


@post("/Documents/{document_id:str}/reject", status_code=200, tags=["Documents"], summary="Reject an estimate")
async def reject(request: BillhookRequest, document_id: FromPath[str]) -> DocumentOut:
    """Note that the client has rejected the estimate; not once something was made of it."""
    return await _decide(request, document_id, accepted=False)


async def _answer(request: BillhookRequest, link: str, *, accepted: bool) -> DocumentOut:
    async with request.database.open() as tx:
        document_id = await documents.enter_shared(tx, link)
        document = await documents.decide(tx, document_id, accepted=accepted, by_client=True)
        payments = (await documents.payments_of(tx, [document_id]))[document_id]
        files = await attachments.of_document(tx, document_id)
    return public_document_out(document, request.public_url, payments, files)


@post(
    "/Documents/public/{link:str}/accept",
    status_code=200,
    opt={"public": True},
    tags=["Documents"],
    summary="Accept a shared estimate",
)
async def public_accept(request: BillhookRequest, link: FromPath[str]) -> DocumentOut:
    """Accept an estimate by its public link, while it is valid; needs no token."""
    return await _answer(request, link, accepted=True)


@post(
    "/Documents/public/{link:str}/reject",
    status_code=200,
    opt={"public": True},
    tags=["Documents"],
    summary="Reject a shared estimate",
)
async def public_reject(request: BillhookRequest, link: FromPath[str]) -> DocumentOut:
    """Reject an estimate by its public link; needs no token."""
    return await _answer(request, link, accepted=False)


ROUTES = [
    credit,
    cancel,
    uncancel,
    convert,
    duplicate,
    accept,
    reject,
    public_accept,
    public_reject,
]
