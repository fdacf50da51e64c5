"""A tax of an organization, and which rate it has on a day."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.kernel import countries, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem

MAX_TEXT: Final = 500
MAX_RATES: Final = 200
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""From when a rate is valid of which nobody said so."""


class TaxInUse(Problem):
    """The tax stays: {users} name it. Leave it off what you make from now on, or give it a new rate from a day on."""

    kind = Kind.INVALID
    code = "TAX_IN_USE"


class DatedRate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rate, in percent, and the instant from which it is valid."""

    id: str
    valid_from: datetime
    rate: Decimal
    created_at: datetime | None = None
    updated_at: datetime | None = None
    custom: dict[str, Any] = {}


class Tax(msgspec.Struct, frozen=True):
    """One tax, as stored; `rates` newest first. `used`: a document names it."""

    id: Id
    organization_id: Id
    name: str
    abbreviation: str
    classification: str
    country: str | None
    country_code: str | None
    tax_number: str | None
    recoverable: bool
    compound: bool
    rates: tuple[DatedRate, ...]
    used: bool
    custom: dict[str, Any]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class NewRate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate as said; an `id` that the tax knows means that rate."""

    rate: Decimal | None = None
    valid_from: datetime | None = None
    id: str | None = None
    custom: dict[str, Any] = {}


class NewTax(msgspec.Struct, frozen=True, kw_only=True):
    """A tax as said; the organization's country where none is."""

    name: str = ""
    abbreviation: str = ""
    classification: str = ""
    country: str | None = None
    country_code: str | None = None
    tax_number: str | None = None
    recoverable: bool = True
    compound: bool = False
    rates: tuple[NewRate, ...] = ()
    custom: dict[str, Any] = {}


_DEFAULTS: Final = {
    "name": "",
    "abbreviation": "",
    "classification": "",
    "recoverable": True,
    "compound": False,
    "rates": (),
    "custom": {},
}


def rate_on(rates: Sequence[DatedRate], day: date, zone: str) -> Decimal | None:
    """Return the rate valid on a business day of a zone, in percent; None when there was no such tax yet."""
    return next((dated.rate for dated in rates if time.day(dated.valid_from, zone) <= day), None)


def as_said(tax: Tax) -> NewTax:
    """Return a stored tax as if it were said again."""
    rates = tuple(NewRate(rate=r.rate, valid_from=r.valid_from, id=r.id, custom=r.custom) for r in tax.rates)
    fields = {name: getattr(tax, name) for name in NewTax.__struct_fields__}
    return NewTax(**fields | {"rates": rates})


def merged(before: NewTax, said: dict[str, Any]) -> NewTax:
    """Return a tax changed by what is said of it, by field; None takes a value away."""
    fields = {name: _DEFAULTS.get(name) if value is None else value for name, value in said.items()}
    new = msgspec.structs.replace(before, **fields)
    if "country" not in said and "country_code" not in said:
        return new
    code = str(said.get("country_code") or "").strip()
    found = countries.match(code or new.country or "")
    return msgspec.structs.replace(new, country_code=found.alpha2 if found else code or None)


def faults_of(new: NewTax) -> list[Fault]:
    """Return what is wrong with a tax as said, in wire paths."""
    faults = []
    if not new.name.strip():
        faults.append(Fault("name", "presence", "can't be blank"))
    for path, text in (("name", new.name), ("abbreviation", new.abbreviation), ("classification", new.classification)):
        if len(text) > MAX_TEXT:
            faults.append(Fault(path, "length", f"must have at most {MAX_TEXT} characters"))
    if new.country_code and countries.get(new.country_code) is None:
        faults.append(Fault("countryAlpha2Code", "inclusion", "is no country's ISO code of two letters"))
    if not new.rates:
        faults.append(Fault("_taxRates", "presence", "can't be blank; a tax has at least one rate"))
    if len(new.rates) > MAX_RATES:
        return [*faults, Fault("_taxRates", "too_many", f"a tax has at most {MAX_RATES} rates")]
    seen: set[datetime] = set()
    for index, rate in enumerate(new.rates):
        faults += faults_of_rate(rate, f"_taxRates.{index}.")
        valid_from = rate.valid_from or EPOCH
        if valid_from in seen:
            message = "is that of another rate of this tax; one of them has to go"
            faults.append(Fault(f"_taxRates.{index}.dateValidFrom", "uniqueness", message))
        seen.add(valid_from)
    return faults


def faults_of_rate(new: NewRate, path: str = "") -> list[Fault]:
    """Return what is wrong with a rate as said; `path` stands before its names."""
    if new.rate is None:
        return [Fault(f"{path}rate", "presence", "can't be blank")]
    if not -100 <= new.rate <= 1000:  # a withholding is a tax of negative rate
        return [Fault(f"{path}rate", "numericality", "must be a percentage from -100 to 1000")]
    return []


def dated(new: Sequence[NewRate], before: Sequence[DatedRate], now: datetime) -> tuple[DatedRate, ...]:
    """Return rates as they are stored: newest first; one with a known id stays that rate."""
    known = {rate.id: rate for rate in before}
    rates = [_dated(rate, known.get(rate.id or ""), now) for rate in new]
    return tuple(sorted(rates, key=lambda rate: rate.valid_from, reverse=True))


def _dated(new: NewRate, before: DatedRate | None, now: datetime) -> DatedRate:
    valid_from, rate = new.valid_from or EPOCH, new.rate or Decimal(0)
    if before is None:
        return DatedRate(str(uuid.uuid4()), valid_from, rate, now, now, new.custom)
    if (before.valid_from, before.rate, before.custom) == (valid_from, rate, new.custom):
        return before
    return msgspec.structs.replace(before, valid_from=valid_from, rate=rate, custom=new.custom, updated_at=now)
