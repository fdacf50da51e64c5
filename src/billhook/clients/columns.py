"""What clients may be filtered and sorted by, in the words of the invoicing API."""

from typing import Final

from billhook.web import Column, Columns

_IDENTITY = {
    "address": "address",
    "address2": "address2",
    "city": "city",
    "zip": "zip",
    "state": "state",
    "country": "country",
    "companyNumber": "company_number",
    "IBAN": "iban",
    "bank": "bank",
    "SWIFT": "swift",
    "website": "website",
    "phone": "phone",
    "businessType": "business_type",
    "fiscalRegionCode": "fiscal_region_code",
}

CLIENTS: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "email": Column("email"),
    "taxNumber": Column("tax_number"),
    "countryAlpha2Code": Column("country_code"),
    "taxSubject": Column("((identity ->> 'tax_subject')::boolean)", "bool"),
    "type": Column("type"),
    "contact": Column("contact"),
    "note": Column("note"),
    "isEndCustomer": Column("is_end_customer", "bool"),
    "companyId": Column("(details ->> 'company_id')"),
    "unitId": Column("(details ->> 'unit_id')"),
    "organizationId": Column("organization_id", "id"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "custom": Column("custom", "custom"),
    **{wire: Column(f"(identity ->> '{name}')") for wire, name in _IDENTITY.items()},
}
