"""Countries: codes, names, currency, locale, zone; and which country a text in any language means."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import msgspec


class Country(msgspec.Struct, frozen=True, gc=False):
    """One country or territory of ISO 3166-1, and Kosovo, which has no ISO code and goes by XK, XKX and no number."""

    alpha2: str
    alpha3: str
    numeric: str
    """Three digits, or empty for Kosovo."""
    name: str
    """In English, as written in an address."""
    native_name: str
    """In the country's main language."""
    currency: str
    """ISO 4217 code of what is paid with today."""
    locale: str
    """BCP 47, main language of business and country: `nl-BE`."""
    timezone: str
    """IANA name; where a country has several, the zone of most of its people or of its capital."""
    union: str
    """`EU` for the 27 members, else empty."""
    languages: tuple[str, ...]
    """Official languages, the one of `locale` first."""


_ALIASES = {
    "AE": "UAE, Emirates, The Emirates",
    "AG": "Antigua",
    "AR": "Argentine Republic",
    "AT": "Oesterreich",
    "BA": "Bosnia, BiH, Bosnia-Hercegovina, Bosnia Herzegovina",
    "BN": "Brunei Darussalam",
    "BQ": "Bonaire, Bonaire Sint Eustatius and Saba",
    "BY": "Belorussia, Byelorussia, Weissrussland",
    "CD": "DRC, DR Congo, Congo DRC, Congo DR, Congo Kinshasa, Congo-Zaire, Zaire, Democratic Republic of Congo, "
    "RD Congo, RDC, République démocratique du Congo, Demokratische Republik Kongo, República Democrática del Congo",
    "CG": "Congo Brazzaville, Republic of Congo, Republic of the Congo, Congo Republic",
    "CH": "Swiss Confederation, Schweizerische Eidgenossenschaft, Confoederatio Helvetica, Svizra",
    "CI": "Ivory Coast, Republic of Cote d'Ivoire",
    "CN": "PRC, Mainland China, People's Republic of China",
    "CV": "Cape Verde",
    "CZ": "Czech Republic, Czech, Tschechische Republik, République tchèque, Česká republika, República Checa, "
    "Repubblica Ceca, Češka republika",
    "DE": "Bundesrepublik Deutschland, BRD, Federal Republic of Germany",
    "DK": "Daenemark",
    "DO": "Dominican Rep",
    "EG": "Aegypten",
    "ES": "Reino de España",
    "FK": "Falklands, Falkland Islands Malvinas, Malvinas",
    "FM": "Federated States of Micronesia",
    "FR": "République française, French Republic, Metropolitan France",
    "GA": "Gabonese Republic",
    "GB": "UK, United Kingdom of Great Britain, United Kingdom of Great Britain and Northern Ireland, Great Britain, "
    "Britain, England, Scotland, Wales, Northern Ireland, XI, Grossbritannien, Großbritannien, Vereinigtes Königreich, "
    "Grande-Bretagne, Angleterre, Gran Bretagna, Inghilterra, Gran Bretaña, Inglaterra, Grã-Bretanha, "
    "Groot-Brittannië, Engeland, Velika Britanija, Velká Británie, Veľká Británia, Wielka Brytania, "
    "Anglija, Anglie, Anglia",
    "GR": "EL, Hellas, Ellas, Ellada, Hellenic Republic",
    "HR": "Republika Hrvatska",
    "HK": "Hong Kong Special Administrative Region of China, Hong Kong China",
    "HM": "Heard and McDonald Islands",
    "IE": "Eire, Irish Republic, Republic of Ireland",
    "IR": "Persia, Islamic Republic of Iran",
    "IT": "Repubblica Italiana, Italian Republic",
    "KG": "Kyrgyz Republic",
    "KP": "North Korea, DPRK, Democratic People's Republic of Korea, People's Democratic Republic of Korea, "
    "Democratic Republic of Korea",
    "KR": "Korea, South Korea, S. Korea, ROK, Republic of Korea, Corea, Corée, Koreja, Suedkorea",
    "LA": "Laos, Lao People's Democratic Republic, Lao PDR",
    "LB": "Lebanese Republic",
    "LU": "Luxemburg",
    "LY": "Libyan Arab Jamahiriya",
    "MF": "Saint Martin French part",
    "MK": "Macedonia, FYROM, Former Yugoslav Republic of Macedonia, Republic of Macedonia, Makedonija, Mazedonien, "
    "Macédoine",
    "MM": "Burma, Myanmar Burma",
    "MO": "Macau, Macao Special Administrative Region of China, Macao China, Macau China",
    "MX": "United Mexican States",
    "NL": "Holland, Hollande, Olanda, Holanda, Holandsko, Holandia, Nizozemsko Holandsko, Netherland",
    "PL": "Rzeczpospolita Polska",
    "PS": "Palestine, State of Palestine, Palestinian Territory, Palestinian Territories, "
    "Occupied Palestinian Territory",
    "PT": "Portuguese Republic",
    "RO": "Rumaenien",
    "RS": "Republika Srbija",
    "RU": "Russian Federation",
    "RW": "Rwandese Republic",
    "SA": "KSA",
    "SH": "Saint Helena Ascension and Tristan da Cunha",
    "SI": "Republika Slovenija",
    "SK": "Slovak Republic, Slovenská republika",
    "SR": "Surinam",
    "SX": "Sint Maarten Dutch part",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland",
    "TG": "Togolese Republic",
    "TL": "East Timor",
    "TR": "Turkey, Tuerkei",
    "TW": "Republic of China, ROC, Taiwan ROC, Taiwan Province of China, Chinese Taipei",
    "TZ": "Tanzania, United Republic of Tanzania",
    "US": "USA, U.S., United States, United States of America, The States, America, Vereinigte Staaten von Amerika, "
    "États-Unis d'Amérique, Stati Uniti d'America, Estados Unidos de América, Estados Unidos da América, "
    "Verenigde Staten van Amerika, Združene države Amerike, Sjedinjene Američke Države, Spojené státy americké, "
    "Spojené štáty americké, Stany Zjednoczone Ameryki",
    "VA": "Vatican, Holy See, Vatican City State, Holy See Vatican City State",
    "VG": "BVI, British Virgin Islands",
    "VI": "USVI, US Virgin Islands, United States Virgin Islands, Virgin Islands of the United States",
    "VN": "Viet Nam",
    "ZA": "Suedafrika",
}
"""What people write and no list of names has, or what decides an ambiguous name (Korea is the South one here)."""

_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n"}
)
_CODE = re.compile(r"[A-Z]{2,3}\Z")
_ARTICLE = re.compile(
    r"\A(?:(?:the|la|le|les|el|los|las|il|lo|i|gli|die|der|das|het|de|o|os|as)\s+|l['’]\s*)", re.IGNORECASE
)
_TRAILING_ARTICLE = re.compile(r"\s*(?:,\s*|\(\s*)?\bthe\s*\)?\s*\Z", re.IGNORECASE)
_FORMAL = re.compile(
    r"\A.*\b(?:republic|kingdom|state|states|commonwealth|principality|duchy|sultanate|emirate|federation|union)"
    r"\s+of\s+(?:the\s+)?",
    re.IGNORECASE,
)
_LONGEST_TERM = 120


def all_countries() -> Sequence[Country]:
    """Return all 250, by alpha-2 code."""
    return tuple(_by_alpha2().values())


def get(alpha2: str) -> Country | None:
    """Return the country of an ISO 3166-1 alpha-2 code in upper case, or None."""
    return _by_alpha2().get(alpha2)


def match(term: str) -> Country | None:
    """Return the country a text means: an alpha-2 or alpha-3 code or a name in any language.

    Case, accents, dots, stray spaces, articles and phrases such as "Republic of" do not matter. An unknown or an
    ambiguous text ("Congo", "Virgin Islands") is None: a wrong country on an invoice is worse than a question.
    """
    text = term.strip()
    if not text or len(text) > _LONGEST_TERM:
        return None
    code = re.sub(r"[.\s]", "", text).upper() if text.isascii() else ""
    if _CODE.match(code) and (country := get(code) or _by_alpha3().get(code)):
        return country
    for reading in _readings(text):
        if alpha2 := _index().get(key_of(reading)):
            return get(alpha2)
    return None


def name_in(alpha2: str, language: str) -> str:
    """Return a country's name in one of en de fr nl es it sl hr cs sk sr pl pt, else in English.

    `nl-BE` is read as `nl`; Serbian is in Latin letters. KeyError when the code is none of ours.
    """
    country = _by_alpha2()[alpha2]
    names = _names().get(re.split(r"[-_]", language, maxsplit=1)[0].lower())
    return names[alpha2] if names else country.name


def key_of(name: str) -> str:
    """Return what two spellings of a name have in common: its letters and digits, without case, accents and spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    return "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c)[0] in "LMN")


def _readings(text: str) -> Iterator[str]:
    """Yield a text, then what it may also say: without articles, "X, Republic of" turned round, then X alone."""
    yield text
    bare = _TRAILING_ARTICLE.sub("", text)
    yield bare
    yield _ARTICLE.sub("", bare)
    head, comma, tail = bare.partition(",")
    turned = f"{tail.strip()} {head.strip()}" if comma else bare
    yield turned
    yield _ARTICLE.sub("", turned)
    yield _FORMAL.sub("", turned)


def _read(name: str) -> bytes:
    return files("billhook.kernel").joinpath("data", name).read_bytes()


@cache
def _by_alpha2() -> dict[str, Country]:
    return {c.alpha2: c for c in msgspec.json.decode(_read("countries.json"), type=list[Country])}


@cache
def _by_alpha3() -> dict[str, Country]:
    return {country.alpha3: country for country in all_countries()}


@cache
def _names() -> dict[str, dict[str, str]]:
    return msgspec.json.decode(_read("country_names.json"), type=dict[str, dict[str, str]])


@cache
def _index() -> dict[str, str]:
    """Return alpha-2 codes by the key of a name; our aliases win over the generated names."""
    generated = msgspec.json.decode(_read("country_index.json"), type=dict[str, str])
    index = {key: alpha2 for alpha2, keys in generated.items() for key in keys.split("|")}
    index |= {key_of(alias): alpha2 for alpha2, aliases in _ALIASES.items() for alias in aliases.split(",")}
    return index
