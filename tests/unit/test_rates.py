"""Tax rates of countries: dated history, labels, and the present against an independent table."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import eu_vat_rates_data
import pytest

from billhook.catalog import rates
from billhook.kernel import countries

ORACLE_DAY = date.fromisoformat(eu_vat_rates_data.data_version)
"""The day the oracle speaks of; comparing on the day of the test would fail when a future rate of ours comes into force."""

EU_AND_NEIGHBOURS = [c.alpha2 for c in countries.all_countries() if c.union == "EU"] + "CH GB IS LI MC NO RS XI".split()


def found(alpha2: str, classification: str, day: str, language: str | None = None) -> list[str]:
    """Return the labels of a country's taxes of one classification on a day, leaving out those not yet there."""
    on = date.fromisoformat(day)
    taxes = [tax for tax in rates.taxes_of(alpha2, language) if tax.classification == classification]
    return [rates.label(tax.abbreviation, rates.at(tax, on)) for tax in taxes if tax.rates[-1].valid_from <= on]


HISTORY = [
    ("BE", "standard", "2023-04-30", ["BTW 21%"]),
    ("BE", "reduced", "2023-04-30", ["BTW 12%", "BTW 6%"]),
    ("DE", "standard", "2020-06-30", ["USt 19%"]),
    ("DE", "standard", "2020-07-01", ["USt 16%"]),
    ("DE", "reduced", "2020-12-31", ["USt 5%"]),
    ("DE", "standard", "2020-12-31", ["USt 16%"]),
    ("DE", "standard", "2021-01-01", ["USt 19%"]),
    ("DE", "reduced", "2021-01-01", ["USt 7%"]),
    ("DE", "zero", "2022-12-31", []),
    ("DE", "zero", "2023-01-01", ["USt 0%"]),
    ("EE", "standard", "2023-12-31", ["KM 20%"]),
    ("EE", "standard", "2024-01-01", ["KM 22%"]),
    ("EE", "standard", "2025-06-30", ["KM 22%"]),
    ("EE", "standard", "2025-07-01", ["KM 24%"]),
    ("EE", "reduced", "2024-12-31", ["KM 9%"]),
    ("EE", "reduced", "2025-01-01", ["KM 13%", "KM 9%"]),
    ("LU", "standard", "2022-12-31", ["TVA 17%"]),
    ("LU", "standard", "2023-12-31", ["TVA 16%"]),
    ("LU", "standard", "2024-01-01", ["TVA 17%"]),
    ("LU", "parking", "2023-06-01", ["TVA 13%"]),
    ("LU", "reduced", "2023-06-01", ["TVA 7%"]),
    ("IE", "standard", "2020-08-31", ["VAT 23%"]),
    ("IE", "standard", "2020-09-01", ["VAT 21%"]),
    ("IE", "standard", "2021-03-01", ["VAT 23%"]),
    ("SK", "standard", "2024-12-31", ["DPH 20%"]),
    ("SK", "standard", "2025-01-01", ["DPH 23%"]),
    ("SK", "reduced", "2022-12-31", ["DPH 10%"]),
    ("SK", "reduced", "2025-01-01", ["DPH 19%", "DPH 5%"]),
    ("FI", "standard", "2024-08-31", ["ALV 24%"]),
    ("FI", "standard", "2024-09-01", ["ALV 25.5%"]),
    ("FI", "reduced", "2025-12-31", ["ALV 14%", "ALV 10%"]),
    ("FI", "reduced", "2026-01-01", ["ALV 13.5%", "ALV 10%"]),
    ("CH", "standard", "2017-12-31", ["MWST 8%"]),
    ("CH", "standard", "2018-01-01", ["MWST 7.7%"]),
    ("CH", "standard", "2024-01-01", ["MWST 8.1%"]),
    ("CH", "reduced", "2023-12-31", ["MWST 3.7%", "MWST 2.5%"]),
    ("CH", "reduced", "2024-01-01", ["MWST 3.8%", "MWST 2.6%"]),
    ("RO", "standard", "2015-12-31", ["TVA 24%"]),
    ("RO", "standard", "2016-01-01", ["TVA 20%"]),
    ("RO", "standard", "2017-01-01", ["TVA 19%"]),
    ("RO", "standard", "2025-08-01", ["TVA 21%"]),
    ("RO", "reduced", "2025-08-01", ["TVA 11%"]),
    ("GR", "standard", "2016-05-31", ["ΦΠΑ 23%"]),
    ("GR", "standard", "2016-06-01", ["ΦΠΑ 24%"]),
    ("NL", "reduced", "2018-12-31", ["BTW 6%"]),
    ("NL", "reduced", "2019-01-01", ["BTW 9%"]),
    ("CZ", "reduced", "2023-12-31", ["DPH 15%"]),
    ("CZ", "reduced", "2024-01-01", ["DPH 12%"]),
    ("SI", "reduced", "2019-12-31", ["DDV 9.5%"]),
    ("SI", "reduced", "2020-01-01", ["DDV 9.5%", "DDV 5%"]),
    ("LT", "reduced", "2026-01-01", ["PVM 12%", "PVM 5%"]),
    ("NO", "reduced", "2020-04-01", ["MVA 15%", "MVA 6%"]),
    ("NO", "reduced", "2021-10-01", ["MVA 15%", "MVA 12%"]),
    ("AT", "reduced", "2015-12-31", ["USt 10%"]),
    ("AT", "super-reduced", "2026-07-01", ["USt 4.9%"]),
    ("GB", "zero", "2026-01-01", ["VAT 0%"]),
    ("RS", "standard", "2026-01-01", ["PDV 20%"]),
    ("GB", "standard", "1970-01-01", ["VAT 20%"]),
]


@pytest.mark.parametrize(("alpha2", "classification", "day", "labels"), HISTORY)
def test_history(alpha2: str, classification: str, day: str, labels: list[str]):
    assert found(alpha2, classification, day) == labels


UNLIKE_THE_ORACLE: dict[str, tuple[str, str]] = {
    # country: (rates only the oracle has, rates only we have), and why
    "AT": ("19", ""),  # Jungholz and Mittelberg only
    "FR": ("0.9 1.05 8.5 13", ""),  # overseas departments and Corsica only
    "GR": ("4 17", ""),  # Aegean islands only
    "IE": ("", "4.8"),  # livestock, section 46(1)(d) VATCA 2010
    "PT": ("16 22", ""),  # Azores and Madeira only
}


def of_oracle(row: dict[str, Any]) -> set[Decimal]:
    several = [row["standard"], *row["reduced"], row["super_reduced"], row["parking"]]
    return {Decimal(str(rate)) for rate in several if rate is not None}


@pytest.mark.parametrize("alpha2", EU_AND_NEIGHBOURS)
def test_the_present_agrees_with_an_independent_table(alpha2: str):
    row: Any = eu_vat_rates_data.get_rate(alpha2)
    taxes = rates.taxes_of(alpha2)
    ours = {rates.at(tax, ORACLE_DAY) for tax in taxes if tax.classification != "zero"}
    only_theirs, only_ours = (set(map(Decimal, text.split())) for text in UNLIKE_THE_ORACLE.get(alpha2, ("", "")))
    assert (of_oracle(row) - ours, ours - of_oracle(row)) == (only_theirs, only_ours)
    assert rates.at(taxes[0], ORACLE_DAY) == Decimal(str(row["standard"]))


NAMES = [
    ("BE", None, "Belasting over de toegevoegde waarde", "BTW"),
    ("BE", "nl", "Belasting over de toegevoegde waarde", "BTW"),
    ("BE", "nl-BE", "Belasting over de toegevoegde waarde", "BTW"),
    ("BE", "fr", "Taxe sur la valeur ajoutée", "TVA"),
    ("BE", "fr_BE", "Taxe sur la valeur ajoutée", "TVA"),
    ("BE", "de", "Mehrwertsteuer", "MwSt"),
    ("BE", "ja", "Belasting over de toegevoegde waarde", "BTW"),
    ("CH", None, "Mehrwertsteuer", "MWST"),
    ("CH", "fr", "Taxe sur la valeur ajoutée", "TVA"),
    ("CH", "it", "Imposta sul valore aggiunto", "IVA"),
    ("LU", None, "Taxe sur la valeur ajoutée", "TVA"),
    ("LU", "de", "Mehrwertsteuer", "MwSt"),
    ("FI", "sv", "Mervärdesskatt", "Moms"),
    ("CY", None, "Φόρος Προστιθέμενης Αξίας", "ΦΠΑ"),
    ("MT", None, "Value Added Tax", "VAT"),
    ("SI", None, "Davek na dodano vrednost", "DDV"),
    ("XI", None, "Value Added Tax", "VAT"),
    ("MC", None, "Taxe sur la valeur ajoutée", "TVA"),
    ("LI", "fr", "Mehrwertsteuer", "MWST"),
]


@pytest.mark.parametrize(("alpha2", "language", "name", "abbreviation"), NAMES)
def test_names_are_local(alpha2: str, language: str | None, name: str, abbreviation: str):
    assert {(tax.name, tax.abbreviation) for tax in rates.taxes_of(alpha2, language)} == {(name, abbreviation)}


def test_the_default_language_is_the_one_of_the_countrys_locale():
    for alpha2 in set(EU_AND_NEIGHBOURS) - {"XI"}:
        country = countries.get(alpha2)
        assert country is not None
        assert rates.taxes_of(alpha2) == rates.taxes_of(alpha2, country.locale)
        assert next(iter(rates._table()[alpha2]["labels"])) == country.languages[0]


@pytest.mark.parametrize(("other", "same"), [("XI", "GB"), ("MC", "FR"), ("LI", "CH")])
def test_some_share_the_taxes_of_a_neighbour(other: str, same: str):
    assert rates.taxes_of(other) == rates.taxes_of(same)


@pytest.mark.parametrize("alpha2", ["US", "CA", "JP", "XX", "be", ""])
def test_others_have_none(alpha2: str):
    assert rates.taxes_of(alpha2) == ()


def test_the_table_holds_just_these_countries_and_known_words():
    assert set(rates._table()) == set(EU_AND_NEIGHBOURS)
    words = {word for country in rates._table().values() for word in country}
    assert words <= {"labels", "same_as", *rates._CLASSIFICATIONS}


@pytest.mark.parametrize("alpha2", EU_AND_NEIGHBOURS)
def test_shape(alpha2: str):
    taxes = rates.taxes_of(alpha2)
    assert [tax.classification for tax in taxes].count("standard") == 1
    assert taxes[0].classification == "standard"
    assert all(tax.recoverable and not tax.compound for tax in taxes)
    for tax in taxes:
        for newer, older in pairwise(tax.rates):
            assert newer.valid_from > older.valid_from > date(1969, 12, 31)
            assert newer.rate != older.rate
        assert all(0 <= step.rate < 30 for step in tax.rates)
        assert all((step.rate == 0) == (tax.classification == "zero") for step in tax.rates)
    now = [rates.at(tax, ORACLE_DAY) for tax in taxes]
    assert len(set(now)) == len(now)


def test_before_its_first_day_a_tax_has_no_rate():
    (tax,) = (tax for tax in rates.taxes_of("SI") if rates.at(tax, ORACLE_DAY) == 5)
    with pytest.raises(LookupError, match="2020-01-01"):
        rates.at(tax, date(2019, 12, 31))


@pytest.mark.parametrize("history", ["21%", "21 since 2020-01-01", "21 from 2020-13-01", "21,6", ""])
def test_a_misspelt_history_is_refused(history: str):
    with pytest.raises(ValueError):
        rates._steps(history)


@pytest.mark.parametrize(
    ("rate", "text"), [("9.50", "BTW 9.5%"), ("21.0", "BTW 21%"), ("100", "BTW 100%"), ("0", "BTW 0%")]
)
def test_a_label_has_no_trailing_zeros(rate: str, text: str):
    assert rates.label("BTW", Decimal(rate)) == text
