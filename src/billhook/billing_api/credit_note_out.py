"""A credit note as the billing API shows it."""

import re
from decimal import Decimal
from typing import Any, Literal

from billhook.billing_api.amounts import Scale, is_inclusive, tax_of, taxes_out
from billhook.billing_api.invoice_out import INTERNAL_NOTE, customer_out
from billhook.billing_api.item_ids import ids_of
from billhook.billing_api.item_out import ItemAmountsOut
from billhook.billing_api.wire import Amount, CustomerOut, Out, TaxOut, shown
from billhook.documents import Document
from billhook.documents.model.document import Line
from billhook.kernel import money, time
from billhook.kernel.ids import Id
from billhook.payments import Share
from billhook.processing import DESTINATIONS

Reason = Literal["duplicate", "orderChange", "productUnsatisfactory", "fraudulent", "other"]


class NoteAmountsOut(Out, kw_only=True):
    """What a credit note comes to in the currency of its location."""

    currency_code: str
    gross_amount: Amount
    post_payment_amount: Amount
    pre_payment_amount: Amount
    subtotal_amount: Amount
    subtotal_amount_excluding_tax: Amount
    taxes: list[TaxOut]
    total_amount: Amount
    total_excluding_tax_amount: Amount


class NoteLineOut(Out, kw_only=True):
    """A line of a credit note, and the invoice item that it gives back."""

    id: str
    base_amounts: ItemAmountsOut
    create_date: str
    currency_code: str
    discounted_amount: Amount
    invoice_item_ref: str
    invoice_ref: str
    location_ref: str
    network_ref: str
    quantity: Amount
    total_amount: Amount
    total_excluding_tax_amount: Amount
    unit_amount: Amount
    unit_excluding_tax_amount: Amount
    update_date: str
    tax: TaxOut | None = None


class RefundMethodOut(Out, kw_only=True):
    """How the money went back."""

    type: Literal["external", "paymentGateway"]
    label: str


class NoteRefundOut(Out, kw_only=True):
    """Money that went back with a credit note."""

    amount: Amount
    currency_code: str
    id: str
    method: RefundMethodOut
    transaction_ref: str


class CreditNoteOut(Out, kw_only=True):
    """A credit note over an invoice. Amounts are in major units."""

    id: str
    status: Literal["issued", "voided"]
    type: Literal["prePayment", "postPayment", "mixed"]
    reason: Reason
    base_amounts: NoteAmountsOut
    create_date: str
    currency_code: str
    customer: CustomerOut
    effective_date: str
    gross_amount: Amount
    invoice_ref: str
    lines: list[NoteLineOut]
    location_ref: str
    network_ref: str
    pdf_url: str
    post_payment_amount: Amount
    pre_payment_amount: Amount
    subtotal_amount: Amount
    subtotal_amount_excluding_tax: Amount
    taxes: list[TaxOut]
    title: str
    total_amount: Amount
    total_excluding_tax_amount: Amount
    update_date: str
    credit_amount: Amount | None = None
    internal_note: str | None = None
    number: int | None = None
    out_of_band_amount: Amount | None = None
    refunds: list[NoteRefundOut] | None = None


def _base(note: Document, share: Share, *, inclusive: bool) -> NoteAmountsOut:
    base, net = Scale(note, base=True), note.total + note.total_discount
    total, total_with_tax = base.sums(note)
    return NoteAmountsOut(
        currency_code=base.currency,
        gross_amount=total_with_tax,
        post_payment_amount=base(share.post_payment),
        pre_payment_amount=base(share.pre_payment),
        subtotal_amount=base(note.total_with_tax + note.total_discount if inclusive else net),
        subtotal_amount_excluding_tax=base(net),
        taxes=taxes_out(note.taxes, base, inclusive=inclusive),
        total_amount=total_with_tax,
        total_excluding_tax_amount=total,
    )


def _line(note: Document, line: Line, its: str, given_back: str, network: Id) -> NoteLineOut:
    own, base = Scale(note), Scale(note, base=True)
    unit, at = line.price if line.price_gross is None else line.price_gross, time.iso(note.created_at)
    return NoteLineOut(
        id=its,
        base_amounts=ItemAmountsOut(
            currency_code=base.currency,
            discounted_amount=base(line.total_discount),
            total_amount=base(line.total_with_tax),
            total_excluding_tax_amount=base(line.total),
            unit_amount=base.price(unit),
            unit_excluding_tax_amount=base.price(line.price),
            tax=tax_of(line, base),
        ),
        create_date=at,
        currency_code=note.currency,
        discounted_amount=own(line.total_discount),
        invoice_item_ref=given_back,
        invoice_ref=shown(note.previous_document_id or note.id),
        location_ref=shown(note.organization_id),
        network_ref=shown(network),
        quantity=Amount(money.plain(line.quantity)),
        total_amount=own(line.total_with_tax),
        total_excluding_tax_amount=own(line.total),
        unit_amount=own.price(unit),
        unit_excluding_tax_amount=own.price(line.price),
        update_date=at,
        tax=tax_of(line, own),
    )


def _lines(note: Document, invoice: Document, network: Id) -> list[NoteLineOut]:
    """Return the lines; one over an amount gives no item in particular back, and names the first."""
    items = [line for line in invoice.lines if not line.is_separator]
    of_items = dict(zip((line.id for line in items), ids_of(invoice, items), strict=True))
    first = next(iter(of_items.values()), shown(invoice.id))
    lines = [line for line in note.lines if not line.is_separator]
    return [
        _line(note, line, its, of_items.get(line.credits or "", first), network)
        for line, its in zip(lines, ids_of(note, lines), strict=True)
    ]


def _number(note: Document) -> int | None:
    digits = re.search(r"\d{1,15}\Z", note.number or "")
    return int(digits[0]) if digits else None


def _amount(terms: dict[str, Any], name: str) -> Decimal | None:
    return Decimal(str(terms[name])) if name in terms else None


def credit_note_out(note: Document, invoice: Document, share: Share, network: Id, public_url: str) -> CreditNoteOut:
    """Return the wire form of a credit note."""
    terms = note.custom.get(DESTINATIONS)
    terms = terms if isinstance(terms, dict) else {}
    own, inclusive = Scale(note), is_inclusive(note.lines)
    net, internal = note.total + note.total_discount, note.custom.get(INTERNAL_NOTE)
    kind: Literal["prePayment", "postPayment", "mixed"] = "mixed" if share.pre_payment else "postPayment"
    refunds = [
        NoteRefundOut(
            amount=Decimal(str(row["amount"])),
            currency_code=note.currency,
            id=shown(row["id"]),
            method=RefundMethodOut(type=row["type"], label=row["label"]),
            transaction_ref=shown(row["transactionRef"]),
        )
        for row in terms.get("refunds", [])
    ]
    return CreditNoteOut(
        id=shown(note.id),
        status="voided" if note.canceled else "issued",
        type="prePayment" if not share.post_payment else kind,
        reason=terms.get("reason", "other"),
        base_amounts=_base(note, share, inclusive=inclusive),
        create_date=time.iso(note.created_at),
        currency_code=note.currency,
        customer=customer_out(note),
        effective_date=time.day(note.date, note.timezone).isoformat(),
        gross_amount=own(note.total_with_tax),
        invoice_ref=shown(invoice.id),
        lines=_lines(note, invoice, network),
        location_ref=shown(note.organization_id),
        network_ref=shown(network),
        pdf_url=f"{public_url}/billing/credit_notes/v1/{shown(note.id)}/pdf",
        post_payment_amount=own(share.post_payment),
        pre_payment_amount=own(share.pre_payment),
        subtotal_amount=own(note.total_with_tax + note.total_discount if inclusive else net),
        subtotal_amount_excluding_tax=own(net),
        taxes=taxes_out(note.taxes, own, inclusive=inclusive),
        title=note.number or "Preview",
        total_amount=own(note.total_with_tax),
        total_excluding_tax_amount=own(note.total),
        update_date=time.iso(note.updated_at),
        credit_amount=_amount(terms, "toBalance"),
        internal_note=internal if isinstance(internal, str) else None,
        number=_number(note),
        out_of_band_amount=_amount(terms, "outside"),
        refunds=refunds or None,
    )
