"""What items and taxes may be filtered and sorted by, in the words of the invoicing API; prices in major units."""

from typing import Final

from billhook.web import Column, Columns

ITEMS: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "type": Column("type"),
    "description": Column("description"),
    "price": Column("price", "number"),
    "priceGross": Column("price_gross", "number"),
    "purchasePrice": Column("purchase_price", "number"),
    "purchasePriceGross": Column("purchase_price_gross", "number"),
    "classification": Column("classification"),
    "unit": Column("unit"),
    "SKU": Column("sku"),
    "EAN": Column("ean"),
    "organizationId": Column("organization_id", "id"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "custom": Column("custom", "custom"),
}

TAXES: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "abbreviation": Column("abbreviation"),
    "classification": Column("classification"),
    "country": Column("country"),
    "countryAlpha2Code": Column("country_code"),
    "taxNumber": Column("tax_number"),
    "recoverable": Column("recoverable", "bool"),
    "compound": Column("compound", "bool"),
    "organizationId": Column("organization_id", "id"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "deletedAt": Column("deleted_at", "instant"),
    "custom": Column("custom", "custom"),
}
