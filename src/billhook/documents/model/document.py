"""The nouns as they are stored: document, parties, lines, taxes. Amounts are whole minor units of the currency."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from billhook.kernel import time
from billhook.kernel.ids import Id
from billhook.organizations.model import Identity


class Type(enum.StrEnum):
    """What a document is."""

    INVOICE = "invoice"
    ESTIMATE = "estimate"
    ADVANCE = "advance"
    CREDIT_NOTE = "credit-note"
    DELIVERY_NOTE = "delivery-note"


OWED = frozenset({Type.INVOICE, Type.ADVANCE})
"""What charges the client."""
PAYABLE = frozenset({Type.INVOICE, Type.ADVANCE, Type.CREDIT_NOTE})
"""What may carry payments (of a credit note: what was paid back)."""


class Party(Identity, frozen=True, omit_defaults=True, kw_only=True):
    """Issuer or client as it was when the document was made."""

    id: str = ""
    contact: str | None = None
    is_end_customer: bool | None = None
    ip_address: str | None = None
    custom: dict[str, Any] = {}
    data: list[dict[str, Any]] = []
    created_at: datetime | None = None
    updated_at: datetime | None = None


class LineTax(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A tax of a line; `rate` in percent. `tax_id` is the organization's tax it was matched with."""

    id: str
    rate: Decimal
    name: str | None = None
    abbreviation: str | None = None
    recoverable: bool = True
    compound: bool = False
    reverse_charged: bool = False
    tax_id: Id | None = None
    tax_number: str | None = None
    classification: str | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line with what it comes to; prices and quantities in major units with up to nine decimals."""

    id: str
    name: str = ""
    description: str = ""
    is_separator: bool = False
    quantity: Decimal = Decimal(1)
    unit: str | None = None
    price: Decimal = Decimal(0)
    price_gross: Decimal | None = None
    discount: Decimal = Decimal(0)
    discount_is_amount: bool = False
    sku: str | None = None
    ean: str | None = None
    classification: str | None = None
    item_id: Id | None = None
    track_inventory: bool = False
    on_behalf: str | None = None
    tax_exemption_code: str | None = None
    tax_exemption_reason: str | None = None
    taxes: tuple[LineTax, ...] = ()
    total: int = 0
    total_with_tax: int = 0
    total_tax: int = 0
    total_discount: int = 0
    custom: dict[str, Any] = {}
    l10n: dict[str, Any] = {}
    data: list[dict[str, Any]] = []
    credits: str | None = None
    """The line of the invoice that a line of a credit note gives back."""
    deducts: Id | None = None
    """The advance that a line of an invoice takes away."""


class TaxRow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One distinct tax of the document."""

    rate: Decimal
    base: int
    total_tax: int
    tax_id: Id | None = None
    abbreviation: str | None = None
    classification: str | None = None


class Options(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What rarely is said and never searched for."""

    display_name: str | None = None
    omit_taxes: bool = False
    keep_prices_as_gross: bool = False
    ignore_omit_taxes: bool = False
    charges_disabled: bool = False
    number_internal: str | None = None
    custom_totals: bool = False


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody of the organization noted about a document, for the organization alone."""

    id: Id
    text: str
    account_id: Id
    created_at: datetime
    updated_at: datetime


class Reference(msgspec.Struct, frozen=True):
    """A document that another one refers to, as its paper names it."""

    id: Id
    type: str
    number: str | None
    date: datetime


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What was received when the document was made."""

    id: Id
    type: str
    amount: int
    date: datetime
    note: str | None = None
    tag: str | None = None
    transaction_id: str | None = None
    custom: dict[str, Any] = {}


class PaymentOf(msgspec.Struct, frozen=True):
    """A payment of a document."""

    document_id: Id
    id: Id
    type: str
    amount: int
    exponent: int
    date: datetime
    note: str | None
    tag: str | None
    transaction_id: str | None
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class ConvertedTax(msgspec.Struct, frozen=True):
    """What a tax of a document comes to in the organization's currency."""

    base: int
    total_tax: int


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """How a document was converted; the totals are in minor units of `target`, which has `exponent` digits.

    `taxes` are those of the document, in their order; older documents have none.
    """

    id: str
    origin: str
    target: str
    rate: Decimal
    date: datetime
    source: str
    exponent: int
    total: int
    total_with_tax: int
    taxes: tuple[ConvertedTax, ...] = ()


class Document(msgspec.Struct, frozen=True):
    """One document. The field order is the column order of `documents.document` as the statements select it."""

    id: Id
    organization_id: Id
    account_id: Id
    unit_id: Id | None
    type: str
    draft: bool
    incoming: bool
    canceled: bool
    number: str | None
    date_year: int
    date: datetime
    date_service: datetime | None
    date_service_to: datetime | None
    date_due: datetime | None
    date_valid_till: datetime | None
    date_paid: datetime | None
    date_received: datetime | None
    reference: str
    currency: str
    exponent: int
    decimal_places: int
    rounding: str
    locale: str
    timezone: str
    total: int
    total_discount: int
    total_with_tax: int
    total_paid: int
    total_credited: int
    note: str
    tax_clause: str
    footer: str
    signature: str
    issuer: Party
    client: Party
    client_id: Id | None
    lines: tuple[Line, ...]
    taxes: tuple[TaxRow, ...]
    reverse_taxes: tuple[TaxRow, ...]
    has_unit: bool
    options: Options
    unique_id: str | None
    custom: dict[str, Any]
    l10n: dict[str, Any]
    data: list[dict[str, Any]]
    comments: tuple[Comment, ...]
    document_ids: list[Id]
    previous_document_id: Id | None
    advance_ids: list[Id]
    refers_to: tuple[Reference, ...]
    shareable_id: str | None
    sent_snail_mail: bool
    conversion: Conversion | None
    accepted_at: datetime | None
    rejected_at: datetime | None
    issued_at: datetime | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def total_due(self) -> int:
        """What remains to be paid, in minor units; negative after an overpayment."""
        return self.total_with_tax - self.total_paid - self.total_credited

    @property
    def paid_in_full(self) -> bool:
        """Whether nothing remains to be paid; never true of a draft."""
        return not self.draft and self.total_due <= 0

    @property
    def direction(self) -> int:
        """Which way money flows when it is paid: 1 from the client to us, -1 from us to the client.

        The client gets what we received and what we give back by a credit note; a credit note we received pays us.
        """
        return (-1 if self.type == Type.CREDIT_NOTE else 1) * (-1 if self.incoming else 1)

    def is_expired(self, now: datetime) -> bool:
        """Whether the last day an estimate is valid has passed, in the zone it was made in."""
        last = self.date_valid_till
        return last is not None and time.day(last, self.timezone) < time.day(now, self.timezone)

    def is_overdue(self, now: datetime) -> bool:
        """Whether money is owed and the due day has passed, in the zone the document was made in."""
        owed = self.type in OWED and not self.draft and not self.canceled and not self.paid_in_full
        if not owed or self.date_due is None:
            return False
        return time.day(self.date_due, self.timezone) < time.day(now, self.timezone)
