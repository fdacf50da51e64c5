"""What taxes look like on the wire."""

from decimal import Decimal
from typing import Any

from billhook.api.wire import Out, iso
from billhook.catalog import DatedRate, Tax
from billhook.kernel import countries, money


class TaxRateOut(Out, kw_only=True):
    """A rate in percent, and from when it is valid."""

    id: str
    date_valid_from: str
    rate: Decimal | int
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None


class TaxOut(Out, kw_only=True):
    """A tax, its rates newest first."""

    id: str
    organization_id: str
    name: str
    abbreviation: str
    classification: str
    country: str | None = None
    country_code: str | None = None
    tax_number: str | None = None
    recoverable: bool
    compound: bool
    tax_rates: list[TaxRateOut] | None
    deleted_at: str | None = None
    is_deleted: bool
    deleted_id: str | None = None
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None


def tax_out(tax: Tax) -> TaxOut:
    """Return the wire form of a tax."""
    is_deleted, country = tax.deleted_at is not None, countries.get(tax.country_code or "")
    return TaxOut(
        id=tax.id,
        organization_id=tax.organization_id,
        name=tax.name,
        abbreviation=tax.abbreviation,
        classification=tax.classification,
        country=tax.country or (country.name if country else None),
        country_code=tax.country_code,
        tax_number=tax.tax_number,
        recoverable=tax.recoverable,
        compound=tax.compound,
        tax_rates=[rate_out(rate, tax) for rate in tax.rates],
        deleted_at=iso(tax.deleted_at),
        is_deleted=is_deleted,
        deleted_id=tax.id if is_deleted else None,
        created_at=iso(tax.created_at) or "",
        updated_at=iso(tax.updated_at) or "",
        custom=tax.custom,
    )


def rate_out(rate: DatedRate, tax: Tax | None = None) -> TaxRateOut:
    """Return the wire form of a rate; one that a tax began with is as old as the tax."""
    return TaxRateOut(
        id=rate.id,
        date_valid_from=iso(rate.valid_from) or "",
        rate=money.plain(rate.rate),
        created_at=iso(rate.created_at or (tax.created_at if tax else None)) or "",
        updated_at=iso(rate.updated_at or (tax.created_at if tax else None)) or "",
        custom=rate.custom,
    )
