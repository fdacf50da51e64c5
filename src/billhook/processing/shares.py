"""How an amount is shared: what is kept of it as fees, what is asked for on top of it, what of both goes back. Pure."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

import msgspec

from billhook.documents.model.document import Document
from billhook.kernel import money
from billhook.processing.model import Intent

KINDS: Final = ("card", "sepa_debit")
"""The kinds of methods that a rule may name."""
SETTING: Final = "surcharges"
"""The setting of an organization that says what is asked for on top, by kind of method."""
OTHER: Final = "other"
"""The kind of every method that no rule names."""
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)


class Surcharge(msgspec.Struct, frozen=True):
    """What is asked for on top of an amount, in minor units, and the percentage in it."""

    amount: int = 0
    percentage: Decimal | None = None


NONE: Final = Surcharge()


def surcharge_on(rules: Any, kind: str, amount: int, document: Document, own_currency: str) -> Surcharge:
    """Return the surcharge on an amount of a document (minor units) that is paid by a method of a kind.

    The percentage and the fixed amount come together and are rounded once, half up. The fixed amount is of the
    organization's own currency: on a document in another one it is converted at the document's rate, and left out where
    there is none. A method of a kind that nobody knows is never surcharged.
    """
    rule = _rule(rules, kind)
    if not rule:
        return NONE
    percentage, fixed = (Decimal(rule.get(name) or 0) for name in ("percentage", "amount"))
    if document.currency != own_currency:
        fixed = _EXACT.divide(fixed, document.conversion.rate) if document.conversion else Decimal(0)
    share = Decimal(money.to_major(amount, document.exponent)) * percentage / 100
    return Surcharge(money.to_minor(share + fixed, document.exponent), percentage or None)


def surcharge_on_page(rules: Any, amount: int, document: Document, own_currency: str) -> Surcharge:
    """Return the surcharge on an amount that is paid by a method of the payer's choice: that of all, if it is one."""
    if any(_rule(rules, kind) != _rule(rules, OTHER) for kind in KINDS):
        return NONE
    return surcharge_on(rules, OTHER, amount, document, own_currency)


def _rule(rules: Any, kind: str) -> Any:
    """Return the rule for a kind of method, None where there is none: one without a word is a rule for nothing."""
    if not isinstance(rules, dict) or not kind:
        return None
    return rules[kind] if kind in rules else rules.get(OTHER)


def surcharge_back(intent: Intent, back: int, given: int) -> int:
    """Return how much of a surcharge goes back with money: its share of all that went back of the rest of the payment.

    `back` is that, this time included; `given` went back of the surcharge before. Shares are cut to whole minor units,
    and the last of the money takes what is left along.
    """
    if not intent.surcharge:
        return 0
    left = intent.surcharge - given - surcharge_in(intent, intent.disputed)
    return max(0, min(intent.surcharge * back // intent.asked - given, left))


def surcharge_in(intent: Intent, amount: int) -> int:
    """Return how much of an amount of a payment, surcharge and all, is surcharge; cut to whole minor units."""
    return intent.surcharge * amount // intent.amount if intent.surcharge else 0


def fees(amount: int, application_percent: Decimal, operator_percent: Decimal) -> tuple[int, int]:
    """Return the platform's and the operator's fee: their sum is rounded once, half up, and never above the amount."""
    both = min(_share(amount, application_percent + operator_percent), amount)
    operator = min(_share(amount, operator_percent), both)
    return both - operator, operator


def fee_given_back(policy: str, amount: int, fee: int, *, refunded: int, given: int, wanted: int) -> int:
    """Return how much of a fee goes back with a refund: none, its share, or all with the last of the money.

    Never more than is left of it: `given` went back before, in shares cut to whole units or under another policy.
    """
    left, after = fee - given, refunded + wanted
    if policy == "keep":
        return 0
    if policy == "full":
        return left if after == amount else 0
    return min(fee * after // amount - fee * refunded // amount, left)


def _share(amount: int, percent: Decimal) -> int:
    return money.to_minor(Decimal(amount) * percent / 100, 0)
