"""An item: what is sold again and again, at which price and with which taxes."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Final

import msgspec

from billhook.catalog.model.taxes import Tax, rate_on
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.money import plain
from billhook.kernel.problems import Fault

MAX_NAME: Final = 500
MAX_SKU: Final = 200
MAX_TAXES: Final = 20
MAX_COMPONENTS: Final = 500
TYPES: Final = ("sold", "bought", "both")
DIRECTIONS: Final = {"outgoing": "sold", "incoming": "bought"}
"""What the search of the dialect calls the types."""
_LIMIT: Final = Decimal(10) ** 15
_UNIT: Final = Decimal(10) ** -9


class Component(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A part of a composed item: how many of which item go into it. Kept and shown; stock is not kept."""

    id: str
    amount: Decimal
    item_id: Id | None = None
    custom: dict[str, Any] = {}


class Details(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What lines take from an item, or what is merely kept; never searched for."""

    track_inventory: bool | None = None
    on_behalf: str | None = None
    tax_exemption_code: str | None = None
    tax_exemption_reason: str | None = None
    tax_exemption: dict[str, Any] | None = None
    purchase_tax_ids: tuple[Id, ...] = ()
    unit_id: Id | None = None
    unit_ids: tuple[Id, ...] | None = None
    components: tuple[Component, ...] = ()


class NamedTax(msgspec.Struct, frozen=True, kw_only=True):
    """A tax as a caller names it: by id, rate or classification, in this order."""

    tax_id: str | None = None
    rate: Decimal | None = None
    classification: str | None = None


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as said. A gross price wins: the net one is then reckoned from it."""

    name: str = ""
    type: str | None = None
    description: str = ""
    price: Decimal | None = None
    price_gross: Decimal | None = None
    purchase_price: Decimal | None = None
    purchase_price_gross: Decimal | None = None
    classification: str | None = None
    unit: str | None = None
    sku: str | None = None
    ean: str | None = None
    tax_ids: tuple[Id, ...] = ()
    details: Details = Details()
    custom: dict[str, Any] = {}
    l10n: dict[str, Any] = {}
    data: list[dict[str, Any]] = []


class Item(msgspec.Struct, frozen=True):
    """One item, as stored; prices in major units of the organization's currency."""

    id: Id
    organization_id: Id
    name: str
    type: str | None
    description: str
    price: Decimal | None
    price_gross: Decimal | None
    purchase_price: Decimal | None
    purchase_price_gross: Decimal | None
    classification: str | None
    unit: str | None
    sku: str | None
    ean: str | None
    tax_ids: list[Id]
    details: Details
    custom: dict[str, Any]
    l10n: dict[str, Any]
    data: list[dict[str, Any]]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


_EMPTY: Final = {"name": "", "description": "", "tax_ids": (), "custom": {}, "l10n": {}, "data": []}
_NONE_IF_EMPTY: Final = ("type", "sku", "ean")
_PRICES: Final = ("price", "price_gross", "purchase_price", "purchase_price_gross")
_WIRE: Final = dict(zip(_PRICES, ("price", "priceGross", "purchasePrice", "purchasePriceGross"), strict=True))


def as_said(item: Item) -> NewItem:
    """Return a stored item as if it were said again."""
    fields = {name: getattr(item, name) for name in NewItem.__struct_fields__}
    return NewItem(**fields | {"tax_ids": tuple(item.tax_ids)})


def merged(before: NewItem, said: dict[str, Any]) -> NewItem:
    """Return an item changed by what is said of it, by field; None takes a value away.

    Who says a net price and no gross one wants the net one to hold.
    """
    said = {name: None if name in _NONE_IF_EMPTY and not value else value for name, value in said.items()}
    for net, gross in (("price", "price_gross"), ("purchase_price", "purchase_price_gross")):
        if said.get(net) is not None and gross not in said:
            said[gross] = None
    own = {name: value for name, value in said.items() if name in NewItem.__struct_fields__}
    details = {name: value for name, value in said.items() if name in Details.__struct_fields__}
    for name in ("purchase_tax_ids", "components"):
        if details.get(name, ()) is None:
            details[name] = ()
    return msgspec.structs.replace(
        before,
        **{name: _EMPTY.get(name) if value is None else value for name, value in own.items()},
        details=msgspec.structs.replace(before.details, **details),
    )


def faults_of(new: NewItem, taxes: Sequence[Tax]) -> list[Fault]:
    """Return what is wrong with an item as said, in wire paths; `taxes` are the organization's."""
    faults = []
    if not new.name.strip():
        faults.append(Fault("name", "presence", "can't be blank"))
    if len(new.name) > MAX_NAME:
        faults.append(Fault("name", "length", f"must have at most {MAX_NAME} characters"))
    if new.type is not None and new.type not in TYPES:
        faults.append(Fault("type", "inclusion", f"must be one of {', '.join(TYPES)}"))
    faults += faults_of_sku(new.sku)
    for name in _PRICES:
        if (number := getattr(new, name)) is not None and not -_LIMIT < number < _LIMIT:
            message = "must have at most 15 digits before the decimal point"
            faults.append(Fault(_WIRE[name], "numericality", message))
    known = {tax.id for tax in taxes}
    for path, wanted in (("taxIds", new.tax_ids), ("purchaseTaxIds", new.details.purchase_tax_ids)):
        if len(wanted) > MAX_TAXES:
            faults.append(Fault(path, "too_many", f"an item has at most {MAX_TAXES} taxes"))
            continue
        unknown = [index for index, tax_id in enumerate(wanted) if tax_id not in known]
        faults += [Fault(f"{path}.{index}", "inclusion", "is no tax of this organization") for index in unknown]
    return faults + _faults_of_details(new.details)


def faults_of_sku(sku: str | None, path: str = "SKU") -> list[Fault]:
    """Return what is wrong with an article number."""
    if sku is None:
        return []
    if len(sku) > MAX_SKU:
        return [Fault(path, "length", f"must have at most {MAX_SKU} characters")]
    if any(character.isspace() for character in sku):
        return [Fault(path, "format", "must not hold spaces")]
    return []


def _faults_of_details(details: Details) -> list[Fault]:
    faults = []
    if details.unit_id is not None and not ids.is_id(details.unit_id):
        faults.append(Fault("unitId", "format", "is not an id"))
    if not all(ids.is_id(unit) for unit in details.unit_ids or ()):
        faults.append(Fault("unitIds", "format", "must be a list of ids"))
    if len(details.components) > MAX_COMPONENTS:
        return [*faults, Fault("_components", "too_many", f"an item has at most {MAX_COMPONENTS} parts")]
    for index, part in enumerate(details.components):
        if not 0 < part.amount < _LIMIT:
            faults.append(Fault(f"_components.{index}.amount", "numericality", "must be above 0"))
        if part.item_id is not None and not ids.is_id(part.item_id):
            faults.append(Fault(f"_components.{index}.itemId", "format", "is not an id"))
    return faults


def matched(named: NamedTax, taxes: Sequence[Tax], day: date, zone: str) -> Tax | str:
    """Return the tax a caller means on a day, or what is wrong: by id, else rate, else classification."""
    if named.tax_id is not None:
        return next((tax for tax in taxes if tax.id == named.tax_id), "is no tax of this organization")
    if named.rate is not None:
        same = [tax for tax in taxes if rate_on(tax.rates, day, zone) == named.rate]
        found = [tax for tax in same if tax.classification == named.classification] or same
        return found[0] if found else "is the rate of no tax of this organization; make one: POST …/taxes"
    found = [
        tax
        for tax in taxes
        if tax.classification == (named.classification or "") and rate_on(tax.rates, day, zone) is not None
    ]
    if len(found) == 1:
        return found[0]
    told = " and ".join(f"{plain(rate_on(tax.rates, day, zone) or Decimal(0))} %" for tax in found)
    return f"names several taxes here ({told}); give a rate" if found else "names no tax here; give a rate"


def net_of(gross: Decimal, taxes: Sequence[Tax], day: date, zone: str) -> Decimal | None:
    """Return the net price of a gross one at the rates of a day, to nine decimals; None where none can be reckoned.

    It is for information: documents reckon from the gross price, at the rates of their own day.
    """
    simple = sum((rate_on(tax.rates, day, zone) or Decimal(0) for tax in taxes if not tax.compound), Decimal(0))
    compound = sum((rate_on(tax.rates, day, zone) or Decimal(0) for tax in taxes if tax.compound), Decimal(0))
    with localcontext() as context:
        context.prec = 60
        factor = (100 + simple) * (100 + compound) / 10_000
        if factor <= 0:
            return None
        return (gross / factor).quantize(_UNIT, ROUND_HALF_UP)
