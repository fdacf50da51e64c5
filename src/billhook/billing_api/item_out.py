"""Lines of an invoice as the billing API shows them: invoice items."""

from typing import Any, Literal

from billhook.billing_api.amounts import Scale, tax_of
from billhook.billing_api.item_ids import ids_of
from billhook.billing_api.wire import Amount, Out, TaxOut, major, rate, shown
from billhook.clients import Client
from billhook.documents import Document
from billhook.documents.model.document import Line
from billhook.kernel import money, time
from billhook.unbilled import Item


class ProductOut(Out, kw_only=True):
    """What is sold."""

    title: str
    type: Literal["custom"]


class ItemAmountsOut(Out, kw_only=True):
    """What an item, or a line of a credit note, comes to in the currency of its location."""

    currency_code: str
    discounted_amount: Amount
    total_amount: Amount
    total_excluding_tax_amount: Amount
    unit_amount: Amount
    unit_excluding_tax_amount: Amount
    tax: TaxOut | None = None


class InvoiceItemOut(Out, kw_only=True):
    """An item of an invoice."""

    id: str
    amount: Amount
    base_amounts: ItemAmountsOut
    create_date: str
    currency_code: str
    description: str
    discounted_amount: Amount
    discounts: list[dict[str, Any]]
    location_ref: str
    net_amount: Amount
    net_unit_amount: Amount
    product: ProductOut
    quantity: Amount
    total_amount: Amount
    total_excluding_tax_amount: Amount
    type: str
    unit_amount: Amount
    unit_excluding_tax_amount: Amount
    invoice_ref: str | None = None
    company_ref: str | None = None
    membership_ref: str | None = None
    tax: TaxOut | None = None
    tax_amount: Amount | None = None
    taxable_amount: Amount | None = None


def item_out(document: Document, line: Line, id: str) -> InvoiceItemOut:
    """Return a line as an invoice item."""
    own, base = Scale(document), Scale(document, base=True)
    tax, unit = tax_of(line, own), line.price if line.price_gross is None else line.price_gross
    customer = shown(document.client_id) if document.client_id else None
    is_person = bool(document.client.is_end_customer)
    return InvoiceItemOut(
        id=id,
        amount=own(line.total_with_tax),
        base_amounts=ItemAmountsOut(
            currency_code=base.currency,
            discounted_amount=base(line.total_discount),
            total_amount=base(line.total_with_tax),
            total_excluding_tax_amount=base(line.total),
            unit_amount=base.price(unit),
            unit_excluding_tax_amount=base.price(line.price),
            tax=tax_of(line, base),
        ),
        create_date=time.iso(document.created_at),
        currency_code=own.currency,
        description=line.name or line.description,
        discounted_amount=own(line.total_discount),
        discounts=[],
        location_ref=shown(document.organization_id),
        net_amount=own(line.total),
        net_unit_amount=own.price(line.price),
        product=ProductOut(title=line.name or line.description, type="custom"),
        quantity=_plain(line),
        total_amount=own(line.total_with_tax),
        total_excluding_tax_amount=own(line.total),
        type="custom",
        unit_amount=own.price(unit),
        unit_excluding_tax_amount=own.price(line.price),
        invoice_ref=shown(document.id),
        company_ref=None if is_person else customer,
        membership_ref=customer if is_person else None,
        tax=tax,
        tax_amount=tax.amount if tax else None,
        taxable_amount=tax.taxable_amount if tax else None,
    )


def _plain(line: Line) -> Amount:
    return Amount(money.plain(line.quantity))


def items_out(document: Document) -> list[InvoiceItemOut]:
    """Return the items of an invoice, in the order of its lines."""
    lines = [line for line in document.lines if not line.is_separator]
    return [item_out(document, line, its) for line, its in zip(lines, ids_of(document, lines), strict=True)]


def unbilled_out(item: Item, client: Client, currency: str) -> InvoiceItemOut:
    """Return what no invoice has yet as an item; its tax is added to its price."""
    exponent = money.exponent(currency)
    net = money.to_minor(item.quantity * item.unit_amount, exponent)
    tax = None
    if item.tax_rate is not None:
        amount = major(money.to_minor(major(net, exponent) * item.tax_rate / 100, exponent), exponent)
        tax = TaxOut(amount=amount, inclusive=False, rate=rate(item.tax_rate), taxable_amount=major(net, exponent))
    total, unit = major(net, exponent) + (tax.amount if tax else 0), Amount(money.plain(item.unit_amount))
    ref = shown(client.id)
    return InvoiceItemOut(
        id=shown(item.id),
        amount=total,
        base_amounts=ItemAmountsOut(
            currency_code=currency,
            discounted_amount=Amount(0),
            total_amount=total,
            total_excluding_tax_amount=major(net, exponent),
            unit_amount=unit,
            unit_excluding_tax_amount=unit,
            tax=tax,
        ),
        create_date=time.iso(item.created_at),
        currency_code=currency,
        description=item.title,
        discounted_amount=Amount(0),
        discounts=[],
        location_ref=shown(item.organization_id),
        net_amount=major(net, exponent),
        net_unit_amount=unit,
        product=ProductOut(title=item.title, type="custom"),
        quantity=Amount(money.plain(item.quantity)),
        total_amount=total,
        total_excluding_tax_amount=major(net, exponent),
        type="custom",
        unit_amount=unit,
        unit_excluding_tax_amount=unit,
        company_ref=None if client.is_end_customer else ref,
        membership_ref=ref if client.is_end_customer else None,
        tax=tax,
        tax_amount=tax.amount if tax else None,
        taxable_amount=tax.taxable_amount if tax else None,
    )
