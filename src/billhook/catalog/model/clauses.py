"""Which tax clause a sale calls for: from which country to which it is, and whether to a business."""

import enum

import msgspec

from billhook.kernel import countries
from billhook.kernel.countries import Country
from billhook.kernel.problems import invalid


class Clause(enum.StrEnum):
    """What sort of sale it is, to the tax law of the European Union; outside of it a sale abroad is an export."""

    DOMESTIC = "domestic"
    EU_REVERSE_CHARGE = "eu-reverse-charge"
    EU_CONSUMER = "eu-consumer"
    EXPORT = "export"


class Taxpayer(msgspec.Struct, frozen=True, kw_only=True):
    """Issuer or client, as far as the clause depends on it."""

    country: str | None = None
    country_code: str | None = None
    tax_number: str | None = None
    tax_subject: bool | None = None
    is_end_customer: bool = False

    @property
    def is_business(self) -> bool:
        """Whether it accounts for tax itself: it has a number, and nobody says that it is a consumer."""
        has_number = bool((self.tax_number or "").strip())
        return has_number and self.tax_subject is not False and not self.is_end_customer


class Sale(msgspec.Struct, frozen=True):
    """A clause, and the countries it was told from."""

    clause: Clause
    issuer_country: Country
    client_country: Country


def sale_of(issuer: Taxpayer, client: Taxpayer) -> Sale:
    """Return what sort of sale it is; a client without a country is at home. Raises Invalid for unknown countries."""
    here = _country(issuer, "_documentIssuer")
    if here is None:
        message = "can't be blank; say the issuer's country, or the `organizationId`"
        raise invalid("Document", "_documentIssuer.country", "presence", message)
    there = _country(client, "_documentClient") or here
    if here.alpha2 == there.alpha2:
        return Sale(Clause.DOMESTIC, here, there)
    if here.union == "EU" == there.union:
        return Sale(Clause.EU_REVERSE_CHARGE if client.is_business else Clause.EU_CONSUMER, here, there)
    return Sale(Clause.EXPORT, here, there)


def _country(party: Taxpayer, path: str) -> Country | None:
    text = party.country_code or party.country
    if not text:
        return None
    found = countries.match(text)
    if found is None:
        raise invalid("Document", f"{path}.country", "inclusion", "is no country we know")
    return found
