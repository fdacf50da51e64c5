"""What each kind of import consists of: its columns, and a row of it as it is kept until it is written."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.catalog.model.items import MAX_TAXES, NewItem
from billhook.catalog.model.items import faults_of as faults_of_item
from billhook.catalog.model.items import merged as merged_item
from billhook.clients.model import NewClient, checks_of, merged
from billhook.clients.model import faults_of as faults_of_client
from billhook.documents.model.payments import faults_of_date
from billhook.documents.model.payments import faults_of_said as faults_of_payment
from billhook.kernel import ids, money
from billhook.kernel.problems import Fault
from billhook.transfer import values
from billhook.transfer.reading import bare
from billhook.transfer.values import Ambiguous, Form

MAX_TEXT: Final = 10_000
MAX_DECIMALS: Final = 9


class Read(msgspec.Struct, frozen=True):
    """A row as read: what tells it from others, and what it says."""

    key: str | None
    content: dict[str, Any]


class Context(msgspec.Struct, frozen=True):
    """What reading a row takes beside the row."""

    form: Form
    currency: str
    now: datetime


class Shape(msgspec.Struct, frozen=True):
    """A kind of import. `names` are its columns on the wire and in our words; `read` raises nothing."""

    names: dict[str, str]
    also: dict[str, str]
    read: Callable[[dict[str, Any], Context], tuple[Read, list[Fault]]]
    numbers: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()

    def known(self) -> dict[str, str]:
        """Return the columns by their bare names."""
        return {bare(name): name for name in self.names} | {bare(name): wire for name, wire in self.also.items()}

    def row(self, cells: dict[str, str], context: Context) -> tuple[Read | None, list[Fault]]:
        """Return a row as read, or all that is wrong with it; paths are names of columns."""
        said, faults = dict[str, Any](), list[Fault]()
        for wire, text in cells.items():
            try:
                said[self.names[wire]] = self._value(wire, text, context.form)
            except Ambiguous as error:
                faults.append(Fault(wire, "ambiguous", str(error)))
            except (ValueError, OverflowError) as error:
                faults.append(Fault(wire, "format", str(error)))
        bad = {fault.path for fault in faults}
        read, more = self.read(said, context)
        faults += [fault for fault in more if fault.path not in bad]
        return (None if faults else read), faults

    def _value(self, wire: str, text: str, form: Form) -> Any:
        if wire in self.numbers:
            return values.number(text, form)
        if wire in self.days:
            try:
                return values.day(text, form)
            except Ambiguous:
                raise
            except (ValueError, OverflowError):
                raise ValueError("is not a date; use for example 2026-04-30") from None
        if wire in self.flags:
            return values.flag(text)
        if len(text) > MAX_TEXT:
            raise ValueError(f"must have at most {MAX_TEXT} characters")
        return text


def _client(said: dict[str, Any], context: Context) -> tuple[Read, list[Fault]]:
    known_id = said.pop("id", None)
    new = merged(NewClient(), said)
    faults = [f for f in faults_of_client(new) if not (known_id and (f.path, f.code) == ("name", "presence"))]
    if known_id and not ids.is_id(known_id):
        faults.append(Fault("id", "format", "is not an id"))
    identity = new.identity
    content = {
        "name": identity.name or None,
        "email": identity.email or None,
        "country_code": identity.country_code,
        "identity": msgspec.to_builtins(identity),
        "checks": msgspec.to_builtins(checks_of(identity, context.now)),
        **{name: said.get(name) for name in ("type", "contact", "note", "is_end_customer")},
    }
    if known_id:
        return Read(f"id:{known_id}", content), faults
    if identity.email:
        return Read(f"email:{identity.email}", content), faults
    if identity.tax_number:
        return Read(f"taxNumber:{identity.tax_number}", content), faults
    return Read(f"name:{identity.name}", content), faults


def _item(said: dict[str, Any], context: Context) -> tuple[Read, list[Fault]]:
    del context
    known_id, taxes = said.pop("id", None), said.pop("tax_ids", "").replace(",", " ").replace(";", " ").split()
    new = merged_item(NewItem(), said)
    faults = [f for f in faults_of_item(new, ()) if not (known_id and (f.path, f.code) == ("name", "presence"))]
    if known_id and not ids.is_id(known_id):
        faults.append(Fault("id", "format", "is not an id"))
    for name, wire in (("price", "price"), ("price_gross", "priceGross")):
        if name in said and not _is_price(said[name]):
            message = f"must be below 10^15 and have at most {MAX_DECIMALS} decimals"
            faults.append(Fault(wire, "numericality", message))
    if len(taxes) > MAX_TAXES or not all(ids.is_id(tax) for tax in taxes):
        faults.append(Fault("taxIds", "format", f"must be at most {MAX_TAXES} ids of taxes with blanks between"))
    else:
        said["tax_ids"] = [ids.to_hex(tax) for tax in taxes] or None
    key = f"SKU:{new.sku}" if new.sku else f"name:{new.name}"
    return Read(f"id:{known_id}" if known_id else key, said), faults


def _is_price(price: Decimal) -> bool:
    exponent = price.normalize().as_tuple().exponent
    return abs(price) < Decimal(10) ** 15 and isinstance(exponent, int) and -exponent <= MAX_DECIMALS


def _payment(said: dict[str, Any], context: Context) -> tuple[Read, list[Fault]]:
    faults = [Fault(name, "presence", "can't be blank") for name in ("date", "type", "amount") if name not in said]
    said["type"] = str(said.get("type", "")).lower()
    currency = said["currency"] = said["currency"].upper() if "currency" in said else None
    if currency is not None and currency not in money.EXPONENT_OF:
        faults.append(Fault("currencyId", "inclusion", "is not a currency code such as EUR"))
    exponent = money.EXPONENT_OF.get(currency or context.currency, 2)
    amount = said.get("amount")
    faults += faults_of_payment(
        type=said["type"] or None,
        amount=amount if currency is not None else None,  # of another currency is known with its document
        transaction_id=said.get("transaction_id"),
        exponent=exponent,
    )
    faults += faults_of_date(said.get("date"), context.now)
    if amount is not None and not amount and currency is None:
        faults.append(Fault("amount", "numericality", "must not be nothing"))
    document = said.pop("document_id", None)
    if document is not None and not ids.is_id(document):
        faults.append(Fault("documentId", "format", "is not an id"))
    elif document is not None:
        said["document_id"] = ids.to_hex(document)
    said["exponent"] = exponent
    said.pop("id", None)
    transaction = said.get("transaction_id")
    return Read(f"transactionId:{said['type']}:{transaction}" if transaction else None, said), faults


_CLIENT: Final = {
    "id": "id", "name": "name", "address": "address", "address2": "address2", "city": "city", "zip": "zip",
    "state": "state", "country": "country", "countryAlpha2Code": "country_code", "taxNumber": "tax_number",
    "taxSubject": "tax_subject", "companyNumber": "company_number", "IBAN": "iban", "bank": "bank", "SWIFT": "swift",
    "website": "website", "email": "email", "phone": "phone", "contact": "contact", "type": "type",
    "isEndCustomer": "is_end_customer", "note": "note",
}  # fmt: skip
_ITEM: Final = {
    "id": "id", "name": "name", "SKU": "sku", "EAN": "ean", "description": "description", "unit": "unit",
    "price": "price", "priceGross": "price_gross", "taxIds": "tax_ids", "classification": "classification",
    "type": "type",
}  # fmt: skip
_PAYMENT: Final = {
    "id": "id", "date": "date", "type": "type", "amount": "amount", "currencyId": "currency",
    "documentId": "document_id", "documentNumber": "document_number", "documentType": "document_type",
    "transactionId": "transaction_id", "note": "note", "tag": "tag",
}  # fmt: skip
SHAPES: Final = {
    "client": Shape(
        names=_CLIENT,
        also={
            "VAT": "taxNumber",
            "VAT number": "taxNumber",
            "VAT ID": "taxNumber",
            "postcode": "zip",
            "ZIP code": "zip",
            "postal code": "zip",
            "street": "address",
            "country code": "countryAlpha2Code",
            "BIC": "SWIFT",
            "company": "name",
            "telephone": "phone",
        },
        read=_client,
        flags=frozenset({"taxSubject", "isEndCustomer"}),
    ),
    "item": Shape(
        names=_ITEM,
        also={"article number": "SKU", "net price": "price", "gross price": "priceGross"},
        read=_item,
        numbers=frozenset({"price", "priceGross"}),
    ),
    "payment": Shape(
        names=_PAYMENT,
        also={"currency": "currencyId", "invoice number": "documentNumber", "number": "documentNumber"},
        read=_payment,
        numbers=frozenset({"amount"}),
        days=frozenset({"date"}),
    ),
}
