"""Numbers that carry their own proof: tax numbers and bank accounts, checked by form and digits, asking nobody."""

from functools import cache
from typing import Any, Final

import msgspec

MAX_LENGTH: Final = 100
"""No number that can be checked is longer; longer texts are wrong without a look."""
OFFLINE: Final = "offline"
"""By which means: form and check digits. That a number was given to somebody only its register can say."""

_GREECE_AND_NORTHERN_IRELAND = {"EL": "gr", "XI": "xi"}
_BY_VIES = {"xi": "gb"}  # Northern Ireland's numbers are British ones with another prefix
_OTHERS: Final = {
    "at": ("tin",),
    "de": ("stnr", "idnr"),
    "fr": ("siren", "siret", "nif"),
    "gb": ("utr",),
    "it": ("codicefiscale",),
    "no": ("orgnr",),
    "pl": ("pesel",),
}
"""What people also write as their tax number where the number for value added tax is another one."""
_NOT_A_NUMBER = "is not written as such a number is"


class Verdict(msgspec.Struct, frozen=True):
    """What a check says: by which `rule` (`be.vat`, `iban`), whether the number is right, and if not why."""

    rule: str
    valid: bool
    reason: str | None = None


UNKNOWN_COUNTRY: Final = Verdict("country", valid=False, reason="is no country we know, by its name or its ISO code")
"""What is said of a country that no code was found for; of one that is known nothing has to be said."""


def tax_number(number: str, country_code: str | None) -> Verdict | None:
    """Return what can be said of a tax number; None where no rule for its country is known.

    A prefix of the European Union (`BE…`, `EL…`, `XI…`) names the country, else the country of the address does.
    """
    from stdnum.eu import vat

    text = number.strip()
    prefix = text[:2].upper()
    country = _GREECE_AND_NORTHERN_IRELAND.get(prefix, prefix.lower())
    if country not in vat.MEMBER_STATES:
        country = _GREECE_AND_NORTHERN_IRELAND.get(country_code or "", (country_code or "").lower())
    names = ["vat"] if prefix.lower() == country or prefix in _GREECE_AND_NORTHERN_IRELAND else _names(country)
    if country == "xi" and prefix == "XI":
        text = text[2:]
    verdicts = [_verdict(f"{country}.{name}", rule, text) for name in names if (rule := _rule(country, name))]
    return next((verdict for verdict in verdicts if verdict.valid), verdicts[0] if verdicts else None)


def _names(country: str) -> list[str]:
    return ["vat", *_OTHERS.get(country, ())]


def _verdict(name: str, validate: Any, number: str) -> Verdict:
    reason = _fault(validate, number)
    return Verdict(name, valid=reason is None, reason=reason)


def iban(number: str) -> Verdict:
    """Return what can be said of a bank account: its country, its form, its check digits."""
    from schwifty import IBAN
    from schwifty.exceptions import InvalidChecksumDigits, InvalidLength, SchwiftyException

    reason = None
    try:
        IBAN(number[: MAX_LENGTH + 1])
    except InvalidChecksumDigits:
        reason = "its check digits do not fit"
    except InvalidLength:
        reason = "has too few or too many characters"
    except (SchwiftyException, ValueError):
        reason = "is not written as an IBAN is"
    return Verdict("iban", valid=reason is None, reason=reason)


@cache
def _rule(country: str, name: str) -> Any:
    """Return a rule of a country, or None; the first time it is read from disk."""
    from stdnum import get_cc_module

    module = get_cc_module(_BY_VIES.get(country, country), name) if len(country) == 2 else None
    return None if module is None else module.validate


def _fault(validate: Any, number: str) -> str | None:
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

    if len(number) > MAX_LENGTH:
        return "has too many characters"
    try:
        validate(number)
    except InvalidChecksum:
        return "its check digits do not fit"
    except InvalidLength:
        return "has too few or too many characters"
    except (ValidationError, ValueError, LookupError, TypeError, ArithmeticError):  # odd characters, in its reckoning
        return _NOT_A_NUMBER
    return None
