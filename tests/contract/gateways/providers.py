"""The providers that the contract suite is run over: each with what the outside world does to it (pay, confirm, onboard)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

from tests.conftest import create_database

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


PROVIDERS = {"sandbox": the_sandbox}


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
    connection = await outside.gateway.connect(reference, NOTICE_URL, {}, key=f"{reference}:1:connect")
    seller = Seller(ids.new(7), "International Space Agency", "BE", "billing@space.example")
    merchant = await outside.gateway.create_merchant(connection, seller, key=f"{seller.reference}:1:create")
    assert not merchant.charges_enabled
    assert merchant.reason
    await outside.onboard(merchant)
    return Shop(outside, connection, await outside.gateway.get_merchant(connection, merchant.id))
