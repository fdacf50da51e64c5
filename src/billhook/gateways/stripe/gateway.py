"""Stripe as a gateway: our protocol in Stripe's words."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from billhook.gateways import protocol
from billhook.gateways.protocol import Capability, Connection, Payment, PaymentRequest, Refused, Saved, Status
from billhook.gateways.stripe import accounts, model, notices, requests
from billhook.gateways.stripe.amounts import to_wire
from billhook.gateways.stripe.client import Clients, Declined, Found, call, code_of, options
from billhook.gateways.stripe.keys import Keys
from billhook.kernel.ids import Id
from billhook.kernel.time import Clock
from billhook.settings import Settings

log = logging.getLogger("billhook.stripe")

NAME: Final = "stripe"
_PAGES: Final = ("https://checkout.stripe.com", "https://hooks.stripe.com")
_FORGETS: Final = timedelta(hours=20)
"""Stripe forgets an idempotency key after 24 hours: who asks again later looks first whether it was done."""
_PAGE: Final = 100


class StripeGateway:
    """Stripe, for platforms with keys of their own and for those that use the operator's."""

    name = NAME
    capabilities = frozenset(Capability)

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self._clock = settings, clock
        self._clients = Clients(settings.stripe_api_base)
        self.page_origins: tuple[str, ...] = _PAGES
        if settings.stripe_api_base:
            self.page_origins = (*_PAGES, settings.stripe_api_base)

    async def close(self) -> None:
        """Close the connections to Stripe."""
        await self._clients.close()

    def _opened(self, connection: Connection) -> tuple[Keys, Any]:
        keys = Keys.of(connection.credentials, self.settings)
        return keys, self._clients.of(keys)

    async def connect(self, reference: Id, notice_url: str, given: Mapping[str, str], *, key: str) -> Connection:
        """Look whether Stripe takes the keys; have notices sent where keys are an account's own. Raises Refused."""
        credentials = {"charge_type": given.get("charge_type") or self.settings.stripe_charge_type, **given}
        _, client = self._opened(Connection("", credentials))
        try:
            platform = (await call(client.v1.accounts.retrieve_current_async))["id"]
        except Refused as refused:
            if getattr(refused.__cause__, "http_status", None) != 403:
                raise
            platform = f"stripe_{reference}"
        if "secret_key" in given and not given.get("webhook_secret"):
            credentials |= await accounts.register(client, notice_url, key)
        return Connection(platform, credentials)

    async def create_merchant(self, connection: Connection, seller: protocol.Seller, *, key: str) -> protocol.Merchant:
        """Make a connected account."""
        keys, client = self._opened(connection)
        account = await accounts.create(client, keys, self.settings.stripe_accounts, seller, key)
        return await self.get_merchant(connection, account)

    async def get_merchant(self, connection: Connection, merchant: str) -> protocol.Merchant:
        """Return a connected account; one that was disconnected may not charge."""
        _, client = self._opened(connection)
        try:
            return model.merchant_of(await call(client.v1.accounts.retrieve_async, merchant))
        except Refused as refused:
            if code_of(refused) != "account_invalid":
                raise
            return protocol.Merchant(merchant, charges_enabled=False, reason="The account at Stripe is disconnected.")

    async def onboarding_link(self, connection: Connection, merchant: str, *, return_url: str, refresh_url: str) -> str:
        """Return the address of Stripe's form."""
        _, client = self._opened(connection)
        api = self.settings.stripe_accounts
        return await accounts.link(client, api, merchant, return_url=return_url, refresh_url=refresh_url)

    async def create_payment(self, connection: Connection, request: PaymentRequest, *, key: str) -> Payment:
        """Open a Checkout page, or what a form of the seller's own page is opened with."""
        keys, client = self._opened(connection)
        scope = self._scope(keys, request.merchant)
        if request.embedded:
            asked = requests.form(request, keys)
            intent = await call(client.v1.payment_intents.create_async, asked, options(scope, key))
            return model.of_intent(intent, {}, keys, scope)
        asked = requests.session(request, keys)
        return model.of_session(await call(client.v1.checkout.sessions.create_async, asked, options(scope, key)), {})

    async def get_payment(self, connection: Connection, merchant: str, payment: str) -> Payment:
        """Return a payment with what was given back of it and what is disputed."""
        keys, client = self._opened(connection)
        scope = self._scope(keys, merchant)
        session, intent = await self._found(client, scope, merchant, payment)
        extra = await self._extra(client, scope, intent) if intent else {}
        if session is not None:
            return model.of_session(session, extra)
        return model.of_intent(intent, extra, keys, scope)

    @staticmethod
    def _scope(keys: Keys, merchant: str) -> str:
        """Return the account on which a charge is made; empty for the platform's own."""
        return merchant if keys.direct else ""

    async def _found(self, client: Any, scope: str, merchant: str, payment: str) -> tuple[Found | None, Found]:
        """Return a payment's Checkout page, if it has one, and its PaymentIntent, if it has one yet. Raises Refused."""
        if payment.startswith("cs_"):
            asked = {"expand": ["payment_intent.latest_charge"]}
            session = await call(client.v1.checkout.sessions.retrieve_async, payment, asked, options(scope))
            intent = session.get("payment_intent") or {}
        else:
            asked = {"expand": ["latest_charge"]}
            session = None
            intent = await call(client.v1.payment_intents.retrieve_async, payment, asked, options(scope))
        if model.part(session or intent, "metadata", "merchant") != merchant:
            raise Refused(why="the payment is not that of this merchant")
        return session, intent

    async def _extra(self, client: Any, scope: str, intent: Found) -> Found:
        """Return the refunds and disputes of a PaymentIntent, newest first."""
        if intent.get("status") != "succeeded":
            return {}
        where = {"payment_intent": intent["id"]}
        found = {"refunds": await _every(client.v1.refunds.list_async, where, scope)}
        if model.part(intent, "latest_charge", "disputed"):
            found["disputes"] = await _every(client.v1.disputes.list_async, where, scope)
        return found

    async def change_payment(
        self, connection: Connection, merchant: str, payment: Payment, amount: int, fee: int, *, key: str
    ) -> Payment:
        """Let a form that is open ask for another amount, and for the fee of that."""
        keys, client = self._opened(connection)
        scope = self._scope(keys, merchant)
        asked = requests.change(amount, fee, payment.currency, had_fee=payment.fee > 0)
        intent = await call(client.v1.payment_intents.update_async, payment.id, asked, options(scope, key))
        return model.of_intent(intent, {}, keys, scope)

    async def cancel_payment(
        self,
        connection: Connection,
        merchant: str,
        payment: str,
        *,
        key: str,  # noqa: ARG002 - canceled is canceled; a refusal that Stripe kept under a key would stay one
    ) -> Payment:
        """Cancel a payment that is open; any other comes back as it is.

        A page that was called off expires as one whose time is over does, and is marked before, to be told from it.
        """
        keys, client = self._opened(connection)
        scope = self._scope(keys, merchant)
        session, intent = await self._found(client, scope, merchant, payment)
        try:
            if session is not None and session["status"] == "open":
                mark = {"metadata": {"canceled": "yes"}}
                await call(client.v1.checkout.sessions.update_async, payment, mark, options(scope))
                await call(client.v1.checkout.sessions.expire_async, payment, {}, options(scope))
            elif session is None and intent["status"].startswith("requires_"):
                await call(client.v1.payment_intents.cancel_async, payment, {}, options(scope))
        except Refused as refused:
            log.info("payment %s is not canceled: %s", payment, refused)
        return await self.get_payment(connection, merchant, payment)

    async def charge_saved(
        self, connection: Connection, request: PaymentRequest, saved: Saved, *, key: str, present: bool = False
    ) -> Payment:
        """Charge a saved method. Where the bank wants to see the payer, it is tried again once the payer is there."""
        keys, client = self._opened(connection)
        scope = self._scope(keys, request.merchant)
        made = await self._charged_before(client, scope, request, saved)
        if made is None:
            asked = requests.charge(request, keys, saved)
            try:
                made = (await call(client.v1.payment_intents.create_async, asked, options(scope, key)))["id"]
            except Declined as declined:
                made = declined.payment
        payment = await self.get_payment(connection, request.merchant, made)
        if not present or payment.status != Status.REQUIRES_ACTION or payment.page_url:
            return payment
        asked = {"payment_method": saved.method, "return_url": request.return_url}
        try:
            await call(client.v1.payment_intents.confirm_async, made, asked, options(scope, f"{key}:confirm"))
        except Declined:
            log.info("charge %s was refused for good", made)
        return await self.get_payment(connection, request.merchant, made)

    async def _charged_before(self, client: Any, scope: str, request: PaymentRequest, saved: Saved) -> str | None:
        """Return the charge that was made for a request so long ago that Stripe no longer knows its key."""
        if self._clock.now() - request.asked_at < _FORGETS:
            return None
        where = {"customer": saved.customer, "created": {"gte": int(request.asked_at.timestamp()) - 3600}}
        every = await _every(client.v1.payment_intents.list_async, where, scope)
        return next((one["id"] for one in every if model.reference_of(one) == request.reference), None)

    async def refund(
        self, connection: Connection, merchant: str, payment: str, amount: int, fee: int, *, key: str
    ) -> protocol.Refund:
        """Give money back: one refund of a key, however long ago that was first used; and then what of the fee goes."""
        keys, client = self._opened(connection)
        scope = self._scope(keys, merchant)
        _, intent = await self._found(client, scope, merchant, payment)
        if not intent:
            raise Refused(why="nothing was paid")
        currency = intent["currency"].upper()
        before = await _every(client.v1.refunds.list_async, {"payment_intent": intent["id"]}, scope)
        made = next((one for one in before if model.part(one, "metadata", "operation") == key), None)
        if made is None:
            wire_fee = to_wire(fee, currency)
            metadata = {"operation": key, "fee": str(wire_fee), "reference": intent["metadata"]["reference"]}
            asked: Found = {"payment_intent": intent["id"], "amount": to_wire(amount, currency), "metadata": metadata}
            if not keys.direct:
                asked["reverse_transfer"] = True
            made = await call(client.v1.refunds.create_async, asked, options(scope, key))
        if fee and model.refund_of(made).fee:
            made = await self._fee_back(client, scope, intent, made, key)
        return model.refund_of(made)

    async def _fee_back(self, client: Any, scope: str, intent: Found, refund: Found, key: str) -> Found:
        """Give back what a refund takes with it of the fee, once; return the refund, which says how much that was."""
        fee = model.id_of(model.part(intent, "latest_charge", "application_fee"))
        fees = client.v1.application_fees.refunds
        try:
            every = await _every(fees.list_async, {}, "", fee) if fee else []
            if not any(model.part(one, "metadata", "operation") == key for one in every):
                asked = {"amount": int(refund["metadata"]["fee"]), "metadata": {"operation": key}}
                await call(fees.create_async, fee, asked, options(key=f"{key}:fee"))
        except Refused as refused:
            log.warning("the fee of refund %s stays: %s", refund["id"], refused)
            return await call(client.v1.refunds.update_async, refund["id"], {"metadata": {"fee": "0"}}, options(scope))
        return refund

    async def read_notices(
        self, connection: Connection, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Sequence[protocol.Notice]:
        """Return what a call says that is about something of ours."""
        return notices.read(Keys.of(connection.credentials, self.settings), headers, body, now)

    async def trace(self, connection: Connection, subject: str, account: str) -> Id | None:
        """Return what reference of ours a PaymentIntent carries."""
        _, client = self._opened(connection)
        asked = client.v1.payment_intents.retrieve_async
        try:
            return model.reference_of(await call(asked, subject, {}, options(account)))
        except Refused as refused:
            log.info("nothing is known of %s: %s", subject, refused)
            return None


async def _every(verb: Callable[..., Awaitable[Any]], where: Found, scope: str, *of: str) -> list[Found]:
    """Return every object of a list, newest first."""
    found: list[Found] = []
    while True:
        after = {"starting_after": found[-1]["id"]} if found else {}
        page = await call(verb, *of, {**where, **after, "limit": _PAGE}, options(scope))
        found += page["data"]
        if not page["has_more"]:
            return found
