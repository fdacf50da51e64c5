"""The books of an export: its documents, payments and journal, held against one another as they are read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from billhook.cli.export.form import Manifest
from billhook.documents.model.document import PAYABLE
from billhook.documents.model.numbering import sequence_of
from billhook.kernel.ids import Id
from billhook.payments.model import FIRST_HASH, Entry, sealed


class _Document(msgspec.Struct, frozen=True):
    id: Id
    type: str
    draft: bool
    incoming: bool
    number: str | None
    series: str
    total_with_tax: int
    total_paid: int
    total_credited: int
    credit_applied: int


class _Payment(msgspec.Struct, frozen=True):
    id: Id
    document_id: Id | None
    amount: int
    credit_id: Id | None
    deleted_at: str | None
    surcharge: int = 0


class _Entry(msgspec.Struct, frozen=True):
    id: Id
    organization_id: Id
    sequence: int
    document_id: Id | None
    client_id: Id | None
    payment_id: Id | None
    kind: str
    type: str | None
    amount: int
    currency: str
    exponent: int
    date: datetime
    at: datetime
    hash: str


class _Chain(msgspec.Struct, frozen=True):
    sequence: int
    hash: str


class _Counter(msgspec.Struct, frozen=True):
    type: str
    series: str
    year: int
    last: int


class _Named(msgspec.Struct, frozen=True):
    sha256: str


class _Sums:
    """What is known of a document; all in minor units. `wrong` holds what its own row says."""

    __slots__ = ("applied", "charged", "credited", "direction", "given", "journal", "name", "owed", "paid", "said")

    def __init__(self, row: _Document) -> None:
        self.name = f"document {row.number or '(draft)'} ({row.id})"
        self.direction = (-1 if row.type == "credit-note" else 1) * (-1 if row.incoming else 1)
        self.owed = 0 if row.draft or row.type not in PAYABLE else self.direction * row.total_with_tax
        self.said = (row.total_paid, row.total_credited)
        self.applied = row.credit_applied
        self.charged = self.credited = self.journal = self.paid = self.given = 0

    def finding(self) -> str | None:
        """Return what does not add up, if anything."""
        paid, credited = self.said
        journal, in_journal = self.direction * self.journal, self.direction * self.credited
        if (paid, paid, credited, self.charged, self.applied) == (
            journal,
            self.paid,
            in_journal,
            self.owed,
            self.given,
        ):
            return None
        said = f"{paid} paid; journal {journal}, payments {self.paid}; charged {self.charged} for {self.owed}"
        said += f"; {credited} credited; journal {in_journal}; credit applied {self.applied}, payments {self.given}"
        return f"{self.name} is not balanced, in minor units: {said}"


_DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    "documents.document": msgspec.json.Decoder(_Document),
    "documents.counter": msgspec.json.Decoder(_Counter),
    "payments.payment": msgspec.json.Decoder(_Payment),
    "payments.entry": msgspec.json.Decoder(_Entry),
    "payments.chain": msgspec.json.Decoder(_Chain),
}
_NAMED: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(_Named)
_FILED: Final = ("documents.rendering", "attachments.attachment", "organizations.image")
_ANY: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder()


class Books:
    """Takes the rows of an export one after the other; documents first, as the rest is about them."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self.documents: dict[Id, _Sums] = {}
        self.entries = 0
        self._hash = FIRST_HASH
        self._ends = (0, "")
        self._credits: dict[Id, int] = {}
        self._surcharges: dict[Id | None, int] = {}
        self._numbers: dict[tuple[str, str, int], set[int]] = {}
        self._last: dict[tuple[str, str, int], int] = {}
        self._files: dict[str, str] = {}

    @staticmethod
    def turn_of(table: str) -> int:
        """Return when a table has to be read: documents before what is about them."""
        return 0 if table == "documents.document" else 1

    def take(self, table: str, line: bytes) -> Iterator[str]:
        """Take a row; yield what is wrong with it by itself. Raises what cannot be read is met with."""
        decoder = _DECODERS.get(table)
        row = (_NAMED if table in _FILED else _ANY if decoder is None else decoder).decode(line)
        match row:
            case _Document():
                self._document(row)
            case _Counter():
                self._last[row.type, row.series, row.year] = row.last
            case _Payment():
                yield from self._payment(row)
            case _Entry():
                yield from self._entry(row)
            case _Chain():
                self._ends = (row.sequence, row.hash)
            case _Named():
                self._files[row.sha256] = table
            case _:
                pass

    def _document(self, row: _Document) -> None:
        self.documents[row.id] = _Sums(row)
        counted = None if row.draft or row.number is None else sequence_of(row.number, row.series)
        if counted is not None:
            year, number = counted
            self._numbers.setdefault((row.type, row.series, year), set()).add(number)

    def _payment(self, row: _Payment) -> Iterator[str]:
        if row.surcharge and row.deleted_at is None:
            self._surcharges[row.id] = self._surcharges.get(row.id, 0) + row.surcharge
        if row.document_id is None or row.deleted_at is not None:
            return
        document = self.documents.get(row.document_id)
        if document is None:
            yield f"payment {row.id} is for document {row.document_id}, which is missing"
            return
        document.paid += row.amount
        if row.credit_id is not None:
            self._credits[row.credit_id] = self._credits.get(row.credit_id, 0) + document.direction * row.amount
            document.given += abs(row.amount) if row.credit_id != row.id else 0

    def _entry(self, row: _Entry) -> Iterator[str]:
        fields = msgspec.structs.asdict(row)
        entry = Entry(**fields | {"hash": bytes.fromhex(row.hash)})
        self.entries += 1
        if row.sequence != self.entries:
            yield f"the journal's entry {self.entries} is missing: entry {row.sequence} ({row.id}) is in its place"
            self.entries = row.sequence
        elif sealed(self._hash, entry) != entry.hash or row.organization_id != self._manifest.organization.id:
            yield f"the journal's entry {row.sequence} ({row.id}) is not what was written"
        self._hash = entry.hash
        if row.kind == "surcharge":
            self._surcharges[row.payment_id] = self._surcharges.get(row.payment_id, 0) - row.amount
        document = None if row.document_id is None else self.documents.get(row.document_id)
        if document is not None:
            document.charged += row.amount if row.kind == "charge" else 0
            document.credited -= row.amount if row.kind == "credit" else 0
            document.journal -= row.amount if row.kind not in {"charge", "credit"} else 0
        elif row.document_id is not None:
            yield f"the journal's entry {row.sequence} is about document {row.document_id}, which is missing"

    def named(self, there: set[str]) -> Iterator[tuple[str, str]]:
        """Yield the files that rows name and that are not there: table and hash."""
        yield from ((table, sha256) for sha256, table in self._files.items() if sha256 not in there)

    def findings(self) -> Iterator[str]:
        """Yield what does not add up, once all rows were taken."""
        end = (self.entries, self._hash.hex() if self.entries else "")
        if not end == self._ends == (self._manifest.chain.sequence, self._manifest.chain.hash):
            yield f"the journal ends with entry {self.entries}, and not as its chain and the manifest say"
        yield from (wrong for sums in self.documents.values() if (wrong := sums.finding()))
        for credit_id, rest in self._credits.items():
            if rest:
                yield f"the parts of the applied credit {credit_id} do not cancel out: {rest} minor units are left over"
        for payment_id, rest in self._surcharges.items():
            if rest:
                yield f"the surcharge of payment {payment_id} is not what the journal has: off by {rest} minor units"
        yield from self._gaps()

    def _gaps(self) -> Iterator[str]:
        """Yield the numbers that nobody has and that the manifest does not say were skipped."""
        skipped = {(gap.type, gap.series, gap.year, gap.first): gap.last for gap in self._manifest.gaps}
        for counter in sorted({*self._numbers, *self._last}):
            before = 0
            for number in sorted({*self._numbers.get(counter, ()), self._last.get(counter, 0) + 1}):
                if number > before + 1 and skipped.get((*counter, before + 1)) != number - 1:
                    kind, _, year = counter
                    yield f"{kind} {year}-{before + 1:05d} to {year}-{number - 1:05d}: no document has these numbers"
                before = number
