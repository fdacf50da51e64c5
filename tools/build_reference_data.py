"""Build the generated JSON of `billhook.kernel.data`: `python tools/build_reference_data.py [--check]`.

From Babel's CLDR and from tzdata; the same Babel and tzdata give the same bytes. With `--check` nothing is written and
the exit status says whether the files are up to date. What Babel does not know yet, or knows too well, is overruled by
the tables at the top.
"""

import json
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages
from babel.localedata import locale_identifiers
from babel.numbers import get_currency_name, get_territory_currencies

from billhook.kernel.countries import key_of
from billhook.kernel.money import EXPONENT_OF

DATA = Path(__file__).parent.parent / "src/billhook/kernel/data"
LANGUAGES = "en de fr nl es it sl hr cs sk sr_Latn pl pt".split()
"""The languages documents are printed in; Serbian in Latin letters, as its invoices mostly are."""

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())

NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
"""Two-letter territories of CLDR that ISO 3166-1 does not list. Kosovo (XK) stays: people live and trade there."""

ENGLISH = {
    "AG": "Antigua and Barbuda",
    "BA": "Bosnia and Herzegovina",
    "BL": "Saint Barthélemy",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
    "CI": "Côte d'Ivoire",
    "GS": "South Georgia and the South Sandwich Islands",
    "HK": "Hong Kong",
    "HM": "Heard Island and McDonald Islands",
    "KN": "Saint Kitts and Nevis",
    "LC": "Saint Lucia",
    "MF": "Saint Martin",
    "MM": "Myanmar",
    "MO": "Macao",
    "PM": "Saint Pierre and Miquelon",
    "PS": "Palestine",
    "SH": "Saint Helena",
    "SJ": "Svalbard and Jan Mayen",
    "ST": "São Tomé and Príncipe",
    "TC": "Turks and Caicos Islands",
    "TT": "Trinidad and Tobago",
    "UM": "United States Minor Outlying Islands",
    "VC": "Saint Vincent and the Grenadines",
    "VI": "United States Virgin Islands",
    "WF": "Wallis and Futuna",
}
"""Names as an address wants them: no ampersands, abbreviations, "SAR China" or brackets."""

NATIVE = {"HK": "香港", "MO": "澳門"}

CODES = {
    "CD": ("COD", "180"),
    "CW": ("CUW", "531"),
    "CZ": ("CZE", "203"),
    "DE": ("DEU", "276"),
    "ET": ("ETH", "231"),
    "FM": ("FSM", "583"),
    "FR": ("FRA", "250"),
    "JE": ("JEY", "832"),
    "MM": ("MMR", "104"),
    "RS": ("SRB", "688"),
    "RU": ("RUS", "643"),
    "SA": ("SAU", "682"),
    "SD": ("SDN", "729"),
    "TL": ("TLS", "626"),
    "XK": ("XKX", ""),
    "YE": ("YEM", "887"),
}
"""Where CLDR also maps withdrawn ISO 3166-1 codes (DDR, SUN, YUG …) to a country; and Kosovo's customary one."""

CURRENCY = {
    "AQ": "USD",  # has none; its bases settle in dollars
    "BG": "EUR",  # since 2026-01-01
    "BT": "BTN",
    "HR": "EUR",  # since 2023-01-01
    "LS": "LSL",
    "NA": "NAD",
}
"""Where Babel is late, or lists a neighbour's currency before the country's own."""

LOCALE = {
    **dict.fromkeys("AQ GH HM IN KE LS MT NA PG PH PK UG ZW".split(), "en"),
    **dict.fromkeys("BI CF ML NE SN TF".split(), "fr"),
    **dict.fromkeys("BQ CW".split(), "nl"),
    "BV": "nb",
    "PY": "es",
    "RS": "sr_Latn",
}
"""Where the likely language is not the one invoices are written in, or CLDR formats nothing in it."""

ZONE = {
    "AQ": "Antarctica/McMurdo",
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "BV": "Europe/Oslo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "HM": "Indian/Kerguelen",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UM": "Pacific/Wake",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",
}
"""The zone of most people or of the capital, for every country with several in tzdata, or with none."""

AMBIGUOUS = ("Congo", "Kongo")
"""Names CLDR gives to one country in some languages although people say them of two."""

CURRENCY_HOME = {"ANG": "CW", "EUR": "DE", "XAF": "CM", "XCD": "AG", "XCG": "CW", "XOF": "SN", "XPF": "PF"}
"""Where a currency is at home whose code does not begin with its country's."""


def territories() -> list[str]:
    """Return the alpha-2 codes of all countries, sorted."""
    codes = map(str, Locale("en").territories)
    return sorted(code for code in codes if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES)


def iso_codes(alpha2: str) -> tuple[str, str]:
    """Return alpha-3 and numeric code of a country; fails when CLDR is ambiguous and CODES does not decide."""
    if alpha2 in CODES:
        return CODES[alpha2]
    aliases = [alias for alias, targets in get_global("territory_aliases").items() if targets == [alpha2]]
    (alpha3,) = (a for a in aliases if len(a) == 3 and a.isalpha())
    (numeric,) = (a for a in aliases if a.isdigit())
    return alpha3, numeric


def locale_of(alpha2: str) -> Locale:
    """Return the locale of business in a country."""
    if alpha2 in LOCALE:
        language, _, script = LOCALE[alpha2].partition("_")
        return Locale(language, alpha2, script or None) if exists(LOCALE[alpha2], alpha2) else Locale(language)
    return Locale.parse(f"und_{alpha2}", resolve_likely_subtags=True)


def exists(language: str, alpha2: str) -> bool:
    """Return whether CLDR has a locale of its own for a language in a country."""
    try:
        Locale.parse(f"{language}_{alpha2}")
    except UnknownLocaleError:
        return False
    return True


def tag(alpha2: str, locale: Locale) -> str:
    """Return the shortest BCP 47 tag: no script where it is the likely one, no country where CLDR has none of it."""
    if locale.territory is None:
        return str(locale.language)
    likely = get_global("likely_subtags").get(f"{locale.language}_{alpha2}", "") or get_global("likely_subtags").get(
        locale.language, ""
    )
    script = f"-{locale.script}" if locale.script and locale.script not in likely else ""
    return f"{locale.language}{script}-{alpha2}"


def official_languages(alpha2: str, main: str) -> list[str]:
    """Return the official languages, the main one first; scripts and the umbrella `no` dropped."""
    found = [language.partition("_")[0] for language in get_official_languages(alpha2, de_facto=True)]
    return list(dict.fromkeys([main, *(language for language in found if language not in {"no", "gsw"})]))


def zones() -> dict[str, str]:
    """Return the main zone of every country; fails when tzdata has several and ZONE does not decide."""
    found = defaultdict(list)
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            alpha2, _, zone, *_ = line.split("\t")
            found[alpha2].append(zone)
    undecided = {alpha2 for alpha2, several in found.items() if len(several) > 1} - set(ZONE)
    if undecided:
        message = f"several zones and none chosen: {sorted(undecided)}"
        raise SystemExit(message)
    return {alpha2: several[0] for alpha2, several in found.items()} | ZONE


def countries() -> list[dict[str, object]]:
    """Return the rows of countries.json."""
    zone_of = zones()
    rows: list[dict[str, object]] = []
    for alpha2 in territories():
        alpha3, numeric = iso_codes(alpha2)
        locale = locale_of(alpha2)
        name = ENGLISH.get(alpha2, Locale("en").territories[alpha2])
        native = name if locale.language == "en" else locale.territories.get(alpha2, name)
        rows.append(
            {
                "alpha2": alpha2,
                "alpha3": alpha3,
                "numeric": numeric,
                "name": plain(name),
                "native_name": plain(NATIVE.get(alpha2, native)),
                "currency": CURRENCY.get(alpha2) or get_territory_currencies(alpha2)[0],
                "locale": tag(alpha2, locale),
                "timezone": zone_of[alpha2],
                "union": "EU" if alpha2 in EU else "",
                "languages": official_languages(alpha2, locale.language),
            }
        )
    return rows


def plain(name: str) -> str:
    """Return a name with a typewriter's apostrophe, which every font and every matching program has."""
    return name.replace("’", "'")


def names() -> dict[str, dict[str, str]]:
    """Return the names of all countries in each of LANGUAGES."""
    result = {}
    for language in LANGUAGES:
        of = dict(Locale.parse(language).territories) | (ENGLISH if language == "en" else {})
        result[language.partition("_")[0]] = {alpha2: plain(of[alpha2]) for alpha2 in territories()}
    return result


def index() -> dict[str, str]:
    """Return the keys of all names by country, joined by `|`.

    A key that means two countries is decided by English, then by the languages we print and the countries' own names,
    then by the main languages of countries, then by all others; one undecided on its first tier is left out.
    """
    wanted = set(territories())
    rows = countries()
    native = [(str(row["alpha2"]), str(row["native_name"])) for row in rows]
    main = sorted({str(row["locale"]).partition("-")[0] for row in rows})
    tiers = [
        [*Locale("en").territories.items(), *ENGLISH.items()],
        [*native, *territory_names(LANGUAGES)],
        territory_names(main),
        territory_names(sorted(locale_identifiers())),
    ]
    decided: dict[str, str | None] = dict.fromkeys(map(key_of, AMBIGUOUS))
    for tier in tiers:
        found = defaultdict(set)
        for alpha2, name in tier:
            if alpha2 in wanted:
                found[key_of(name)].add(alpha2)
        for key, meant in found.items():
            decided.setdefault(key, meant.pop() if len(meant) == 1 else None)
    print("ambiguous, left out:", ", ".join(sorted(key for key, alpha2 in decided.items() if alpha2 is None)))
    keys = defaultdict(list)
    for key, alpha2 in sorted(decided.items()):
        if alpha2 is not None and key and alpha2.lower() != key:
            keys[alpha2].append(key)
    return {alpha2: "|".join(keys[alpha2]) for alpha2 in sorted(keys)}


def territory_names(languages: Iterable[str]) -> list[tuple[str, str]]:
    """Return code and name of every territory in each of the languages."""
    return [item for language in languages for item in Locale.parse(language).territories.items()]


def visible(symbol: str) -> str:
    """Return a symbol in plain characters: no full-width forms, direction marks or zero-width spaces."""
    return "".join(c for c in unicodedata.normalize("NFKC", symbol) if unicodedata.category(c) != "Cf")


def currencies() -> dict[str, list[str]]:
    """Return name, plural, symbol and native symbol of every currency documents may be in or a country pays with."""
    english = Locale("en")
    rows = {}
    for code in sorted({*EXPONENT_OF, *(str(row["currency"]) for row in countries())}):
        native = locale_of(CURRENCY_HOME.get(code, code[:2])).currency_symbols.get(code, code)
        symbol = english.currency_symbols.get(code, code)
        rows[code] = [
            english.currencies[code],
            get_currency_name(code, 2, "en"),
            visible(symbol),
            visible(native) or code,
        ]
    return rows


def lines(value: object) -> str:
    """Return JSON with one line per country or currency, so that a change shows as the line it is."""
    entries: Iterable[str]
    if isinstance(value, dict):
        entries = (f"{json.dumps(key)}:{compact(item)}" for key, item in value.items())
        return "{\n" + ",\n".join(entries) + "\n}\n"
    return "[\n" + ",\n".join(map(compact, value)) + "\n]\n"  # type: ignore[call-overload]


def compact(value: object) -> str:
    """Return JSON without spaces, in UTF-8 rather than in escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> int:
    """Write the files, or compare them with `--check`; returns the exit status."""
    made = {
        "countries.json": lines(countries()),
        "country_names.json": lines(names()),
        "country_index.json": lines(index()),
        "currencies.json": lines(currencies()),
    }
    if "--check" in sys.argv[1:]:
        stale = [name for name, text in made.items() if (DATA / name).read_text(encoding="utf-8") != text]
        print("stale:", ", ".join(stale) or "none")
        return bool(stale)
    for name, text in made.items():
        (DATA / name).write_text(text, encoding="utf-8")
        print(name, len(text.encode()), "bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
