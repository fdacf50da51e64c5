"""How totals came about: each cut and each rounding, with the number before it and after it. Pure; for who asks."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from billhook.documents.model import totals
from billhook.documents.model.document import Document, Line, LineTax, TaxRow
from billhook.documents.model.new import NewDocument
from billhook.documents.model.rounding import cut, half_up, uncut

_PLACES: Final = 12
"""Decimals that a number before rounding is shown with, at most."""


class Step(msgspec.Struct, frozen=True):
    """A number as it was before a step, and what the step made of it, in major units.

    `rule`: `cut` takes digits away, `half-up` rounds them, `sum` adds what was rounded before.
    """

    what: str
    rule: str
    exact: Decimal
    result: Decimal


class Steps(msgspec.Struct, frozen=True):
    """The steps of a document: of each line, and of each row of taxes, in their order."""

    lines: tuple[tuple[Step, ...], ...]
    taxes: tuple[Step, ...]
    reverse_taxes: tuple[Step, ...]


def explained(document: Document, said: NewDocument) -> Steps:
    """Return how the totals of a document that was just composed came about."""
    prices = [line.price for line in said.lines]
    prices += [None] * (len(document.lines) - len(prices))
    return Steps(
        lines=tuple(_line(line, price, document) for line, price in zip(document.lines, prices, strict=False)),
        taxes=tuple(_row(row, document) for row in document.taxes),
        reverse_taxes=tuple(_row(row, document) for row in document.reverse_taxes),
    )


def _line(line: Line, said: Decimal | None, document: Document) -> tuple[Step, ...]:
    if line.is_separator:
        return ()
    exponent, places = document.exponent, document.decimal_places
    untaxed = document.options.omit_taxes and not document.options.ignore_omit_taxes
    keeps_gross = untaxed and document.options.keep_prices_as_gross
    is_gross = line.price_gross is not None and not keeps_gross
    given = line.price_gross if line.price_gross is not None else (line.price if said is None else said)
    price, quantity = cut(given, places), cut(line.quantity, places)
    unit = 10**places
    amount = half_up(quantity * price * 10**exponent, unit * unit)
    discount, off = _discount(line, amount, document)
    steps = [
        Step("priceGross" if is_gross else "price", "cut", given, uncut(price, places)),
        Step("quantity", "cut", line.quantity, uncut(quantity, places)),
        Step("amount", "half-up", _shown(Fraction(quantity * price, unit * unit)), _major(amount, exponent)),
        *discount,
    ]
    left = amount - off
    if is_gross and untaxed:
        return (*steps, Step("total", "half-up", _major(left, exponent), _major(line.total, exponent)))
    exact = _in_gross(left, line.taxes) if is_gross else _on_net(left, line.taxes)
    tax = Step("totalTax", "half-up", _shown(exact / 10**exponent), _major(line.total_tax, exponent))
    whole = _major(left, exponent)
    return (*steps, tax, Step("total", "sum", whole - tax.result if is_gross else whole, _major(line.total, exponent)))


def _discount(line: Line, amount: int, document: Document) -> tuple[list[Step], int]:
    exponent = document.exponent
    if not line.discount:
        return [], 0
    if line.discount_is_amount:
        units = cut(line.discount, document.decimal_places)
        units = (units if amount > 0 else -units) if amount else 0
        off = half_up(units * 10**exponent, 10**document.decimal_places)
        return [Step("discount", "half-up", uncut(units, document.decimal_places), _major(off, exponent))], off
    percent = cut(line.discount, totals.DISCOUNT_PLACES)
    whole = 100 * 10**totals.DISCOUNT_PLACES
    off = half_up(amount * percent, whole)
    exact = _shown(Fraction(amount * percent, whole * 10**exponent))
    return [Step("discount", "half-up", exact, _major(off, exponent))], off


def _on_net(net: int, taxes: tuple[LineTax, ...]) -> Fraction:
    """Return the tax on a net amount, before rounding; compound taxes are taken of the rounded others too."""
    plain = [tax for tax in taxes if not (tax.compound or tax.reverse_charged)]
    base = net + sum(half_up(net * _units(tax.rate), _WHOLE) for tax in plain)
    exact = sum((Fraction(net * _units(tax.rate), _WHOLE) for tax in plain), Fraction(0))
    compound = [tax for tax in taxes if tax.compound and not tax.reverse_charged]
    return exact + sum((Fraction(base * _units(tax.rate), _WHOLE) for tax in compound), Fraction(0))


def _in_gross(gross: int, taxes: tuple[LineTax, ...]) -> Fraction:
    """Return the tax in a gross amount, before rounding."""
    plain = sum(_units(tax.rate) for tax in taxes if not (tax.compound or tax.reverse_charged))
    compound = sum(_units(tax.rate) for tax in taxes if tax.compound and not tax.reverse_charged)
    if plain <= -_WHOLE or compound <= -_WHOLE:
        return Fraction(0)
    return gross - gross * Fraction(_WHOLE, _WHOLE + plain) * Fraction(_WHOLE, _WHOLE + compound)


_WHOLE: Final = 100 * 10**totals.RATE_PLACES


def _units(rate: Decimal) -> int:
    return cut(rate, totals.RATE_PLACES)


def _row(row: TaxRow, document: Document) -> Step:
    """Return the step of a tax row: once on the sum of its lines, or the sum of what each line was rounded to."""
    rule = "half-up" if document.rounding == totals.Rounding.DOCUMENT else "sum"
    exact = _shown(Fraction(row.base * _units(row.rate), _WHOLE * 10**document.exponent))
    return Step("totalTax", rule, exact, _major(row.total_tax, document.exponent))


def _shown(exact: Fraction) -> Decimal:
    """Return a fraction with up to twelve decimals; what goes on for ever is cut there."""
    scaled = int(exact * 10**_PLACES)
    return uncut(scaled, _PLACES)


def _major(minor: int, exponent: int) -> Decimal:
    return uncut(minor, exponent)
