"""What the settings may say that consist of rules: when to remind, what to ask for on top of a payment. Pure."""

from decimal import Decimal
from typing import Any, Final

from billhook.kernel.problems import Fault

MAX_STEPS: Final = 10
"""How many steps a schedule of reminders may have."""


def _is_schedule(value: Any) -> bool:
    """Tell whether a value is a schedule of reminders; none, and an empty one, mean that none are sent."""
    if value is None:
        return True
    if not isinstance(value, list) or len(value) > MAX_STEPS:
        return False
    days = [step for step in value if isinstance(step, int) and not isinstance(step, bool) and -90 <= step <= 365]
    return len(set(days)) == len(value)


METHODS: Final = ("card", "sepa_debit", "other")
"""The kinds of methods that a surcharge may be asked for; `other` is every kind that no rule names."""


def _is_surcharges(value: Any) -> bool:
    """Tell whether a value says surcharges by kind of method; none, and an empty one, mean that none are asked for."""
    if value is None:
        return True
    if not isinstance(value, dict) or not set(value) <= set(METHODS):
        return False
    return all(isinstance(rule, dict) and _is_surcharge(rule) for rule in value.values())


def _is_surcharge(rule: dict[str, Any]) -> bool:
    limits = {"percentage": (100, 4), "amount": (10**6, 3)}
    if not set(rule) <= set(limits):
        return False
    for name, said in rule.items():
        most, places = limits[name]
        if not isinstance(said, int | Decimal) or isinstance(said, bool) or not 0 <= said <= most:
            return False
        if said != round(Decimal(said), places):
            return False
    return True


def faults_of_rules(name: str, value: Any) -> list[Fault]:
    """Return what is wrong with a setting that consists of rules."""
    if name == "reminders" and not _is_schedule(value):
        message = f"must be a list of at most {MAX_STEPS} different whole numbers: days after the due date, -90 to 365"
        return [Fault("value", "type", message)]
    if name == "surcharges" and not _is_surcharges(value):
        message = f"must say `percentage` (0 to 100) and `amount` for each kind of method: {', '.join(METHODS)}"
        return [Fault("value", "type", message)]
    return []
