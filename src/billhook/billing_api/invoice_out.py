"""An invoice as the billing API shows it, every field of the dialect; deprecated twins are filled from one source."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from billhook.billing_api.amounts import Scale, is_inclusive, taxes_out
from billhook.billing_api.item_out import InvoiceItemOut, items_out
from billhook.billing_api.papers import Paper
from billhook.billing_api.payment_out import (
    InvoicePaymentOut,
    TransactionOut,
    mask_of,
    payments_out,
    transaction_out,
)
from billhook.billing_api.wire import AddressOut, Amount, CustomerOut, Out, TaxOut, UserOut, iso, shown
from billhook.documents import Document
from billhook.documents.model.document import Party
from billhook.kernel import time

Status = Literal["draft", "issued", "paid", "voided"]
INTERNAL_NOTE = "internalNote"
"""The key of a document's `custom` that holds what is noted for the seller alone."""
TERMS = "billing"
"""The key of a draft's `custom` that holds what this dialect alone knows of it."""


class BaseAmountsOut(Out, kw_only=True):
    """What an invoice comes to in the currency of its location."""

    amount_due: Amount
    applied_balance: Amount
    currency_code: str
    post_payment_credit_notes_amount: Amount
    pre_payment_credit_notes_amount: Amount
    subtotal_amount: Amount
    subtotal_excluding_tax_amount: Amount
    taxes: list[TaxOut]
    total_amount: Amount
    total_excluding_tax_amount: Amount


class AutoChargeMethodOut(Out, kw_only=True):
    """What is charged as soon as an invoice is issued."""

    card_mask: str
    label: str
    mask: str


class InvoiceOut(Out, kw_only=True):
    """An invoice. Amounts are in major units of `currencyCode`, in `baseAmounts` of the location's currency."""

    id: str
    status: Status
    amount_due: Amount
    amount_paid: Amount
    amount_remaining: Amount
    applied_balance: Amount
    base_amounts: BaseAmountsOut
    create_date: str
    currency_code: str
    customer: CustomerOut
    items_count: int
    location_ref: str
    payments: list[InvoicePaymentOut]
    post_payment_creation: bool
    post_payment_credit_notes_amount: Amount
    pre_payment_credit_notes_amount: Amount
    subtotal_amount: Amount
    subtotal_excluding_tax_amount: Amount
    taxes: list[TaxOut]
    timezone_id: str
    title: str
    total_amount: Amount
    total_excluding_tax_amount: Amount
    amount: Amount
    auto_charge_failed: bool
    net_amount: Amount
    tax_amount: Amount
    pre_payment_credit_amount: Amount
    post_payment_credit_amount: Amount
    due_type: Literal["date", "days", "default"]
    customer_name: str
    customer_address: AddressOut
    location_name: str
    location_address: AddressOut
    items: list[InvoiceItemOut]
    auto_create_date: str | None = None
    company: CustomerOut | None = None
    company_ref: str | None = None
    customer_tax_id: str | None = None
    delete_date: str | None = None
    due_date: str | None = None
    due_days: int | None = None
    internal_note: str | None = None
    issue_date: str | None = None
    location_tax_id: str | None = None
    membership_ref: str | None = None
    memo: str | None = None
    number: str | None = None
    payment_method: AutoChargeMethodOut | None = None
    pdf_url: str | None = None
    receipt_pdf_url: str | None = None
    starting_balance: Amount | None = None
    subscription_ref: str | None = None
    transaction: TransactionOut | None = None
    user: UserOut | None = None
    void_date: str | None = None


def status_of(document: Document) -> Status:
    """Return where an invoice stands, in the words of this dialect."""
    if document.draft:
        return "draft"
    if document.canceled:
        return "voided"
    return "paid" if document.paid_in_full else "issued"


def customer_out(document: Document) -> CustomerOut:
    """Return who is invoiced."""
    party = document.client
    known = shown(document.client_id) if document.client_id else shown(document.id)
    if not party.is_end_customer:
        return CustomerOut(id=known, type="company", title=party.name)
    first, _, last = party.name.partition(" ")
    return CustomerOut(
        id=known,
        type="user",
        user=UserOut(
            id=known,
            name=first or None,
            surname=last or None,
            email=party.email or None,
            phone_number=party.phone or None,
            about=None,
            photo_url=None,
        ),
    )


def _address(party: Party) -> AddressOut:
    return AddressOut(
        city=party.city or "",
        country_code=party.country_code,
        line1=party.address or "",
        line2=party.address2 or "",
        postal_code=party.zip or "",
        state=party.state or "",
    )


def _base(paper: Paper, *, inclusive: bool) -> BaseAmountsOut:
    document, standing, base = paper.document, paper.standing, Scale(paper.document, base=True)
    net = document.total + document.total_discount
    total, total_with_tax = base.sums(document)
    return BaseAmountsOut(
        amount_due=base(standing.due),
        applied_balance=base(standing.applied),
        currency_code=base.currency,
        post_payment_credit_notes_amount=base(standing.post_payment),
        pre_payment_credit_notes_amount=base(standing.pre_payment),
        subtotal_amount=base(document.total_with_tax + document.total_discount if inclusive else net),
        subtotal_excluding_tax_amount=base(net),
        taxes=taxes_out(document.taxes, base, inclusive=inclusive),
        total_amount=total_with_tax,
        total_excluding_tax_amount=total,
    )


def _figures(paper: Paper) -> dict[str, Any]:
    """Return the amounts of an invoice in its own currency, with their deprecated twins."""
    document, standing, own = paper.document, paper.standing, Scale(paper.document)
    inclusive = is_inclusive(document.lines)
    net = document.total + document.total_discount
    base = _base(paper, inclusive=inclusive)
    return {
        "amount_due": own(standing.due),
        "amount_paid": own(standing.paid),
        "amount_remaining": own(standing.remaining if not document.draft else standing.due),
        "applied_balance": own(standing.applied),
        "base_amounts": base,
        "post_payment_credit_notes_amount": own(standing.post_payment),
        "pre_payment_credit_notes_amount": own(standing.pre_payment),
        "post_payment_credit_amount": base.post_payment_credit_notes_amount,
        "pre_payment_credit_amount": base.pre_payment_credit_notes_amount,
        "subtotal_amount": own(document.total_with_tax + document.total_discount if inclusive else net),
        "subtotal_excluding_tax_amount": own(net),
        "taxes": taxes_out(document.taxes, own, inclusive=inclusive),
        "tax_amount": sum((tax.amount for tax in base.taxes), Decimal(0)),
        "total_amount": own(document.total_with_tax),
        "amount": own(document.total_with_tax),
        "total_excluding_tax_amount": own(document.total),
        "net_amount": own(document.total),
    }


def _people(document: Document) -> dict[str, Any]:
    """Return who invoices whom, as it was when the invoice was made."""
    customer, party, issuer = customer_out(document), document.client, document.issuer
    is_person = customer.type == "user"
    return {
        "customer": customer,
        "company": None if is_person else customer,
        "user": customer.user,
        "company_ref": None if is_person else customer.id,
        "membership_ref": customer.id if is_person else None,
        "customer_name": party.name,
        "customer_address": _address(party),
        "customer_tax_id": party.tax_number or None,
        "location_ref": shown(document.organization_id),
        "location_name": issuer.name,
        "location_address": _address(issuer),
        "location_tax_id": issuer.tax_number or None,
    }


def _dates(document: Document, notes: list[Document]) -> dict[str, Any]:
    terms = document.custom.get(TERMS)
    terms = terms if isinstance(terms, dict) else {}
    due_type = terms.get("dueType")
    days = None
    if document.date_due is not None:
        zone = document.timezone
        days = (time.day(document.date_due, zone) - time.day(document.date, zone)).days
    voided: datetime | None = (notes[-1].created_at if notes else document.updated_at) if document.canceled else None
    return {
        "create_date": time.iso(document.created_at),
        "issue_date": iso(document.issued_at),
        "due_date": iso(document.date_due),
        "due_days": days,
        "due_type": due_type if due_type in ("days", "default") else "date",
        "delete_date": iso(document.deleted_at),
        "void_date": iso(voided),
        "starting_balance": Decimal(str(terms["startingBalance"])) if "startingBalance" in terms else None,
        "subscription_ref": terms.get("subscriptionRef"),
    }


def _born_paid(paper: Paper) -> bool:
    """Tell whether an invoice was made after the money had been taken: it was paid in the moment it was issued."""
    issued = paper.document.issued_at
    at_birth = [p.amount for p in paper.payments if issued is not None and p.created_at <= issued]
    return bool(at_birth) and sum(at_birth) >= paper.document.total_with_tax


def invoice_out(paper: Paper, public_url: str) -> InvoiceOut:
    """Return the wire form of an invoice."""
    document = paper.document
    paid_by = payments_out(document, paper.payments, paper.online)
    items, note = items_out(document), document.custom.get(INTERNAL_NOTE)
    charged = [attempt for attempt in paper.online if attempt.off_session]
    status = status_of(document)
    address = f"{public_url}/billing/invoices/v1/{shown(document.id)}"
    method = paper.method
    return InvoiceOut(
        id=shown(document.id),
        status=status,
        **_figures(paper),
        **_people(document),
        **_dates(document, paper.notes),
        currency_code=document.currency,
        timezone_id=document.timezone,
        title=document.number or "Draft",
        number=document.number,
        items=items,
        items_count=len(items),
        payments=paid_by,
        transaction=transaction_out(paid_by[-1]) if paid_by else None,
        post_payment_creation=_born_paid(paper),
        auto_charge_failed=bool(charged) and charged[-1].status == "failed",
        internal_note=note if isinstance(note, str) else None,
        memo=note if isinstance(note, str) else None,
        payment_method=AutoChargeMethodOut(
            card_mask=mask_of(method.label), label=method.label, mask=mask_of(method.label)
        )
        if method
        else None,
        pdf_url=None if document.draft else f"{address}/pdf",
        receipt_pdf_url=f"{address}/receipt" if status == "paid" else None,
    )
