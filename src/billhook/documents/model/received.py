"""What was received: the supplier is the party we deal with, and the paper's own totals stand if that is asked for."""

import re
from decimal import Decimal
from typing import Final

import msgspec

from billhook.documents.model.document import Document, TaxRow
from billhook.documents.model.lines import Lines
from billhook.documents.model.new import NewDocument, NewTotals
from billhook.kernel import money
from billhook.kernel.problems import Fault, Invalid

_CLIENT: Final = re.compile(r"\bclient\b")
"""The word; `clientId` is what a supplier is named by too."""


def oriented(new: NewDocument) -> NewDocument:
    """Return a document as said, the supplier of a received one where the client of an issued one is.

    Whom we deal with is the one in the client book, whichever way the money flows; a caller may say it either way.
    """
    if not new.incoming or not new.issuer:
        return new
    return msgspec.structs.replace(new, client=new.client | new.issuer, issuer={})


def on_paper(document: Document) -> Document:
    """Return a document as its paper shows it: of a received one the supplier is the issuer, and we are the client."""
    if not document.incoming:
        return document
    return msgspec.structs.replace(document, issuer=document.client, client=document.issuer)


def faults_of(new: NewDocument) -> list[Fault]:
    """Return what is wrong with what is said of a received document, or only received ones may say."""
    faults = []
    if new.options.custom_totals and not new.incoming:
        faults.append(Fault("customTotals", "inclusion", "is for received documents (`incoming`); ours are reckoned"))
    elif new.options.custom_totals:
        said = new.totals or NewTotals()
        for name, value in (("total", said.total), ("totalWithTax", said.total_with_tax)):
            if value is None:
                faults.append(Fault(name, "presence", "can't be blank: with `customTotals` it is what the paper says"))
    if new.incoming and new.sending is not None:
        faults.append(Fault("send", "inclusion", "is for documents of ours; this one was received"))
    return faults


def at_the_supplier(faults: list[Fault]) -> list[Fault]:
    """Return faults of a received document with what is wrong with its other party where that is said."""
    moved = [(fault.path.replace("_documentClient", "_documentIssuer"), fault) for fault in faults]
    return [Fault(path, fault.code, _CLIENT.sub("supplier", fault.message)) for path, fault in moved]


def as_said(sums: Lines, new: NewDocument, exponent: int) -> Lines:
    """Return the totals of a received paper in place of those reckoned. Raises Invalid when they do not add up."""
    said = new.totals
    if not new.options.custom_totals or said is None or said.total is None or said.total_with_tax is None:
        return sums
    faults: list[Fault] = []
    total, with_tax = (_minor(value, exponent, name, faults) for name, value in _named(said))
    taxes = sums.taxes if said.taxes is None else _rows(said, exponent, faults)
    if not faults and total + sum(row.total_tax for row in taxes) != with_tax:
        message = "must be `total` and the taxes of `_documentTaxes` together"
        faults.append(Fault("totalWithTax", "mismatch", message))
    discount = _minor(said.total_discount or Decimal(0), exponent, "totalDiscount", faults)
    if faults:
        raise Invalid("Document", faults)
    return msgspec.structs.replace(sums, total=total, total_with_tax=with_tax, total_discount=discount, taxes=taxes)


def _named(said: NewTotals) -> tuple[tuple[str, Decimal], ...]:
    return ("total", said.total or Decimal(0)), ("totalWithTax", said.total_with_tax or Decimal(0))


def _rows(said: NewTotals, exponent: int, faults: list[Fault]) -> tuple[TaxRow, ...]:
    rows = []
    for index, row in enumerate(said.taxes or ()):
        at = f"_documentTaxes.{index}"
        base = _minor(row.base, exponent, f"{at}.base", faults)
        tax = _minor(row.total_tax, exponent, f"{at}.totalTax", faults)
        rows.append(TaxRow(rate=row.rate, base=base, total_tax=tax, abbreviation=row.abbreviation))
    return tuple(rows)


def _minor(value: Decimal, exponent: int, path: str, faults: list[Fault]) -> int:
    if money.fits(value, exponent) and abs(money.to_minor(value, exponent)) < money.MAX_MINOR:
        return money.to_minor(value, exponent)
    faults.append(Fault(path, "numericality", f"must be a number with at most {exponent} decimals in this currency"))
    return 0
