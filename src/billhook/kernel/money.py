"""Money: whole minor units plus an ISO 4217 currency that knows its exponent; major units only on the wire."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

EXPONENT_OF: Final[dict[str, int]] = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys(
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
        "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
        "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
        "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
        "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG".split(),
        2,
    ),
}
"""Minor-unit digits of every currency a document may be in (ISO 4217, list one; withdrawn ones are out)."""

MAX_MINOR: Final = 10**17
"""Amounts stay below this many minor units, far inside a bigint, so that sums cannot overflow."""

_UNIT: Final = {0: Decimal(1), 2: Decimal("0.01"), 3: Decimal("0.001")}
_MINOR_IN_MAJOR: Final = {0: 1, 2: 100, 3: 1000}


def exponent(currency: str) -> int:
    """Return the minor-unit digits of a currency; KeyError when it is none of ours."""
    return EXPONENT_OF[currency]


def to_minor(amount: Decimal, exponent: int) -> int:
    """Return whole minor units of a major-unit amount, rounded half-up (away from zero)."""
    with localcontext() as context:
        context.prec = 60
        return int(amount.quantize(_UNIT[exponent], ROUND_HALF_UP).scaleb(exponent))


def to_major(minor: int, exponent: int) -> Decimal | int:
    """Return major units as they go on the wire: an int when whole, else without trailing zeros (12100, 0.5)."""
    if exponent == 0:
        return minor
    whole, rest = divmod(abs(minor), _MINOR_IN_MAJOR[exponent])
    if not rest:
        return whole if minor >= 0 else -whole
    return (minor * _UNIT[exponent]).normalize()


def plain(number: Decimal) -> Decimal | int:
    """Return a number as it goes on the wire: no trailing zeros, no exponent."""
    if number == number.to_integral_value():
        return int(number)
    return number.normalize()


def fits(amount: Decimal, exponent: int) -> bool:
    """Tell whether a major-unit amount is one of the currency: no more decimals than it has, and of a sane size."""
    digits = amount.normalize().as_tuple().exponent
    return abs(amount) < Decimal(10) ** 15 and isinstance(digits, int) and -digits <= exponent
