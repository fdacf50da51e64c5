"""What organizations may be filtered and sorted by, in the words of the invoicing API."""

from typing import Final

from billhook.web import Column, Columns

COLUMNS: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "country": Column("(identity ->> 'country')"),
    "countryAlpha2Code": Column("country_code"),
    "city": Column("(identity ->> 'city')"),
    "zip": Column("(identity ->> 'zip')"),
    "address": Column("(identity ->> 'address')"),
    "taxNumber": Column("(identity ->> 'tax_number')"),
    "companyNumber": Column("(identity ->> 'company_number')"),
    "email": Column("(identity ->> 'email')"),
    "locale": Column("locale"),
    "timezone": Column("timezone"),
    "active": Column("active", "bool"),
    "activatedAt": Column("activated_at", "instant"),
    "deactivatedAt": Column("deactivated_at", "instant"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "custom": Column("custom", "custom"),
}
