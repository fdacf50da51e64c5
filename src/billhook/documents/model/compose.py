"""Composing: what was said, on the ground of what is stored, becomes a document ready to be written. Pure."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from billhook.documents.model import conversion, links, parties, payments, received, saving, sending
from billhook.documents.model import lines as line_rules
from billhook.documents.model.conversion import conversion_of
from billhook.documents.model.dates import Dates, dates_of, faults_of_dates
from billhook.documents.model.document import PAYABLE, Document, Payment, Type
from billhook.documents.model.ground import Ground
from billhook.documents.model.languages import language_of
from billhook.documents.model.links import NOTHING, Linked
from billhook.documents.model.new import NewDocument
from billhook.documents.model.numbering import MAX_LENGTH, Counting, is_refused
from billhook.documents.model.parties import Client
from billhook.documents.model.saving import KeptItem
from billhook.documents.model.wording import Wording, wording_of
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid

MAX_UNIQUE_ID: Final = 200
MAX_REFERENCES: Final = 100


class Composed(msgspec.Struct, frozen=True):
    """A document ready to be written: how it is numbered, its client, its payments."""

    document: Document
    counting: Counting
    client: Client
    payments: tuple[Payment, ...]
    said: NewDocument
    kept_items: tuple[KeptItem, ...] = ()

    @property
    def charge(self) -> int:
        """By how much the document changes what the client owes, in minor units: nothing for drafts and estimates."""
        document = self.document
        if document.draft or document.type not in PAYABLE:
            return 0
        return document.direction * document.total_with_tax


def check(new: NewDocument, ground: Ground, day: date, linked: Linked, now: datetime) -> None:
    """Raise Invalid with every fault of a new document that can be told before it is reckoned."""
    known = linked.credited is not None
    faults = parties.faults_of_said(new.client) if known else parties.faults_of(ground, new.client, new.client_id)
    faults += line_rules.faults_of(new.lines, ground, day, is_issued=not new.draft and new.type != Type.DELIVERY_NOTE)
    if new.unit_id is not None and ground.unit(new.unit_id) is None:
        faults.append(Fault("unitId", "inclusion", "is no unit of this organization"))
    faults += saving.faults_of(new.lines)
    currency = _currency(new, ground)
    if new.type not in list(Type):
        faults.append(Fault("type", "inclusion", f"must be one of {', '.join(Type)}"))
    if currency not in money.EXPONENT_OF:
        faults.append(Fault("currencyId", "inclusion", "is not a currency code such as EUR"))
    else:
        faults += payments.faults_of(new, money.exponent(currency))
        faults += conversion.faults_of(new.conversion, ground, currency)
    faults += header_faults(new, now) + _own_faults(new, ground) + links.faults_of(new, linked, currency)
    faults += received.faults_of(new)
    if faults:
        raise Invalid("Document", received.at_the_supplier(faults) if new.incoming else faults)


def header_faults(new: NewDocument, now: datetime) -> list[Fault]:
    """Return what is wrong with the numbers and the days that a new document was given."""
    faults = faults_of_dates(new, now)
    if new.decimal_places is not None and not 0 <= new.decimal_places <= 9:
        faults.append(Fault("decimalPlaces", "numericality", "must be a whole number from 0 to 9"))
    if new.number is not None and not (0 < len(new.number.strip()) <= MAX_LENGTH and new.number.isprintable()):
        message = f"must be a text of 1 to {MAX_LENGTH} printable characters; leave it out for the next number"
        faults.append(Fault("number", "format", message))
    elif new.number is not None and is_refused(new.number.strip()):
        message = "must have at most 8 digits after the year; leave it out for the next number"
        faults.append(Fault("number", "format", message))
    if new.unique_id is not None and not 0 < len(new.unique_id) <= MAX_UNIQUE_ID:
        faults.append(Fault("uniqueId", "length", f"must be a text of 1 to {MAX_UNIQUE_ID} characters"))
    if len(new.referenced) > MAX_REFERENCES:
        faults.append(Fault("documentIds", "too_many", f"a document refers to at most {MAX_REFERENCES} others"))
    return faults


def _own_faults(new: NewDocument, ground: Ground) -> list[Fault]:
    faults = []
    if not new.lines and not new.draft:
        faults.append(Fault("_documentItems", "presence", "can't be blank; a document has at least one line"))
    unknown = new.referenced - {ids.from_uuid(known.id) for known in ground.documents} - set(new.advance_ids)
    if unknown:
        path = "documentIds" if unknown & set(new.document_ids) else "previousDocumentId"
        faults.append(Fault(path, "inclusion", "names a document that is none of this organization"))
    if new.date and new.date_due and new.type == Type.INVOICE and new.date_due < new.date:
        faults.append(Fault("dateDue", "date", "must not be before `date`"))
    return faults + _sending_faults(new, ground)


def _sending_faults(new: NewDocument, ground: Ground) -> list[Fault]:
    if new.sending is None:
        return []
    if new.draft:
        return [Fault("send", "draft", "a draft cannot be sent; issue it first")]
    faults = [Fault(f"send.{fault.path}", fault.code, fault.message) for fault in sending.faults_of(new.sending)]
    if faults:
        return faults
    known = ground.client.identity.email if ground.client else None
    if not new.sending.recipients and not new.client.get("email", known):
        message = "there is no address to send to: give `_documentClient.email`, or leave out `send`"
        return [Fault("_documentClient.email", "presence", message)]
    return []


def compose(
    new: NewDocument,
    ground: Ground,
    *,
    organization_id: Id,
    account_id: Id,
    document_id: Id | None,
    now: datetime,
    linked: Linked = NOTHING,
) -> Composed:
    """Return the document that was asked for. Raises Invalid (all faults at once) and TotalsTooLarge."""
    new = links.with_links(new, linked.credited.id if linked.credited else None)
    dates = dates_of(new, ground.settings, ground.timezone, now)
    check(new, ground, dates.day, linked, now)
    shard = ids.shard_of(organization_id)
    currency = _currency(new, ground)
    exponent = money.exponent(currency)
    client = _client(new, ground, linked, shard, now)
    issuer = parties.issuer(ground, new.issuer, ground.unit(new.unit_id))
    locale = language_of(ground.locale, ground.identity.country_code, client.party.country_code)
    decimal_places = _decimal_places(new, ground, exponent)
    sums = line_rules.build(
        new.lines,
        ground,
        day=dates.day,
        exponent=exponent,
        decimal_places=decimal_places,
        rounding=ground.rounding,
        omit_taxes=new.options.omit_taxes and not new.options.ignore_omit_taxes,
        keep_prices_as_gross=new.options.keep_prices_as_gross,
        deducted=links.deductions(linked, locale),
    )
    sums, kept = saving.linked(new.lines, links.check_sums(linked, sums), ground, shard)
    sums = received.as_said(sums, new, exponent)
    wording = wording_of(new, ground, locale, issuer=issuer, sums=sums)
    paid = payments.build(new.payments, total=sums.total_with_tax, exponent=exponent, date=dates.date, shard=shard)
    document = _document(new, dates, client, sums, wording, locale=locale)
    document = msgspec.structs.replace(
        document,
        id=document_id or ids.new(shard),
        organization_id=organization_id,
        account_id=account_id,
        issuer=issuer,
        currency=currency,
        exponent=exponent,
        decimal_places=decimal_places,
        rounding=ground.rounding,
        timezone=ground.timezone,
        date_received=(new.date_received or now) if new.incoming else None,
        refers_to=links.references(new, ground),
        total_paid=sum(payment.amount for payment in paid),
        conversion=conversion_of(new.conversion, ground, currency, dates.day, sums, shard),
        issued_at=None if new.draft else now,
        created_at=now,
        updated_at=now,
    )
    numbered = ground.counting(new.unit_id, own_number(new), dates.year, draft=new.draft, incoming=new.incoming)
    return Composed(document, numbered, client, paid, saving.remembered(new, sums), tuple(kept))


def _client(new: NewDocument, ground: Ground, linked: Linked, shard: int, now: datetime) -> Client:
    """Return the client: of a credit note that of its invoice. Raises Invalid for advances of somebody else."""
    if linked.credited:
        return links.client_of_credited(linked.credited, new.client)
    client = parties.client(ground, new.client, shard, now)
    links.check_client(linked, client)
    return client


def told_by(new: NewDocument, dates: Dates, sums: line_rules.Lines, wording: Wording) -> dict[str, Any]:
    """Return what a document of any type has of what was said, of its sums and of its texts."""
    return {
        "number": own_number(new),
        "date_year": dates.year,
        "date": dates.date,
        "reference": new.reference or "",
        "total": sums.total,
        "total_discount": sums.total_discount,
        "total_with_tax": sums.total_with_tax,
        "note": wording.note,
        "tax_clause": wording.tax_clause,
        "footer": wording.footer,
        "signature": wording.signature,
        "lines": sums.lines,
        "taxes": sums.taxes,
        "reverse_taxes": sums.reverse_taxes,
        "has_unit": any(line.unit for line in sums.lines),
        "unique_id": new.unique_id,
        "custom": new.custom,
        "l10n": new.l10n,
        "data": new.data,
        "document_ids": [Id(document_id) for document_id in new.document_ids],
    }


def own_number(new: NewDocument) -> str | None:
    """Return the number that was given, without blanks around it."""
    return new.number.strip() if new.number else None


def _document(
    new: NewDocument, dates: Dates, client: Client, sums: line_rules.Lines, wording: Wording, *, locale: str
) -> Document:
    """Return the document as far as it follows from what was said; `compose` fills in whose it is."""
    nothing = Id("")
    return Document(
        **told_by(new, dates, sums, wording),
        id=nothing,
        organization_id=nothing,
        account_id=nothing,
        unit_id=Id(new.unit_id) if new.unit_id else None,
        type=new.type,
        draft=new.draft,
        incoming=new.incoming,
        canceled=False,
        date_service=dates.service,
        date_service_to=dates.service_to,
        date_due=dates.due,
        date_valid_till=dates.valid_till,
        date_paid=dates.paid,
        date_received=None,
        currency="",
        exponent=0,
        decimal_places=0,
        rounding="",
        locale=locale,
        timezone="",
        total_paid=0,
        total_credited=0,
        issuer=client.party,
        client=client.party,
        client_id=client.client_id,
        options=new.options,
        comments=(),
        previous_document_id=Id(new.previous_document_id) if new.previous_document_id else None,
        advance_ids=[Id(advance_id) for advance_id in new.advance_ids],
        refers_to=(),
        shareable_id=None,
        sent_snail_mail=False,
        conversion=None,
        accepted_at=None,
        rejected_at=None,
        issued_at=None,
        deleted_at=None,
        created_at=dates.date,
        updated_at=dates.date,
    )


def _currency(new: NewDocument, ground: Ground) -> str:
    return (new.currency or str(ground.settings.get("currencyId") or ground.currency)).upper()


def _decimal_places(new: NewDocument, ground: Ground, exponent: int) -> int:
    if new.decimal_places is not None:
        return new.decimal_places
    said = ground.settings.get("decimalPlaces")
    places = said if isinstance(said, int) and 0 <= said <= 9 else 9
    return max(places, exponent) if new.advance_ids else places
