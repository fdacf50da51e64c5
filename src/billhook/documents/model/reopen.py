"""A draft, said again: what a stored draft was asked to be, so that a change goes through the rules of a new one."""

from typing import Any

import msgspec

from billhook.documents.model.document import Document, Line, LineTax, Party
from billhook.documents.model.new import NewDocument, NewLine, NewTax

_LINE_FIELDS = frozenset(NewLine.__struct_fields__) & frozenset(Line.__struct_fields__) - {"taxes"}
_DOCUMENT_FIELDS = frozenset(NewDocument.__struct_fields__) & frozenset(Document.__struct_fields__)
_REBUILT = {"issuer", "client", "lines", "document_ids"}
_OF_THE_SNAPSHOT = {"id", "created_at", "updated_at"}


def said_of(draft: Document) -> NewDocument:
    """Return what would make this draft again."""
    fields = {name: getattr(draft, name) for name in _DOCUMENT_FIELDS - _REBUILT}
    return NewDocument(
        **fields,
        issuer=_said_party(draft.issuer),
        client=_said_party(draft.client),
        lines=tuple(_said_line(line) for line in draft.lines),
        document_ids=tuple(draft.document_ids),
    )


def _said_party(party: Party) -> dict[str, Any]:
    fields = msgspec.structs.asdict(party)
    return {name: value for name, value in fields.items() if value is not None and name not in _OF_THE_SNAPSHOT}


def _said_line(line: Line) -> NewLine:
    return NewLine(
        **{name: getattr(line, name) for name in _LINE_FIELDS}, taxes=tuple(_said_tax(tax) for tax in line.taxes)
    )


def _said_tax(tax: LineTax) -> NewTax:
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
