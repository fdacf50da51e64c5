"""What callers say of documents, in the words of the wire."""

from decimal import Decimal
from typing import Any

import msgspec

from billhook.api.categories import DocumentCategoryIn
from billhook.api.wire import UNSET, AddressIn, Flag, Free, In, Number, Text, When, data_in, given, identity_said, said
from billhook.documents import NewConversion, NewDocument, NewLine, NewPayment, NewTax, NewTaxRow, NewTotals, Sending
from billhook.documents.model.document import Options

Names = list[str] | str | None | msgspec.UnsetType
Rows = list[dict[str, Any]] | None | msgspec.UnsetType


class DocumentItemTaxIn(In, kw_only=True):
    """A tax of a line: `taxId`, else `rate` (percent), else `classification`."""

    rate: Number = UNSET
    tax_id: Text = UNSET
    classification: Text = UNSET
    name: Text = UNSET
    abbreviation: Text = UNSET
    reverse_charged: Flag = UNSET
    recoverable: Flag = UNSET
    compound: Flag = UNSET
    tax_number: Text = UNSET


class DocumentItemIn(In, kw_only=True):
    """A line. Prices and amounts in major units; `discount` in percent unless `discountIsAmount`."""

    name: Text = UNSET
    description: Text = UNSET
    quantity: Number = UNSET
    unit: Text = UNSET
    price: Number = UNSET
    price_gross: Number = UNSET
    discount: Number = UNSET
    discount_is_amount: Flag = UNSET
    is_separator: Flag = UNSET
    sku: Text = UNSET
    ean: Text = UNSET
    classification: Text = UNSET
    item_id: Text = UNSET
    load: Flag = UNSET
    save: Flag = UNSET
    track_inventory: Flag = UNSET
    on_behalf: Text = UNSET
    tax_exemption_code: Text = UNSET
    tax_exemption_reason: Text = UNSET
    item_taxes: list[DocumentItemTaxIn] | None | msgspec.UnsetType = UNSET
    custom: Free = UNSET
    l10n: Free = UNSET
    data: Rows = UNSET


class DocumentPartyIn(AddressIn, kw_only=True):
    """Issuer or client of one document; keys said here win over what is stored."""

    contact: Text = UNSET
    is_end_customer: Flag = UNSET
    ip_address: Text = UNSET
    custom: Free = UNSET
    data: Rows = UNSET


class DocumentTaxIn(In, kw_only=True):
    """A tax as a received paper has it: rate in percent, base and tax in major units."""

    tax: Number = UNSET
    base: Number = UNSET
    total_tax: Number = UNSET
    abbreviation: Text = UNSET


class DocumentPaymentIn(In, kw_only=True):
    """A payment that comes with the document: `amount` defaults to what is due, `date` to the document's."""

    type: str
    amount: Number = UNSET
    date: When = UNSET
    note: Text = UNSET
    tag: Text = UNSET
    transaction_id: Text = UNSET
    custom: Free = UNSET


class DocumentConversionRateIn(In, kw_only=True):
    """The rate of a document in another currency than the organization's; left out, the newest one that is known."""

    rate: Number = UNSET
    date: When = UNSET
    source: Text = UNSET
    from_currency: Text = UNSET
    to_currency: Text = UNSET


class SendIn(In, kw_only=True):
    """How a document is to be mailed; lists may also be comma-separated texts."""

    recipients: Names = UNSET
    message: Text = UNSET
    subject: Text = UNSET
    send_copy: Flag = UNSET
    associate_email: Flag = UNSET
    attachments: Names = UNSET
    excluded_attachment_ids: Names = UNSET


class DocumentIn(In, kw_only=True):
    """A document as said: the lines and the client's name are needed, the organization's settings give the rest."""

    type: Text = UNSET
    draft: Flag = UNSET
    incoming: Flag = UNSET
    number: Text = UNSET
    date: When = UNSET
    date_service: When = UNSET
    date_service_to: When = UNSET
    date_due: When = UNSET
    date_valid_till: When = UNSET
    date_paid: When = UNSET
    date_received: When = UNSET
    reference: Text = UNSET
    currency_id: Text = UNSET
    document_conversion_rate: DocumentConversionRateIn | None | msgspec.UnsetType = UNSET
    decimal_places: int | None | msgspec.UnsetType = UNSET
    note: Text = UNSET
    tax_clause: Text = UNSET
    footer: Text = UNSET
    signature: Text = UNSET
    display_name: Text = UNSET
    omit_taxes: Flag = UNSET
    keep_prices_as_gross: Flag = UNSET
    ignore_omit_taxes: Flag = UNSET
    charges_disabled: Flag = UNSET
    number_internal: Text = UNSET
    custom_totals: Flag = UNSET
    total: Number = UNSET
    total_with_tax: Number = UNSET
    total_discount: Number = UNSET
    document_taxes: list[DocumentTaxIn] | None | msgspec.UnsetType = UNSET
    sent_snail_mail: Flag = UNSET
    unique_id: Text = UNSET
    client_id: Text = UNSET
    unit_id: Text = UNSET
    document_client: DocumentPartyIn | None | msgspec.UnsetType = UNSET
    document_issuer: DocumentPartyIn | None | msgspec.UnsetType = UNSET
    items: list[DocumentItemIn] | None | msgspec.UnsetType = UNSET
    payments: list[DocumentPaymentIn] | None | msgspec.UnsetType = UNSET
    send: bool | SendIn | None | msgspec.UnsetType = UNSET
    custom: Free = UNSET
    l10n: Free = UNSET
    data: Rows = UNSET
    document_ids: list[str] | None | msgspec.UnsetType = UNSET
    previous_document_id: Text = UNSET
    advance_ids: list[str] | None | msgspec.UnsetType = UNSET
    document_categories: list[DocumentCategoryIn] | None | msgspec.UnsetType = UNSET


_OPTIONS = frozenset(Options.__struct_fields__)
_SAME = frozenset(NewDocument.__struct_fields__) & frozenset(DocumentIn.__struct_fields__)
_LINE_SAME = frozenset(NewLine.__struct_fields__) & frozenset(DocumentItemIn.__struct_fields__)
_NEVER_NULL = frozenset({"custom", "l10n", "data", "draft", "incoming", "type", "discount_is_amount", "is_separator"})
_NEVER_NULL |= {"load", "save", "track_inventory", "reverse_charged", "document_ids", "advance_ids", "payments"}


def changes(body: DocumentIn) -> dict[str, Any]:
    """Return what was said as fields of `NewDocument`."""
    fields = said(body)
    result = {name: value for name, value in fields.items() if name in _SAME}
    result = _without_nulls(result)
    if "currency_id" in fields:
        result["currency"] = fields["currency_id"]
    if "document_conversion_rate" in fields:
        result["conversion"] = _conversion(body.document_conversion_rate)
    for name, party in (("client", body.document_client), ("issuer", body.document_issuer)):
        if party is not UNSET:
            result[name] = _party(party)
    if "items" in fields:
        result["lines"] = tuple(_line(line) for line in given(body.items, []))
    if "payments" in fields:
        result["payments"] = payments_in(body.payments)
    if "send" in fields:
        result["sending"] = sending(body.send)
    result |= _as_tuples(result) | _totals(body)
    options = _without_nulls({name: value for name, value in fields.items() if name in _OPTIONS})
    if options:
        result["options"] = Options(**options)
        result["options_said"] = options
    if "sent_snail_mail" in fields:
        result["sent_snail_mail"] = bool(fields["sent_snail_mail"])
    return result


def _tax_row(row: DocumentTaxIn) -> NewTaxRow:
    nothing = Decimal(0)
    return NewTaxRow(
        rate=given(row.tax, nothing),
        base=given(row.base, nothing),
        total_tax=given(row.total_tax, nothing),
        abbreviation=given(row.abbreviation),
    )


def _totals(body: DocumentIn) -> dict[str, Any]:
    """Return the totals of a received paper; of all other documents they are what we reckon, whatever is sent back."""
    if given(body.custom_totals) is not True:
        return {}
    rows = given(body.document_taxes)
    taxes = None if rows is None else tuple(_tax_row(row) for row in rows)
    amounts = {name: given(getattr(body, name)) for name in ("total", "total_with_tax", "total_discount")}
    return {"totals": NewTotals(**amounts, taxes=taxes)}


def _as_tuples(result: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(result[name]) for name in ("document_ids", "advance_ids") if name in result}


def new_document(body: DocumentIn) -> NewDocument:
    """Return the document that was asked for."""
    fields = changes(body)
    fields.pop("sent_snail_mail", None)
    fields.pop("options_said", None)
    return NewDocument(**fields)


def sending(send: bool | SendIn | None | msgspec.UnsetType) -> Sending | None:
    """Return how to mail the document; None when it is not to be mailed."""
    if send is UNSET or send is None or send is False:
        return None
    return mailing(send) if isinstance(send, SendIn) else Sending()


def mailing(send: SendIn, language: str | None = None) -> Sending:
    """Return how to mail a document."""
    return Sending(
        recipients=names(send.recipients),
        message=given(send.message),
        subject=given(send.subject),
        send_copy=bool(given(send.send_copy, False)),
        language=language,
        attachments=None if given(send.attachments) is None else names(send.attachments),
        excluded_attachments=names(send.excluded_attachment_ids),
    )


def names(said: Names) -> tuple[str, ...]:
    """Return the addresses or ids of a list or a comma-separated text."""
    if said is UNSET or not said:
        return ()
    parts = said.replace(";", ",").split(",") if isinstance(said, str) else list(said)
    return tuple(part.strip() for part in parts if part.strip())


def _without_nulls(fields: dict[str, Any]) -> dict[str, Any]:
    """Drop nulls where a value has no "not said": the default then holds."""
    droppable = _NEVER_NULL | _OPTIONS
    return {name: value for name, value in fields.items() if value is not None or name not in droppable}


def _conversion(rate: DocumentConversionRateIn | None | msgspec.UnsetType) -> NewConversion | None:
    if rate is UNSET or rate is None:
        return None
    fields = said(rate)
    fields["origin"], fields["target"] = fields.pop("from_currency", None), fields.pop("to_currency", None)
    return NewConversion(**fields)


def _party(party: DocumentPartyIn | None | msgspec.UnsetType) -> dict[str, Any]:
    if party is UNSET or party is None:
        return {}
    fields = said(party)
    result = identity_said(fields)
    result |= {name: fields[name] for name in ("contact", "is_end_customer", "ip_address") if name in fields}
    if fields.get("custom") is not None:
        result["custom"] = fields["custom"]
    if fields.get("data") is not None:
        result["data"] = data_in(fields["data"])
    if not str(result.get("email") or "").strip():
        result.pop("email", None)  # forms send blanks: nobody's address, and so nobody to be found by it
    return {name: value for name, value in result.items() if name != "name" or value is not None}


def _line(line: DocumentItemIn) -> NewLine:
    fields = said(line)
    result = _without_nulls({name: value for name, value in fields.items() if name in _LINE_SAME})
    if "item_taxes" in fields:
        result["taxes"] = tuple(_tax(tax) for tax in given(line.item_taxes, []))
    return NewLine(**result)


def _tax(tax: DocumentItemTaxIn) -> NewTax:
    return NewTax(**_without_nulls(said(tax)))


def payments_in(payments: list[DocumentPaymentIn] | None | msgspec.UnsetType) -> tuple[NewPayment, ...]:
    """Return the payments that were said."""
    return tuple(_payment(payment) for payment in given(payments, []))


def _payment(payment: DocumentPaymentIn) -> NewPayment:
    return NewPayment(**_without_nulls(said(payment)))
