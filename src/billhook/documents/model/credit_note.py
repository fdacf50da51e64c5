"""Composing a credit note from its invoice: parties, currency, language and taxes are the invoice's. Pure."""

from datetime import datetime
from decimal import Decimal

import msgspec

from billhook.documents.model import crediting, links, parties, payments
from billhook.documents.model.compose import Composed, header_faults, own_number, told_by
from billhook.documents.model.conversion import again as converted_again
from billhook.documents.model.dates import dates_of
from billhook.documents.model.document import Document, Options, Type
from billhook.documents.model.ground import Ground
from billhook.documents.model.lines import Lines
from billhook.documents.model.links import Linked
from billhook.documents.model.new import NewDocument
from billhook.documents.model.problems import NothingLeft
from billhook.documents.model.rounding import cut
from billhook.documents.model.wording import wording_of
from billhook.documents.texts import labels
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid


class CreditedLine(msgspec.Struct, frozen=True):
    """A line of the invoice that is to be credited, and how much of its quantity: all that is left, unless said."""

    id: str
    quantity: Decimal | None = None


class Wanted(msgspec.Struct, frozen=True):
    """What of an invoice is to be credited: some lines, or an amount with tax in major units; else all that is left."""

    lines: tuple[CreditedLine, ...] | None = None
    amount: Decimal | None = None


def sums_of(linked: Linked, wanted: Wanted) -> Lines:
    """Return what a credit note comes to. Raises Invalid (all faults at once), NothingLeft."""
    invoice, rest = linked.credited, linked.rest
    if invoice is None or rest is None:
        raise NothingLeft(number="")
    if linked.notes and rest.is_nothing:
        raise NothingLeft(number=invoice.number)
    if wanted.lines is not None and wanted.amount is not None:
        raise Invalid("Credit", [Fault("amount", "exclusion", "cannot be said together with `lines`")])
    words = labels(invoice.locale)
    name = f"{words.titles.of(invoice.type)} {invoice.number}"
    if wanted.amount is not None:
        return crediting.by_amount(invoice, rest, _amount(invoice, rest, wanted.amount), name)
    if wanted.lines is None:
        return crediting.of_rest(invoice, linked.notes, name)
    within = crediting.within(crediting.by_lines(invoice, _quantities(linked, invoice, wanted.lines)), rest)
    if within is None:
        raise Invalid("Credit", [Fault("lines", "numericality", _too_much(invoice, rest))])
    return within


def _too_much(invoice: Document, rest: crediting.Rest) -> str:
    left = money.to_major(rest.total, invoice.exponent)
    return f"come to more than what is left to credit of {invoice.number}, in all ({left}) or at a tax rate"


def _amount(invoice: Document, rest: crediting.Rest, amount: Decimal) -> int:
    minor = money.to_minor(amount, invoice.exponent) if money.fits(amount, invoice.exponent) else 0
    can_be_split = any(net > 0 for net in rest.nets.values())
    if not 0 < minor <= rest.total or not (can_be_split or minor == rest.total):
        left = money.to_major(rest.total, invoice.exponent)
        message = f"must be more than zero and at most what is left to credit of {invoice.number}, which is {left}"
        raise Invalid("Credit", [Fault("amount", "numericality", message)])
    return minor


def _quantities(linked: Linked, invoice: Document, wanted: tuple[CreditedLine, ...]) -> dict[str, Decimal]:
    left = crediting.left_of_lines(invoice, linked.notes)
    chosen: dict[str, Decimal] = {}
    faults = []
    for at, line in enumerate(wanted):
        if line.id not in left:
            faults.append(Fault(f"lines.{at}.id", "inclusion", "is no line of this document"))
            continue
        if line.id in chosen:
            faults.append(Fault(f"lines.{at}.id", "uniqueness", "is named twice"))
        open_quantity = left[line.id]
        chosen[line.id] = quantity = open_quantity if line.quantity is None else line.quantity
        if not _is_part(quantity, open_quantity, invoice.decimal_places):
            message = (
                f"must be more than zero and at most what is left of the line, which is {money.plain(open_quantity)}"
            )
            faults.append(Fault(f"lines.{at}.quantity", "numericality", message))
    if not wanted:
        faults.append(Fault("lines", "presence", "can't be blank; leave it out to credit all that is left"))
    if faults:
        raise Invalid("Credit", faults)
    return chosen


def _is_part(quantity: Decimal, whole: Decimal, places: int) -> bool:
    """Tell whether a quantity, cut as the invoice cuts, is some of another one; what was returned counts below zero."""
    units = cut(quantity, places)
    return 0 < units <= cut(whole, places) if whole > 0 else cut(whole, places) <= units < 0


def note_of(
    linked: Linked, invoice: Document, sums: Lines, new: NewDocument, ground: Ground, *, account_id: Id, now: datetime
) -> Composed:
    """Return a credit note ready to be written; of `new` date, number, texts and what is free are taken.

    Raises Invalid, all faults at once.
    """
    currency = (new.currency or invoice.currency).upper()
    faults = header_faults(new, now) + parties.faults_of_said(new.client)
    faults += payments.faults_of(new, invoice.exponent) + links.faults_of(new, linked, currency)
    if faults:
        raise Invalid("Credit", faults)
    new = links.with_links(msgspec.structs.replace(new, type=Type.CREDIT_NOTE, incoming=invoice.incoming), invoice.id)
    if new.tax_clause is None:
        new = msgspec.structs.replace(new, tax_clause=invoice.tax_clause)
    shard = ids.shard_of(invoice.id)
    dates = dates_of(new, ground.settings, invoice.timezone, now)
    wording = wording_of(new, ground, invoice.locale, issuer=invoice.issuer, sums=sums)
    paid = payments.build(
        new.payments, total=sums.total_with_tax, exponent=invoice.exponent, date=dates.date, shard=shard
    )
    client = links.client_of_credited(invoice, new.client)
    document = msgspec.structs.replace(
        _blank(invoice),
        **told_by(new, dates, sums, wording),
        id=ids.new(shard),
        account_id=account_id,
        date_received=(new.date_received or now) if invoice.incoming else None,
        total_paid=sum(payment.amount for payment in paid),
        client=client.party,
        refers_to=links.references(new, ground),
        conversion=converted_again(invoice.conversion, sums) if invoice.conversion else None,
        issued_at=now,
        created_at=now,
        updated_at=now,
    )
    numbered = ground.counting(invoice.unit_id, own_number(new), dates.year, draft=False, incoming=invoice.incoming)
    return Composed(document, numbered, client, paid, new)


def _blank(invoice: Document) -> Document:
    """Return a credit note of an invoice without what only the invoice has."""
    return msgspec.structs.replace(
        invoice,
        type=Type.CREDIT_NOTE,
        canceled=False,
        date_service=None,
        date_service_to=None,
        date_due=None,
        date_valid_till=None,
        date_paid=None,
        decimal_places=crediting.places_of(invoice),
        total_credited=0,
        options=Options(omit_taxes=invoice.options.omit_taxes),
        comments=(),
        previous_document_id=invoice.id,
        advance_ids=[],
        shareable_id=None,
        sent_snail_mail=False,
        accepted_at=None,
        rejected_at=None,
    )
