"""What may be asked: which names each operation knows, and how they are spelt on the wire."""

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_stand_in.world import Wrong

_SHARES = {"application_fee_amount", "transfer_data.destination", "on_behalf_of", "description"}
_ACCOUNT_V2 = {
    "contact_email",
    "display_name",
    "dashboard",
    "identity.country",
    "configuration.merchant.capabilities.card_payments.requested",
    "configuration.recipient.capabilities.stripe_balance.stripe_transfers.requested",
    "defaults.responsibilities.fees_collector",
    "defaults.responsibilities.losses_collector",
    "metadata.*",
}
_ACCOUNT_V1 = {
    "email",
    "country",
    "business_profile.name",
    "controller.fees.payer",
    "controller.losses.payments",
    "controller.stripe_dashboard.type",
    "controller.requirement_collection",
    "capabilities.card_payments.requested",
    "capabilities.transfers.requested",
    "metadata.*",
}
_LIST = {"limit", "starting_after"}
KNOWN: dict[str, set[str]] = {
    "GET /v1/account": set(),
    "GET /v1/accounts/:id": set(),
    "POST /v1/accounts": _ACCOUNT_V1,
    "POST /v2/core/accounts": _ACCOUNT_V2,
    "POST /v1/account_links": {"account", "type", "return_url", "refresh_url"},
    "POST /v2/core/account_links": {
        "account",
        "use_case.type",
        "use_case.account_onboarding.return_url",
        "use_case.account_onboarding.refresh_url",
    },
    "POST /v1/webhook_endpoints": {"url", "enabled_events.#", "api_version", "connect"},
    "POST /v1/checkout/sessions": {
        "mode",
        "ui_mode",
        "line_items.#.quantity",
        "line_items.#.price_data.currency",
        "line_items.#.price_data.unit_amount",
        "line_items.#.price_data.product_data.name",
        "success_url",
        "cancel_url",
        "client_reference_id",
        "customer_creation",
        "expires_at",
        "metadata.*",
        "payment_intent_data.metadata.*",
        "payment_intent_data.setup_future_usage",
        *(f"payment_intent_data.{name}" for name in _SHARES),
    },
    "GET /v1/checkout/sessions/:id": {"expand.#"},
    "POST /v1/checkout/sessions/:id": {"metadata.*"},
    "POST /v1/checkout/sessions/:id/expire": set(),
    "POST /v1/payment_intents": {
        "amount",
        "currency",
        "automatic_payment_methods.enabled",
        "customer",
        "payment_method",
        "off_session",
        "confirm",
        "metadata.*",
        *_SHARES,
    },
    "GET /v1/payment_intents": {"customer", "created.gte", *_LIST},
    "GET /v1/payment_intents/:id": {"expand.#"},
    "POST /v1/payment_intents/:id": {"amount", "application_fee_amount"},
    "POST /v1/payment_intents/:id/confirm": {"payment_method", "return_url"},
    "POST /v1/payment_intents/:id/cancel": set(),
    "POST /v1/refunds": {"payment_intent", "amount", "metadata.*", "reverse_transfer"},
    "GET /v1/refunds": {"payment_intent", *_LIST},
    "POST /v1/refunds/:id": {"metadata.*"},
    "GET /v1/disputes": {"payment_intent", *_LIST},
    "GET /v1/application_fees/:id/refunds": _LIST,
    "POST /v1/application_fees/:id/refunds": {"amount", "metadata.*"},
}
_ID = re.compile(r"/((?:acct|cs|pi|re|fee)_\w+)")


def route(method: str, path: str) -> tuple[str, str]:
    """Return an operation and the id in its path. Raises Wrong."""
    found = _ID.search(path)
    name = f"{method} {_ID.sub('/:id', path)}"
    if name not in KNOWN:
        raise Wrong(404, f"Unrecognized request URL ({method}: {path}).")
    return name, found[1] if found else ""


def parse(text: str) -> dict[str, Any]:
    """Return a form: `a[b][0][c]=x` is an x within a list within b within a."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        first, *rest = re.findall(r"[^\[\]]+", name)
        at = root
        for step, following in zip([first, *rest], [*rest, None], strict=True):
            if following is None:
                at[step] = value
            else:
                at = at.setdefault(step, {})
    return root


def check(name: str, asked: dict[str, Any]) -> None:
    """Refuse what the operation does not know. Raises Wrong."""
    for path in _paths(asked):
        if not any(_same(path.split("."), known.split(".")) for known in KNOWN[name]):
            raise Wrong(400, f"Received unknown parameter: {path}", code="parameter_unknown", param=path)


def _paths(asked: Any, at: str = "") -> list[str]:
    if isinstance(asked, dict):
        return [path for key, value in asked.items() for path in _paths(value, f"{at}.{key}" if at else key)]
    return [at]


def _same(path: list[str], known: list[str]) -> bool:
    return len(path) == len(known) and all(
        wanted in ("*", step) or (wanted == "#" and step.isdigit()) for step, wanted in zip(path, known, strict=True)
    )
