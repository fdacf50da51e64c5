"""How names and shared shapes look on the wire of the invoicing API."""

import functools
import typing
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.kernel import money, time
from billhook.organizations.model import Identity
from billhook.web import Instant, is_sane, words_of

_SPECIAL = {
    "country_code": "countryAlpha2Code",
    "iban": "IBAN",
    "swift": "SWIFT",
    "sku": "SKU",
    "ean": "EAN",
    "data": "_data",
    "items": "_documentItems",
    "item_taxes": "_documentItemTaxes",
    "document_client": "_documentClient",
    "document_issuer": "_documentIssuer",
    "document_conversion_rate": "_documentConversionRate",
    "from_currency": "from",
    "to_currency": "to",
    "document_taxes": "_documentTaxes",
    "document_reverse_taxes": "_documentReverseTaxes",
    "comments": "_comments",
    "components": "_components",
    "is_deleted": "_isDeleted",
    "defaults": "_defaults",
    "checks": "_checks",
    "tax_rates": "_taxRates",
    "named_taxes": "_itemTaxes",
    "tax_exemption": "_taxExemption",
    "recurrence_dates": "_recurrenceDates",
}


def wire_name(name: str) -> str:
    """Return the wire name of a field: camelCase, with the dialect's exceptions."""
    if name in _SPECIAL:
        return _SPECIAL[name]
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


class In(msgspec.Struct, kw_only=True, rename=wire_name):
    """A body: what was not said is UNSET, so that null can mean null. Unknown keys are ignored, as clients expect."""

    def __post_init__(self) -> None:
        """Refuse what a text may smuggle in as a number: `NaN`, `Infinity`, `1E+999999`."""
        for name in _numbers_of(type(self)):
            value = getattr(self, name)
            if isinstance(value, Decimal) and not is_sane(value):
                raise ValueError("must be a number of a sane size")


@functools.cache
def _numbers_of(struct: type[In]) -> tuple[str, ...]:
    """Return the names of the fields that may hold a Decimal."""
    fields = msgspec.structs.fields(struct)
    return tuple(field.name for field in fields if Decimal in (field.type, *typing.get_args(field.type)))


class Out(msgspec.Struct, kw_only=True, rename=wire_name, omit_defaults=True):
    """An answer: what is unset is left out."""


_OF_THE_DIALECT: Final = ("_at", "_documentUnit", "expectedTotalWithTax")
"""Keys that its clients send and that mean nothing here, but look like some that do."""


def words() -> frozenset[str]:
    """Return every key that means something somewhere in the API, or in the dialect it speaks."""
    return words_of(In, Out) | set(_OF_THE_DIALECT)


Text = str | None | msgspec.UnsetType
Flag = bool | None | msgspec.UnsetType
Number = Decimal | None | msgspec.UnsetType
When = Instant | None | msgspec.UnsetType
Free = dict[str, Any] | None | msgspec.UnsetType
UNSET = msgspec.UNSET


class AddressIn(In, kw_only=True):
    """The address block as said."""

    name: Text = UNSET
    address: Text = UNSET
    address2: Text = UNSET
    city: Text = UNSET
    zip: Text = UNSET
    state: Text = UNSET
    country: Text = UNSET
    country_code: Text = UNSET
    tax_number: Text = UNSET
    tax_subject: Flag = UNSET
    company_number: Text = UNSET
    iban: Text = UNSET
    bank: Text = UNSET
    swift: Text = UNSET
    website: Text = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    business_type: Text = UNSET
    fiscal_region_code: Text = UNSET


class AddressOut(Out, kw_only=True):
    """The address block as stored; unset parts are left out."""

    name: str
    address: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    state: str | None = None
    country: str | None = None
    country_code: str | None = None
    tax_number: str | None = None
    tax_subject: bool | None = None
    company_number: str | None = None
    iban: str | None = None
    bank: str | None = None
    swift: str | None = None
    website: str | None = None
    email: str | None = None
    phone: str | None = None
    business_type: str | None = None
    fiscal_region_code: str | None = None


IDENTITY_FIELDS = Identity.__struct_fields__


class DataOut(Out, kw_only=True):
    """An extra name/value row."""

    id: str
    name: str
    value: Any = None
    options: dict[str, Any] = {}


def said(body: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of a body that were said, nulls included."""
    fields = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {name: _plain(value) for name, value in fields if value is not UNSET}


def _plain(value: Any) -> Any:
    """Return an instant of the wire as a plain one, which any encoder takes."""
    if isinstance(value, Instant):
        return datetime.combine(value.date(), value.timetz())
    return value


def given(value: Any, default: Any = None) -> Any:
    """Return a field's value, or `default` when it was not said or null was."""
    return default if value is UNSET or value is None else value


def iso(instant: datetime | None) -> str | None:
    """Return an instant as it is emitted, or None."""
    return None if instant is None else time.iso(instant)


def major(minor: int, exponent: int) -> Decimal | int:
    """Return minor units as the major-unit number of the wire."""
    return money.to_major(minor, exponent)


def data_in(rows: Any) -> list[dict[str, Any]]:
    """Return `_data` rows as stored."""
    return [dict(row) for row in rows] if isinstance(rows, list) else []


def identity_said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address-block part of what was said; null takes a value away."""
    return {name: value for name, value in fields.items() if name in IDENTITY_FIELDS}
