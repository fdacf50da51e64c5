"""What is asked for on top of an amount, rounded once; and what of it goes back, never more than there was."""

from decimal import Decimal
from typing import Any

import pytest

from billhook.documents.model.document import Conversion
from billhook.processing.model import Intent
from billhook.processing.shares import NONE, surcharge_back, surcharge_in, surcharge_on, surcharge_on_page
from tests.contract.test_page_templates import document


@pytest.mark.parametrize(
    ("rule", "amount", "expected"),
    [
        ({"percentage": Decimal("1.5"), "amount": Decimal("0.25")}, 10_000, 175),
        ({"percentage": Decimal("1.5")}, 33, 0),  # 0.495
        ({"percentage": Decimal("1.5")}, 34, 1),  # 0.51
        ({"percentage": 1, "amount": Decimal("0.005")}, 50, 1),  # half a cent and half a cent: rounded once
        ({"percentage": 1}, 50, 1),  # half up
        ({"amount": 3}, 1, 300),
        ({"percentage": 100}, 12_345, 12_345),
    ],
)
def test_percentage_and_amount_are_rounded_once(rule: dict[str, Any], amount: int, expected: int) -> None:
    found = surcharge_on({"card": rule}, "card", amount, document(), "EUR")
    assert (found.amount, found.percentage) == (expected, rule.get("percentage"))


def test_which_rule_holds() -> None:
    rules = {"card": {"amount": 1}, "other": {"amount": 2}}
    assert surcharge_on(rules, "card", 100, document(), "EUR").amount == 100
    assert surcharge_on(rules, "sepa_debit", 100, document(), "EUR").amount == 200
    assert surcharge_on({"card": {"amount": 1}}, "link", 100, document(), "EUR") == NONE
    assert surcharge_on(rules, "", 100, document(), "EUR") == NONE
    assert surcharge_on({"card": {}, "other": {"amount": 2}}, "card", 100, document(), "EUR") == NONE
    for nothing in (None, {}, [], "card", {"card": {}}, {"card": None}):
        assert surcharge_on(nothing, "card", 100, document(), "EUR") == NONE


def test_a_page_asks_for_what_every_method_has_in_common() -> None:
    """Who has not chosen a method yet can only be asked for what does not depend on it."""
    one, other = {"percentage": Decimal(2)}, {"percentage": Decimal(3)}
    for rules, expected in (
        ({"other": one}, 200),
        ({"other": one, "card": one}, 200),
        ({"card": one, "sepa_debit": one, "other": dict(one)}, 200),
        ({"card": one, "sepa_debit": one}, 0),
        ({"card": other, "other": one}, 0),
        ({"card": {}, "other": one}, 0),
        ({"card": one}, 0),
        ({}, 0),
        (None, 0),
    ):
        assert surcharge_on_page(rules, 10_000, document(), "EUR").amount == expected, rules


def test_a_fixed_amount_is_of_the_own_currency() -> None:
    rules = {"card": {"percentage": 10, "amount": 1}}
    assert surcharge_on(rules, "card", 100, document(currency="USD"), "EUR").amount == 10
    conversion = Conversion(
        id="", origin="JPY", target="EUR", rate=Decimal("0.00625"), date=document().created_at, source="x",
        exponent=2, total=0, total_with_tax=0,
    )  # fmt: skip
    yen = document(currency="JPY", exponent=0, conversion=conversion)
    assert surcharge_on(rules, "card", 1_000, yen, "EUR").amount == 260


def intent(amount: int, surcharge: int, disputed: int = 0) -> Intent:
    fields: dict[str, Any] = dict.fromkeys(Intent.__struct_fields__)
    return Intent(**fields | {"amount": amount, "surcharge": surcharge, "disputed": disputed})


@pytest.mark.parametrize("steps", [(1, 9_999), (3_333, 3_333, 3_334), (5_000, 1, 4_999), (10_000,)])
@pytest.mark.parametrize("surcharge", [1, 99, 175, 10_000])
def test_all_that_goes_back_takes_all_of_the_surcharge(steps: tuple[int, ...], surcharge: int) -> None:
    whole, gone, given = intent(10_000 + surcharge, surcharge), 0, 0
    for step in steps:
        gone += step
        share = surcharge_back(whole, gone, given)
        assert 0 <= share <= surcharge * step // 10_000 + 1
        given += share
    assert given == surcharge


def test_what_is_disputed_is_not_given_back_too() -> None:
    half = intent(11_000, 1_000, disputed=5_500)
    assert surcharge_in(half, 5_500) == 500
    assert surcharge_back(half, 5_000, 0) == 500
    assert surcharge_back(half, 5_001, 500) == 0
    assert surcharge_back(intent(10_000, 0), 10_000, 0) == 0
