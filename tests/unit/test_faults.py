"""The second pass over a refused body: every fault at once, each with its path, a code and words."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.kernel.problems import Fault, Invalid
from billhook.web import Faults, Instant, decode_instant, find_faults
from billhook.web.faults import MAX_FAULTS

UNSET = msgspec.UNSET


class Tax(msgspec.Struct, kw_only=True, rename={"tax_id": "taxId"}):
    rate: Decimal | None | msgspec.UnsetType = UNSET
    tax_id: str | None | msgspec.UnsetType = UNSET


class Line(msgspec.Struct, kw_only=True, rename={"taxes": "_taxes"}):
    name: str
    price: Decimal
    taxes: list[Tax] | None | msgspec.UnsetType = UNSET


class Body(msgspec.Struct, kw_only=True, rename={"lines": "_lines"}):
    type: str
    places: int | None | msgspec.UnsetType = UNSET
    draft: bool | None | msgspec.UnsetType = UNSET
    date: Instant | None | msgspec.UnsetType = UNSET
    lines: list[Line] | None | msgspec.UnsetType = UNSET
    send: bool | Tax | None | msgspec.UnsetType = UNSET
    custom: dict[str, Any] | None | msgspec.UnsetType = UNSET
    low: int = 0
    high: int = 0

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("`low` must not be above `high`")


def hook(expected: type, value: Any) -> Any:
    assert expected is Instant
    return decode_instant(value)


def faults_of(body: Any) -> dict[str, tuple[str, str]]:
    return {fault.path: (fault.code, fault.message) for fault in find_faults(body, Body, hook)}


GOOD: list[dict[str, Any]] = [
    {"type": "x"},
    {"type": "x", "places": None, "draft": None, "date": None, "_lines": None, "send": None, "custom": None},
    {"type": "x", "places": "4", "draft": "true", "date": "2026-04-30", "send": False},
    {"type": "x", "_lines": [{"name": "a", "price": "1.5", "_taxes": [{"rate": 21}, {"taxId": None}]}]},
    {"type": "x", "unknown": {"a": [1]}},
]


@pytest.mark.parametrize("body", GOOD)
def test_finds_nothing_in_a_good_body(body: dict[str, Any]) -> None:
    assert faults_of(body) == {}
    msgspec.convert(body, Body, strict=False, dec_hook=hook)


BAD: list[tuple[Any, dict[str, tuple[str, str]]]] = [
    ({}, {"type": ("presence", "can't be blank")}),
    ([], {"": ("type", "must be an object")}),
    ("text", {"": ("type", "must be an object")}),
    ({"type": 5}, {"type": ("type", "expected text, got a whole number")}),
    ({"type": None}, {"type": ("type", "expected text, got null")}),
    ({"type": "x", "places": "many"}, {"places": ("type", "expected a whole number, got text")}),
    ({"type": "x", "places": 1.5}, {"places": ("type", "expected a whole number, got a number")}),
    ({"type": "x", "draft": "perhaps"}, {"draft": ("type", "expected true or false, got text")}),
    (
        {"type": "x", "date": "soon"},
        {"date": ("type", "is not a date; use for example 2026-04-30 or 2026-04-30T06:14:03.266Z")},
    ),
    ({"type": "x", "_lines": {}}, {"_lines": ("type", "expected a list, got an object")}),
    ({"type": "x", "custom": []}, {"custom": ("type", "expected an object, got a list")}),
    ({"type": "x", "low": 2, "high": 1}, {"": ("type", "`low` must not be above `high`")}),
    (
        {"type": 1, "_lines": [{"name": "a", "price": 1}, {"price": "dear", "_taxes": [{"rate": []}, 7]}]},
        {
            "type": ("type", "expected text, got a whole number"),
            "_lines.1.name": ("presence", "can't be blank"),
            "_lines.1.price": ("type", "invalid decimal string"),
            "_lines.1._taxes.0.rate": ("type", "expected a number, got a list"),
            "_lines.1._taxes.1": ("type", "must be an object"),
        },
    ),
    (
        {"type": "x", "_lines": [{"name": "a", "price": "NaN", "_taxes": [{"rate": "1E+999999"}]}]},
        {
            "_lines.0.price": ("type", "must be a number of a sane size"),
            "_lines.0._taxes.0.rate": ("type", "must be a number of a sane size"),
        },
    ),
]


@pytest.mark.parametrize(("body", "faults"), BAD, ids=lambda value: str(value)[:60])
def test_finds_every_fault(body: Any, faults: dict[str, tuple[str, str]]) -> None:
    assert faults_of(body) == faults


def test_stops_counting_at_a_hundred() -> None:
    found = find_faults({"type": "x", "_lines": [{"name": 1, "price": []}] * 500}, Body, hook)
    assert len(found) == MAX_FAULTS


def test_a_rule_collects_and_raises_once() -> None:
    faults = Faults("Body")
    faults.done()
    faults.add("a", "presence", "can't be blank")
    faults.add("", "empty", "says nothing")
    with pytest.raises(Invalid) as refused:
        faults.done()
    assert refused.value.message == "The Body is not valid. Details: `a` can't be blank; says nothing"
    assert refused.value.faults == (Fault("a", "presence", "can't be blank"), Fault("", "empty", "says nothing"))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "price", "_taxes"]), inner),
    max_leaves=6,
)
FIELDS = st.sampled_from([field.encode_name for field in msgspec.structs.fields(Body)])


@given(st.dictionaries(FIELDS, ANYTHING))
def test_finds_a_fault_wherever_the_first_pass_does(body: dict[str, Any]) -> None:
    try:
        msgspec.convert(body, Body, strict=False, dec_hook=hook)
    except msgspec.ValidationError:
        assert faults_of(body)
