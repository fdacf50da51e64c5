"""Which tax a caller means, and what is net of a gross price."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from billhook.catalog.model.items import NamedTax, matched, net_of
from billhook.catalog.model.taxes import DatedRate, Tax, rate_on
from billhook.kernel.ids import Id

DAY, ZONE = date(2026, 4, 30), "Europe/Brussels"
THEN = datetime(2020, 1, 1, tzinfo=UTC)


def tax(name: str, *rates: tuple[int, str], classification: str = "", compound: bool = False) -> Tax:
    """A tax with rates of (year, percent), newest first."""
    dated = tuple(DatedRate(str(year), datetime(year, 1, 1, tzinfo=UTC), Decimal(rate)) for year, rate in rates)
    return Tax(
        Id(name),
        Id("o"),
        name,
        name,
        classification,
        None,
        "BE",
        None,
        True,
        compound,
        dated,
        False,
        {},
        None,
        THEN,
        THEN,
    )


HIGH = tax("high", (2020, "21"), classification="standard")
LOW = tax("low", (2020, "6"), classification="reduced")
LOWER = tax("lower", (2020, "12"), classification="reduced")
NEW = tax("new", (2027, "3"), (2021, "21"), classification="special")
LATER = tax("later", (2030, "2"), classification="later")
TAXES = [HIGH, LOW, LOWER, NEW, LATER]

NAMED: list[tuple[NamedTax, Tax | str]] = [
    (NamedTax(tax_id="low", rate=Decimal(21)), LOW),
    (NamedTax(tax_id="nobody's"), "no tax of this organization"),
    (NamedTax(rate=Decimal(6)), LOW),
    (NamedTax(rate=Decimal("21.0")), HIGH),
    (NamedTax(rate=Decimal(21), classification="special"), NEW),
    (NamedTax(rate=Decimal(3)), "rate of no tax"),
    (NamedTax(classification="standard"), HIGH),
    (NamedTax(classification="reduced"), "6 % and 12 %"),
    (NamedTax(classification="later"), "names no tax"),
    (NamedTax(), "names no tax"),
]


@pytest.mark.parametrize(("named", "found"), NAMED)
def test_a_tax_is_named_by_id_rate_or_class(named: NamedTax, found: Tax | str) -> None:
    said = matched(named, TAXES, DAY, ZONE)
    assert said == found if isinstance(found, Tax) else isinstance(said, str) and found in said


def test_a_rate_holds_from_its_day() -> None:
    days = {date(2020, 12, 31): None, date(2021, 1, 1): 21, date(2026, 12, 31): 21, date(2027, 1, 1): 3}
    assert {day: rate_on(NEW.rates, day, ZONE) for day in days} == days


COMPOUND = tax("compound", (2020, "10"), compound=True)
NETS = [
    ("121", [HIGH], "100"),
    ("10", [HIGH], "8.264462810"),
    ("10", [], "10"),
    ("0", [HIGH], "0"),
    ("-121", [HIGH], "-100"),
    ("133.1", [HIGH, COMPOUND], "100"),
    ("127", [HIGH, LOW], "100"),
    ("10", [LATER], "10"),
    ("10", [tax("all", (2020, "-100"))], None),
]


@pytest.mark.parametrize(("gross", "taxes", "net"), NETS)
def test_what_is_net_of_a_gross_price(gross: str, taxes: list[Tax], net: str | None) -> None:
    assert net_of(Decimal(gross), taxes, DAY, ZONE) == (None if net is None else Decimal(net))
