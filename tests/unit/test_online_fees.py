"""What is kept of a payment made online, and what of that goes back with a refund: to the minor unit."""

from decimal import Decimal

import pytest

from billhook.processing.shares import fee_given_back, fees


@pytest.mark.parametrize(
    ("amount", "application", "operator", "expected"),
    [
        (10_000, "1", "0", (100, 0)),
        (10_000, "1", "0.15", (100, 15)),
        (50, "1", "0", (1, 0)),  # half a cent is one
        (49, "1", "0", (0, 0)),
        (100, "0.5", "0.5", (0, 1)),  # rounded once: two halves of a cent are not two cents
        (3_333, "1.5", "0.5", (50, 17)),
        (1, "99", "99", (0, 1)),  # never above the amount
        (10**17, "0.0001", "0", (10**11, 0)),
    ],
)
def test_both_fees_are_rounded_as_one(amount: int, application: str, operator: str, expected: tuple[int, int]) -> None:
    assert fees(amount, Decimal(application), Decimal(operator)) == expected


def given_back(fee: int, *steps: tuple[str, int, bool]) -> list[int]:
    """What goes back of a fee on 100 with each refund: its policy, its amount, and whether it goes through."""
    refunded, given, found = 0, 0, []
    for policy, wanted, goes in steps:
        back = fee_given_back(policy, 100, fee, refunded=refunded, given=given, wanted=wanted)
        found.append(back)
        refunded, given = refunded + wanted * goes, given + back * goes
    return found


@pytest.mark.parametrize("fee", range(12))
@pytest.mark.parametrize("policy", ["keep", "pro_rata", "full"])
def test_shares_add_up_to_the_fee(policy: str, fee: int) -> None:
    for first in range(1, 99):
        back = given_back(fee, (policy, first, True), (policy, 1, True), (policy, 99 - first, True))
        assert sum(back) == (0 if policy == "keep" else fee)


@pytest.mark.parametrize(
    ("fee", "steps", "expected"),
    [
        (7, [("pro_rata", 50, False), ("pro_rata", 50, True), ("pro_rata", 50, True)], [3, 3, 4]),
        (7, [("pro_rata", 50, True), ("pro_rata", 50, False), ("pro_rata", 50, True)], [3, 4, 4]),
        (10, [("pro_rata", 50, True), ("full", 50, True)], [5, 5]),
        (10, [("keep", 50, True), ("full", 50, True)], [0, 10]),
        (10, [("keep", 50, True), ("pro_rata", 50, True)], [0, 5]),
    ],
)
def test_no_more_goes_back_than_was_kept(fee: int, steps: list[tuple[str, int, bool]], expected: list[int]) -> None:
    assert given_back(fee, *steps) == expected


@pytest.mark.parametrize("first", range(1, 100))
def test_a_refund_that_fails_leaves_the_rest_to_the_others(first: int) -> None:
    """The first is under way while the second is decided, fails, and is asked for again."""
    fee = 7
    one = fee_given_back("pro_rata", 100, fee, refunded=0, given=0, wanted=first)
    two = fee_given_back("pro_rata", 100, fee, refunded=first, given=one, wanted=100 - first)
    again = fee_given_back("pro_rata", 100, fee, refunded=100 - first, given=two, wanted=first)
    assert two + again == fee
