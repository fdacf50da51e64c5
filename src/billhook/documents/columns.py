"""What documents may be filtered and sorted by, in the words of the invoicing API; amounts are in major units."""

from typing import Final

from billhook.web import Column, Columns, Order, order_by_instant


def _amount(column: str, sorted_by: str = "") -> Column:
    return Column(f"({column} * power(10::numeric, -exponent))", "number", sorted_by, sorted_by)


def _converted(column: str) -> Column:
    return Column(f"({column} * power(10::numeric, -(conversion ->> 'exponent')::int))", "number")


_NUMBER = """((case when number is null then '' else number end) collate "C")"""
_DUE = "(case when date_due is null then timestamptz '0001-01-01 00:00:00+00' else date_due end)"

_CLIENT = "name country email city zip address phone contact"

COLUMNS: Final[Columns] = {
    "id": Column("id", "id"),
    "number": Column("number", order=_NUMBER),
    "type": Column("type"),
    "unitId": Column("unit_id", "id"),
    "draft": Column("draft", "bool"),
    "incoming": Column("incoming", "bool"),
    "canceled": Column("canceled", "bool"),
    "sentSnailMail": Column("sent_snail_mail", "bool"),
    "paidInFull": Column("paid_in_full", "bool"),
    "hasUnit": Column("has_unit", "bool"),
    "date": Column("date", "instant"),
    "dateService": Column("date_service", "instant"),
    "dateServiceTo": Column("date_service_to", "instant"),
    "dateDue": Column("date_due", "instant", _DUE, also=_DUE),
    "dateValidTill": Column("date_valid_till", "instant"),
    "datePaid": Column("date_paid", "instant"),
    "dateReceived": Column("date_received", "instant"),
    "dateYear": Column("date_year", "whole"),
    "acceptedAt": Column("accepted_at", "instant"),
    "rejectedAt": Column("rejected_at", "instant"),
    "issuedAt": Column("issued_at", "instant"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "reference": Column("reference"),
    "currencyId": Column("currency"),
    "decimalPlaces": Column("decimal_places", "whole"),
    "total": _amount("total"),
    "totalDiscount": _amount("total_discount"),
    "totalWithTax": _amount("total_with_tax", "sort_total"),
    "totalPaid": _amount("total_paid"),
    "totalCredited": _amount("total_credited"),
    "totalDue": _amount("total_due"),
    "numberInternal": Column("(options ->> 'number_internal')"),
    "totalConverted": _converted("total_converted"),
    "totalWithTaxConverted": _converted("total_with_tax_converted"),
    "note": Column("note"),
    "footer": Column("footer"),
    "signature": Column("signature"),
    "uniqueId": Column("unique_id"),
    "shareableId": Column("shareable_id"),
    "clientId": Column("client_id", "id"),
    "accountId": Column("account_id", "id"),
    "organizationId": Column("organization_id", "id"),
    "previousDocumentId": Column("previous_document_id", "id"),
    "custom": Column("custom", "custom"),
    "_documentClient.countryAlpha2Code": Column("(client ->> 'country_code')"),
    "_documentClient.taxNumber": Column("(client ->> 'tax_number')"),
    "_documentClient.companyNumber": Column("(client ->> 'company_number')"),
    **{f"_documentClient.{name}": Column(f"(client ->> '{name}')") for name in _CLIENT.split()},
}

TERMS: Final = frozenset(
    {
        "numberInternal",
        "_documentClient.name",
        "_documentClient.email",
        "_documentClient.taxNumber",
        "_documentClient.companyNumber",
    }
)
"""What is looked up at any size beside the keys of `custom`, though it is a part of something else."""
TALLIED: Final = frozenset({"type", "draft", "incoming", "canceled", "paidInFull", "currencyId", "dateYear"})
"""What documents are counted by ahead of time: where only these are asked for, a count takes the same at any size."""


ORDERS: Final = {
    "id": Order("id"),
    "date": order_by_instant("date"),
    "dateDue": order_by_instant("date_due"),
    "createdAt": order_by_instant("created_at"),
    "updatedAt": order_by_instant("updated_at"),
    "number": Order("number", "{}::text"),
    "totalWithTax": Order("sort_total", "({}::text::numeric - 10000000000000000000)::bigint"),
}
"""The orders in which any page of documents is found at any size."""
