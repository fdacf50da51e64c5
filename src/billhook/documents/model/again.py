"""A document said again: what a caller would have to say to get another one like it."""

from typing import Any

from billhook.documents.model.document import Document, Line, LineTax
from billhook.documents.model.new import NewDocument, NewLine, NewTax

_LINE = (
    "name", "description", "is_separator", "quantity", "unit", "discount", "discount_is_amount", "sku", "ean",
    "classification", "item_id", "track_inventory", "on_behalf", "tax_exemption_code", "tax_exemption_reason", "custom",
    "l10n", "data",
)  # fmt: skip
_CLIENT = frozenset({"id", "created_at", "updated_at"})
"""What belongs to the snapshot of a client and is not said."""


def said_again(document: Document) -> NewDocument:
    """Return a new document with the lines, the client and the texts of this one.

    Number, dates, payments, references, deducted advances and the unique id are its own affair and are not said; nor is
    the issuer, which is the organization as it is by then. Taxes are named by id, so that the rate of the new date
    holds.
    """
    client = {name: getattr(document.client, name) for name in document.client.__struct_fields__ if name not in _CLIENT}
    return NewDocument(
        type=document.type,
        draft=document.draft,
        incoming=document.incoming,
        currency=document.currency,
        decimal_places=document.decimal_places,
        note=document.note,
        footer=document.footer,
        signature=document.signature,
        client=client,
        client_id=document.client_id,
        unit_id=document.unit_id,
        lines=tuple(_line(line) for line in document.lines if line.deducts is None),
        options=document.options,
        custom=document.custom,
        l10n=document.l10n,
        data=document.data,
    )


def _line(line: Line) -> NewLine:
    said: dict[str, Any] = {name: getattr(line, name) for name in _LINE}
    said["price" if line.price_gross is None else "price_gross"] = line.price_gross or line.price
    return NewLine(**said, taxes=tuple(_tax(tax) for tax in line.taxes))


def _tax(tax: LineTax) -> NewTax:
    if tax.tax_id is not None:
        return NewTax(tax_id=tax.tax_id, reverse_charged=tax.reverse_charged, compound=tax.compound)
    return NewTax(
        rate=tax.rate,
        name=tax.name,
        abbreviation=tax.abbreviation,
        classification=tax.classification,
        recoverable=tax.recoverable,
        compound=tax.compound,
        reverse_charged=tax.reverse_charged,
        tax_number=tax.tax_number,
    )
