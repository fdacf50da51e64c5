"""What is calculated is what is created, and every step that is told is one that was taken."""

from collections.abc import AsyncIterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.test_journal import House
from tests.world import World

from billhook import documents, organizations
from billhook.db import Database
from billhook.documents import NewDocument, NewLine, NewTax
from billhook.documents.model.document import Options
from billhook.documents.model.rounding import half_up
from billhook.kernel.ids import Id
from billhook.kernel.time import MovableClock

PRICES = st.one_of(st.decimals("0.01", 20, places=2), st.decimals(-1000, 10**6, places=5))
TAXES = st.lists(
    st.builds(
        NewTax,
        rate=st.sampled_from([Decimal(text) for text in ("0", "6", "9.975", "21", "33.33333")]),
        compound=st.sampled_from([None, None, True]),
        reverse_charged=st.sampled_from([False, False, False, True]),
    ),
    max_size=2,
).map(tuple)
LINES = st.lists(
    st.one_of(
        st.builds(
            NewLine,
            name=st.just("Suit"),
            quantity=st.one_of(st.integers(1, 5).map(Decimal), st.decimals("-10", 1000, places=4)),
            discount=st.sampled_from([Decimal(0), Decimal(0), Decimal("12.345"), Decimal(100)]),
            discount_is_amount=st.booleans(),
            taxes=TAXES,
            **kind,
        )
        for kind in ({"price": PRICES}, {"price_gross": PRICES})
    ),
    min_size=1,
    max_size=4,
)
DOCUMENTS = st.builds(
    NewDocument,
    client=st.just({"name": "Rocket man"}),
    type=st.sampled_from(["invoice", "estimate", "credit-note"]),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    decimal_places=st.sampled_from([None, 0, 2, 4]),
    lines=LINES,
    options=st.builds(Options, omit_taxes=st.sampled_from([False, False, True]), keep_prices_as_gross=st.booleans()),
)
SAME = ("total", "total_discount", "total_with_tax", "taxes", "reverse_taxes", "currency", "decimal_places", "note")


@pytest.fixture(scope="module", params=["document", "line"])
async def house(base_url: str, database: Database, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    async with World(base_url, database, MovableClock()) as world:
        alice = await world.actor()
        organization = await world.organization(alice)
        said = {"name": "rounding", "value": request.param}
        assert (await alice.post(f"/Organizations/{organization['id']}/defaults", said)).status_code == 200
        yield House(database, Id(alice.id), Id(organization["id"]))


def without_ids(lines: tuple) -> list:
    return [
        msgspec.structs.replace(line, id="", taxes=tuple(msgspec.structs.replace(tax, id="") for tax in line.taxes))
        for line in lines
    ]


@settings(max_examples=60, deadline=None)
@given(new=DOCUMENTS)
async def test_what_is_calculated_is_what_is_created(house: House, new: NewDocument) -> None:
    async with house.database.open(house.account) as tx:
        await organizations.enter(tx, house.organization)
        before = await documents.count(tx, {})
        calculated = await documents.calculate(tx, new)
        assert await documents.count(tx, {}) == before
        made = (await documents.issue(tx, new)).document
    one = calculated.document
    assert [getattr(one, name) for name in SAME] == [getattr(made, name) for name in SAME]
    assert without_ids(one.lines) == without_ids(made.lines)
    for line, steps in zip(made.lines, calculated.steps.lines, strict=True):
        results = {step.what: step.result.scaleb(made.exponent) for step in steps}
        assert results["total"] == line.total
        assert results.get("totalTax", 0) == line.total_tax
        for step in steps:
            assert_taken(
                step, made.exponent, made.decimal_places, slack=line.price_gross is not None or len(line.taxes) > 1
            )
    for row, step in zip(made.taxes, calculated.steps.taxes, strict=True):
        assert step.result.scaleb(made.exponent) == row.total_tax
        is_net = all(line.price_gross is None or one.options.omit_taxes for line in made.lines)
        if is_net and step.rule == "half-up":
            assert_taken(step, made.exponent, made.decimal_places, slack=False)


def assert_taken(step: documents.Step, exponent: int, places: int, *, slack: bool) -> None:
    """A step that was taken follows from the number before it; of several taxes in one each has its own rounding."""
    if step.rule == "cut":
        assert step.result == step.exact.quantize(Decimal(1).scaleb(-places), "ROUND_DOWN")
    elif step.rule == "sum":
        assert step.result == step.exact
    elif step.what == "totalTax" and slack:
        assert abs(step.result - step.exact).scaleb(exponent) <= 2
    elif step.what != "total":
        scaled = step.exact.scaleb(exponent + 15)
        assert step.result.scaleb(exponent) == half_up(int(scaled), 10**15)
