"""Countries: what a text means, and the facts an organization takes over from its country."""

import re
from zoneinfo import ZoneInfo

import eu_vat_rates_data
import pycountry
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from billhook.kernel import countries
from billhook.kernel.money import EXPONENT_OF

MEANT = [
    ("Belgium", "BE"),
    ("België", "BE"),
    ("belgie", "BE"),
    ("  BELGIË. ", "BE"),
    ("Belgique", "BE"),
    ("la Belgique", "BE"),
    ("Belgija", "BE"),
    ("Βέλγιο", "BE"),
    ("ΒΕΛΓΙΟ", "BE"),
    ("ベルギー", "BE"),
    ("比利时", "BE"),
    ("Kingdom of Belgium", "BE"),
    ("BE", "BE"),
    ("be", "BE"),
    ("BEL", "BE"),
    ("United Kingdom", "GB"),
    ("the UK", "GB"),
    ("U.K.", "GB"),
    ("Great Britain", "GB"),
    ("England", "GB"),
    ("Großbritannien", "GB"),
    ("Northern Ireland", "GB"),
    ("USA", "US"),
    ("U. S. A.", "US"),
    ("the US", "US"),
    ("United States of America", "US"),
    ("Holland", "NL"),
    ("The Netherlands", "NL"),
    ("Netherlands, The", "NL"),
    ("Netherlands (the)", "NL"),
    ("les Pays-Bas", "NL"),
    ("Korea", "KR"),
    ("Korea, Republic of", "KR"),
    ("Korea, Democratic People's Republic of", "KP"),
    ("Macedonia", "MK"),
    ("Czech Republic", "CZ"),
    ("Czechia", "CZ"),
    ("Česká republika", "CZ"),
    ("Ivory Coast", "CI"),
    ("Cote d’Ivoire", "CI"),
    ("Slovenija", "SI"),
    ("Republic of Slovenia", "SI"),
    ("Slovakia", "SK"),
    ("Österreich", "AT"),
    ("Oesterreich", "AT"),
    ("Áo", "AT"),
    ("AO", "AO"),
    ("EL", "GR"),
    ("Ireland", "IE"),
    ("Irland", "IE"),
    ("Turkey", "TR"),
    ("Türkiye", "TR"),
    ("l'Italie", "IT"),
    ("Łotwa", "LV"),
    ("Dominica", "DM"),
    ("Dominican Republic", "DO"),
    ("Niger", "NE"),
    ("Nigeria", "NG"),
    ("Bosnia & Herzegovina", "BA"),
    ("DR Congo", "CD"),
    ("Congo, The Democratic Republic of the", "CD"),
    ("Republic of the Congo", "CG"),
    ("El Salvador", "SV"),
    ("Kosovo", "XK"),
    ("República de Moçambique", None),
    ("Congo", None),
    ("Virgin Islands", None),
    ("Northern Cyprus", None),
    ("Atlantis", None),
    ("ZZ", None),
    ("XX", None),
    ("", None),
    (" . ", None),
    ("x" * 10_000, None),
]


@pytest.mark.parametrize(("term", "alpha2"), MEANT)
def test_a_text_means_a_country(term: str, alpha2: str | None):
    found = countries.match(term)
    assert (found.alpha2 if found else None) == alpha2


def iso_names() -> list[tuple[str, str]]:
    kinds = ("name", "official_name", "common_name", "alpha_2", "alpha_3")
    return sorted(
        {(name, c.alpha_2) for c in pycountry.countries for kind in kinds if (name := getattr(c, kind, None))}
    )


def test_every_iso_name_and_code_is_understood_but_the_one_that_two_countries_share():
    missed = {
        name for name, alpha2 in iso_names() if (found := countries.match(name)) is None or found.alpha2 != alpha2
    }
    assert missed == {"Congo"}


@pytest.mark.parametrize("country", countries.all_countries(), ids=lambda country: country.alpha2)
def test_a_country_is_found_by_each_of_its_names(country: countries.Country):
    names = {country.name, country.native_name, country.alpha2, country.alpha3}
    names |= {countries.name_in(country.alpha2, language) for language in LANGUAGES}
    names -= {"Congo", "Kongo"}  # said of two countries, though Spanish and Polish print it for one
    assert {countries.match(name) for name in names} == {country}


@given(st.text())
def test_any_text_means_a_country_or_nothing(term: str):
    found = countries.match(term)
    assert found is None or countries.get(found.alpha2) is found


@given(
    st.sampled_from(countries.all_countries()),
    st.sampled_from([str.upper, str.lower, str.title, "  {}. ".format, "The {}".format]),
)
def test_case_and_trimmings_do_not_matter(country: countries.Country, dressed):
    assert countries.match(dressed(country.name)) is country


def test_codes_are_those_of_iso_3166_and_kosovo():
    ours = {(c.alpha2, c.alpha3, c.numeric) for c in countries.all_countries()}
    assert ours == {(c.alpha_2, c.alpha_3, c.numeric) for c in pycountry.countries} | {("XK", "XKX", "")}


def test_countries_are_sorted_and_complete():
    codes = [country.alpha2 for country in countries.all_countries()]
    assert codes == sorted(codes)
    assert len(codes) == 250


@pytest.mark.parametrize("country", countries.all_countries(), ids=lambda country: country.alpha2)
def test_what_an_organization_takes_over_is_usable(country: countries.Country):
    locale = Locale.parse(country.locale, sep="-")
    assert locale.territory == (None if country.alpha2 in UNINHABITED else country.alpha2)
    assert country.languages[0] == country.locale.split("-")[0]
    assert len(set(country.languages)) == len(country.languages)
    assert all(re.fullmatch("[a-z]{2,3}", language) for language in country.languages)
    assert ZoneInfo(country.timezone).key == country.timezone
    assert country.currency in {*EXPONENT_OF, *WITHOUT_EXPONENT}
    assert country.name.strip()
    assert country.native_name.strip()


UNINHABITED = {"AQ", "BV", "HM", "TF"}  # no locale of their own in CLDR
WITHOUT_EXPONENT = {"XCG"}  # the Caribbean guilder of Curaçao and Sint Maarten, since 2025-03-31

FACTS = [
    ("BE", "EUR", "nl-BE", "Europe/Brussels", "EU", ("nl", "fr", "de")),
    ("BG", "EUR", "bg-BG", "Europe/Sofia", "EU", ("bg",)),
    ("HR", "EUR", "hr-HR", "Europe/Zagreb", "EU", ("hr",)),
    ("CH", "CHF", "de-CH", "Europe/Zurich", "", ("de", "fr", "it")),
    ("LU", "EUR", "fr-LU", "Europe/Luxembourg", "EU", ("fr", "lb", "de")),
    ("FI", "EUR", "fi-FI", "Europe/Helsinki", "EU", ("fi", "sv")),
    ("MT", "EUR", "en-MT", "Europe/Malta", "EU", ("en", "mt")),
    ("NO", "NOK", "nb-NO", "Europe/Oslo", "", ("nb", "nn")),
    ("RS", "RSD", "sr-Latn-RS", "Europe/Belgrade", "", ("sr",)),
    ("GB", "GBP", "en-GB", "Europe/London", "", ("en",)),
    ("US", "USD", "en-US", "America/New_York", "", ("en",)),
    ("RU", "RUB", "ru-RU", "Europe/Moscow", "", ("ru",)),
    ("AU", "AUD", "en-AU", "Australia/Sydney", "", ("en",)),
    ("BR", "BRL", "pt-BR", "America/Sao_Paulo", "", ("pt",)),
    ("CA", "CAD", "en-CA", "America/Toronto", "", ("en", "fr")),
    ("MX", "MXN", "es-MX", "America/Mexico_City", "", ("es",)),
    ("ES", "EUR", "es-ES", "Europe/Madrid", "EU", ("es",)),
    ("PT", "EUR", "pt-PT", "Europe/Lisbon", "EU", ("pt",)),
    ("CN", "CNY", "zh-CN", "Asia/Shanghai", "", ("zh",)),
]


@pytest.mark.parametrize(("alpha2", "currency", "locale", "timezone", "union", "languages"), FACTS)
def test_facts(alpha2, currency, locale, timezone, union, languages):
    country = countries.get(alpha2)
    assert country is not None
    assert (country.currency, country.locale, country.timezone) == (currency, locale, timezone)
    assert (country.union, country.languages) == (union, languages)


def test_the_union_and_its_currencies_are_those_of_the_oracle():
    theirs = {code: (row["eu_member"], row["currency"]) for code, row in eu_vat_rates_data.get_all_rates().items()}
    del theirs["XI"]  # no country
    found = {code: countries.get(code) for code in theirs}
    assert {code: (c.union == "EU", c.currency) for code, c in found.items() if c} == theirs
    assert sum(country.union == "EU" for country in countries.all_countries()) == 27


LANGUAGES = "en de fr nl es it sl hr cs sk sr pl pt".split()

NAMES = [
    ("BE", "en", "Belgium"),
    ("BE", "nl", "België"),
    ("BE", "nl-BE", "België"),
    ("BE", "fr_BE", "Belgique"),
    ("BE", "DE", "Belgien"),
    ("BE", "sl", "Belgija"),
    ("RS", "sr", "Srbija"),
    ("CI", "fr", "Côte d'Ivoire"),
    ("HK", "en", "Hong Kong"),
    ("DE", "ja", "Germany"),
    ("DE", "", "Germany"),
]


@pytest.mark.parametrize(("alpha2", "language", "name"), NAMES)
def test_a_name_in_a_language(alpha2: str, language: str, name: str):
    assert countries.name_in(alpha2, language) == name


def test_no_name_for_what_is_no_country():
    with pytest.raises(KeyError):
        countries.name_in("XX", "en")


@pytest.mark.parametrize("code", ["be", "BEL", "UK", "XX", ""])
def test_get_takes_alpha2_codes_only(code: str):
    assert countries.get(code) is None


def test_aliases_name_countries_and_contradict_none_of_each_other():
    pairs = [(countries.key_of(a), code) for code, aliases in countries._ALIASES.items() for a in aliases.split(",")]
    assert all(key for key, _ in pairs)
    assert len({key for key, _ in pairs}) == len(set(pairs))
    assert all(countries.get(code) for _, code in pairs)
