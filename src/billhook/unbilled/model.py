"""The noun: an item that no invoice has yet. Prices in major units, rates in percent."""

from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from billhook.documents.model.conversion import price_in_origin
from billhook.documents.model.document import Conversion
from billhook.documents.model.new import NewLine, NewTax
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault

_LIMIT: Final = Decimal(10) ** 15
_MOST_TITLE: Final = 500


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as asked for."""

    title: str
    quantity: Decimal
    unit_amount: Decimal
    tax_rate: Decimal | None = None


class Item(msgspec.Struct, frozen=True):
    """An item, as stored."""

    id: Id
    organization_id: Id
    client_id: Id
    title: str
    quantity: Decimal
    unit_amount: Decimal
    tax_rate: Decimal | None
    created_at: datetime


def faults_of(new: NewItem, path: str = "") -> list[Fault]:
    """Return what is wrong with an item, in wire paths below one."""
    at = f"{path}." if path else ""
    faults = []
    if not new.title.strip() or len(new.title) > _MOST_TITLE:
        faults.append(Fault(f"{at}product.title", "presence", f"must have 1 to {_MOST_TITLE} characters"))
    if not 0 < new.quantity < _LIMIT or new.quantity != int(new.quantity):
        faults.append(Fault(f"{at}quantity", "numericality", "must be a whole number above zero"))
    if not 0 <= new.unit_amount < _LIMIT:
        faults.append(Fault(f"{at}unitAmount", "numericality", "must be zero or more, with at most 15 digits"))
    if new.tax_rate is not None and not 0 <= new.tax_rate <= 1000:
        faults.append(Fault(f"{at}tax.rate", "numericality", "must be a decimal from 0 to 10, such as 0.21 for 21 %"))
    return faults


def line_of(item: NewItem | Item, id: str, conversion: Conversion | None = None) -> NewLine:
    """Return the line that invoices an item; on a document that is converted at its rate, rounded once."""
    return NewLine(
        id=id,
        name=item.title,
        quantity=item.quantity,
        price=item.unit_amount if conversion is None else price_in_origin(conversion, item.unit_amount),
        taxes=() if item.tax_rate is None else (NewTax(rate=item.tax_rate),),
    )
