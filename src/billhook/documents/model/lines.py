"""Lines: from what was said to what the totals engine reckons with, and back to what is stored."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from billhook.catalog import rates
from billhook.documents.model import totals
from billhook.documents.model.document import Line, LineTax, TaxRow
from billhook.documents.model.ground import Ground, KnownItem, KnownTax
from billhook.documents.model.new import NewLine, NewTax
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.money import plain
from billhook.kernel.problems import Fault

UNPRICED: Final = "can't be blank; give `price` or `priceGross`, 0 for what is free"
MAX_LINES: Final = 2_000
_LIMIT = Decimal(10) ** 15
_ONE, _ZERO = Decimal(1), Decimal(0)


class Lines(msgspec.Struct, frozen=True):
    """Lines with what they come to, and the document's totals."""

    lines: tuple[Line, ...]
    taxes: tuple[TaxRow, ...]
    reverse_taxes: tuple[TaxRow, ...]
    total: int
    total_discount: int
    total_with_tax: int


def is_unpriced(line: NewLine, item: KnownItem | None) -> bool:
    """Tell whether nobody has said what a line costs: most often the key is misspelt, and all would be given away."""
    known = line.load and item is not None and not (item.price is None and item.price_gross is None)
    return not (line.is_separator or known) and line.price is None and line.price_gross is None


def faults_of(lines: Sequence[NewLine], ground: Ground, day: date, *, is_issued: bool) -> list[Fault]:
    """Return what is wrong with the lines of a document of a day, in wire paths; of a draft less is asked."""
    faults = []
    if len(lines) > MAX_LINES:
        return [Fault("_documentItems", "too_many", f"a document has at most {MAX_LINES} lines")]
    for index, line in enumerate(lines):
        at = f"_documentItems.{index}"
        item = _item(line, ground)
        if line.load and item is None:
            faults.append(Fault(f"{at}.itemId", "inclusion", "names no item of this organization, by id or by SKU"))
        elif not line.is_separator and not (line.name or (item and item.name)):
            faults.append(Fault(f"{at}.name", "presence", "can't be blank"))
        elif is_issued and is_unpriced(line, item):
            faults.append(Fault(f"{at}.price", "presence", UNPRICED))
        faults += _number_faults(line, at)
        if line.load and item is not None and line.taxes is None and not line.is_separator:
            faults += _faults_of_item_taxes(item, at, ground, day)
        for position, tax in enumerate(line.taxes or ()):
            faults += _tax_faults(tax, f"{at}._documentItemTaxes.{position}", ground, day)
    return faults


def _faults_of_item_taxes(item: KnownItem, at: str, ground: Ground, day: date) -> list[Fault]:
    """Refuse an item whose tax is gone or had no rate yet: the line would be sold without it, and nobody would know."""
    taxes = [_by_id(ids.from_uuid(tax_id), ground) for tax_id in item.tax_ids]
    if all(tax is not None and tax.rate_at(day, ground.timezone) is not None for tax in taxes):
        return []
    message = "names an item with a tax that has no rate on this date; give `_documentItemTaxes`, or a rate to the tax"
    return [Fault(f"{at}.itemId", "date", message)]


def _number_faults(line: NewLine, at: str) -> list[Fault]:
    faults = []
    for name, number in (("quantity", line.quantity), ("price", line.price), ("priceGross", line.price_gross)):
        if number is not None and not -_LIMIT < number < _LIMIT:
            faults.append(Fault(f"{at}.{name}", "numericality", "must have at most 15 digits before the decimal point"))
    discount = line.discount or _ZERO
    if line.discount_is_amount and not -_LIMIT < discount < _LIMIT:
        faults.append(Fault(f"{at}.discount", "numericality", "must have at most 15 digits before the decimal point"))
    if not line.discount_is_amount and not 0 <= discount <= 100:
        faults.append(Fault(f"{at}.discount", "numericality", "must be a percentage from 0 to 100"))
    return faults


def _tax_faults(tax: NewTax, at: str, ground: Ground, day: date) -> list[Fault]:
    if tax.rate is not None and not -100 <= tax.rate <= 1000:  # a withholding is a tax of negative rate
        return [Fault(f"{at}.rate", "numericality", "must be a percentage from -100 to 1000")]
    if tax.tax_id is not None:
        known = _by_id(tax.tax_id, ground)
        if known is None:
            return [Fault(f"{at}.taxId", "inclusion", "is no tax of this organization")]
        dated = known.rate_at(day, ground.timezone) is not None
        return [] if dated else [Fault(f"{at}.taxId", "date", "names a tax that had no rate yet on this date")]
    return [] if tax.rate is not None else _classification_faults(tax.classification, at, ground, day)


def _classification_faults(classification: str | None, at: str, ground: Ground, day: date) -> list[Fault]:
    """A classification has to name one tax: a tax nobody found would be a tax nobody pays."""
    if classification is None:
        return [Fault(f"{at}.rate", "presence", "can't be blank; give a rate, a taxId or a classification")]
    found = _of_classification(classification, ground, day)
    if len(found) == 1:
        return []
    told = " and ".join(f"{plain(tax.rate_at(day, ground.timezone) or _ZERO)} %" for tax in found)
    message = f"names several taxes here ({told}); give a rate" if found else "names no tax here; give a rate"
    return [Fault(f"{at}.classification", "inclusion", message)]


def _of_classification(classification: str, ground: Ground, day: date) -> list[KnownTax]:
    same = [tax for tax in ground.taxes if tax.classification == classification]
    return [tax for tax in same if tax.rate_at(day, ground.timezone) is not None]


def build(
    said: Sequence[NewLine],
    ground: Ground,
    *,
    day: date,
    exponent: int,
    decimal_places: int,
    rounding: str,
    omit_taxes: bool,
    keep_prices_as_gross: bool,
    deducted: Sequence[Line] = (),
) -> Lines:
    """Return the lines as stored and what they come to; `day` decides which dated rate holds.

    `deducted` are the lines that take away what advances have charged before.
    """
    return reckoned(
        [*(_line(line, ground, day) for line in said), *deducted],
        exponent=exponent,
        decimal_places=decimal_places,
        rounding=rounding,
        omit_taxes=omit_taxes,
        keep_prices_as_gross=keep_prices_as_gross,
    )


def reckoned(
    lines: Sequence[Line],
    *,
    exponent: int,
    decimal_places: int,
    rounding: str,
    omit_taxes: bool = False,
    keep_prices_as_gross: bool = False,
) -> Lines:
    """Return lines with what they come to, and the document's totals. Raises TotalsTooLarge."""
    known = {_key(tax): tax for line in lines for tax in line.taxes}
    result = totals.compute(
        [_input(line) for line in lines],
        exponent=exponent,
        decimal_places=decimal_places,
        rounding=totals.Rounding(rounding),
        omit_taxes=omit_taxes,
        keep_prices_as_gross=keep_prices_as_gross,
    )
    return Lines(
        lines=tuple(
            msgspec.structs.replace(
                line,
                price=line.price if line.is_separator else sums.price,
                taxes=() if omit_taxes else line.taxes,
                total=sums.total,
                total_with_tax=sums.total_with_tax,
                total_tax=sums.total_tax,
                total_discount=sums.total_discount,
            )
            for line, sums in zip(lines, result.lines, strict=True)
        ),
        taxes=tuple(_row(row, known) for row in result.taxes),
        reverse_taxes=tuple(_row(row, known) for row in result.reverse_taxes),
        total=result.total,
        total_discount=result.total_discount,
        total_with_tax=result.total_with_tax,
    )


def _line(said: NewLine, ground: Ground, day: date) -> Line:
    """Fill a line from its item, and its taxes from the organization's. Separators keep only name and description."""
    if said.is_separator:
        name, description = said.name or "", said.description or ""
        return Line(id=said.id or ids.embedded(), name=name, description=description, is_separator=True)
    item = _item(said, ground) if said.load else None
    if item is not None:
        said = _loaded(said, item)
    return Line(
        id=said.id or ids.embedded(),
        name=said.name or "",
        description=said.description or "",
        quantity=_ONE if said.quantity is None else said.quantity,
        unit=said.unit or None,
        price=_ZERO if said.price is None else said.price,
        price_gross=said.price_gross,
        discount=said.discount or _ZERO,
        discount_is_amount=said.discount_is_amount,
        sku=said.sku or None,
        ean=said.ean,
        classification=said.classification,
        item_id=Id(said.item_id) if said.item_id else None,
        track_inventory=said.track_inventory,
        on_behalf=said.on_behalf,
        tax_exemption_code=said.tax_exemption_code,
        tax_exemption_reason=said.tax_exemption_reason,
        taxes=tuple(_tax(tax, ground, day) for tax in said.taxes or ()),
        custom=said.custom,
        l10n=said.l10n,
        data=said.data,
    )


def _loaded(said: NewLine, item: KnownItem) -> NewLine:
    """Return a line with what was not said of it taken from its item; a price that was said takes the place of both."""
    priced = said.price is not None or said.price_gross is not None
    details = item.details
    return msgspec.structs.replace(
        said,
        item_id=ids.from_uuid(item.id),
        name=said.name or item.name,
        description=item.description if said.description is None else said.description,
        unit=said.unit or item.unit,
        price=said.price if priced else item.price,
        price_gross=said.price_gross if priced else item.price_gross,
        sku=said.sku or item.sku,
        ean=said.ean or item.ean,
        classification=said.classification or item.classification,
        track_inventory=said.track_inventory or bool(details.track_inventory),
        on_behalf=said.on_behalf or details.on_behalf,
        tax_exemption_code=said.tax_exemption_code or details.tax_exemption_code,
        tax_exemption_reason=said.tax_exemption_reason or details.tax_exemption_reason,
        taxes=_taxes_of(item) if said.taxes is None else said.taxes,
        custom=said.custom or item.custom,
        l10n=said.l10n or item.l10n,
        data=said.data or item.data,
    )


def _taxes_of(item: KnownItem) -> tuple[NewTax, ...]:
    return tuple(NewTax(tax_id=ids.from_uuid(tax_id)) for tax_id in item.tax_ids)


def _item(line: NewLine, ground: Ground) -> KnownItem | None:
    for item in ground.items:
        if (line.item_id and ids.from_uuid(item.id) == line.item_id) or (line.sku and item.sku == line.sku):
            return item
    return None


def _tax(said: NewTax, ground: Ground, day: date) -> LineTax:
    """Match a tax: by id, else by rate, else by classification, as the dialect does. No match keeps the bare rate."""
    known = _matched(said, ground, day)
    if known is None:
        rate = said.rate or _ZERO
        return LineTax(
            id=ids.embedded(),
            rate=rate,
            name=said.name,
            abbreviation=said.abbreviation,
            recoverable=said.recoverable is not False,
            compound=bool(said.compound),
            reverse_charged=said.reverse_charged,
            tax_number=said.tax_number,
            classification=said.classification,
        )
    dated = known.rate_at(day, ground.timezone) or _ZERO
    rate = said.rate if said.tax_id is None and said.rate is not None else dated
    return LineTax(
        id=ids.embedded(),
        rate=rate,
        name=known.name,
        abbreviation=_abbreviation(known, rate),
        recoverable=known.recoverable,
        compound=known.compound if said.compound is None else said.compound,
        reverse_charged=said.reverse_charged,
        tax_id=ids.from_uuid(known.id),
        tax_number=said.tax_number or known.tax_number,
        classification=known.classification or None,
    )


def _matched(said: NewTax, ground: Ground, day: date) -> KnownTax | None:
    if said.tax_id is not None:
        return _by_id(said.tax_id, ground)
    if said.rate is not None:
        same = [tax for tax in ground.taxes if tax.rate_at(day, ground.timezone) == said.rate]
        return next((tax for tax in same if tax.classification == said.classification), same[0] if same else None)
    return next(iter(_of_classification(said.classification or "", ground, day)), None)


def _by_id(tax_id: str, ground: Ground) -> KnownTax | None:
    return next((tax for tax in ground.taxes if ids.from_uuid(tax.id) == tax_id), None)


def _abbreviation(tax: KnownTax, rate: Decimal) -> str:
    """`BTW` at 21 is printed as `BTW 21%`; an abbreviation that names its rate is left alone."""
    return tax.abbreviation if not tax.abbreviation or "%" in tax.abbreviation else rates.label(tax.abbreviation, rate)


def _key(tax: LineTax) -> str:
    return f"{tax.tax_id or tax.abbreviation or ''}|{tax.classification or ''}"


def _input(line: Line) -> totals.LineInput:
    return totals.LineInput(
        quantity=line.quantity,
        price=line.price,
        price_gross=line.price_gross,
        discount=line.discount,
        discount_is_amount=line.discount_is_amount,
        taxes=tuple(
            totals.LineTax(tax.rate, compound=tax.compound, reverse_charged=tax.reverse_charged, key=_key(tax))
            for tax in line.taxes
        ),
        separator=line.is_separator,
    )


def _row(row: totals.TaxRow, known: dict[str, LineTax]) -> TaxRow:
    tax = known[row.key]
    return TaxRow(
        rate=row.rate,
        base=row.base,
        total_tax=row.total_tax,
        tax_id=tax.tax_id,
        abbreviation=tax.abbreviation,
        classification=tax.classification,
    )
