"""The test cards and bank accounts: the numbers everybody's tests know (those of Stripe's documentation).

A card behaves as its number says; everything that is not in these tables and could be a card of somebody's is refused.
"""

import re
from datetime import date
from typing import Final

import msgspec
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException


class Challenge(msgspec.Struct, frozen=True):
    """When the bank wants to see its customer, and what it says when it has seen it: `declined` is a failure code."""

    on_session: bool = True
    off_session: bool = True
    unless_saved: bool = False
    declined: str = ""


class Card(msgspec.Struct, frozen=True):
    """How a card behaves: refused with a code, after a challenge, disputed, only once, with slow or failing refunds."""

    brand: str = "Visa"
    declined: str = ""
    challenge: Challenge | None = None
    dispute: str = ""
    declined_later: bool = False
    refund: str = "succeeded"


class Account(msgspec.Struct, frozen=True):
    """How a bank account behaves under SEPA direct debit: nothing is known at once, then it comes or comes back."""

    failed: str = ""
    late: bool = False
    dispute: str = ""


_CHALLENGE = Challenge()
CARDS: Final[dict[str, Card]] = {
    "4242424242424242": Card(),
    "4000056655665556": Card(),
    "5555555555554444": Card("Mastercard"),
    "378282246310005": Card("American Express"),
    "4000000000000002": Card(declined="generic_decline"),
    "4000000000009995": Card(declined="insufficient_funds"),
    "4000000000009987": Card(declined="lost_card"),
    "4000000000009979": Card(declined="stolen_card"),
    "4000000000000069": Card(declined="expired_card"),
    "4000000000000127": Card(declined="incorrect_cvc"),
    "4000000000000119": Card(declined="processing_error"),
    "4000000000006975": Card(declined="card_velocity_exceeded"),
    "4100000000000019": Card(declined="blocked"),
    "4000000000000341": Card(declined_later=True),
    "4000002500003155": Card(challenge=Challenge(off_session=False, unless_saved=True)),
    "4000002760003184": Card(challenge=_CHALLENGE),
    "4000003800000446": Card(challenge=Challenge(off_session=False)),
    "4000008260003178": Card(challenge=Challenge(off_session=False, declined="insufficient_funds")),
    "4000000000003220": Card(challenge=_CHALLENGE),
    "4000008400001629": Card(challenge=Challenge(declined="generic_decline")),
    "4000008400001280": Card(declined="processing_error"),
    "4000000000003055": Card(),
    "4000000000000259": Card(dispute="fraudulent"),
    "4000000000002685": Card(dispute="product_not_received"),
    "4000000000001976": Card(dispute="inquiry"),
    "4000000000005423": Card(),
    "4000000000007726": Card(refund="pending"),
    "4000000000005126": Card(refund="failed"),
}
ACCOUNTS: Final[dict[str, Account]] = {
    "AT611904300234573201": Account(),
    "AT321904300235473204": Account(late=True),
    "AT861904300235473202": Account(failed="debit_not_authorized"),
    "AT051904300235473205": Account(failed="debit_not_authorized", late=True),
    "AT591904300235473203": Account(dispute="debit_disputed"),
    "AT981904300002222227": Account(failed="insufficient_funds"),
    "AT981904300000343434": Account(failed="weekly_volume_limit_exceeded"),
    "AT601904300000121212": Account(failed="weekly_count_limit_exceeded"),
}

MESSAGES: Final = {
    "generic_decline": "The card was declined.",
    "insufficient_funds": "There is not enough money on the account.",
    "lost_card": "The card was declined.",
    "stolen_card": "The card was declined.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The security code is not right.",
    "processing_error": "The bank could not process the card. Please try again.",
    "card_velocity_exceeded": "The card was used too often.",
    "blocked": "The payment was blocked.",
    "incorrect_number": "The card number is not right.",
    "invalid_expiry_month": "The month of expiry is not right.",
    "invalid_expiry_year": "The card has expired.",
    "invalid_cvc": "The security code has to be three digits (four for American Express).",
    "live_card": "This is not a test card. The sandbox takes test numbers only; nothing was stored.",
    "invalid_iban": "This is not a bank account (IBAN).",
    "live_iban": "This is not a test account. The sandbox takes test accounts only; nothing was stored.",
    "currency_not_euro": "Direct debit works in euros only.",
    "authentication_failed": "The bank could not confirm that it is you.",
    "authentication_required": "The bank wants the payment to be confirmed.",
    "debit_not_authorized": "The bank returned the direct debit.",
    "weekly_volume_limit_exceeded": "Too much was debited from the account this week.",
    "weekly_count_limit_exceeded": "The account was debited too often this week.",
}
"""Every failure code of the sandbox, as it may be shown to the payer."""


def digits(number: str) -> str:
    """Return a card number as typed without spaces and hyphens."""
    return re.sub(r"[\s-]", "", number)


def fault_of_card(number: str, expiry: str, cvc: str, today: date) -> str:
    """Return the failure code of what was typed into the form, or an empty text; `expiry` is `MM/YY` or `MM/YYYY`."""
    number = digits(number)
    if not re.fullmatch(r"[0-9]{12,19}", number) or not _luhn(number):
        return "incorrect_number"
    if number not in CARDS:
        return "live_card"
    parts = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*([0-9]{2}|[0-9]{4})\s*", expiry)
    if parts is None or not 1 <= int(parts[1]) <= 12:
        return "invalid_expiry_month"
    year = int(parts[2]) + (2000 if len(parts[2]) == 2 else 0)
    if (year, int(parts[1])) < (today.year, today.month) or year > today.year + 50:
        return "invalid_expiry_year"
    length = 4 if CARDS[number].brand == "American Express" else 3
    return "" if re.fullmatch(rf"[0-9]{{{length}}}", cvc.strip()) else "invalid_cvc"


def fault_of_iban(iban: str, currency: str) -> str:
    """Return the failure code of a bank account as typed, or an empty text."""
    try:
        account = IBAN(iban).compact
    except SchwiftyException:
        account = re.sub(r"\s", "", iban).upper()
        if account not in ACCOUNTS:
            return "invalid_iban"
    if account not in ACCOUNTS:
        return "live_iban"
    return "" if currency == "EUR" else "currency_not_euro"


def account_of(iban: str) -> str:
    """Return an IBAN as the table of accounts has it."""
    return re.sub(r"\s", "", iban).upper()


def _luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
