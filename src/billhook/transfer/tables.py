"""The rows of each export: the order of the fields is the order of the columns."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from billhook.kernel.ids import Id

Day = date


class DocumentRow(msgspec.Struct, frozen=True):
    """A document; amounts in major units, dates as days in the organization's zone."""

    id: Id
    type: str
    number: str | None
    draft: bool
    canceled: bool
    incoming: bool
    date: Day
    date_service: Day | None
    date_due: Day | None
    reference: str
    client_id: Id | None
    client_name: str | None
    client_email: str | None
    client_country: str | None
    client_tax_number: str | None
    currency_id: str
    total: Decimal
    total_tax: Decimal
    total_with_tax: Decimal
    total_paid: Decimal
    total_due: Decimal
    paid_in_full: bool


class PaymentRow(msgspec.Struct, frozen=True):
    """A payment, and what document it is for."""

    id: Id
    date: Day
    type: str
    amount: Decimal
    currency_id: str
    document_id: Id | None
    document_number: str | None
    document_type: str | None
    client_name: str | None
    transaction_id: str | None
    note: str | None
    tag: str | None


class ClientRow(msgspec.Struct, frozen=True):
    """A client with its address."""

    id: Id
    name: str
    address: str | None
    address2: str | None
    city: str | None
    zip: str | None
    state: str | None
    country: str | None
    country_code: str | None
    tax_number: str | None
    tax_subject: bool | None
    company_number: str | None
    iban: str | None
    bank: str | None
    swift: str | None
    website: str | None
    email: str | None
    phone: str | None
    contact: str | None
    type: str | None
    is_end_customer: bool
    note: str | None
    created: Day


class ItemRow(msgspec.Struct, frozen=True):
    """An item; its taxes by their ids, a blank between two."""

    id: Id
    name: str
    sku: str | None
    description: str
    unit: str | None
    price: Decimal | None
    price_gross: Decimal | None
    tax_ids: str
    created: Day


class Paper(msgspec.Struct, frozen=True):
    """A document that is to be printed, and what its file is named after."""

    id: Id
    type: str
    number: str | None
    at: datetime


HEADERS: Final = {
    "document": "id type number draft canceled incoming date dateService dateDue reference clientId clientName "
    "clientEmail clientCountry clientTaxNumber currencyId total totalTax totalWithTax totalPaid totalDue "
    "paidInFull",
    "payment": "id date type amount currencyId documentId documentNumber documentType clientName transactionId "
    "note tag",
    "client": "id name address address2 city zip state country countryAlpha2Code taxNumber taxSubject companyNumber "
    "IBAN bank SWIFT website email phone contact type isEndCustomer note createdAt",
    "item": "id name SKU description unit price priceGross taxIds createdAt",
}
"""The first line of each export: the names that the API has for the fields above, a blank between two."""
