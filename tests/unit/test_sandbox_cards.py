"""The sandbox's form: test numbers are taken, real ones and mistyped ones are not."""

from datetime import date

import pytest

from billhook.gateways import sandbox
from billhook.gateways.sandbox.cards import ACCOUNTS, CARDS, MESSAGES

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize("number", sorted(CARDS))
def test_every_test_card_can_be_typed(number: str) -> None:
    cvc = "1234" if number.startswith("37") else "123"
    spaced = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    assert sandbox.fault_of_card(spaced, "12 / 40", cvc, TODAY) == ""


@pytest.mark.parametrize(
    ("number", "expiry", "cvc", "code"),
    [
        ("4242424242424241", "12/40", "123", "incorrect_number"),
        ("4242", "12/40", "123", "incorrect_number"),
        ("", "12/40", "123", "incorrect_number"),
        ("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "12/40", "123", "incorrect_number"),
        ("4929420573595709", "12/40", "123", "live_card"),
        ("4242424242424242", "13/40", "123", "invalid_expiry_month"),
        ("4242424242424242", "1240", "123", "invalid_expiry_month"),
        ("4242424242424242", "10/26", "123", "invalid_expiry_year"),
        ("4242424242424242", "11/26", "123", ""),
        ("4242424242424242", "11/2026", "123", ""),
        ("4242424242424242", "12/40", "99", "invalid_cvc"),
        ("378282246310005", "12/40", "123", "invalid_cvc"),
    ],
)
def test_what_is_wrong_with_a_card(number: str, expiry: str, cvc: str, code: str) -> None:
    assert sandbox.fault_of_card(number, expiry, cvc, TODAY) == code
    assert not code or MESSAGES[code]


@pytest.mark.parametrize("iban", sorted(ACCOUNTS))
def test_every_test_account_can_be_typed_in_euros(iban: str) -> None:
    assert sandbox.fault_of_iban(f" {iban[:4]} {iban[4:].lower()}", "EUR") == ""
    assert sandbox.fault_of_iban(iban, "USD") == "currency_not_euro"


@pytest.mark.parametrize(("iban", "code"), [("BE68539007547034", "live_iban"), ("BE6853", "invalid_iban")])
def test_other_accounts_are_refused(iban: str, code: str) -> None:
    assert sandbox.fault_of_iban(iban, "EUR") == code


def test_every_failure_has_its_words() -> None:
    declined = {card.declined for card in CARDS.values()} | {account.failed for account in ACCOUNTS.values()}
    declined |= {card.challenge.declined for card in CARDS.values() if card.challenge}
    assert declined - {""} - set(MESSAGES) == set()
