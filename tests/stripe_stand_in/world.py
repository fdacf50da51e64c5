"""One Stripe account: its objects, how they move, and what it tells others of them."""

import itertools
import secrets
from datetime import datetime, timedelta
from typing import Any

from billhook.gateways.sandbox.cards import ACCOUNTS, CARDS, MESSAGES
from billhook.kernel.time import Clock

Found = dict[str, Any]


class Wrong(Exception):  # noqa: N818
    """What was asked is refused."""

    def __init__(self, status: int, message: str, type: str = "invalid_request_error", **more: Any) -> None:
        super().__init__(message)
        self.status, self.body = status, {"type": type, "message": message, **more}


class World:
    """Everything that one secret key opens."""

    def __init__(self, clock: Clock, pages: str) -> None:
        self.clock, self.pages = clock, pages
        self.objects: dict[str, Found] = {}
        self.scopes: dict[str, str] = {}
        self.due: dict[str, datetime] = {}
        self.events: list[Found] = []
        self.keys: dict[tuple[str, str], tuple[datetime, Any, int, Found]] = {}
        self.saved: set[str] = set()
        self._count = itertools.count(1)
        self.eager = False
        """Whether sellers have filled in the onboarding form as soon as they have its link."""
        self.me = self.new("account", "acct", "", charges_enabled=True)["id"]

    def new(self, kind: str, prefix: str, scope: str, **values: Any) -> Found:
        made = {"id": f"{prefix}_{next(self._count)}{secrets.token_hex(8)}", "object": kind, "livemode": False}
        made |= {"created": int(self.clock.now().timestamp()), "metadata": {}, **values}
        self.objects[made["id"]], self.scopes[made["id"]] = made, scope
        return made

    def get(self, kind: str, id: str, scope: str) -> Found:
        found = self.objects.get(id)
        if found is None or found["object"] != kind or self.scopes[id] != scope:
            raise Wrong(404, f"No such {kind}: '{id}'", code="resource_missing")
        return found

    def every(self, kind: str, scope: str, **where: Any) -> list[Found]:
        rows = [one for one in self.objects.values() if one["object"] == kind and self.scopes[one["id"]] == scope]
        return [one for one in reversed(rows) if all(one.get(name) == value for name, value in where.items())]

    def tell(self, type: str, about: Found, scope: str = "") -> None:
        event = {"id": f"evt_{next(self._count)}{secrets.token_hex(8)}", "object": "event", "type": type}
        event |= {"livemode": False, "data": {"object": dict(about)}} | ({"account": scope} if scope else {})
        self.events.append(event)

    def pass_time(self) -> None:
        """Let pages expire and banks answer."""
        now = self.clock.now()
        for one in list(self.objects.values()):
            if one["object"] == "checkout.session" and one["status"] == "open" and one["expires_at"] <= now.timestamp():
                one |= {"status": "expired", "url": None}
                self.tell("checkout.session.expired", one, self.scopes[one["id"]])
        for name in [name for name, due in self.due.items() if due <= now]:
            del self.due[name]
            self.bank_answers(self.objects[name])

    # What a request may not be, whatever it is made with.

    def check_money(self, amount: int, currency: str, asked: Found, scope: str) -> None:
        if not 50 <= amount <= 99_999_999:
            raise Wrong(400, "Amount must be at least the minimum.", code="amount_too_small", param="amount")
        if currency in ("kwd", "bhd") and amount % 10:
            raise Wrong(400, "Invalid amount: the last digit must be 0.", param="amount")
        fee, seller = int(asked.get("application_fee_amount") or 0), asked.get("transfer_data", {}).get("destination")
        if "application_fee_amount" in asked and not (0 < fee <= amount and (scope or seller)):
            raise Wrong(400, "Can only apply an application_fee_amount to somebody's payment.")
        if scope and seller:
            raise Wrong(400, "`transfer_data` cannot be combined with a Stripe-Account header.")
        account = self.get("account", scope or seller or self.me, "")
        if not account["charges_enabled"]:
            raise Wrong(400, "The account cannot currently make charges.", code="account_invalid")

    # Payments.

    def intent(self, asked: Found, scope: str, *, on_page: bool = False) -> Found:
        amount, currency = int(asked["amount"]), asked["currency"]
        self.check_money(amount, currency, asked, scope)
        fee = asked.get("application_fee_amount")
        made = self.new(
            "payment_intent",
            "pi",
            scope,
            amount=amount,
            currency=currency,
            status="requires_payment_method",
            metadata=dict(asked.get("metadata", {})),
            application_fee_amount=int(fee) if fee else None,
            client_secret=f"pi_secret_{secrets.token_hex(8)}",
            customer=asked.get("customer"),
            setup_future_usage=asked.get("setup_future_usage"),
            payment_method=None,
            latest_charge=None,
            last_payment_error=None,
            next_action=None,
            transfer=asked.get("transfer_data", {}).get("destination"),
        )
        if not on_page and asked.get("confirm") == "true":
            method = self.objects.get(asked["payment_method"], {})
            if method.get("customer") != asked.get("customer") or self.scopes.get(method.get("id", "")) != scope:
                raise Wrong(400, "The customer does not have this payment method.", param="payment_method")
            self.charge(made, method, off_session=True)
        return made

    def charge(self, intent: Found, method: Found, *, off_session: bool = False) -> None:
        """Try to collect an intent by a method. Raises Wrong (402) when it is refused."""
        intent |= {"last_payment_error": None, "next_action": None}
        self.due.pop(intent["id"], None)
        self.objects[intent["id"]]["payment_method"] = method["id"]
        if method["type"] == "sepa_debit":
            account = ACCOUNTS[method["number"]]
            intent["status"] = "processing"
            self.due[intent["id"]] = self.clock.now() + timedelta(seconds=180 if account.late else 0)
            self.tell("payment_intent.processing", intent, self.scopes[intent["id"]])
            return
        card = CARDS[method["number"]]
        if card.declined or (card.declined_later and off_session):
            self.refuse(intent, card.declined or "generic_decline")
        challenge = card.challenge
        known = method["id"] in self.saved and challenge is not None and challenge.unless_saved
        if challenge and (challenge.off_session and not known if off_session else challenge.on_session):
            if off_session:
                self.refuse(intent, "authentication_required")
            intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
            self.tell("payment_intent.requires_action", intent, self.scopes[intent["id"]])
            return
        self.succeed(intent)

    def refuse(self, intent: Found, code: str) -> None:
        self.bounce(intent, code)
        raise Wrong(402, MESSAGES[code], "card_error", code="card_declined", decline_code=code, payment_intent=intent)

    def bounce(self, intent: Found, code: str) -> None:
        method = self.objects[intent["payment_method"]]
        error = {"code": "card_declined", "decline_code": code, "message": MESSAGES[code], "payment_method": method}
        intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
        intent["last_payment_error"] = error
        self.tell("payment_intent.payment_failed", intent, self.scopes[intent["id"]])

    def succeed(self, intent: Found) -> None:
        scope, method = self.scopes[intent["id"]], self.objects[intent["payment_method"]]
        details = {"card": {"brand": "visa", "last4": method["number"][-4:]}} if method["type"] == "card" else {}
        charge = self.new("charge", "ch", scope, payment_intent=intent["id"], disputed=False, application_fee=None)
        charge |= {"payment_method_details": details | {"type": method["type"]}, "metadata": dict(intent["metadata"])}
        if intent["application_fee_amount"]:
            fee = self.new("application_fee", "fee", "", amount=intent["application_fee_amount"])
            charge["application_fee"] = fee["id"]
        if intent["customer"] and intent["setup_future_usage"]:
            method["customer"] = intent["customer"]
            self.saved.add(method["id"])
        intent |= {"status": "succeeded", "latest_charge": charge["id"], "next_action": None}
        self.tell("payment_intent.succeeded", intent, scope)
        card = CARDS.get(method["number"])
        reason = card.dispute if card else ACCOUNTS[method["number"]].dispute
        if reason:
            self.dispute(intent, charge, reason)

    def dispute(self, intent: Found, charge: Found, reason: str) -> None:
        charge["disputed"] = True
        status = "warning_needs_response" if reason == "inquiry" else "needs_response"
        scope, about = self.scopes[intent["id"]], {"payment_intent": intent["id"], "currency": intent["currency"]}
        made = self.new("dispute", "du", scope, amount=intent["amount"], status=status, reason=reason, **about)
        self.tell("charge.dispute.created", made, scope)

    def bank_answers(self, intent: Found) -> None:
        account, scope = ACCOUNTS[self.objects[intent["payment_method"]]["number"]], self.scopes[intent["id"]]
        session = next(
            (one for one in self.every("checkout.session", scope) if one["payment_intent"] == intent["id"]), {}
        )
        if account.failed:
            self.bounce(intent, account.failed)
        else:
            self.succeed(intent)
            session["payment_status"] = "paid"
        if "id" in session:
            self.tell(f"checkout.session.async_payment_{'failed' if account.failed else 'succeeded'}", session, scope)

    def after_pay(self, session: Found, intent: Found) -> None:
        """Let a page be done with when its payment is, or is on its way."""
        if intent["status"] in ("succeeded", "processing"):
            paid = "paid" if intent["status"] == "succeeded" else "unpaid"
            session |= {"status": "complete", "payment_status": paid, "url": None}
            self.tell("checkout.session.completed", session, self.scopes[session["id"]])

    def refund(self, asked: Found, scope: str) -> Found:
        intent = self.get("payment_intent", asked["payment_intent"], scope)
        charge = self.objects.get(intent["latest_charge"] or "", {"disputed": False})
        gone = [one for one in self.every("refund", scope, payment_intent=intent["id"]) if one["status"] != "failed"]
        left = intent["amount"] - sum(one["amount"] for one in gone) if intent["status"] == "succeeded" else 0
        if charge["disputed"]:
            raise Wrong(400, "The charge has been charged back.", code="charge_disputed")
        if not 0 < int(asked["amount"]) <= left:
            raise Wrong(400, "Refund amount is greater than unrefunded amount on charge.")
        if (asked.get("reverse_transfer") == "true") != bool(intent["transfer"]):
            raise Wrong(400, "This charge has no transfer to reverse, or one that is not reversed.")
        card = CARDS.get(self.objects[intent["payment_method"]]["number"])
        values = {"amount": int(asked["amount"]), "currency": intent["currency"], "payment_intent": intent["id"]}
        made = self.new("refund", "re", scope, status=card.refund if card else "pending", **values)
        made["metadata"] = dict(asked.get("metadata", {}))
        self.tell("refund.created", made, scope)
        return made
