"""Totals: the one engine that says what the lines of a document come to."""

import enum
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from billhook.documents.model.rounding import TotalsTooLarge, after_cut, check_size, cut, half_up, uncut

__all__ = ["LineInput", "LineTax", "LineTotals", "Rounding", "TaxRow", "Totals", "TotalsTooLarge", "compute"]

DISCOUNT_PLACES: Final = 2
"""Decimals that percent discounts keep (the dialect: "to 2 decimals"), whatever `decimal_places` is."""
RATE_PLACES: Final = 4
"""Decimals that tax rates keep. The dialect cuts them to 2 as well, which would undercharge Quebec's 9.975 %."""

_HUNDRED: Final[int] = 100 * 10**DISCOUNT_PLACES
_WHOLE: Final[int] = 100 * 10**RATE_PLACES  # one hundred percent, in the units rates are cut to
_ZERO: Final = Decimal(0)


class Rounding(enum.StrEnum):
    """When tax is rounded.

    `document`: once per tax row, round(base x rate) on the summed base (EN 16931 BR-CO-17, BR-S-08).
    `line`: every tax on every line, and the rows are sums (the seeds' vendor's rule).
    """

    DOCUMENT = "document"
    LINE = "line"


class LineTax(msgspec.Struct, frozen=True):
    """A tax of a line. `rate` in percent; `key` names the tax: rows are grouped by key, rate and reverse charge.

    A compound tax is taken of the total and of the line's taxes that are neither compound nor reverse-charged; under
    `document` that base is summed over the lines with equal taxes, and those taxes are rounded once for them.
    """

    rate: Decimal
    compound: bool = False
    reverse_charged: bool = False
    key: str = ""


class LineInput(msgspec.Struct, frozen=True):
    """A line as sent, in major units. `price_gross` wins over `price`; `discount` is percent of the line or an amount.

    A gross line comes to round(quantity x gross price) less its discount (of the gross). The tax is taken out of that:
    round(gross x rate / (100 + rate)); the rest is net. Under `document` it is taken out of the summed gross of the
    lines with equal taxes, and each line gets what its own gross adds, so that lines add up to the row and the
    document to the gross that the buyer saw. BR-CO-17 then holds to the minor unit wherever any base gives this
    gross, and else within one (at 21 % no base comes to 0.09 with tax). A row that also has net lines follows BR-CO-17
    to the letter. Reverse-charged taxes are not in a gross price; neither are rates of -100 % or below.
    """

    quantity: Decimal
    price: Decimal | None = None
    price_gross: Decimal | None = None
    discount: Decimal = _ZERO
    discount_is_amount: bool = False
    taxes: tuple[LineTax, ...] = ()
    separator: bool = False


class LineTotals(msgspec.Struct, frozen=True):
    """What a line comes to, in minor units; `price` (net, per unit) and `quantity` as they were reckoned with.

    `total` is net after discount (BT-131), `total_discount` net too (BT-136), and `total_with_tax` is always
    `total + total_tax`. Under `document` the tax of a net line is for information: the tax rows are what is owed,
    and they may differ from the sum of the lines by rounding.
    """

    price: Decimal
    quantity: Decimal
    total: int
    total_with_tax: int
    total_tax: int
    total_discount: int


class TaxRow(msgspec.Struct, frozen=True):
    """One tax of the document, in minor units: the base it is taken of (BT-116) and what it comes to (BT-117)."""

    key: str
    rate: Decimal
    base: int
    total_tax: int


class Totals(msgspec.Struct, frozen=True):
    """What a document comes to, in minor units; tax rows in the order in which the lines first name them.

    `total` is the sum of the lines' totals, `total_with_tax` is `total` and the sum of `taxes`. `reverse_taxes` are
    owed by the buyer and in no total.
    """

    lines: tuple[LineTotals, ...]
    taxes: tuple[TaxRow, ...]
    reverse_taxes: tuple[TaxRow, ...]
    total: int
    total_discount: int
    total_with_tax: int


def compute(
    lines: Sequence[LineInput],
    *,
    exponent: int,
    decimal_places: int = 9,
    rounding: Rounding = Rounding.DOCUMENT,
    omit_taxes: bool = False,
    keep_prices_as_gross: bool = False,
) -> Totals:
    """Return what the lines come to in a currency of so many minor-unit digits (0 to 4).

    Prices, quantities and amount discounts are cut to `decimal_places` (0 to 9), percent discounts to DISCOUNT_PLACES,
    tax rates to RATE_PLACES; every result is rounded half-up, away from zero. Any finite number is legal, also
    negative ones (returns). TotalsTooLarge when a result reaches MAX_MINOR; ValueError for digits out of range.

    A line: amount = round(quantity x price), less the discount = round(amount x percent) or the amount sent, is its
    total. An amount discount is taken towards zero: it takes the sign of the line, and there is none on a line of
    zero. A discount over 100 % or over the line turns the line's sign, a negative one is a surcharge.

    Tax: see Rounding, LineTax and, for gross prices, LineInput. `omit_taxes` drops the taxes; gross prices are
    stripped of them, to the total they would have had with taxes, unless `keep_prices_as_gross`: then the gross
    price is the price.
    """
    if not (0 <= exponent <= 4 and 0 <= decimal_places <= 9):
        raise ValueError(f"exponent {exponent} or decimal places {decimal_places} out of range")
    keep_gross = omit_taxes and keep_prices_as_gross
    reckoning = _Reckoning(exponent, decimal_places, once=rounding == Rounding.DOCUMENT, untaxed=omit_taxes)
    done = tuple([_SEPARATOR if line.separator else reckoning.line(line, keep_gross=keep_gross) for line in lines])
    taxes, reverse_taxes = reckoning.tax_rows()
    total = sum([line.total for line in done])
    total_discount = sum([line.total_discount for line in done])
    total_with_tax = total + sum([row.total_tax for row in taxes])
    check_size(total, total_discount, total_with_tax)
    return Totals(done, taxes, reverse_taxes, total, total_discount, total_with_tax)


_SEPARATOR: Final = LineTotals(_ZERO, _ZERO, 0, 0, 0, 0)


class _Row:
    """A tax row while it is being summed; `rounded` is its tax as rounded part by part."""

    __slots__ = ("base", "has_net", "key", "rate", "reverse", "rounded", "units")

    def __init__(self, tax: LineTax, units: int) -> None:
        self.key = tax.key
        self.rate = after_cut(tax.rate, units, RATE_PLACES)
        self.units = units
        self.reverse = tax.reverse_charged
        self.base = 0
        self.rounded = 0
        self.has_net = False

    def settle(self, *, once: bool) -> TaxRow:
        """Return the finished row; only what is all gross keeps, under the document policy, what it was taken from."""
        recompute = once and (self.has_net or self.reverse)
        tax = half_up(self.base * self.units, _WHOLE) if recompute else self.rounded
        check_size(self.base, tax)
        return TaxRow(self.key, self.rate, self.base, tax)


class _TaxSet:
    """The taxes of a line, and the sums over the lines that have just these: `net` and `gross` ones apart."""

    __slots__ = ("_compound", "_plain", "_rates", "_reverse", "_shares", "factor", "gross", "net", "rows")

    def __init__(self, taxes: tuple[LineTax, ...], rows: list[_Row]) -> None:
        self.rows = rows
        self.net = 0
        self.gross = 0
        self._rates = [row.units for row in rows]
        self._reverse = [at for at, tax in enumerate(taxes) if tax.reverse_charged]
        self._compound = [at for at, tax in enumerate(taxes) if tax.compound]
        self._plain = [at for at, tax in enumerate(taxes) if not (tax.compound or tax.reverse_charged)]
        with_plain = _WHOLE + sum([self._rates[at] for at in self._plain])
        with_compound = _WHOLE + sum([self._rates[at] for at in self._compound if at not in self._reverse])
        # gross = net x factor / _WHOLE^2, and the tax in it = gross x share / factor
        self.factor = with_plain * with_compound
        self._shares = [rate * (with_plain if at in self._compound else _WHOLE) for at, rate in enumerate(self._rates)]
        for at in self._reverse:
            self._shares[at] = 0
        if with_plain <= 0 or with_compound <= 0:
            self.factor = _WHOLE * _WHOLE
            self._shares = [0] * len(taxes)

    def charged(self, amounts: list[int]) -> int:
        """Return the sum of the tax amounts that the buyer pays to the seller."""
        return sum(amounts) - sum([amounts[at] for at in self._reverse])

    def bases(self, net: int, amounts: list[int]) -> list[int]:
        """Return what each tax is taken of, given the net amount and the amounts of the plain taxes."""
        bases = [net] * len(amounts)
        if self._compound:
            with_plain = net + sum([amounts[at] for at in self._plain])
            for at in self._compound:
                bases[at] = with_plain
        return bases

    def on_net(self, net: int) -> list[int]:
        """Return the amount of each tax on a net amount."""
        amounts = [half_up(net * rate, _WHOLE) for rate in self._rates]
        if self._compound:
            bases = self.bases(net, amounts)
            for at in self._compound:
                amounts[at] = half_up(bases[at] * self._rates[at], _WHOLE)
        return amounts

    def in_gross(self, gross: int) -> list[int]:
        """Return the amount of each tax in a gross amount; of a reverse-charged one, on the net that is left."""
        amounts = [half_up(gross * share, self.factor) for share in self._shares]
        if self._reverse:
            bases = self.bases(gross - self.charged(amounts), amounts)
            for at in self._reverse:
                amounts[at] = half_up(bases[at] * self._rates[at], _WHOLE)
        return amounts

    def book(self, net: int, amounts: list[int]) -> None:
        """Add a net amount and its taxes to the tax rows."""
        for row, base, amount in zip(self.rows, self.bases(net, amounts), amounts, strict=True):
            row.base += base
            row.rounded += amount

    def book_sums(self) -> None:
        """Add what was summed over the lines to the tax rows, net lines and gross lines each rounded as one."""
        if self.net:
            self.book(self.net, self.on_net(self.net))
            for row in self.rows:
                row.has_net = True
        if self.gross:
            amounts = self.in_gross(self.gross)
            self.book(self.gross - self.charged(amounts), amounts)


class _Reckoning:
    """The lines of one document being worked out; `once` is the document policy."""

    def __init__(self, exponent: int, places: int, *, once: bool, untaxed: bool) -> None:
        self._places = places
        self._unit: int = 10**places
        self._minor: int = 10**exponent
        self._once = once
        self._untaxed = untaxed
        self._sets: dict[tuple[LineTax, ...], _TaxSet] = {}
        self._rows: dict[tuple[str, int, bool], _Row] = {}

    def line(self, line: LineInput, *, keep_gross: bool) -> LineTotals:
        """Return what a line comes to and remember it for the tax rows."""
        places = self._places
        gross = line.price_gross is not None and not keep_gross
        given = line.price if line.price_gross is None else line.price_gross
        price = _ZERO if given is None else given
        price_units = cut(price, places)
        quantity_units = cut(line.quantity, places)
        amount = half_up(quantity_units * price_units * self._minor, self._unit * self._unit)
        discount = self._discount(line, amount) if line.discount else 0
        total = amount - discount
        taxes = self._taxes(line.taxes)
        if gross:
            net_price = uncut(half_up(price_units * _WHOLE * _WHOLE, taxes.factor), places)
            tax = self._gross_tax(taxes, total)
            total -= tax
            discount -= taxes.charged(taxes.in_gross(discount)) if discount else 0
        else:
            net_price = after_cut(price, price_units, places)
            tax = self._net_tax(taxes, total)
        if self._untaxed:
            tax = 0
        check_size(total, total + tax, tax, discount)
        quantity = after_cut(line.quantity, quantity_units, places)
        return LineTotals(net_price, quantity, total, total + tax, tax, discount)

    def tax_rows(self) -> tuple[tuple[TaxRow, ...], tuple[TaxRow, ...]]:
        """Return the document's tax rows: those charged and those reverse-charged."""
        if self._untaxed:
            return (), ()
        if self._once:
            for taxes in self._sets.values():
                taxes.book_sums()
        rows = self._rows.values()
        charged = tuple([row.settle(once=self._once) for row in rows if not row.reverse])
        return charged, tuple([row.settle(once=self._once) for row in rows if row.reverse])

    def _discount(self, line: LineInput, amount: int) -> int:
        if not line.discount_is_amount:
            return half_up(amount * cut(line.discount, DISCOUNT_PLACES), _HUNDRED)
        off = half_up(cut(line.discount, self._places) * self._minor, self._unit)
        return (off if amount > 0 else -off) if amount else 0

    def _net_tax(self, taxes: _TaxSet, net: int) -> int:
        amounts = taxes.on_net(net)
        if self._once:
            taxes.net += net
        else:
            taxes.book(net, amounts)
        return taxes.charged(amounts)

    def _gross_tax(self, taxes: _TaxSet, gross: int) -> int:
        amounts = taxes.in_gross(gross)
        if not self._once:
            tax = taxes.charged(amounts)
            taxes.book(gross - tax, amounts)
            return tax
        before = taxes.charged(taxes.in_gross(taxes.gross))
        taxes.gross += gross
        return taxes.charged(taxes.in_gross(taxes.gross)) - before

    def _taxes(self, taxes: tuple[LineTax, ...]) -> _TaxSet:
        known = self._sets.get(taxes)
        if known is None:
            known = self._sets[taxes] = _TaxSet(taxes, [self._row(tax) for tax in taxes])
        return known

    def _row(self, tax: LineTax) -> _Row:
        units = cut(tax.rate, RATE_PLACES)
        key = (tax.key, units, tax.reverse_charged)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _Row(tax, units)
        return row
