"""The statements of the documents room."""

from datetime import date, datetime
from typing import Any

import msgspec

from billhook.clients.model import Check
from billhook.db import Statements, Tx
from billhook.documents.model.crediting import Note
from billhook.documents.model.document import (
    Comment,
    Conversion,
    Document,
    Line,
    Options,
    Party,
    PaymentOf,
    Reference,
    TaxRow,
)
from billhook.documents.model.ground import Ground
from billhook.documents.model.new import NewDocument
from billhook.documents.model.numbering import Series
from billhook.documents.model.saving import KeptItem
from billhook.documents.model.terms import TermMark
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered, Identity
from billhook.web import Due, Mark

sql = Statements(__package__)

Custom = dict[str, Any]
Data = list[dict[str, Any]]


class Shared(msgspec.Struct, frozen=True):
    """Where a public link leads."""

    organization_id: Id
    document_id: Id


class Deducting(msgspec.Struct, frozen=True):
    """A live invoice that deducts an advance."""

    advance_id: Id
    number: str


class DraftSaid(msgspec.Struct, frozen=True):
    """What was asked for of a draft."""

    said: NewDocument


class UnitRow(msgspec.Struct, frozen=True):
    """A unit that numbers documents."""

    id: Id
    prefix: str

    @property
    def series(self) -> Series:
        """How it counts."""
        return Series(self.id, f"{self.prefix}-")


class PaymentRow(msgspec.Struct, frozen=True):
    """A payment as the issuing statement takes it. Arrays of each column would cost the driver more than the rows."""

    id: str
    type: str
    amount: int
    date: datetime
    note: str | None
    tag: str | None
    transaction_id: str | None
    custom: Custom


class EntryRow(msgspec.Struct, frozen=True):
    """A journal entry as the issuing statement takes it."""

    id: str
    payment_id: str | None
    kind: str
    type: str | None
    amount: int
    date: datetime


@sql.enter
async def enter_document(tx: Tx, document: Id, document_shard: int, actor: Id) -> Entered | None: ...


@sql.enter
async def enter_shared(tx: Tx, link: str) -> Shared | None: ...


@sql.one
async def ground(
    tx: Tx,
    client_id: Id | None,
    client_email: str | None,
    item_ids: list[Id],
    skus: list[str],
    unit_id: Id | None,
    number_prefix: str | None,
    document_ids: list[Id],
    currency: str | None,
    until: date,
    unique_id: str | None,
) -> Ground | None: ...


@sql.many
async def known_units(tx: Tx, unit_id: Id | None, number_prefix: str | None) -> list[UnitRow]: ...


@sql.one
async def issue(
    tx: Tx,
    type: str,
    series: str,
    counter_year: int,
    own_sequence: int | None,
    counts: bool,
    client_id: Id | None,
    client_name: str,
    client_email: str | None,
    client_country_code: str | None,
    client_identity: Identity,
    client_contact: str | None,
    client_is_end_customer: bool,
    client_checks: tuple[Check, ...],
    client_custom: Custom,
    client_data: Data,
    kept_items: list[KeptItem],
    used_taxes: list[Id],
    client_is_new: bool,
    id: Id,
    unit_id: Id | None,
    number_prefix: str,
    draft: bool,
    incoming: bool,
    own_number: str | None,
    date_year: int,
    date: datetime,
    date_service: datetime | None,
    date_service_to: datetime | None,
    date_due: datetime | None,
    date_valid_till: datetime | None,
    date_paid: datetime | None,
    date_received: datetime | None,
    reference: str,
    currency: str,
    exponent: int,
    decimal_places: int,
    rounding: str,
    locale: str,
    timezone: str,
    total: int,
    total_discount: int,
    total_with_tax: int,
    total_paid: int,
    note: str,
    tax_clause: str,
    footer: str,
    signature: str,
    issuer: Party,
    client: Party,
    lines: tuple[Line, ...],
    taxes: tuple[TaxRow, ...],
    reverse_taxes: tuple[TaxRow, ...],
    has_unit: bool,
    options: Options,
    said: NewDocument | None,
    unique_id: str | None,
    custom: Custom,
    l10n: Custom,
    data: Data,
    document_ids: list[Id],
    previous_document_id: Id | None,
    advance_ids: list[Id],
    refers_to: tuple[Reference, ...],
    conversion: Conversion | None,
    issued_at: datetime | None,
    payments: list[PaymentRow],
    entries: list[EntryRow],
    jobs: Data,
) -> str | None: ...


@sql.one
async def select_document(tx: Tx, document: Id) -> Document | None: ...


@sql.one
async def lock_document(tx: Tx, document: Id) -> Document | None: ...


@sql.many
async def lock_documents(tx: Tx, documents: list[Id]) -> list[Document]: ...


@sql.many
async def notes_of(tx: Tx, invoice: Id) -> list[Note]: ...


@sql.many
async def deducting(tx: Tx, advances: list[Id]) -> list[Deducting]: ...


@sql.run
async def settle(
    tx: Tx, note: Id, invoice: Id, amount: int, cancels: bool, invoice_entry: Id, note_entry: Id
) -> int: ...


@sql.run
async def void(tx: Tx, document: Id, amount: int, canceled: bool, entry: Id) -> int: ...


@sql.run
async def decide(tx: Tx, document: Id, accepted: bool) -> int: ...


@sql.one
async def said_of_draft(tx: Tx, document: Id) -> DraftSaid | None: ...


@sql.run
async def replace_draft(
    tx: Tx,
    client_id: Id | None,
    client_name: str,
    client_email: str | None,
    client_country_code: str | None,
    client_identity: Identity,
    client_contact: str | None,
    client_is_end_customer: bool,
    client_checks: tuple[Check, ...],
    client_custom: Custom,
    client_data: Data,
    kept_items: list[KeptItem],
    used_taxes: list[Id],
    client_is_new: bool,
    id: Id,
    unit_id: Id | None,
    own_number: str | None,
    date_year: int,
    date: datetime,
    date_service: datetime | None,
    date_service_to: datetime | None,
    date_due: datetime | None,
    date_valid_till: datetime | None,
    date_paid: datetime | None,
    date_received: datetime | None,
    reference: str,
    currency: str,
    exponent: int,
    decimal_places: int,
    rounding: str,
    locale: str,
    timezone: str,
    total: int,
    total_discount: int,
    total_with_tax: int,
    note: str,
    tax_clause: str,
    footer: str,
    signature: str,
    issuer: Party,
    client: Party,
    lines: tuple[Line, ...],
    taxes: tuple[TaxRow, ...],
    reverse_taxes: tuple[TaxRow, ...],
    has_unit: bool,
    options: Options,
    said: NewDocument | None,
    custom: Custom,
    l10n: Custom,
    data: Data,
    document_ids: list[Id],
    previous_document_id: Id | None,
    advance_ids: list[Id],
    refers_to: tuple[Reference, ...],
    conversion: Conversion | None,
) -> int: ...


@sql.one
async def issue_draft(
    tx: Tx,
    document: Id,
    type: str,
    series: str,
    counter_year: int,
    own_sequence: int | None,
    own_number: str | None,
    number_prefix: str,
    counts: bool,
    entry: Id,
    charge: int,
    jobs: Data,
) -> str | None: ...


@sql.run
async def annotate(tx: Tx, document: Id, custom: Custom | None, sent_snail_mail: bool | None) -> int: ...


@sql.run
async def put_comments(tx: Tx, document: Id, comments: tuple[Comment, ...]) -> int: ...


@sql.one
async def share(tx: Tx, document: Id, link: str, regenerate: bool) -> str | None: ...


@sql.run
async def note_viewed(tx: Tx, document: Id) -> int: ...


@sql.run
async def announce_overdue(tx: Tx, most: int) -> int: ...


@sql.run
async def delete_document(tx: Tx, document: Id) -> int: ...


@sql.run
async def convert(tx: Tx, document: Id, conversion: Conversion | None) -> int: ...


@sql.one
async def last_number(tx: Tx, type: str, series: str, year: int) -> int | None: ...


@sql.one
async def number_taken(tx: Tx, type: str, incoming: bool, number: str, ignored: Id | None) -> bool: ...


@sql.one
async def find_rendering(tx: Tx, document: Id, language: str) -> bytes | None: ...


@sql.run
async def insert_rendering(tx: Tx, document: Id, language: str, sha256: bytes) -> int: ...


@sql.many
async def payments_of(tx: Tx, documents: list[Id]) -> list[PaymentOf]: ...


@sql.many
async def with_terms(tx: Tx, names: list[str], texts: list[str], most: int) -> list[Id]: ...


@sql.many
async def term_marks(tx: Tx, names: list[str], texts: list[str | None]) -> list[TermMark]: ...


@sql.many
async def tallies_due(tx: Tx, at_least: int) -> list[Due]: ...


@sql.one
async def gather_tally(tx: Tx) -> bool: ...


list_documents = sql.dynamic(Document)
count_tally = sql.dynamic(int)
list_marks = sql.dynamic(Mark)
tally_text, marks_text, ids_text = sql.text("tally"), sql.text("marks"), sql.text("some_documents")
count_documents = sql.dynamic(int)
LIST_DOCUMENTS = sql.text("list_documents")
COUNT_DOCUMENTS = sql.text("count_documents")

sql.finish()
