"""Credit notes: what of an invoice is left to credit, and a note over all of it, over some lines, or over an amount.

An invoice is left in parts: the net of the lines with equal rates, and the tax of each rate. A credit note takes from
each part what there is, and never more; what takes all of the net takes all of the tax, to the minor unit.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from billhook.documents.model import totals
from billhook.documents.model.document import Document, Line, TaxRow
from billhook.documents.model.lines import Lines, reckoned
from billhook.documents.model.rounding import cut, half_up, uncut
from billhook.kernel import ids, money
from billhook.kernel.ids import Id

Rate = tuple[int, bool]
"""A rate in units of 10^-RATE_PLACES percent, and whether it is reverse-charged."""
Rates = tuple[Rate, ...]
"""The rates of a line, sorted."""

_HUNDRED: Final = 100 * 10**totals.RATE_PLACES
_PLACES: Final = 9


class Note(msgspec.Struct, frozen=True):
    """What a credit note has given back already."""

    id: Id
    total_with_tax: int
    lines: tuple[Line, ...]
    taxes: tuple[TaxRow, ...]
    reverse_taxes: tuple[TaxRow, ...]


class Rest(msgspec.Struct, frozen=True):
    """What of an invoice was not credited yet, in minor units: nets by the rates of the lines, taxes by rate."""

    nets: dict[Rates, int]
    taxes: dict[Rate, int]

    @property
    def total(self) -> int:
        """All that is left, with tax."""
        return sum(self.nets.values()) + sum(tax for (_, reverse), tax in self.taxes.items() if not reverse)

    @property
    def open_nets(self) -> dict[Rates, int]:
        """The nets that are left; one of zero where all that is left of a rate is a cent of tax."""
        left = {rates: net for rates, net in self.nets.items() if net}
        for rates in self.nets:
            if any(self.taxes.get(rate) and not any(rate in other for other in left) for rate in rates):
                left[rates] = 0
        return left

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is left."""
        return not any(self.nets.values()) and not any(self.taxes.values())


def rates_of(line: Line) -> Rates:
    """Return the rates of a line."""
    return tuple(sorted({(_units(tax.rate), tax.reverse_charged) for tax in line.taxes}))


def _units(rate: Decimal) -> int:
    return cut(rate, totals.RATE_PLACES)


def rest_of(invoice: Document, notes: Iterable[Note]) -> Rest:
    """Return what is left of an invoice after the credit notes there are."""
    rest = Rest({}, {})
    _add(rest, invoice, 1)
    for note in notes:
        _add(rest, note, -1)
    return rest


def _add(rest: Rest, paper: Document | Note | Lines, sign: int) -> None:
    for line in paper.lines:
        if not line.is_separator:
            rates = rates_of(line)
            rest.nets[rates] = rest.nets.get(rates, 0) + sign * line.total
    for reverse, rows in ((False, paper.taxes), (True, paper.reverse_taxes)):
        for row in rows:
            rate = (_units(row.rate), reverse)
            rest.taxes[rate] = rest.taxes.get(rate, 0) + sign * row.total_tax


def whole(invoice: Document) -> Lines:
    """Return a note over an invoice of which nothing was credited: the very same sums."""
    return Lines(
        lines=tuple(_back(line) for line in invoice.lines),
        taxes=invoice.taxes,
        reverse_taxes=invoice.reverse_taxes,
        total=invoice.total,
        total_discount=invoice.total_discount,
        total_with_tax=invoice.total_with_tax,
    )


def of_rest(invoice: Document, notes: Sequence[Note], name: str) -> Lines:
    """Return a note over all that is left; by the lines where that is what is left, else one line for each rate."""
    if not notes:
        return whole(invoice)
    rest = rest_of(invoice, notes)
    left = {line_id: quantity for line_id, quantity in left_of_lines(invoice, notes).items() if quantity}
    sums = by_lines(invoice, left)
    if _taken_by(sums).nets == rest.open_nets:
        return within(sums, rest) or sums
    return _over(invoice, rest.open_nets, rest.taxes, name)


def left_of_lines(invoice: Document, notes: Iterable[Note]) -> dict[str, Decimal]:
    """Return how much of the quantity of each line was not credited yet, by the line's id."""
    left = {line.id: line.quantity for line in invoice.lines if not line.is_separator}
    for note in notes:
        for line in note.lines:
            if line.credits in left:
                left[line.credits] -= line.quantity
    return left


def by_lines(invoice: Document, quantities: dict[str, Decimal]) -> Lines:
    """Return a note over some quantities of some lines, by the lines' ids; prices and discounts are the invoice's."""
    chosen = [(line, quantities[line.id]) for line in invoice.lines if line.id in quantities]
    sums = _reckoned(invoice, [_portion(invoice, line, quantity) for line, quantity in chosen])
    shown = []
    for (line, quantity), part in zip(chosen, sums.lines, strict=True):
        own = {name: getattr(part, name) for name in ("total", "total_with_tax", "total_tax", "total_discount")}
        shown.append(_back(line, quantity=quantity, discount=_discount(line, quantity), **own))
    return msgspec.structs.replace(sums, lines=tuple(shown))


def _back(line: Line, **changes: object) -> Line:
    """Return a line that gives an invoice's line back."""
    own = {"id": ids.embedded(), "credits": None if line.is_separator else line.id, "deducts": None}
    return msgspec.structs.replace(line, **(own | changes))


def _portion(invoice: Document, line: Line, quantity: Decimal) -> Line:
    """Return a line as the engine is to reckon it. Of a gross price without its taxes only the net is known."""
    if invoice.options.omit_taxes and line.price_gross is not None and line.quantity:
        net = half_up(line.total * abs(cut(quantity, _PLACES)), abs(cut(line.quantity, _PLACES)))
        return Line(id=line.id, price=major(net, invoice.exponent))

    def as_reckoned(number: Decimal) -> Decimal:
        return uncut(cut(number, invoice.decimal_places), invoice.decimal_places)

    discount = _discount(line, quantity)
    return msgspec.structs.replace(
        line,
        quantity=as_reckoned(quantity),
        price_gross=None if line.price_gross is None else as_reckoned(line.price_gross),
        discount=as_reckoned(discount) if line.discount_is_amount else discount,
    )


def _discount(line: Line, quantity: Decimal) -> Decimal:
    """Return the discount of so much of a line: of an amount, its part."""
    if not line.discount_is_amount or quantity == line.quantity:
        return line.discount
    return round(line.discount * quantity / line.quantity, _PLACES)


def by_amount(invoice: Document, rest: Rest, amount: int, name: str) -> Lines:
    """Return a note over an amount with tax, in minor units: shared out over the rates by what is left of each.

    One line for each combination of rates; together they are the amount to the minor unit. The amount has to be more
    than zero and at most what is left.
    """
    left = {rates: net for rates, net in rest.nets.items() if net > 0}
    if amount == rest.total:
        return _over(invoice, rest.open_nets, rest.taxes, name)
    grown = {rates: _HUNDRED + sum(rate for rate, reverse in rates if not reverse) for rates in left}
    weights = [net * max(grown[rates], 1) for rates, net in left.items()]
    gross = [
        Line(id="", price_gross=major(share, invoice.exponent), taxes=_model(invoice, rates).taxes)
        for rates, share in zip(left, shared_out(amount, weights), strict=True)
    ]
    taken = _taken_by(_reckoned(invoice, gross))
    nets = {rates: min(taken.nets.get(rates, 0), net) for rates, net in left.items()}
    taxes = {rate: _within(tax, rest.taxes.get(rate, 0)) for rate, tax in taken.taxes.items()}
    missing = amount - Rest(nets, taxes).total
    for rates, net in left.items():
        more = min(missing, net - nets[rates])
        nets[rates], missing = nets[rates] + more, missing - more
    for rate in [rate for rate in taxes if not rate[1]]:
        more = min(missing, max(rest.taxes.get(rate, 0) - taxes[rate], 0))
        taxes[rate], missing = taxes[rate] + more, missing - more
    return _over(invoice, nets, taxes, name)


def shared_out(amount: int, weights: Sequence[int]) -> list[int]:
    """Return an amount in parts like the weights (none below zero); the largest remainders are rounded up."""
    whole_weight = sum(weights)
    parts = [divmod(amount * weight, whole_weight) for weight in weights]
    missing = amount - sum(part for part, _ in parts)
    rounded_up = set(sorted(range(len(parts)), key=lambda at: -parts[at][1])[:missing])
    return [part + (at in rounded_up) for at, (part, _) in enumerate(parts)]


def _over(invoice: Document, nets: dict[Rates, int], taxes: dict[Rate, int], name: str) -> Lines:
    """Return a note of one line for each combination of rates, over these nets and just these taxes."""
    lines = [
        Line(id=ids.embedded(), name=name, price=major(net, invoice.exponent), taxes=_model(invoice, rates).taxes)
        for rates, net in nets.items()
    ]
    sums = _with_taxes(_reckoned(invoice, lines), taxes)
    alone = [rates for rates in nets if len(rates) == 1 and sum(rates[0] in other for other in nets) == 1]
    shown = [
        msgspec.structs.replace(line, total_tax=taxes[rate], total_with_tax=line.total + taxes[rate])
        if rates in alone and not (rate := rates[0])[1] and rate in taxes
        else line
        for rates, line in zip(nets, sums.lines, strict=True)
    ]
    return msgspec.structs.replace(sums, lines=tuple(shown))


def _model(invoice: Document, rates: Rates) -> Line:
    """Return the first line of an invoice that has these rates."""
    return next(line for line in invoice.lines if not line.is_separator and rates_of(line) == rates)


def within(sums: Lines, rest: Rest) -> Lines | None:
    """Return a note's sums with taxes that are at most what is left; None when its nets are more than that."""
    taken = _taken_by(sums)
    if any(_within(net, rest.nets.get(rates, 0)) != net for rates, net in taken.nets.items()):
        return None
    taxes = {}
    for rate, tax in taken.taxes.items():
        left = rest.taxes.get(rate, 0)
        takes_all = all(taken.nets.get(rates, 0) == net for rates, net in rest.nets.items() if rate in rates)
        taxes[rate] = left if takes_all else _within(tax, left)
    return _with_taxes(sums, taxes)


def _within(amount: int, limit: int) -> int:
    """Return the amount if it lies between zero and the limit, else the nearer of the two."""
    return max(0, min(amount, limit)) if limit >= 0 else min(0, max(amount, limit))


def _taken_by(sums: Lines) -> Rest:
    taken = Rest({}, {})
    _add(taken, sums, 1)
    return Rest({rates: net for rates, net in taken.nets.items() if net}, taken.taxes)


def _with_taxes(sums: Lines, taxes: dict[Rate, int]) -> Lines:
    """Return sums whose tax rows come to `taxes`; of rows with the same rate, the last one gets what is left."""
    left = dict(taxes)

    def settled(rows: tuple[TaxRow, ...], *, reverse: bool) -> tuple[TaxRow, ...]:
        keys = [(_units(row.rate), reverse) for row in rows]
        done = []
        for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
            tax = _within(row.total_tax, left.get(key, 0)) if key in keys[at + 1 :] else left.get(key, 0)
            left[key] = left.get(key, 0) - tax
            done.append(msgspec.structs.replace(row, total_tax=tax))
        return tuple(done)

    charged = settled(sums.taxes, reverse=False)
    return msgspec.structs.replace(
        sums,
        taxes=charged,
        reverse_taxes=settled(sums.reverse_taxes, reverse=True),
        total_with_tax=sums.total + sum(row.total_tax for row in charged),
    )


def _reckoned(invoice: Document, lines: Sequence[Line]) -> Lines:
    return reckoned(lines, exponent=invoice.exponent, decimal_places=places_of(invoice), rounding=invoice.rounding)


def places_of(invoice: Document) -> int:
    """Return the decimal places of a note over an amount: enough for the currency, whatever the invoice had."""
    return max(invoice.decimal_places, invoice.exponent)


def major(minor: int, exponent: int) -> Decimal:
    """Return minor units as a price."""
    return Decimal(money.to_major(minor, exponent))
