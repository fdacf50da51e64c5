"""What documents may be filtered and sorted by, in the words of the invoicing API; amounts are in major units."""

from typing import Final

from billhook.web import (
    Column,
    Columns,
    Order,
    order_by_instant,
    order_by_reference,
    order_by_text,
    order_by_total,
)


def _amount(column: str, sorted_by: str) -> Column:
    return Column(f"({column} * power(10::numeric, -exponent))", "number", sorted_by, sorted_by)


def _converted(column: str, sorted_by: str) -> Column:
    sql = f"({column} * power(10::numeric, -(conversion ->> 'exponent')::int))"
    return Column(sql, "number", sorted_by, sorted_by)


CUT: Final = 100
"""How many characters of a text its order has."""
_NOTHING: Final = "timestamptz '0001-01-01 00:00:00+00'"
_NOBODY: Final = "uuid '00000000-0000-0000-0000-000000000000'"
_NUMBER: Final = """((case when number is null then '' else number end) collate "C")"""


def _settable(column: str, type: str, unset: str) -> Column:
    order = f"(case when {column} is null then {unset} else {column} end)"
    return Column(column, type, order, also=order, unset=unset)


def _text(sql: str, sorted_by: str) -> Column:
    return Column(sql, order=sorted_by, also=sorted_by, cut=CUT)


_CLIENT = "country email city zip address phone contact"

COLUMNS: Final[Columns] = {
    "id": Column("id", "id"),
    "number": Column("number", order=_NUMBER, also=_NUMBER, unset="''"),
    "type": Column("type"),
    "unitId": Column("unit_id", "id"),
    "draft": Column("draft", "bool"),
    "incoming": Column("incoming", "bool"),
    "canceled": Column("canceled", "bool"),
    "sentSnailMail": Column("sent_snail_mail", "bool"),
    "paidInFull": Column("paid_in_full", "bool"),
    "hasUnit": Column("has_unit", "bool"),
    "date": Column("date", "instant"),
    "dateService": _settable("date_service", "instant", _NOTHING),
    "dateServiceTo": Column("date_service_to", "instant"),
    "dateDue": _settable("date_due", "instant", _NOTHING),
    "dateValidTill": Column("date_valid_till", "instant"),
    "datePaid": Column("date_paid", "instant"),
    "dateReceived": Column("date_received", "instant"),
    "dateYear": Column("date_year", "whole"),
    "acceptedAt": Column("accepted_at", "instant"),
    "rejectedAt": Column("rejected_at", "instant"),
    "issuedAt": _settable("issued_at", "instant", _NOTHING),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "reference": _text("reference", "sort_reference"),
    "currencyId": Column("currency"),
    "decimalPlaces": Column("decimal_places", "whole"),
    "total": _amount("total", "sort_net"),
    "totalDiscount": _amount("total_discount", "sort_discount"),
    "totalWithTax": _amount("total_with_tax", "sort_total"),
    "totalPaid": _amount("total_paid", "sort_paid"),
    "totalCredited": _amount("total_credited", "sort_credited"),
    "totalDue": _amount("total_due", "sort_due"),
    "numberInternal": Column("(options ->> 'number_internal')"),
    "totalConverted": _converted("total_converted", "sort_converted"),
    "totalWithTaxConverted": _converted("total_with_tax_converted", "sort_converted_with_tax"),
    "note": _text("note", "sort_note"),
    "footer": Column("footer"),
    "signature": Column("signature"),
    "uniqueId": Column("unique_id"),
    "shareableId": Column("shareable_id"),
    "clientId": _settable("client_id", "id", _NOBODY),
    "accountId": Column("account_id", "id"),
    "organizationId": Column("organization_id", "id"),
    "previousDocumentId": Column("previous_document_id", "id"),
    "custom": Column("custom", "custom"),
    "_documentClient.countryAlpha2Code": Column("(client ->> 'country_code')"),
    "_documentClient.taxNumber": Column("(client ->> 'tax_number')"),
    "_documentClient.companyNumber": Column("(client ->> 'company_number')"),
    "_documentClient.name": _text("(client ->> 'name')", "sort_client"),
    **{f"_documentClient.{name}": Column(f"(client ->> '{name}')") for name in _CLIENT.split()},
}

TERMS: Final = frozenset(
    {
        "numberInternal",
        "_documentClient.email",
        "_documentClient.taxNumber",
        "_documentClient.companyNumber",
        "_documentClient.address",
        "_documentClient.city",
        "_documentClient.zip",
        "_documentClient.country",
        "_documentClient.countryAlpha2Code",
        "_documentClient.phone",
        "_documentClient.contact",
        "footer",
        "signature",
    }
)
"""What is looked up in one index of what few documents say, beside the keys of `custom`."""
LACKED: Final = frozenset(
    "dateServiceTo dateValidTill datePaid dateReceived acceptedAt rejectedAt totalConverted totalWithTaxConverted"
    " uniqueId shareableId previousDocumentId".split()
)
"""What documents are counted by only as to whether they have it."""
TALLIED: Final = frozenset(
    "type draft incoming canceled sentSnailMail hasUnit decimalPlaces paidInFull currencyId dateYear"
    " organizationId deletedAt".split()
)
"""What documents are counted by ahead of time: where only these are asked for, a count takes the same at any size."""


ORDERS: Final = {
    "id": Order("id"),
    "number": order_by_text("number", unset=True),
    "date": order_by_instant("date"),
    "dateDue": order_by_instant("date_due", unset=True),
    "dateService": order_by_instant("date_service", unset=True),
    "issuedAt": order_by_instant("issued_at", unset=True),
    "createdAt": order_by_instant("created_at"),
    "updatedAt": order_by_instant("updated_at"),
    "total": order_by_total("sort_net"),
    "totalWithTax": order_by_total("sort_total"),
    "totalPaid": order_by_total("sort_paid"),
    "totalDue": order_by_total("sort_due"),
    "reference": order_by_text("sort_reference", cut=CUT),
    "note": order_by_text("sort_note", cut=CUT),
    "_documentClient.name": order_by_text("sort_client", cut=CUT),
    "clientId": order_by_reference("client_id", unset=True),
    "accountId": order_by_reference("account_id"),
    "totalDiscount": order_by_total("sort_discount"),
    "totalCredited": order_by_total("sort_credited"),
    "dateServiceTo": order_by_instant("date_service_to", partial=True),
    "dateValidTill": order_by_instant("date_valid_till", partial=True),
    "datePaid": order_by_instant("date_paid", partial=True),
    "dateReceived": order_by_instant("date_received", partial=True),
    "acceptedAt": order_by_instant("accepted_at", partial=True),
    "rejectedAt": order_by_instant("rejected_at", partial=True),
    "totalConverted": order_by_total("sort_converted", partial=True),
    "totalWithTaxConverted": order_by_total("sort_converted_with_tax", partial=True),
}
"""The orders in which any page of documents is found at any size; of what some lack, of those that have it."""
SORTED: Final = tuple(name for name, order in ORDERS.items() if not order.partial)
"""What documents are sorted by, however many there are."""
