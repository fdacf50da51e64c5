"""Reference data: countries and currencies."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from litestar import get
from litestar.params import FromQuery

from billhook.api.wire import wire_name
from billhook.catalog import rates
from billhook.kernel import countries, currencies, money
from billhook.kernel.countries import Country
from billhook.kernel.problems import NotFound
from billhook.web import BillhookRequest


class CountryTaxOut(msgspec.Struct, rename=wire_name):
    """A tax of a country at today's rate, in percent."""

    name: str
    abbreviation: str
    rate: Decimal | int
    classification: str


class CountryOut(msgspec.Struct, rename=wire_name):
    """A country and what an organization there starts with."""

    name: str
    alpha2_code: str
    alpha3_code: str
    numeric_code: str
    native_name: str
    currency: str
    locale: str
    timezone: str
    union: str
    taxes: list[CountryTaxOut]


class CurrencyOut(msgspec.Struct, rename=wire_name):
    """A currency a document may be in."""

    id: str
    iso_name: str
    name: str
    name_plural: str
    symbol: str
    symbol_native: str
    decimal_digits: int
    type: str


def country_out(country: Country) -> CountryOut:
    """Return the wire form of a country."""
    today = datetime.now(UTC).date()
    return CountryOut(
        name=country.name,
        alpha2_code=country.alpha2,
        alpha3_code=country.alpha3,
        numeric_code=country.numeric,
        native_name=country.native_name,
        currency=country.currency,
        locale=country.locale,
        timezone=country.timezone,
        union=country.union,
        taxes=[
            CountryTaxOut(tax.name, tax.abbreviation, money.plain(rates.at(tax, today)), tax.classification)
            for tax in rates.taxes_of(country.alpha2)
            if any(rate.valid_from <= today for rate in tax.rates)
        ],
    )


@get("/Countries", opt={"public": True}, tags=["Reference data"], summary="List countries")
async def list_countries(request: BillhookRequest) -> list[CountryOut]:
    """Return every country with its currency, locale, zone and present taxes."""
    del request
    return [country_out(country) for country in countries.all_countries()]


@get("/Countries/match", opt={"public": True}, tags=["Reference data"], summary="Find a country")
async def match_country(request: BillhookRequest, term: FromQuery[str]) -> CountryOut:
    """Return the country a text means: a name in any language, or an ISO code."""
    del request
    found = countries.match(term)
    if found is None:
        raise NotFound(what="country of this name")
    return country_out(found)


@get("/Currencies", opt={"public": True}, tags=["Reference data"], summary="List currencies")
async def list_currencies(request: BillhookRequest) -> list[CurrencyOut]:
    """Return every currency a document may be in."""
    del request
    return [
        CurrencyOut(c.code, c.code, c.name, c.name_plural, c.symbol, c.symbol_native, c.decimal_digits, c.type)
        for c in currencies.all_currencies()
    ]


ROUTES = [list_countries, match_country, list_currencies]
