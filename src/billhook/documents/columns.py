"""What documents may be filtered and sorted by, in the words of the invoicing API; amounts are in major units."""

from typing import Final

from billhook.web import Column, Columns


def _amount(column: str) -> Column:
    return Column(f"({column} * power(10::numeric, -exponent))", "number")


_CLIENT = "name country email city zip address phone contact"

COLUMNS: Final[Columns] = {
    "id": Column("id", "id"),
    "number": Column("number"),
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
    "dateDue": Column("date_due", "instant"),
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
    "totalWithTax": _amount("total_with_tax"),
    "totalPaid": _amount("total_paid"),
    "totalCredited": _amount("total_credited"),
    "totalDue": _amount("total_due"),
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
