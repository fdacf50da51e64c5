"""What one sheet of paper shows: display strings only, already formatted and already in the client's language."""

from typing import Literal

import msgspec

Tone = Literal["draft", "void", "good", "plain"]


class Pair(msgspec.Struct, frozen=True):
    """A label and its value."""

    label: str
    value: str


class Mark(msgspec.Struct, frozen=True):
    """A status beside the title ("Draft", "Canceled", "Paid"); `draft` and `void` are also stamped across each page."""

    text: str
    tone: Tone = "plain"


class Party(msgspec.Struct, frozen=True):
    """Seller or buyer: a caption ("Bill to", may be empty), a name, the lines below it."""

    name: str
    lines: tuple[str, ...] = ()
    caption: str = ""


class Columns(msgspec.Struct, frozen=True):
    """Headings of the lines' table. A column in which no line says anything is left out, except item and amount."""

    item: str
    amount: str
    position: str = "#"
    quantity: str = ""
    price: str = ""
    discount: str = ""
    tax: str = ""


class Line(msgspec.Struct, frozen=True):
    """One line; with `heading`, its name stands alone across the table (a separator)."""

    name: str
    amount: str = ""
    position: str = ""
    description: str = ""
    quantity: str = ""
    unit: str = ""
    price: str = ""
    discount: str = ""
    tax: str = ""
    heading: bool = False


class TaxColumns(msgspec.Struct, frozen=True):
    """Headings of the tax summary."""

    tax: str
    base: str
    amount: str


class TaxRow(msgspec.Struct, frozen=True):
    """One rate of the tax summary."""

    tax: str
    base: str
    amount: str


class Total(msgspec.Struct, frozen=True):
    """One row of the totals; the last one of weight `due` is what the eye should find."""

    label: str
    value: str
    weight: Literal["plain", "strong", "due"] = "plain"


class Payment(msgspec.Struct, frozen=True):
    """How to pay: account lines, and a QR code (SVG text) with the words under it."""

    title: str
    pairs: tuple[Pair, ...] = ()
    qr: str = ""
    qr_caption: str = ""


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the sheet shows. Empty strings and empty tuples leave their place out."""

    title: str
    number: str
    language: str
    """BCP 47, such as `nl-BE` or `sr-Latn`: for hyphens, quotes and screen readers."""
    direction: Literal["ltr", "rtl"] = "ltr"
    size: Literal["a4", "us-letter"] = "a4"
    accent: str = ""
    """As `kernel.colour.parse` takes it; what is no colour means ours. Darkened until it can be read on white."""
    bare: bool = False
    """For letterheads: logo, seller and footer are left out, their room stays."""

    logo: str = ""
    """SVG text as `images.accept` returns it."""
    signature_image: str = ""
    seller: Party
    buyer: Party
    delivery: Party | None = None
    mark: Mark | None = None
    highlights: tuple[Pair, ...] = ()
    """What to see at once, first one largest: amount due, due date."""
    meta: tuple[Pair, ...] = ()
    columns: Columns
    lines: tuple[Line, ...] = ()
    tax_columns: TaxColumns | None = None
    taxes: tuple[TaxRow, ...] = ()
    totals: tuple[Total, ...] = ()
    payment: Payment | None = None
    note: str = ""
    tax_clause: str = ""
    exchange: str = ""
    """The disclaimer of a foreign-currency document."""
    signature: str = ""
    footer: str = ""
    page_of: str = "{page} / {pages}"
