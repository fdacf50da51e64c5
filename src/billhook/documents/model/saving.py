"""Lines that are to be kept as items: `save` puts into the catalog what is not there yet."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from billhook.catalog.model.items import MAX_NAME, Details, faults_of_sku
from billhook.documents.model.document import Line
from billhook.documents.model.ground import Ground
from billhook.documents.model.lines import Lines
from billhook.documents.model.new import NewDocument, NewLine
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault


class KeptItem(msgspec.Struct, frozen=True):
    """An item made of a line, as the statement that writes the document takes it; ids as JSON has uuids."""

    id: str
    name: str
    description: str
    price: Decimal | None
    price_gross: Decimal | None
    classification: str | None
    unit: str | None
    sku: str | None
    ean: str | None
    tax_ids: list[str]
    details: Details
    custom: dict[str, Any]
    l10n: dict[str, Any]
    data: list[dict[str, Any]]


def faults_of(said: Sequence[NewLine]) -> list[Fault]:
    """Return what is wrong with lines that are to be kept, in wire paths."""
    faults = []
    for index, line in enumerate(said):
        if line.save and not line.is_separator:
            faults += faults_of_sku(line.sku or None, f"_documentItems.{index}.SKU")
            if len(line.name or "") > MAX_NAME:
                message = f"must have at most {MAX_NAME} characters to be kept as an item"
                faults.append(Fault(f"_documentItems.{index}.name", "length", message))
    return faults


def linked(said: Sequence[NewLine], sums: Lines, ground: Ground, shard: int) -> tuple[Lines, list[KeptItem]]:
    """Return the lines with the items they are kept as, and the items that have to be made for it.

    A line whose SKU an item has already belongs to that item, which stays as it is: a special price on one invoice must
    not become everybody's. Lines of one document with one SKU are one item.
    """
    if not any(line.save for line in said):
        return sums, []
    by_sku = {item.sku: ids.from_uuid(item.id) for item in ground.items if item.sku}
    lines, kept = [], []
    for new, line in zip(said, sums.lines, strict=False):  # behind them, what was advanced is taken away
        item_id = line.item_id
        if new.save and item_id is None and not line.is_separator:
            item_id = by_sku.get(line.sku or "")
            if item_id is None:
                item_id = ids.new(shard)
                kept.append(_kept(item_id, new, line))
            if line.sku:
                by_sku[line.sku] = item_id
        lines.append(msgspec.structs.replace(line, item_id=item_id))
    return msgspec.structs.replace(sums, lines=(*lines, *sums.lines[len(said) :])), kept


def remembered(new: NewDocument, sums: Lines) -> NewDocument:
    """Return what a draft was asked for, once its lines were kept: to change it again keeps them no second time."""
    if not any(line.save for line in new.lines):
        return new
    lines = [
        msgspec.structs.replace(said, item_id=line.item_id, save=False) if said.save else said
        for said, line in zip(new.lines, sums.lines, strict=False)
    ]
    return msgspec.structs.replace(new, lines=tuple(lines))


def _kept(item_id: Id, said: NewLine, line: Line) -> KeptItem:
    return KeptItem(
        id=ids.to_hex(item_id),
        name=line.name,
        description=line.description,
        price=None if said.price is None and line.price_gross is None else line.price,
        price_gross=line.price_gross if line.taxes else None,
        classification=line.classification,
        unit=line.unit,
        sku=line.sku or None,
        ean=line.ean,
        tax_ids=list(dict.fromkeys(ids.to_hex(tax.tax_id) for tax in line.taxes if tax.tax_id)),
        details=Details(
            track_inventory=line.track_inventory or None,
            on_behalf=line.on_behalf,
            tax_exemption_code=line.tax_exemption_code,
            tax_exemption_reason=line.tax_exemption_reason,
        ),
        custom=line.custom,
        l10n=line.l10n,
        data=line.data,
    )
