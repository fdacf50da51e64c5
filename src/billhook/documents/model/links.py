"""Links: what a new document refers to and takes from: a credit note from its invoice, an invoice from advances."""

from decimal import Decimal
from typing import Any

import msgspec

from billhook.documents.model import crediting
from billhook.documents.model.crediting import Note, Rest
from billhook.documents.model.document import OWED, Document, Line, Reference, Type
from billhook.documents.model.ground import Ground, KnownDocument
from billhook.documents.model.lines import Lines
from billhook.documents.model.new import NewDocument
from billhook.documents.model.parties import Client
from billhook.documents.texts import labels
from billhook.kernel import countries, ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid


class Linked(msgspec.Struct, frozen=True):
    """The documents that a new one takes from, all of them held: the invoice that is credited with its notes, advances.

    `deducted_by` says which live invoice deducts an advance already, by the advance's id.
    """

    credited: Document | None = None
    notes: tuple[Note, ...] = ()
    advances: tuple[Document, ...] = ()
    deducted_by: dict[str, str] = {}

    @property
    def rest(self) -> Rest | None:
        """What is left to credit."""
        return crediting.rest_of(self.credited, self.notes) if self.credited else None


NOTHING = Linked()


def credited_by(new: NewDocument, ground: Ground) -> Id | None:
    """Return the id of the invoice or advance that a credit note credits.

    It is the one that `previousDocumentId` names, else the only one among `documentIds`; a note that refers to several
    of them credits none.
    """
    if new.type != Type.CREDIT_NOTE:
        return None
    named = {
        ids.from_uuid(known.id)
        for known in ground.documents
        if known.type in OWED and not known.draft and known.incoming == new.incoming
    }
    if new.previous_document_id is not None:
        return Id(new.previous_document_id) if new.previous_document_id in named else None
    listed = named & set(new.document_ids)
    return listed.pop() if len(listed) == 1 else None


def with_links(new: NewDocument, credited: Id | None) -> NewDocument:
    """Return a new document that names all it is linked to: the invoice it credits, the advances it deducts."""
    listed = dict.fromkeys([*new.document_ids, *([credited] if credited else []), *new.advance_ids])
    return msgspec.structs.replace(
        new, document_ids=tuple(listed), previous_document_id=credited or new.previous_document_id
    )


def references(new: NewDocument, ground: Ground) -> tuple[Reference, ...]:
    """Return number and date of the documents a new one refers to, the previous one first."""
    found = sorted(ground.documents, key=lambda known: ids.from_uuid(known.id) != new.previous_document_id)
    return tuple(_reference(known) for known in found)


def _reference(known: KnownDocument) -> Reference:
    return Reference(ids.from_uuid(known.id), known.type, known.number, known.date)


def client_of_credited(credited: Document, said: dict[str, Any]) -> Client:
    """Return the client of a credit note: that of the invoice, with what was said of it winning."""
    fields = {name: value for name, value in said.items() if value is not None}
    if "country" in fields and "country_code" not in fields:
        found = countries.match(str(fields["country"]))
        fields["country_code"] = found.alpha2 if found else None
    party = msgspec.structs.replace(credited.client, **(fields | {"id": ids.embedded()}))
    return Client(party, credited.client_id or Id(""), is_new=False)


def faults_of(new: NewDocument, linked: Linked, currency: str) -> list[Fault]:
    """Return what is wrong with what a new document is linked to."""
    faults = []
    if linked.credited is not None:
        if new.client_id is not None and new.client_id != linked.credited.client_id:
            faults.append(Fault("clientId", "mismatch", "must be the client of the document that is credited"))
        if currency != linked.credited.currency:
            message = f"must be {linked.credited.currency}, the currency of the document that is credited"
            faults.append(Fault("currencyId", "mismatch", message))
    return faults + _advance_faults(new, linked, currency)


def _advance_faults(new: NewDocument, linked: Linked, currency: str) -> list[Fault]:
    if not new.advance_ids:
        return []
    if new.type != Type.INVOICE:
        return [Fault("advanceIds", "type", "can only be said of an invoice")]
    if new.options.omit_taxes and not new.options.ignore_omit_taxes and any(one.taxes for one in linked.advances):
        return [Fault("advanceIds", "mismatch", "cannot be deducted with `omitTaxes`: they were charged with taxes")]
    if new.decimal_places is not None and new.decimal_places < money.EXPONENT_OF.get(currency, 0):
        return [Fault("decimalPlaces", "numericality", "must be at least the currency's to deduct advances")]
    known = {advance.id: advance for advance in linked.advances}
    faults = []
    for at, advance_id in enumerate(new.advance_ids):
        advance = known.get(Id(advance_id))
        why = "is no advance of this organization" if advance is None else _why_not(advance, new, linked, currency)
        if advance_id in new.advance_ids[:at]:
            why = "is named twice"
        if why:
            faults.append(Fault(f"advanceIds.{at}", "advance", why))
    return faults


def _why_not(advance: Document, new: NewDocument, linked: Linked, currency: str) -> str:
    """Return why an advance cannot be deducted; nothing if it can."""
    if advance.type != Type.ADVANCE or advance.incoming != new.incoming:
        return "is no advance of this organization"
    if advance.draft:
        return "is still a draft"
    if advance.canceled or advance.total_credited:
        return f"{advance.number} was canceled or credited"
    if advance.id in linked.deducted_by:
        return f"{advance.number} is deducted by invoice {linked.deducted_by[advance.id]} already"
    if not advance.paid_in_full:
        return f"{advance.number} was not paid in full yet"
    return "" if advance.currency == currency else f"{advance.number} is in {advance.currency}"


def check_client(linked: Linked, client: Client) -> None:
    """Refuse advances that somebody else has paid. Raises Invalid."""
    others = [advance for advance in linked.advances if advance.client_id != client.client_id]
    if others:
        message = f"{others[0].number} is an advance of another client"
        raise Invalid("Document", [Fault("advanceIds", "advance", message)])


def deductions(linked: Linked, locale: str) -> list[Line]:
    """Return the lines that take the advances away: for each, and each combination of its taxes, its net once less.

    The quantity is -1, since a price must not be below zero (EN 16931, BR-27).
    """
    word = labels(locale).titles.advance
    lines = []
    for advance in linked.advances:
        nets: dict[crediting.Rates, int] = {}
        models: dict[crediting.Rates, Line] = {}
        for line in advance.lines:
            if not line.is_separator:
                rates = crediting.rates_of(line)
                nets[rates] = nets.get(rates, 0) + line.total
                models.setdefault(rates, line)
        lines += [
            Line(
                id=ids.embedded(),
                name=f"{word} {advance.number}",
                quantity=Decimal(-1),
                price=crediting.major(net, advance.exponent),
                taxes=models[rates].taxes,
                deducts=advance.id,
            )
            for rates, net in nets.items()
            if net
        ]
    return lines


def check_sums(linked: Linked, sums: Lines) -> Lines:
    """Return the sums of a document as its links allow. Raises Invalid: it takes more than there is."""
    if linked.advances and (sums.total_with_tax < 0 or any(row.base < 0 for row in (*sums.taxes, *sums.reverse_taxes))):
        message = "come to more than the invoice, in all or at one of its tax rates"
        raise Invalid("Document", [Fault("advanceIds", "numericality", message)])
    if linked.rest is None or linked.credited is None:
        return sums
    within = crediting.within(sums, linked.rest)
    if within is None:
        left = money.to_major(linked.rest.total, linked.credited.exponent)
        message = (
            f"come to more than what is left to credit of {linked.credited.number}, in all ({left}) or at a tax rate"
        )
        raise Invalid("Document", [Fault("_documentItems", "numericality", message)])
    return within
