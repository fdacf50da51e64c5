"""What a new document stands on: everything that is read, in one statement, before it is composed."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from billhook.catalog.model.items import Details
from billhook.catalog.model.taxes import DatedRate, rate_on
from billhook.documents.model.numbering import MAIN, Counting, Series, counting
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.organizations.model import Identity


class KnownTax(msgspec.Struct, frozen=True):
    """A tax of the organization, with its dated rates, newest first."""

    id: uuid.UUID
    name: str
    abbreviation: str
    classification: str
    recoverable: bool
    compound: bool
    tax_number: str | None
    rates: tuple[DatedRate, ...]

    def rate_at(self, day: date, zone: str) -> Decimal | None:
        """Return the rate valid on a business day of a zone, in percent; None when there was no such tax yet."""
        return rate_on(self.rates, day, zone)


class KnownClient(msgspec.Struct, frozen=True):
    """A client the document may link to."""

    id: uuid.UUID
    identity: Identity
    custom: dict[str, Any]
    data: list[dict[str, Any]]
    contact: str | None
    is_end_customer: bool
    created_at: datetime
    updated_at: datetime


class KnownItem(msgspec.Struct, frozen=True):
    """An item a line may be loaded from."""

    id: uuid.UUID
    name: str
    sku: str | None
    description: str
    unit: str | None
    price: Decimal | None
    price_gross: Decimal | None
    ean: str | None
    classification: str | None
    tax_ids: tuple[uuid.UUID, ...]
    details: Details
    custom: dict[str, Any]
    l10n: dict[str, Any]
    data: list[dict[str, Any]]


class KnownDocument(msgspec.Struct, frozen=True):
    """A document that the new one refers to."""

    id: uuid.UUID
    type: str
    draft: bool
    incoming: bool
    currency: str
    number: str | None
    date: datetime


class KnownUnit(msgspec.Struct, frozen=True):
    """A unit the document is issued by, or whose numbers an own number belongs to."""

    id: uuid.UUID
    prefix: str
    identity: Identity

    @property
    def series(self) -> Series:
        """How it counts."""
        return Series(ids.from_uuid(self.id), f"{self.prefix}-")


class KnownRate(msgspec.Struct, frozen=True):
    """What the document's currency (`one_rate`) and the organization's (`other_rate`) were worth on a day."""

    day: date
    source: str
    one_rate: Decimal
    other_rate: Decimal


class Ground(msgspec.Struct, frozen=True):
    """The organization, its settings and taxes, and what the request names by id, e-mail, SKU or unique id."""

    locale: str
    timezone: str
    currency: str
    rounding: str
    identity: Identity
    custom: dict[str, Any]
    data: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime
    settings: dict[str, Any]
    settings_l10n: dict[str, dict[str, Any]]
    taxes: tuple[KnownTax, ...]
    client: KnownClient | None
    items: tuple[KnownItem, ...]
    documents: tuple[KnownDocument, ...]
    units: tuple[KnownUnit, ...]
    rates: tuple[KnownRate, ...]
    own_rate: Decimal | None
    """What a unit of the organization's currency is worth in the document's, where the organization has said it."""
    same_unique_id: Id | None

    def counting(self, unit_id: str | None, own: str | None, year: int, *, draft: bool, incoming: bool) -> Counting:
        """Say which counter a document of a unit (or of none) takes."""
        unit = self.unit(unit_id)
        return counting(
            draft=draft,
            own=own,
            date_year=year,
            incoming=incoming,
            series=unit.series if unit else MAIN,
            others=[known.series for known in self.units],
        )

    def unit(self, unit_id: str | None) -> KnownUnit | None:
        """Return a unit by its id."""
        return next((unit for unit in self.units if unit_id and ids.from_uuid(unit.id) == unit_id), None)
