"""What units may be filtered and sorted by, in the words of the invoicing API."""

from typing import Final

from billhook.web import Column, Columns

UNITS: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "numberPrefix": Column("prefix"),
    "address": Column("(identity ->> 'address')"),
    "city": Column("(identity ->> 'city')"),
    "zip": Column("(identity ->> 'zip')"),
    "country": Column("(identity ->> 'country')"),
    "countryAlpha2Code": Column("(identity ->> 'country_code')"),
    "taxNumber": Column("(identity ->> 'tax_number')"),
    "companyNumber": Column("(identity ->> 'company_number')"),
    "email": Column("(identity ->> 'email')"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "custom": Column("custom", "custom"),
}
