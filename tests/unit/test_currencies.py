"""Currencies: their names and symbols, and that they are the ones money knows."""

import pycountry
import pytest

from billhook.kernel import currencies
from billhook.kernel.money import EXPONENT_OF

KNOWN = [
    ("EUR", "Euro", "euros", "€", "€", 2),
    ("USD", "US Dollar", "US dollars", "$", "$", 2),
    ("AUD", "Australian Dollar", "Australian dollars", "A$", "$", 2),
    ("JPY", "Japanese Yen", "Japanese yen", "¥", "¥", 0),
    ("KWD", "Kuwaiti Dinar", "Kuwaiti dinars", "KWD", "د.ك.", 3),
    ("CHF", "Swiss Franc", "Swiss francs", "CHF", "CHF", 2),
    ("CZK", "Czech Koruna", "Czech korunas", "CZK", "Kč", 2),
    ("PLN", "Polish Zloty", "Polish zlotys", "PLN", "zł", 2),
    ("GBP", "British Pound", "British pounds", "£", "£", 2),
    ("CVE", "Cape Verdean Escudo", "Cape Verdean escudos", "CVE", "CVE", 2),
]


@pytest.mark.parametrize(("code", "name", "name_plural", "symbol", "symbol_native", "decimal_digits"), KNOWN)
def test_a_currency(code, name, name_plural, symbol, symbol_native, decimal_digits):
    found = currencies.get(code)
    assert found == currencies.Currency(code, name, name_plural, symbol, symbol_native, decimal_digits, "fiat")


def test_they_are_the_currencies_documents_may_be_in():
    found = currencies.all_currencies()
    assert [currency.code for currency in found] == sorted(EXPONENT_OF)
    assert {currency.code: currency.decimal_digits for currency in found} == EXPONENT_OF


def test_codes_are_iso_4217():
    withdrawn = {"ANG", "BGN"}
    assert {c.code for c in currencies.all_currencies()} - {c.alpha_3 for c in pycountry.currencies} <= withdrawn


@pytest.mark.parametrize("currency", currencies.all_currencies(), ids=lambda currency: currency.code)
def test_every_text_is_there_and_printable(currency: currencies.Currency):
    for text in (currency.name, currency.name_plural, currency.symbol, currency.symbol_native):
        assert text
        assert text.isprintable()
        assert text == text.strip()


@pytest.mark.parametrize("code", ["eur", "HRK", "XAU", "BTC", ""])
def test_others_are_unknown(code: str):
    assert currencies.get(code) is None
