"""Copies: what a caller would have to ask for to get another document like one: to duplicate, convert or repeat it."""

from datetime import date
from typing import Any, Final

import msgspec

from billhook.documents.model.document import Document, Line, LineTax, Type
from billhook.documents.model.ground import Ground
from billhook.documents.model.new import NewDocument, NewLine, NewTax
from billhook.documents.model.wording import clause_of
from billhook.kernel import ids

CONVERTS: Final[dict[str, tuple[str, ...]]] = {
    Type.ESTIMATE: (Type.INVOICE, Type.ADVANCE, Type.DELIVERY_NOTE),
    Type.DELIVERY_NOTE: (Type.INVOICE,),
}
"""What can be made of what."""

_SAME: Final = (
    "name", "description", "is_separator", "quantity", "unit", "discount", "discount_is_amount", "sku", "ean",
    "classification", "item_id", "track_inventory", "on_behalf", "tax_exemption_code", "tax_exemption_reason", "custom",
    "l10n", "data",
)  # fmt: skip


def copied(document: Document, *, type: str) -> NewDocument:
    """Return a document as asked for once more: its client, lines, the clause its taxes need, and what is free.

    Of the same type it has the same texts. Number, dates, payments, links and a paper's own totals are its own affair,
    as is what it deducted or credited; so is the issuer, which is the organization as it is by then.
    """
    texts = {name: getattr(document, name) for name in ("note", "footer", "signature")} if type == document.type else {}
    derived = clause_of(document.locale, is_reverse_charged=bool(document.reverse_taxes))
    return NewDocument(
        type=type,
        incoming=document.incoming,
        unit_id=document.unit_id,
        currency=document.currency,
        decimal_places=document.decimal_places,
        client_id=document.client_id,
        lines=tuple(_line(line, document) for line in document.lines if line.deducts is None),
        tax_clause=None if document.tax_clause == derived else document.tax_clause,
        options=msgspec.structs.replace(document.options, number_internal=None, custom_totals=False),
        custom=document.custom,
        l10n=document.l10n if texts else {},
        data=document.data,
        **texts,
    )


def _line(line: Line, document: Document) -> NewLine:
    """Return a line as asked for; where taxes were left out, its price is the one that was left."""
    same: dict[str, Any] = {name: getattr(line, name) for name in _SAME}
    gross = line.price_gross is not None and not document.options.omit_taxes
    price = {"price_gross": line.price_gross} if gross else {"price": line.price}
    return NewLine(**same, **price, taxes=tuple(_tax(tax) for tax in line.taxes))


def _tax(tax: LineTax) -> NewTax:
    return NewTax(
        rate=tax.rate,
        tax_id=tax.tax_id,
        classification=tax.classification,
        name=tax.name,
        abbreviation=tax.abbreviation,
        reverse_charged=tax.reverse_charged,
        recoverable=tax.recoverable,
        compound=tax.compound,
        tax_number=tax.tax_number,
    )


def client_said(document: Document) -> dict[str, Any]:
    """Return the client of a document as a caller would say it."""
    party = msgspec.structs.asdict(document.client)
    return {name: value for name, value in party.items() if name not in ("id", "created_at", "updated_at")}


def fitted(new: NewDocument, source: Document, ground: Ground, day: date) -> NewDocument:
    """Return a copy that names only what is still there: of a tax that is gone its rate, of a client its last address.

    A tax that is there gives the rate of the new day, as the law wants.
    """
    dated = {ids.from_uuid(tax.id) for tax in ground.taxes if tax.rate_at(day, ground.timezone) is not None}

    def tax(one: NewTax) -> NewTax:
        return one if one.tax_id is None or one.tax_id in dated else msgspec.structs.replace(one, tax_id=None)

    lines = tuple(
        msgspec.structs.replace(line, taxes=tuple(tax(one) for one in line.taxes or ())) for line in new.lines
    )
    if ground.client is None and new.client_id is not None and new.client_id == source.client_id:
        return msgspec.structs.replace(new, lines=lines, client_id=None, client=client_said(source) | new.client)
    return msgspec.structs.replace(new, lines=lines)
