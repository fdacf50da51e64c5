"""What items look like on the wire."""

from decimal import Decimal
from typing import Any

from billhook.api.tax_out import TaxOut
from billhook.api.wire import Out, iso
from billhook.catalog import Item
from billhook.kernel import money


class ComponentOut(Out, kw_only=True):
    """A part of a composed item."""

    id: str
    amount: Decimal | int
    item_id: str | None = None
    custom: dict[str, Any] | None


class ItemOut(Out, kw_only=True):
    """An item; prices in major units. `taxes` when they are included."""

    id: str
    organization_id: str
    name: str
    type: str | None = None
    description: str
    price: Decimal | int | None = None
    price_gross: Decimal | int | None = None
    purchase_price: Decimal | int | None = None
    purchase_price_gross: Decimal | int | None = None
    classification: str | None = None
    unit: str | None = None
    sku: str | None = None
    ean: str | None = None
    track_inventory: bool | None = None
    on_behalf: str | None = None
    tax_exemption_code: str | None = None
    tax_exemption_reason: str | None = None
    tax_exemption: dict[str, Any] | None = None
    tax_ids: list[str]
    purchase_tax_ids: list[str]
    unit_id: str | None = None
    unit_ids: list[str] | None = None
    components: list[ComponentOut]
    deleted_at: str | None = None
    is_deleted: bool
    deleted_id: str | None = None
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None
    l10n: dict[str, Any] | None
    data: list[dict[str, Any]] | None
    taxes: list[TaxOut] | None = None


def item_out(item: Item) -> ItemOut:
    """Return the wire form of an item."""
    is_deleted, details = item.deleted_at is not None, item.details
    return ItemOut(
        id=item.id,
        organization_id=item.organization_id,
        name=item.name,
        type=item.type,
        description=item.description,
        price=_plain(item.price),
        price_gross=_plain(item.price_gross),
        purchase_price=_plain(item.purchase_price),
        purchase_price_gross=_plain(item.purchase_price_gross),
        classification=item.classification,
        unit=item.unit,
        sku=item.sku,
        ean=item.ean,
        track_inventory=details.track_inventory,
        on_behalf=details.on_behalf,
        tax_exemption_code=details.tax_exemption_code,
        tax_exemption_reason=details.tax_exemption_reason,
        tax_exemption=details.tax_exemption,
        tax_ids=list(item.tax_ids),
        purchase_tax_ids=list(details.purchase_tax_ids),
        unit_id=details.unit_id,
        unit_ids=None if details.unit_ids is None else list(details.unit_ids),
        components=[
            ComponentOut(id=part.id, amount=money.plain(part.amount), item_id=part.item_id, custom=part.custom)
            for part in details.components
        ],
        deleted_at=iso(item.deleted_at),
        is_deleted=is_deleted,
        deleted_id=item.id if is_deleted else None,
        created_at=iso(item.created_at) or "",
        updated_at=iso(item.updated_at) or "",
        custom=item.custom,
        l10n=item.l10n,
        data=item.data,
    )


def _plain(number: Decimal | None) -> Decimal | int | None:
    return None if number is None else money.plain(number)
