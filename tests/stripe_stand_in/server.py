"""Stripe over HTTP: keys, versions, idempotency, faults; and what the outside world does at it."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from billhook.kernel.time import Clock
from tests.stripe_stand_in import forms
from tests.stripe_stand_in.operations import answer
from tests.stripe_stand_in.world import Found, World, Wrong

PAGE = """<!doctype html><html lang="en"><title>Checkout</title><link rel="icon" href="data:,">
<form method="post"><label>Card number <input name="number"></label><button>Pay</button></form></html>"""
VERSION = "2026-10-28.endive"


class StripeStandIn:
    """Starts and ends a server; `worlds` is what is at Stripe, by secret key."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.worlds: dict[str, World] = {}
        self.lock = threading.RLock()
        self.asked: list[str] = []
        """Every operation, as it came in."""
        self.drops: list[str] = []
        """What becomes of the next writes: `before` or `after` they have an effect, their answers are lost."""
        handler = type("Handler", (_Handler,), {"stripe": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def world(self, key: str) -> World:
        return self.worlds.setdefault(key, World(self.clock, f"{self.url}/pay"))

    def holder(self, id: str) -> World:
        """The world in which an object is."""
        return next(world for world in self.worlds.values() if id in world.objects)

    # What happens without us.

    def onboard(self, account: str, refused: str = "") -> None:
        with self.lock:
            world = self.holder(account)
            found = world.objects[account]
            found |= {"charges_enabled": not refused, "details_submitted": True}
            found["requirements"] = {"errors": [{"reason": refused}] if refused else [], "currently_due": []}
            world.tell("account.updated", found, account)

    def pay(self, id: str, number: str) -> None:
        """A payer types a card, or an account, on the page or into the form."""
        with self.lock:
            world = self.holder(id)
            found, scope = world.objects[id], world.scopes[id]
            on_page = found["object"] == "checkout.session"
            if on_page and found["status"] != "open":
                return
            intent = self._intent_of(world, found, scope) if on_page else found
            sort = "card" if number.isdigit() else "sepa_debit"
            if intent["status"] not in ("requires_payment_method", "requires_action"):
                return
            method = world.new("payment_method", "pm", scope, type=sort, number=number, customer=None)
            try:
                world.charge(intent, method)
            except Wrong:
                return
            if on_page:
                world.after_pay(found, intent)

    @staticmethod
    def _intent_of(world: World, session: Found, scope: str) -> Found:
        if session["payment_intent"]:
            return world.objects[session["payment_intent"]]
        asked = session["intent"] | {"amount": session["amount_total"], "currency": session["currency"]}
        if session["saves"]:
            session["customer"] = asked["customer"] = world.new("customer", "cus", scope)["id"]
        intent = world.intent(asked, scope, on_page=True)
        session["payment_intent"] = intent["id"]
        return intent

    def confirm(self, id: str, *, confirmed: bool) -> None:
        """The payer answers the bank."""
        with self.lock:
            world = self.holder(id)
            session = world.objects[id] if id.startswith("cs_") else {}
            intent = world.objects[session.get("payment_intent") or id]
            if intent["status"] != "requires_action":
                return
            if not confirmed:
                world.bounce(intent, "authentication_failed")
                return
            world.succeed(intent)
            if session:
                world.after_pay(session, intent)

    def decide(self, payment: str, what: str, *, good: bool) -> None:
        """The bank decides: a refund is through or fails, a dispute is won or lost."""
        with self.lock:
            world = self.holder(payment)
            intent = world.objects[payment].get("payment_intent") or payment
            status = {("refund", True): "succeeded", ("refund", False): "failed", ("dispute", True): "won"}
            for one in world.every(what, world.scopes[intent], payment_intent=intent):
                one["status"] = status.get((what, good), "lost")
                what_happened = "refund.updated" if what == "refund" else "charge.dispute.closed"
                world.tell(what_happened, one, world.scopes[intent])

    def drop(self, when: str, tries: int = 3) -> None:
        self.drops = [when] * tries

    def signed(self, event: Found, secret: str, minutes: int = 0) -> tuple[dict[str, str], bytes]:
        """An event as it is sent."""
        body = json.dumps(event, indent=2).encode()
        seconds = int((self.clock.now() + timedelta(minutes=minutes)).timestamp())
        mac = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        return {"stripe-signature": f"t={seconds},v1={mac},v0=00"}, body


@contextmanager
def running_stripe(clock: Clock) -> Iterator[StripeStandIn]:
    """A stand-in that runs, and Stripe's library so that it does not wait before it tries again."""
    from stripe import HTTPClient

    waits, HTTPClient.INITIAL_DELAY = HTTPClient.INITIAL_DELAY, 0
    stripe = StripeStandIn(clock)
    try:
        yield stripe
    finally:
        stripe.stop()
        HTTPClient.INITIAL_DELAY = waits


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stripe: StripeStandIn

    def log_message(self, *args: Any) -> None:
        del args

    def do_GET(self) -> None:
        self.serve("GET")

    def do_POST(self) -> None:
        self.serve("POST")

    def serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        stripe = self.stripe
        if self.path.startswith("/pay/"):
            self.show_page(self.path.rpartition("/")[2], parse_qs(body).get("number", [""])[0])
            return
        with stripe.lock:
            fate = stripe.drops.pop(0) if method == "POST" and stripe.drops else ""
            status, found = (500, {}) if fate == "before" else self.answered(method, body)
        if fate:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        raw = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def show_page(self, session: str, number: str) -> None:
        """The page that a payer sees."""
        if number:
            self.stripe.pay(session, number)
        found = self.stripe.holder(session).objects[session]
        done, raw = found["status"] == "complete", PAGE.encode()
        self.send_response(303 if done else 200)
        if done:
            self.send_header("location", found["success_url"])
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def answered(self, method: str, body: str) -> tuple[int, Found]:
        try:
            return self.operate(method, body)
        except Wrong as wrong:
            return wrong.status, {"error": wrong.body}

    def operate(self, method: str, body: str) -> tuple[int, Found]:
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        if not key.startswith(("sk_test_", "rk_test_")):
            raise Wrong(401, "Invalid API Key provided.")
        if self.headers.get("stripe-version") != VERSION:
            raise Wrong(400, "The version is not the one that was agreed on.")
        if "x-stripe-client-telemetry" in self.headers:
            raise Wrong(400, "Nobody asked for telemetry.")
        url = urlsplit(self.path)
        name, subject = forms.route(method, url.path)
        self.stripe.asked.append(name)
        asked = forms.parse(url.query if method == "GET" else "" if "/v2/" in name else body)
        if "/v2/" in name:
            asked = json.loads(body)
        forms.check(name, asked)
        world, scope = self.stripe.world(key), self.headers.get("stripe-account") or ""
        world.pass_time()
        if scope and world.objects.get(scope, {}).get("object") != "account":
            raise Wrong(403, "The key does not have access to this account.", code="account_invalid")
        return self.once(world, method, (self.path, body, scope), lambda: answer(world, name, subject, asked, scope))

    def once(self, world: World, method: str, said: tuple[str, str, str], act: Any) -> tuple[int, Found]:
        """Answer a key that was used within a day as then."""
        key, now = (said[2], self.headers.get("idempotency-key") or ""), world.clock.now()
        if method == "GET" or not key[1]:
            return 200, act()
        before = world.keys.get(key)
        if before and now - before[0] < timedelta(hours=24):
            if before[1] != said:
                raise Wrong(400, "This key was used for another request.", "idempotency_error")
            return before[2], before[3]
        try:
            status, found = 200, act()
        except Wrong as wrong:
            status, found = wrong.status, {"error": wrong.body}
        found = json.loads(json.dumps(found))
        world.keys[key] = (now, said, status, found)
        return status, found
