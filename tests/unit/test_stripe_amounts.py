"""Stripe's amounts and keys: its units are not always ours, and its keys say by themselves what they are."""

import pytest

from billhook.gateways import Refused
from billhook.gateways.stripe import Keys, faults_of_keys, masked, put_right
from billhook.gateways.stripe.amounts import fee_to_wire, from_wire, to_wire
from billhook.kernel.money import EXPONENT_OF
from billhook.settings import load


@pytest.mark.parametrize(
    ("minor", "currency", "wire"),
    [
        (12_100, "EUR", 12_100),
        (5_000, "JPY", 5_000),
        (5_120, "KWD", 5_120),
        (300, "ISK", 30_000),
        (7_000, "UGX", 700_000),
        (50_000, "MGA", 500),
        (2_500, "HUF", 2_500),
        (1_000, "IQD", 100),
    ],
)
def test_amounts_are_in_stripes_units_and_come_back(minor: int, currency: str, wire: int) -> None:
    assert to_wire(minor, currency) == wire
    assert from_wire(wire, currency) == minor


@pytest.mark.parametrize(("minor", "currency"), [(5_121, "KWD"), (50_001, "MGA"), (1_001, "IQD")])
def test_what_stripe_cannot_count_is_refused_and_a_fee_of_it_cut(minor: int, currency: str) -> None:
    with pytest.raises(Refused):
        to_wire(minor, currency)
    assert from_wire(fee_to_wire(minor, currency), currency) == minor - 1


def test_every_currency_survives_the_journey() -> None:
    for currency in EXPONENT_OF:
        assert from_wire(to_wire(123_400, currency), currency) == 123_400, currency


def test_keys_are_told_apart_by_how_they_begin() -> None:
    assert put_right("pk_test_1", "sk_test_2") == put_right(" sk_test_2 ", "pk_test_1") == ("sk_test_2", "pk_test_1")
    assert put_right("pk_test_1", "rk_test_2") == ("rk_test_2", "pk_test_1")
    assert faults_of_keys("sk_test_2", "pk_test_1") == []
    assert [name for name, _ in faults_of_keys("pk_test_1", "pk_test_1")] == ["privateKey"]
    assert [name for name, _ in faults_of_keys("sk_live_2", "pk_test_1")] == ["publicKey"]
    assert [name for name, _ in faults_of_keys("sk_test_ü", "pk test")] == ["privateKey", "publicKey"]


@pytest.mark.parametrize(
    ("key", "shown"),
    [("sk_test_0123456789abcd", "sk_test_…abcd"), ("sk_live_1", "sk_live_…"), ("sk_...", "sk_…"), ("", "_…")],
)
def test_a_key_is_shown_by_its_ends(key: str, shown: str) -> None:
    assert masked(key) == shown


def test_keys_are_an_accounts_own_or_the_operators_and_never_shown() -> None:
    settings = load({"BILLHOOK_STRIPE_SECRET_KEY": "sk_live_operators", "BILLHOOK_STRIPE_CHARGE_TYPE": "direct"})
    theirs = Keys.of({}, settings)
    assert (theirs.secret, theirs.live, theirs.direct) == ("sk_live_operators", True, True)
    own = Keys.of({"secret_key": "sk_test_x_secret", "publishable_key": "p", "charge_type": "destination"}, settings)
    assert (own.secret, own.live, own.direct) == ("sk_test_x_secret", False, False)
    assert "x_secret" not in repr(own)
    assert "operators" not in repr(settings)
    with pytest.raises(Refused):
        Keys.of({}, load({}))
