"""Invoice items as said."""

from decimal import Decimal
from typing import Any, Literal

import msgspec

from billhook.billing_api.wire import UNSET, In, Number, Text, given
from billhook.unbilled import NewItem


class ProductIn(In, kw_only=True):
    """What is sold."""

    title: Text = UNSET
    option_ref: Text = UNSET


class ItemTaxIn(In, kw_only=True):
    """The tax of an item; `rate` is a decimal, 0.21 for 21 %."""

    rate: Number = UNSET


class InvoiceItemIn(In, kw_only=True):
    """An item: so many units at a price without tax. Without `invoiceRef` the customer's next invoice gets it."""

    quantity: Decimal
    unit_amount: Decimal
    company_ref: Text = UNSET
    membership_ref: Text = UNSET
    subscription_ref: Text = UNSET
    invoice_ref: Text = UNSET
    description: Text = UNSET
    discounts: list[dict[str, Any]] | None | msgspec.UnsetType = UNSET
    product: ProductIn | None | msgspec.UnsetType = UNSET
    tax: ItemTaxIn | None | msgspec.UnsetType = UNSET
    type: Literal["custom"] | None | msgspec.UnsetType = UNSET


class InvoiceItemPartIn(In, kw_only=True):
    """What is to change of an item."""

    product: ProductIn | None | msgspec.UnsetType = UNSET
    quantity: Number = UNSET
    unit_amount: Number = UNSET


class NewInvoiceItemIn(In, kw_only=True):
    """An item that is to be made."""

    invoice_item: InvoiceItemIn


class ChangedInvoiceItemIn(In, kw_only=True):
    """An item that is to change."""

    invoice_item: InvoiceItemPartIn


def item_in(body: InvoiceItemIn) -> NewItem:
    """Return an item as it is stored; its rate in percent."""
    product, tax = given(body.product), given(body.tax)
    title = given(product.title) if product else None
    tax_rate = given(tax.rate) if tax else None
    return NewItem(
        title=title or given(body.description, ""),
        quantity=body.quantity,
        unit_amount=body.unit_amount,
        tax_rate=None if tax_rate is None else tax_rate * 100,
    )
