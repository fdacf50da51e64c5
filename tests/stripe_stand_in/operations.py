"""What each operation does and answers."""

import copy
from collections.abc import Callable
from datetime import timedelta

from tests.stripe_stand_in.world import Found, World, Wrong

Operation = Callable[[World, str, Found, str], Found]
_HIDDEN = {"intent", "saves", "transfer"}


def answer(world: World, name: str, id: str, asked: Found, scope: str) -> Found:
    """Do what is asked, and return what is shown of it."""
    steps = asked.get("expand", {}).values()
    found = _OPERATIONS[name](world, id, asked, scope)
    shown = {key: value for key, value in copy.deepcopy(found).items() if key not in _HIDDEN}
    for path in steps:
        _expand(world, shown, path.split("."))
    return shown


def _expand(world: World, shown: Found, path: list[str]) -> None:
    name, *rest = path
    if isinstance(shown.get(name), str):
        found = copy.deepcopy(world.objects[shown[name]])
        shown[name] = {key: value for key, value in found.items() if key not in _HIDDEN}
    if rest and isinstance(shown.get(name), dict):
        _expand(world, shown[name], rest)


def _list(rows: list[Found], asked: Found) -> Found:
    ids = [row["id"] for row in rows]
    rows = rows[ids.index(asked["starting_after"]) + 1 :] if asked.get("starting_after") in ids else rows
    limit = int(asked.get("limit", 10))
    return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit}


def _new_account(world: World, id: str, asked: Found, scope: str) -> Found:
    controller = asked.get("controller") or asked.get("defaults", {}).get("responsibilities")
    if not controller or not (asked.get("country") or asked.get("identity", {}).get("country")):
        raise Wrong(400, "An account needs a country, and somebody who is responsible.")
    wanted = {"details_submitted": False, "requirements": {"errors": [], "currently_due": ["tos_acceptance.date"]}}
    return world.new("account", "acct", "", charges_enabled=False, **wanted, metadata=dict(asked.get("metadata", {})))


def _get_account(world: World, id: str, asked: Found, scope: str) -> Found:
    if world.objects.get(id or world.me, {}).get("object") != "account":
        raise Wrong(403, "The key does not have access to this account.", code="account_invalid")
    return world.objects[id or world.me]


def _link(world: World, id: str, asked: Found, scope: str) -> Found:
    account = world.get("account", asked["account"], "")
    if world.eager:
        account |= {"charges_enabled": True, "details_submitted": True}
    where = asked.get("use_case", {}).get("account_onboarding", asked)
    if not (where.get("return_url") and where.get("refresh_url")):
        raise Wrong(400, "return_url and refresh_url are required.")
    return {"object": "account_link", "url": f"https://connect.stripe.test/{asked['account']}"}


def _endpoint(world: World, id: str, asked: Found, scope: str) -> Found:
    if "127.0.0.1:9/" in asked["url"]:
        raise Wrong(400, "Invalid URL: it cannot be reached.")
    made = world.new("webhook_endpoint", "we", "", url=asked["url"], connect=asked.get("connect") == "true")
    return made | {"secret": f"whsec_{made['id']}"}


def _session(world: World, id: str, asked: Found, scope: str) -> Found:
    line, now = asked["line_items"]["0"], world.clock.now()
    price, data = line["price_data"], asked.get("payment_intent_data", {})
    if not price["product_data"]["name"] or not asked["success_url"]:
        raise Wrong(400, "A name and a success_url are required.")
    amount = int(price["unit_amount"]) * int(line["quantity"])
    world.check_money(amount, price["currency"], data, scope)
    ends = int(asked.get("expires_at") or (now + timedelta(hours=24)).timestamp())
    if not 1790 <= ends - now.timestamp() <= 86410:
        raise Wrong(400, "expires_at must be between 30 minutes and 24 hours from now.", param="expires_at")
    made = world.new("checkout.session", "cs_test", scope, status="open", payment_status="unpaid", expires_at=ends)
    made |= {"amount_total": amount, "currency": price["currency"], "payment_intent": None, "customer": None}
    made |= {
        "metadata": dict(asked.get("metadata", {})),
        "intent": data,
        "url": f"{world.pages}/{made['id']}",
    }
    made["success_url"] = asked["success_url"]
    made["saves"] = asked.get("customer_creation") == "always"
    return made


def _mark(world: World, id: str, asked: Found, scope: str) -> Found:
    found = world.get("checkout.session" if id.startswith("cs_") else "refund", id, scope)
    found["metadata"] |= asked.get("metadata", {})
    return found


def _expire(world: World, id: str, asked: Found, scope: str) -> Found:
    found = world.get("checkout.session", id, scope)
    if found["status"] != "open":
        raise Wrong(400, "Only open Checkout Sessions can be expired.")
    found |= {"status": "expired", "url": None}
    world.tell("checkout.session.expired", found, scope)
    return found


def _get(kind: str) -> Operation:
    def get(world: World, id: str, asked: Found, scope: str) -> Found:
        return world.get(kind, id, scope)

    return get


def _intents(world: World, id: str, asked: Found, scope: str) -> Found:
    since = int(asked.get("created", {}).get("gte", 0))
    rows = world.every("payment_intent", scope, customer=asked["customer"])
    return _list([row for row in rows if row["created"] >= since], asked)


def _change(world: World, id: str, asked: Found, scope: str) -> Found:
    found = world.get("payment_intent", id, scope)
    if not found["status"].startswith("requires_"):
        raise Wrong(400, "It cannot be changed any more.", code="payment_intent_unexpected_state")
    found["amount"] = int(asked["amount"])
    if "application_fee_amount" in asked:
        found["application_fee_amount"] = int(asked["application_fee_amount"] or 0) or None
    return found


def _confirm(world: World, id: str, asked: Found, scope: str) -> Found:
    found, method = world.get("payment_intent", id, scope), world.get("payment_method", asked["payment_method"], scope)
    if method["customer"] != found["customer"]:
        raise Wrong(400, "The customer does not have this payment method.")
    world.charge(found, method)
    if found["status"] == "requires_action":
        found["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": f"https://hooks.stripe.test/{id}"},
        }
    return found


def _cancel(world: World, id: str, asked: Found, scope: str) -> Found:
    found = world.get("payment_intent", id, scope)
    if not found["status"].startswith("requires_"):
        raise Wrong(400, "It cannot be canceled any more.", code="payment_intent_unexpected_state")
    found["status"] = "canceled"
    world.tell("payment_intent.canceled", found, scope)
    return found


def _of_intent(kind: str) -> Operation:
    def rows(world: World, id: str, asked: Found, scope: str) -> Found:
        return _list(world.every(kind, scope, payment_intent=asked["payment_intent"]), asked)

    return rows


def _form(world: World, id: str, asked: Found, scope: str) -> Found:
    return world.intent(asked, scope)


def _refund(world: World, id: str, asked: Found, scope: str) -> Found:
    return world.refund(asked, scope)


def _fees(world: World, id: str, asked: Found, scope: str) -> Found:
    return _list(world.every("fee_refund", "", fee=id), asked)


def _fee_back(world: World, id: str, asked: Found, scope: str) -> Found:
    fee = world.get("application_fee", id, "")
    gone = sum(one["amount"] for one in world.every("fee_refund", "", fee=id))
    if not 0 < int(asked["amount"]) <= fee["amount"] - gone:
        raise Wrong(400, "Refund amount is greater than what is left of the fee.")
    made = world.new("fee_refund", "fr", "", fee=id, amount=int(asked["amount"]))
    made["metadata"] = dict(asked.get("metadata", {}))
    return made


_OPERATIONS: dict[str, Operation] = {
    "GET /v1/account": _get_account,
    "GET /v1/accounts/:id": _get_account,
    "POST /v1/accounts": _new_account,
    "POST /v2/core/accounts": _new_account,
    "POST /v1/account_links": _link,
    "POST /v2/core/account_links": _link,
    "POST /v1/webhook_endpoints": _endpoint,
    "POST /v1/checkout/sessions": _session,
    "GET /v1/checkout/sessions/:id": _get("checkout.session"),
    "POST /v1/checkout/sessions/:id": _mark,
    "POST /v1/checkout/sessions/:id/expire": _expire,
    "POST /v1/payment_intents": _form,
    "GET /v1/payment_intents": _intents,
    "GET /v1/payment_intents/:id": _get("payment_intent"),
    "POST /v1/payment_intents/:id": _change,
    "POST /v1/payment_intents/:id/confirm": _confirm,
    "POST /v1/payment_intents/:id/cancel": _cancel,
    "POST /v1/refunds": _refund,
    "GET /v1/refunds": _of_intent("refund"),
    "POST /v1/refunds/:id": _mark,
    "GET /v1/disputes": _of_intent("dispute"),
    "GET /v1/application_fees/:id/refunds": _fees,
    "POST /v1/application_fees/:id/refunds": _fee_back,
}
