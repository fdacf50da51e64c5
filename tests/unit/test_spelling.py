"""Misspelt keys: told from those that are for somebody else."""

from typing import Any

import msgspec
import pytest

from billhook.web.spelling import slips


class Tax(msgspec.Struct):
    rate: int | None = None
    tax_id: str | None = msgspec.field(default=None, name="taxId")


class Line(msgspec.Struct):
    name: str = ""
    price: int = 0
    taxes: list[Tax] | None = msgspec.field(default=None, name="_documentItemTaxes")
    custom: dict[str, Any] = {}


class Body(msgspec.Struct):
    type: str = ""
    role: str = ""
    draft: bool = False
    amount: int | None | msgspec.UnsetType = msgspec.UNSET
    payments: list[Line] = []
    items: list[Line] | None = None
    send: bool | Line | None = None


WORDS = frozenset({"totalAmount", "types"})


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"amonut": 5}, ["amonut"]),
        ({"amuont": 5, "drfat": True, "typ": "x", "rloe": "y"}, ["amuont", "drfat", "rloe", "typ"]),
        ({"Amount": 5}, ["Amount"]),
        ({"paymens": []}, ["paymens"]),
        (
            {"items": [{"name": "a"}, {"prise": 1, "_documentItemTax": []}]},
            ["items.1._documentItemTax", "items.1.prise"],
        ),
        ({"items": [{"_documentItemTaxes": [{"rat": 1}]}]}, ["items.0._documentItemTaxes.0.rat"]),
        ({"send": {"nmae": "x"}}, ["send.nmae"]),
    ],
)
def test_a_slip_is_named(body: dict[str, Any], paths: list[str]) -> None:
    assert sorted(fault.path for fault in slips(body, Body, WORDS)) == paths


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        "text",
        {"amount": 5, "amonut": 5},  # the right one was said
        {"types": "x"},  # a word of the API
        {"expectedTotalWithTax": 5, "_fatturaPa": {}, "whatever": 1},
        {"items": [{"custom": {"pirce": 1}}]},  # free
        {"items": "none"},
    ],
)
def test_what_is_for_somebody_else_is_left_alone(body: Any) -> None:
    assert slips(body, Body, WORDS) == []


def test_it_says_what_was_meant() -> None:
    [fault] = slips({"amonut": 5}, Body, WORDS)
    assert (fault.code, fault.message) == ("unknown_field", "means nothing here; did you mean `amount`?")
