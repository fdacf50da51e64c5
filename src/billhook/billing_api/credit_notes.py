"""Credit notes: given over invoices, with where the money goes; tried first, listed, read, annotated."""

from typing import Any

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.params import FromPath, JSONBody

from billhook import documents, payments, processing
from billhook.billing_api.admission import SCOPE
from billhook.billing_api.credit_note_out import CreditNoteOut, Reason, credit_note_out
from billhook.billing_api.invoice_out import INTERNAL_NOTE
from billhook.billing_api.invoices import Limit, Location, PageToken, Ref, When, between, paper_of
from billhook.billing_api.item_ids import invoice_of, line_of
from billhook.billing_api.listing import Cursor, Window, limit_of
from billhook.billing_api.network import enter_invoice, enter_note
from billhook.billing_api.papers import is_note_of
from billhook.billing_api.wire import UNSET, In, Number, Out, Text, given, named
from billhook.db import Tx
from billhook.documents import Document
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, invalid
from billhook.processing import NewNote, WantedLine, WantedRefund
from billhook.web import BillhookRequest, Instant, Query

READS = {SCOPE: "invoices"}


class NoteLineIn(In, kw_only=True):
    """An item to be credited: so many units of it, or so much of what it came to; all that is left, unless said."""

    invoice_item_ref: str
    quantity: Number = UNSET
    amount: Number = UNSET


class NoteRefundIn(In, kw_only=True):
    """A payment that is to go back, by its `transactionRef` (or `id`): all that is left, unless an amount is said."""

    amount: Number = UNSET
    id: Text = UNSET
    transaction_ref: Text = UNSET


class CreditNoteIn(In, kw_only=True):
    """A credit note; of a paid invoice, where the money goes."""

    invoice_ref: str
    lines: list[NoteLineIn]
    reason: Reason
    credit_amount: Number = UNSET
    effective_date: Instant | None | msgspec.UnsetType = UNSET
    internal_note: Text = UNSET
    out_of_band_amount: Number = UNSET
    refunds: list[NoteRefundIn] | None | msgspec.UnsetType = UNSET


class NewCreditNoteIn(In, kw_only=True):
    """A credit note that is to be given."""

    credit_note: CreditNoteIn


class NoteChangeIn(In, kw_only=True):
    """What may change of a credit note."""

    internal_note: Text = UNSET


class ChangedCreditNoteIn(In, kw_only=True):
    """A credit note that is to change."""

    credit_note: NoteChangeIn | None | msgspec.UnsetType = UNSET


class CreditNoteOnlyOut(Out, kw_only=True):
    """One credit note."""

    credit_note: CreditNoteOut


class CreditNotesOut(Out, kw_only=True):
    """A page of credit notes, and where the next one begins, if there may be one."""

    credit_notes: list[CreditNoteOut]
    next_page_token: str | None = None


async def notes_out(tx: Tx, request: BillhookRequest, notes: list[Document]) -> list[CreditNoteOut]:
    """Return credit notes of the location that was entered."""
    wanted = list(dict.fromkeys(note.previous_document_id for note in notes if note.previous_document_id))
    invoices = {row.id: row for row in await _invoices(tx, wanted)}
    recorded = await documents.payments_of(tx, list(invoices))
    referring = await documents.referring(tx, list(invoices.values()))
    network = request.principal.root_id
    found = []
    for note in notes:
        invoice = invoices.get(note.previous_document_id or note.id)
        if invoice is None:
            continue
        others = [one for one in referring[invoice.id] if is_note_of(one, invoice)]
        shares = payments.shares(invoice, recorded[invoice.id], others if note in others else [*others, note])
        found.append(credit_note_out(note, invoice, shares[note.id], network, request.public_url))
    return found


async def _invoices(tx: Tx, wanted: list[Id]) -> list[Document]:
    if not wanted:
        return []
    return (await documents.page(tx, Query(where={"id": {"inq": wanted}})))[0]


async def _new(request: BillhookRequest, body: CreditNoteIn) -> NewNote:
    """Return a credit note as the rooms below want it. Raises NotYours, Invalid."""
    principal = request.principal
    async with request.database.open(principal.account_id) as tx:
        invoice = await enter_invoice(tx, principal, body.invoice_ref, write=True)
    if not body.lines:
        raise Invalid("CreditNote", [Fault("creditNote.lines", "presence", "can't be blank")])
    lines = []
    for at, line in enumerate(body.lines):
        its = _item(invoice, line.invoice_item_ref)
        if its is None:
            message = "names no item of this invoice"
            raise invalid("CreditNote", f"creditNote.lines.{at}.invoiceItemRef", "inclusion", message)
        lines.append(WantedLine(id=its, quantity=given(line.quantity), amount=given(line.amount)))
    refunds = [
        WantedRefund(transaction_id=_transaction(refund, at), amount=given(refund.amount))
        for at, refund in enumerate(given(body.refunds, []))
    ]
    note, date = given(body.internal_note), given(body.effective_date)
    return NewNote(
        lines=tuple(lines),
        reason=body.reason,
        to_balance=given(body.credit_amount),
        outside=given(body.out_of_band_amount),
        refunds=tuple(refunds),
        date=date,
        custom={INTERNAL_NOTE: note} if note else {},
        operation=request.operation,
    )


def _item(invoice: Document, item_ref: str) -> str | None:
    """Return the line of an invoice that an item's id names, or None."""
    try:
        return line_of(invoice, item_ref).id if invoice_of(item_ref) == invoice.id else None
    except NotYours:
        return None


def _transaction(refund: NoteRefundIn, at: int) -> str:
    said = given(refund.transaction_ref) or given(refund.id)
    try:
        return named(said or "")
    except NotYours:
        message = "has to name a payment of this invoice"
        raise invalid("CreditNote", f"creditNote.refunds.{at}.transactionRef", "inclusion", message) from None


async def leaves_the_house(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a credit note is more than one transaction: one with refunds may have to ask a gateway."""
    body = await request.json()
    note = body.get("creditNote") if isinstance(body, dict) else None
    return isinstance(note, dict) and bool(note.get("refunds"))


@post(
    "/billing/credit_notes/v1",
    status_code=201,
    tags=["Credit notes"],
    summary="Create a credit note",
    opt=READS | {"outside": leaves_the_house},
)
async def create(request: BillhookRequest, data: JSONBody[NewCreditNoteIn]) -> CreditNoteOnlyOut:
    """Credit an invoice by items; what was paid of that goes to the customer's balance, outside, or back online."""
    new, invoice = await _new(request, data.credit_note), named(data.credit_note.invoice_ref)
    account = request.principal.account_id
    note = await processing.give_note(request.app.state.till, request.database, account, invoice, new)
    async with request.database.open(account) as tx:
        await enter_note(tx, request.principal, note.id)
        return CreditNoteOnlyOut(credit_note=(await notes_out(tx, request, [note]))[0])


@post(
    "/billing/credit_notes/v1/preview",
    status_code=200,
    tags=["Credit notes"],
    summary="Preview a credit note",
    opt=READS,
)
async def preview(request: BillhookRequest, data: JSONBody[NewCreditNoteIn]) -> CreditNoteOnlyOut:
    """Return what a credit note would be; nothing is written, and it has neither a number nor an id that stays."""
    new, invoice = await _new(request, data.credit_note), named(data.credit_note.invoice_ref)
    account = request.principal.account_id
    note = await processing.preview_note(
        request.database, account, invoice, msgspec.structs.replace(new, operation=None)
    )
    async with request.database.open(account) as tx:
        await enter_invoice(tx, request.principal, data.credit_note.invoice_ref)
        shown_as = msgspec.structs.replace(note, number=None)
        return CreditNoteOnlyOut(credit_note=(await notes_out(tx, request, [shown_as]))[0])


@get("/billing/credit_notes/v1", tags=["Credit notes"], summary="Retrieve credit notes", opt=READS)
async def page(
    request: BillhookRequest,
    limit: Limit = None,
    token: PageToken = None,
    location: Location = None,
    invoice: Ref("invoiceRef") = None,  # type: ignore[valid-type]
    created_after: When("createDate[gte]") = None,  # type: ignore[valid-type]
    created_before: When("createDate[lte]") = None,  # type: ignore[valid-type]
    status: When("status") = None,  # type: ignore[valid-type]
) -> CreditNotesOut:
    """Return a page of the network's credit notes, the newest of a location first, location by location."""
    wanted = {part.strip() for part in status.split(",")} if status else {"issued"}
    if unknown := wanted - {"issued", "voided"}:
        raise invalid("query", "status", "inclusion", f"has no status `{min(unknown)[:40]}`; known: issued, voided")
    where: list[dict[str, Any]] = [{"type": "credit-note"}, {"incoming": False}, {"draft": False}]
    where += [] if "issued" in wanted else [{"canceled": True}]
    where += between("createdAt", created_after, created_before)
    where += [{"previousDocumentId": named(invoice)}] if invoice else []
    found: list[CreditNoteOut] = []

    async def take(tx: Tx, rows: list[Document]) -> None:
        found.extend(await notes_out(tx, request, rows))

    rest = await Window(where, limit_of(limit), Cursor.read(token), location).walk(request, take)
    return CreditNotesOut(credit_notes=found, next_page_token=rest)


@get("/billing/credit_notes/v1/{note_id:str}", tags=["Credit notes"], summary="Retrieve a credit note", opt=READS)
async def read(request: BillhookRequest, note_id: FromPath[str]) -> CreditNoteOnlyOut:
    """Return a credit note."""
    async with request.database.open(request.principal.account_id) as tx:
        note = await enter_note(tx, request.principal, named(note_id))
        return CreditNoteOnlyOut(credit_note=(await notes_out(tx, request, [note]))[0])


@patch(
    "/billing/credit_notes/v1/{note_id:str}",
    status_code=204,
    tags=["Credit notes"],
    summary="Update a credit note",
    opt=READS,
)
async def update(request: BillhookRequest, note_id: FromPath[str], data: JSONBody[ChangedCreditNoteIn]) -> None:
    """Change what is noted about a credit note."""
    body = given(data.credit_note)
    async with request.database.open(request.principal.account_id) as tx:
        note = await enter_note(tx, request.principal, named(note_id), write=True)
        if body is not None and body.internal_note is not UNSET:
            await documents.change(tx, note.id, {"custom": {**note.custom, INTERNAL_NOTE: body.internal_note}})


@get(
    "/billing/credit_notes/v1/{note_id:str}/pdf",
    tags=["Credit notes"],
    summary="Download the PDF",
    media_type="application/pdf",
    opt=READS,
)
async def pdf(request: BillhookRequest, note_id: FromPath[str]) -> Response[bytes]:
    """Return the PDF of a credit note."""

    async def enter(tx: Tx) -> Id:
        return (await enter_note(tx, request.principal, named(note_id))).id

    return await paper_of(request, enter)


ROUTES = [create, preview, page, read, update, pdf]
