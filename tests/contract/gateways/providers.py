"""The providers that the contract suite is run over: each with what the outside world does to it (pay, confirm, onboard)."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

from tests.conftest import create_database
from tests.stripe_stand_in import StripeStandIn, running_stripe

from billhook import gateways
from billhook.db import Database
from billhook.gateways import Connection, Gateway, Gateways, Merchant, Payment, PaymentRequest, Seller, sandbox
from billhook.kernel import ids
from billhook.kernel.time import MovableClock
from billhook.settings import load

NOTICE_URL = "http://127.0.0.1:9/v1/notices"


class Outside(Protocol):
    """What happens at a provider without us: its payers and sellers."""

    gateway: Gateway
    clock: MovableClock

    def keys(self) -> dict[str, str]: ...
    async def onboard(self, merchant: Merchant, *, refused: str = "") -> None: ...
    async def pay(self, payment: Payment, card: str) -> None: ...
    async def debit(self, payment: Payment, iban: str) -> None: ...
    async def confirm(self, payment: Payment, *, confirmed: bool) -> None: ...
    async def drop(self, connection: Connection, when: str) -> None: ...
    async def decide(self, payment: Payment, what: str, *, good: bool) -> None: ...
    async def notice(self, connection: Connection) -> tuple[dict[str, str], bytes]: ...


class OutsideSandbox:
    """The sandbox, with its pages used by nobody: what they call is called here."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        settings = load({"BILLHOOK_SECRET_KEY": "k" * 40})
        self.database, self.clock = database, clock
        self.gateway: Gateway = Gateways(database, settings, "http://127.0.0.1:9").sandbox

    def keys(self) -> dict[str, str]:
        return {}

    async def onboard(self, merchant: Merchant, *, refused: str = "") -> None:
        await sandbox.approve(self.database, merchant.id, refused=refused)

    async def pay(self, payment: Payment, card: str) -> None:
        await self._pay(payment, sandbox.Paper(card, "12/40", "1234" if card.startswith("37") else "123"))

    async def debit(self, payment: Payment, iban: str) -> None:
        await self._pay(payment, sandbox.Paper(iban=iban))

    async def _pay(self, payment: Payment, paper: sandbox.Paper) -> None:
        _, fault = await sandbox.pay(self.database, payment.page_url.rpartition("/")[2], paper, 180)
        assert fault == ""

    async def confirm(self, payment: Payment, *, confirmed: bool) -> None:
        await sandbox.answer(self.database, payment.page_url.rpartition("/")[2], confirmed=confirmed)

    async def drop(self, connection: Connection, when: str) -> None:
        wanted = sandbox.Troubles("normal", f"dropped_{when}", 1)
        await sandbox.set_troubles(self.database, connection.platform, wanted)

    async def decide(self, payment: Payment, what: str, *, good: bool) -> None:
        await sandbox.decide(self.database, payment.id, what, good=good)

    async def notice(self, connection: Connection) -> tuple[dict[str, str], bytes]:
        """The last notice that waits to be carried, as it would be sent now."""
        import asyncpg
        import msgspec

        from billhook.gateways.sandbox import notices

        owner = await asyncpg.connect(self.database.url)
        try:
            found = await owner.fetchval(
                "select payload -> 'notice' from jobs.job where kind = 'sandbox.notice' order by id desc limit 1"
            )
        finally:
            await owner.close()
        body = notices.encoded(msgspec.json.decode(found))
        return {notices.HEADER: notices.sign(connection.credentials["notice_secret"], self.clock.now(), body)}, body


@asynccontextmanager
async def the_sandbox() -> AsyncIterator[Outside]:
    clock = MovableClock()
    database = Database(await create_database("gateway_sandbox"), connections=6, clock=clock)
    await database.connect()
    yield OutsideSandbox(database, clock)
    await database.close()


class OutsideStripe:
    """A stand-in for Stripe, with its pages used by nobody: what they do is done here."""

    def __init__(self, stripe: StripeStandIn, clock: MovableClock, charge_type: str, accounts: str) -> None:
        environ = {"BILLHOOK_STRIPE_API_BASE": stripe.url, "BILLHOOK_STRIPE_ACCOUNTS": accounts}
        self.stripe, self.clock, self.charge_type = stripe, clock, charge_type
        self.gateway: Gateway = gateways.stripe.StripeGateway(load(environ), clock)

    def keys(self) -> dict[str, str]:
        """Keys of a fresh platform, which has had its webhook endpoint made by hand."""
        name = secrets.token_hex(8)
        return {
            "secret_key": f"sk_test_{name}",
            "publishable_key": f"pk_test_{name}",
            "webhook_secret": f"whsec_{name}",
            "charge_type": self.charge_type,
        }

    async def onboard(self, merchant: Merchant, *, refused: str = "") -> None:
        self.stripe.onboard(merchant.id, refused)

    async def pay(self, payment: Payment, card: str) -> None:
        self.stripe.pay(payment.id, card)

    async def debit(self, payment: Payment, iban: str) -> None:
        self.stripe.pay(payment.id, iban)

    async def confirm(self, payment: Payment, *, confirmed: bool) -> None:
        self.stripe.confirm(payment.id, confirmed=confirmed)

    async def drop(self, connection: Connection, when: str) -> None:
        assert connection.credentials["secret_key"] in self.stripe.worlds
        self.stripe.drop(when)

    async def decide(self, payment: Payment, what: str, *, good: bool) -> None:
        self.stripe.decide(payment.id, what, good=good)

    async def notice(self, connection: Connection) -> tuple[dict[str, str], bytes]:
        event = self.stripe.world(connection.credentials["secret_key"]).events[-1]
        return self.stripe.signed(event, connection.credentials["webhook_secret"])


def a_stripe(charge_type: str, accounts: str) -> Callable[[], AbstractAsyncContextManager[Outside]]:
    """A provider of one kind of charges and accounts; Stripe's library tries again without waiting."""

    @asynccontextmanager
    async def the_stripe() -> AsyncIterator[Outside]:
        clock = MovableClock()
        with running_stripe(clock) as stripe:
            outside = OutsideStripe(stripe, clock, charge_type, accounts)
            yield outside
            await outside.gateway.close()

    return the_stripe


PROVIDERS = {
    "sandbox": the_sandbox,
    "stripe": a_stripe("destination", "v2"),
    "stripe_direct": a_stripe("direct", "v1"),
}


class Shop:
    """A platform at a provider, with one merchant that may charge."""

    def __init__(self, outside: Outside, connection: Connection, merchant: Merchant) -> None:
        self.outside, self.gateway = outside, outside.gateway
        self.connection, self.merchant = connection, merchant

    def request(self, **changes: Any) -> PaymentRequest:
        fields: dict[str, Any] = {
            "merchant": self.merchant.id,
            "reference": ids.new(7),
            "amount": 12_100,
            "currency": "EUR",
            "fee": 121,
            "description": "Invoice 2026-00001",
            "return_url": "https://shop.example/back",
            "expires_at": self.outside.clock.now() + timedelta(hours=1),
            "asked_at": self.outside.clock.now(),
        }
        return PaymentRequest(**fields | changes)

    async def open(self, **changes: Any) -> Payment:
        request = self.request(**changes)
        return await self.gateway.create_payment(self.connection, request, key=f"{request.reference}:1:create")

    async def now(self, payment: Payment) -> Payment:
        return await self.gateway.get_payment(self.connection, self.merchant.id, payment.id)

    async def paid(self, card: str = "4242424242424242", **changes: Any) -> Payment:
        payment = await self.open(**changes)
        await self.outside.pay(payment, card)
        return await self.now(payment)


async def shop(outside: Outside) -> Shop:
    reference = ids.new()
    connection = await outside.gateway.connect(reference, NOTICE_URL, outside.keys(), key=f"{reference}:1:connect")
    seller = Seller(ids.new(7), "International Space Agency", "BE", "billing@space.example")
    merchant = await outside.gateway.create_merchant(connection, seller, key=f"{seller.reference}:1:create")
    assert not merchant.charges_enabled
    assert merchant.reason
    await outside.onboard(merchant)
    return Shop(outside, connection, await outside.gateway.get_merchant(connection, merchant.id))
