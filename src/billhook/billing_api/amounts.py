"""Amounts of a document in its own currency and in that of its location, and the taxes in them."""

from collections.abc import Iterable
from decimal import Decimal

from billhook.billing_api.wire import TaxOut, major, rate
from billhook.documents import Document
from billhook.documents.model.document import Line, TaxRow
from billhook.kernel import money


class Scale:
    """Turns minor units of a document into major units: of its own currency, or with `base` of its location's."""

    def __init__(self, document: Document, *, base: bool = False) -> None:
        self.conversion = document.conversion if base else None
        self.exponent = document.exponent
        self.currency = self.conversion.target if self.conversion else document.currency

    def __call__(self, minor: int) -> Decimal:
        """Return an amount in major units."""
        amount = major(minor, self.exponent)
        if self.conversion is None:
            return amount
        return major(money.to_minor(amount * self.conversion.rate, self.conversion.exponent), self.conversion.exponent)

    def sums(self, document: Document) -> tuple[Decimal, Decimal]:
        """Return the total and the total with tax of the document; in the base currency as they were kept with it."""
        if self.conversion is None:
            return self(document.total), self(document.total_with_tax)
        kept = self.conversion
        return major(kept.total, kept.exponent), major(kept.total_with_tax, kept.exponent)

    def price(self, price: Decimal) -> Decimal:
        """Return a price, which may have more decimals than its currency."""
        return Decimal(money.plain(price if self.conversion is None else price * self.conversion.rate))


def is_inclusive(lines: Iterable[Line]) -> bool:
    """Tell whether the prices of taxed lines have their tax in them."""
    taxed = [line for line in lines if line.taxes and not line.is_separator]
    return bool(taxed) and all(line.price_gross is not None for line in taxed)


def taxes_out(rows: Iterable[TaxRow], scale: Scale, *, inclusive: bool) -> list[TaxOut]:
    """Return the taxes of a document, one for each rate; in the base currency as they were kept with it."""
    rows = tuple(rows)
    kept = scale.conversion.taxes if scale.conversion else ()
    exponent = scale.conversion.exponent if scale.conversion else 0
    amounts = [(major(tax.total_tax, exponent), major(tax.base, exponent)) for tax in kept]
    if len(amounts) != len(rows):
        amounts = [(scale(row.total_tax), scale(row.base)) for row in rows]
    return [
        TaxOut(amount=amount, inclusive=inclusive, rate=rate(row.rate), taxable_amount=base)
        for row, (amount, base) in zip(rows, amounts, strict=True)
    ]


def tax_of(line: Line, scale: Scale) -> TaxOut | None:
    """Return what the taxes of a line come to; of several, as one."""
    charged = [tax for tax in line.taxes if not tax.reverse_charged]
    if not charged:
        return None
    return TaxOut(
        amount=scale(line.total_tax),
        inclusive=line.price_gross is not None,
        rate=rate(sum((tax.rate for tax in charged), Decimal(0))),
        taxable_amount=scale(line.total),
    )
