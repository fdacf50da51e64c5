"""What documents look like on the wire: every key of the seed's real answer, with its type."""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

from billhook.api.attachments import FileMetaOut, file_meta_out
from billhook.api.categories import DocumentCategoryOut
from billhook.api.comments import CommentOut, comment_out
from billhook.api.conversion_out import DocumentConversionRateOut, conversion_out
from billhook.api.wire import AddressOut, Out, iso, major
from billhook.attachments import Attachment
from billhook.documents import Document, PaymentOf, on_paper, shown
from billhook.documents.model.document import Line, LineTax, Options, Party, TaxRow
from billhook.kernel.money import plain
from billhook.organizations.model import Identity

Amount = Decimal | int
_IDENTITY = Identity.__struct_fields__


class DocumentTaxOut(Out, kw_only=True):
    """One distinct tax of the document: rate in percent, base and tax in major units."""

    tax: Amount
    tax_id: str | None = None
    abbreviation: str | None = None
    base: Amount
    total_tax: Amount


class DocumentItemTaxOut(Out, kw_only=True):
    """A tax of a line."""

    id: str
    rate: Amount
    reverse_charged: bool
    name: str | None = None
    abbreviation: str | None = None
    recoverable: bool
    compound: bool
    tax_id: str | None = None
    tax_number: str | None = None
    classification: str | None = None


class DocumentItemOut(Out, kw_only=True):
    """A line with what it comes to, in major units."""

    id: str
    discount: Amount
    discount_is_amount: bool
    quantity: Amount
    total: Amount
    total_with_tax: Amount
    total_tax: Amount
    total_discount: Amount
    is_separator: bool
    name: str
    description: str
    price: Amount
    price_gross: Amount | None = None
    unit: str | None = None
    sku: str | None = None
    ean: str | None = None
    classification: str | None = None
    item_id: str | None = None
    track_inventory: bool
    on_behalf: str | None = None
    tax_exemption_code: str | None = None
    tax_exemption_reason: str | None = None
    custom: dict[str, Any] | None
    l10n: dict[str, Any] | None = None
    item_taxes: list[DocumentItemTaxOut] | None
    components: list[Any] | None
    data: list[dict[str, Any]] | None
    credits: str | None = None
    deducts: str | None = None


class DocumentPartyOut(AddressOut, kw_only=True):
    """Issuer or client as they were when the document was made."""

    id: str
    contact: str | None = None
    is_end_customer: bool | None = None
    ip_address: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    custom: dict[str, Any] | None
    data: list[dict[str, Any]] | None


class DocumentPaymentOut(Out, kw_only=True):
    """A payment of the document, in major units of its currency."""

    amount: Amount
    type: str
    date: str
    id: str
    document_id: str
    organization_id: str
    note: str | None = None
    tag: str | None = None
    transaction_id: str | None = None
    is_deleted: bool
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None


class DocumentOut(Out, kw_only=True):
    """A document."""

    id: str
    number: str | None = None
    draft: bool
    date: str
    date_service: str | None = None
    date_service_to: str | None = None
    date_due: str | None = None
    date_valid_till: str | None = None
    date_paid: str | None = None
    date_received: str | None = None
    reference: str
    total: Amount
    total_discount: Amount
    total_with_tax: Amount
    decimal_places: int
    note: str
    tax_clause: str
    footer: str
    signature: str
    type: str
    display_name: str | None = None
    omit_taxes: bool | None = None
    keep_prices_as_gross: bool | None = None
    ignore_omit_taxes: bool | None = None
    charges_disabled: bool | None = None
    number_internal: str | None = None
    custom_totals: bool | None = None
    canceled: bool
    sent_snail_mail: bool
    total_paid: Amount
    total_due: Amount
    paid_in_full: bool
    total_credited: Amount | None = None
    total_converted: Amount | None = None
    total_with_tax_converted: Amount | None = None
    currency_id: str
    document_conversion_rate: DocumentConversionRateOut | None = None
    document_taxes: list[DocumentTaxOut] | None
    document_reverse_taxes: list[DocumentTaxOut] | None
    has_unit: bool
    is_valid_eslog: bool
    incoming: bool
    issued_at: str | None = None
    date_year: int
    unique_id: str | None = None
    shareable_id: str | None = None
    previous_document_id: str | None = None
    document_ids: list[str] | None
    advance_ids: list[str] | None = None
    accepted_at: str | None = None
    rejected_at: str | None = None
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None
    l10n: dict[str, Any] | None = None
    deleted_at: str | None = None
    is_deleted: bool
    items: list[DocumentItemOut] | None
    document_issuer: DocumentPartyOut
    client_id: str | None = None
    document_client: DocumentPartyOut
    organization_id: str
    unit_id: str | None = None
    account_id: str
    comments: list[CommentOut] | None
    data: list[dict[str, Any]] | None
    payments: list[DocumentPaymentOut] | None = None
    attachments: list[FileMetaOut] | None = None
    document_categories: list[DocumentCategoryOut] | None = None
    pdf: str


def _instants(document: Document) -> dict[str, Any]:
    """Return when what was, or is to be, of a document."""
    return {
        "date": iso(document.date) or "",
        "date_service": iso(document.date_service),
        "date_service_to": iso(document.date_service_to),
        "date_due": iso(document.date_due),
        "date_valid_till": iso(document.date_valid_till),
        "date_paid": iso(document.date_paid),
        "date_received": iso(document.date_received),
        "issued_at": iso(document.issued_at),
        "accepted_at": iso(document.accepted_at),
        "rejected_at": iso(document.rejected_at),
        "created_at": iso(document.created_at) or "",
        "updated_at": iso(document.updated_at) or "",
        "deleted_at": iso(document.deleted_at),
    }


def _options(options: Options) -> dict[str, Any]:
    """Return what rarely is said of a document."""
    return {
        "display_name": options.display_name,
        "omit_taxes": options.omit_taxes or None,
        "keep_prices_as_gross": options.keep_prices_as_gross or None,
        "ignore_omit_taxes": options.ignore_omit_taxes or None,
        "charges_disabled": options.charges_disabled or None,
        "number_internal": options.number_internal,
        "custom_totals": options.custom_totals or None,
    }


def document_out(
    document: Document, base_url: str, payments: Sequence[PaymentOf] | None = None, *, parse: bool = True
) -> DocumentOut:
    """Return the wire form of a document; `parse` replaces smart codes, `payments` None leaves them out."""
    exponent, options = document.exponent, document.options
    texts, paper, converted = shown(document) if parse else document, on_paper(document), document.conversion
    return DocumentOut(
        id=document.id,
        number=document.number,
        draft=document.draft,
        **_instants(document),
        **_options(options),
        reference=document.reference,
        total=major(document.total, exponent),
        total_discount=major(document.total_discount, exponent),
        total_with_tax=major(document.total_with_tax, exponent),
        decimal_places=document.decimal_places,
        note=texts.note,
        tax_clause=texts.tax_clause,
        footer=texts.footer,
        signature=texts.signature,
        type=document.type,
        canceled=document.canceled,
        sent_snail_mail=document.sent_snail_mail,
        total_paid=major(document.total_paid, exponent),
        total_credited=major(document.total_credited, exponent) or None,
        total_due=major(document.total_due, exponent),
        paid_in_full=document.paid_in_full,
        total_converted=major(converted.total, converted.exponent) if converted else None,
        total_with_tax_converted=major(converted.total_with_tax, converted.exponent) if converted else None,
        currency_id=document.currency,
        document_conversion_rate=conversion_out(converted) if converted else None,
        document_taxes=[_tax_row(row, exponent) for row in document.taxes],
        document_reverse_taxes=[_tax_row(row, exponent) for row in document.reverse_taxes],
        has_unit=document.has_unit,
        is_valid_eslog=False,
        incoming=document.incoming,
        date_year=document.date_year,
        unique_id=document.unique_id,
        shareable_id=document.shareable_id,
        previous_document_id=document.previous_document_id,
        document_ids=list(document.document_ids),
        advance_ids=list(document.advance_ids) or None,
        custom=document.custom,
        l10n=document.l10n or None,
        is_deleted=document.deleted_at is not None,
        items=[_line(line, exponent) for line in document.lines],
        document_issuer=_party(paper.issuer),
        client_id=document.client_id,
        document_client=_party(paper.client),
        organization_id=document.organization_id,
        unit_id=document.unit_id,
        account_id=document.account_id,
        comments=[comment_out(comment) for comment in document.comments],
        data=document.data,
        payments=None if payments is None else [payment_out(payment, document) for payment in payments],
        pdf=f"{base_url}/v1/documents/{document.id}/pdf",
    )


def public_document_out(
    document: Document, base_url: str, payments: Sequence[PaymentOf], attachments: Sequence[Attachment]
) -> DocumentOut:
    """Return what somebody who holds the public link may read: what the paper says, what was paid on it, its files.

    The keys are those of `DocumentOut`; what is the seller's own business (custom, comments, data that is not meant
    for the paper, ids of accounts and clients, addresses of machines) is empty or absent.
    """
    out = document_out(document, base_url, payments)
    for party in (out.document_issuer, out.document_client):
        party.custom, party.data, party.ip_address = {}, _on_paper(party.data), None
    for line in out.items or ():
        line.custom, line.data = {}, _on_paper(line.data)
    for payment in out.payments or ():
        payment.custom, payment.note, payment.tag, payment.transaction_id = {}, None, None, None
    link = document.shareable_id
    out.attachments = [file_meta_out(attachment, base_url, link) for attachment in attachments]
    out.custom, out.comments, out.data = {}, [], _on_paper(out.data)
    out.number_internal = out.unique_id = out.client_id = None
    out.account_id = ""
    return out


def _on_paper(rows: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return the rows that are meant for the paper."""
    return [row for row in rows or () if isinstance(said := row.get("options"), dict) and said.get("onPDF") is True]


def payment_out(payment: PaymentOf, document: Document) -> DocumentPaymentOut:
    """Return the wire form of a payment."""
    return DocumentPaymentOut(
        amount=major(payment.amount, payment.exponent),
        type=payment.type,
        date=iso(payment.date) or "",
        id=payment.id,
        document_id=document.id,
        organization_id=document.organization_id,
        note=payment.note,
        tag=payment.tag,
        transaction_id=payment.transaction_id,
        is_deleted=False,
        created_at=iso(payment.created_at) or "",
        updated_at=iso(payment.updated_at) or "",
        custom=payment.custom,
    )


def _tax_row(row: TaxRow, exponent: int) -> DocumentTaxOut:
    return DocumentTaxOut(
        tax=plain(row.rate),
        tax_id=row.tax_id,
        abbreviation=row.abbreviation,
        base=major(row.base, exponent),
        total_tax=major(row.total_tax, exponent),
    )


def _line(line: Line, exponent: int) -> DocumentItemOut:
    return DocumentItemOut(
        id=line.id,
        discount=plain(line.discount),
        discount_is_amount=line.discount_is_amount,
        quantity=plain(line.quantity),
        total=major(line.total, exponent),
        total_with_tax=major(line.total_with_tax, exponent),
        total_tax=major(line.total_tax, exponent),
        total_discount=major(line.total_discount, exponent),
        is_separator=line.is_separator,
        name=line.name,
        description=line.description,
        price=plain(line.price),
        price_gross=None if line.price_gross is None else plain(line.price_gross),
        unit=line.unit,
        sku=line.sku,
        ean=line.ean,
        classification=line.classification,
        item_id=line.item_id,
        track_inventory=line.track_inventory,
        on_behalf=line.on_behalf,
        tax_exemption_code=line.tax_exemption_code,
        tax_exemption_reason=line.tax_exemption_reason,
        custom=line.custom,
        l10n=line.l10n or None,
        item_taxes=[_line_tax(tax) for tax in line.taxes],
        components=[],
        data=line.data,
        credits=line.credits,
        deducts=line.deducts,
    )


def _line_tax(tax: LineTax) -> DocumentItemTaxOut:
    return DocumentItemTaxOut(
        id=tax.id,
        rate=plain(tax.rate),
        reverse_charged=tax.reverse_charged,
        name=tax.name,
        abbreviation=tax.abbreviation,
        recoverable=tax.recoverable,
        compound=tax.compound,
        tax_id=tax.tax_id,
        tax_number=tax.tax_number,
        classification=tax.classification,
    )


_identity_of = attrgetter(*_IDENTITY)


def _party(party: Party) -> DocumentPartyOut:
    return DocumentPartyOut(
        **dict(zip(_IDENTITY, _identity_of(party), strict=True)),
        id=party.id,
        contact=party.contact,
        is_end_customer=party.is_end_customer,
        ip_address=party.ip_address,
        created_at=iso(party.created_at),
        updated_at=iso(party.updated_at),
        custom=party.custom,
        data=party.data,
    )
