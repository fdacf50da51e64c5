"""What a caller says of a document; None is "not said", and the organization's settings decide."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from billhook.documents.model.document import Options


class NewTax(msgspec.Struct, frozen=True, kw_only=True):
    """A tax of a line, named by id, rate or classification, in this order."""

    rate: Decimal | None = None
    tax_id: str | None = None
    classification: str | None = None
    name: str | None = None
    abbreviation: str | None = None
    reverse_charged: bool = False
    recoverable: bool | None = None
    compound: bool | None = None
    tax_number: str | None = None


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line; with `load`, what is not said comes from the item `item_id` or `sku` names; `save` makes it one."""

    id: str | None = None
    """What it goes by; a fresh one unless it was there before."""
    name: str | None = None
    description: str | None = None
    is_separator: bool = False
    quantity: Decimal | None = None
    unit: str | None = None
    price: Decimal | None = None
    price_gross: Decimal | None = None
    discount: Decimal | None = None
    discount_is_amount: bool = False
    sku: str | None = None
    ean: str | None = None
    classification: str | None = None
    item_id: str | None = None
    track_inventory: bool = False
    on_behalf: str | None = None
    tax_exemption_code: str | None = None
    tax_exemption_reason: str | None = None
    taxes: tuple[NewTax, ...] | None = None
    load: bool = False
    save: bool = False
    custom: dict[str, Any] = {}
    l10n: dict[str, Any] = {}
    data: list[dict[str, Any]] = []


class NewPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that came with the document: without an amount it is all that is due, without a date the document's."""

    type: str
    amount: Decimal | None = None
    date: datetime | None = None
    note: str | None = None
    tag: str | None = None
    transaction_id: str | None = None
    custom: dict[str, Any] = {}


class NewTaxRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tax as a received paper has it: rate in percent, base and tax in major units."""

    rate: Decimal
    base: Decimal
    total_tax: Decimal
    abbreviation: str | None = None


class NewTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What a received paper says it comes to, in major units; without taxes, those of its lines."""

    total: Decimal | None = None
    total_with_tax: Decimal | None = None
    total_discount: Decimal | None = None
    taxes: tuple[NewTaxRow, ...] | None = None


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """That the document is to be mailed; no recipients means the client's address."""

    recipients: tuple[str, ...] = ()
    message: str | None = None
    subject: str | None = None
    send_copy: bool = False
    language: str | None = None
    """What to write in; None is the document's own."""
    attachments: tuple[str, ...] | None = None
    """Which of the document's attachments go along; None is all of them."""
    excluded_attachments: tuple[str, ...] = ()


class NewConversion(msgspec.Struct, frozen=True, kw_only=True):
    """A rate that was said, of the document's currency (`origin`) to the organization's (`target`)."""

    rate: Decimal | None = None
    date: datetime | None = None
    source: str | None = None
    origin: str | None = None
    target: str | None = None


class NewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document as asked for. `issuer` and `client` hold the keys that were said; they win over what is stored."""

    type: str = "invoice"
    draft: bool = False
    incoming: bool = False
    number: str | None = None
    date: datetime | None = None
    date_service: datetime | None = None
    date_service_to: datetime | None = None
    date_due: datetime | None = None
    date_valid_till: datetime | None = None
    date_paid: datetime | None = None
    date_received: datetime | None = None
    reference: str | None = None
    currency: str | None = None
    conversion: NewConversion | None = None
    decimal_places: int | None = None
    note: str | None = None
    tax_clause: str | None = None
    footer: str | None = None
    signature: str | None = None
    issuer: dict[str, Any] = {}
    client: dict[str, Any] = {}
    client_id: str | None = None
    unit_id: str | None = None
    lines: tuple[NewLine, ...] = ()
    payments: tuple[NewPayment, ...] = ()
    sending: Sending | None = None
    totals: NewTotals | None = None
    options: Options = Options()
    unique_id: str | None = None
    custom: dict[str, Any] = {}
    l10n: dict[str, Any] = {}
    data: list[dict[str, Any]] = []
    document_ids: tuple[str, ...] = ()
    previous_document_id: str | None = None
    advance_ids: tuple[str, ...] = ()

    @property
    def referenced(self) -> frozenset[str]:
        """The documents it refers to, all of which must be the organization's own."""
        previous = [self.previous_document_id] if self.previous_document_id is not None else []
        return frozenset([*self.document_ids, *previous, *self.advance_ids])
