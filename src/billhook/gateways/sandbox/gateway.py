"""The sandbox as a gateway: our protocol on top of its own store. No call to it shares a transaction with ours."""

import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import msgspec

from billhook.db import Database, Tx
from billhook.gateways import protocol
from billhook.gateways.protocol import Capability, Connection, Refused, Saved, Status, UnknownOutcome
from billhook.gateways.sandbox import bank, model, notices
from billhook.gateways.sandbox.model import Method, Platform, SandboxMerchant, SandboxPayment
from billhook.kernel.ids import Id
from billhook.settings import Seal

NAME: Final = "sandbox"


class SandboxGateway:
    """Behaves as a provider far away would: it answers late, twice or not at all, when it is told to."""

    name = NAME
    capabilities = frozenset(Capability) - {Capability.EMBEDDED}
    page_origins: tuple[str, ...] = ()

    def __init__(self, database: Database, seal: Seal, public_url: str) -> None:
        self.database = database
        self.public_url = public_url.rstrip("/")
        self._seal = seal

    def _secret(self, platform: str, purpose: str, prefix: str) -> str:
        """Return a secret of a platform: derived, so that the sandbox keeps none."""
        return prefix + hmac.new(self._seal.derived(f"sandbox {purpose}"), platform.encode(), "sha256").hexdigest()

    def notice_secret(self, platform: str) -> str:
        """Return what notices to a platform are signed with."""
        return self._secret(platform, "notices", "whsec_sandbox_")

    def page_of(self, payment: SandboxPayment) -> str:
        """Return where a payment is made."""
        return f"{self.public_url}/sandbox/pay/{payment.token}"

    @asynccontextmanager
    async def _open(self, connection: Connection) -> AsyncIterator[Tx]:
        """Let a platform in. Raises Refused."""
        mine = self._secret(connection.platform, "keys", "sk_sandbox_")
        if not hmac.compare_digest(connection.credentials.get("secret_key", ""), mine):
            raise Refused(why="the key of the sandbox is not right")
        async with self.database.open() as tx:
            yield tx

    @asynccontextmanager
    async def _effect(self, connection: Connection) -> AsyncIterator[Tx]:
        """Let something happen as a whole, and its answer get lost where that was asked for. Raises UnknownOutcome."""
        async with self._open(connection) as tx:
            lost = await self._answers(tx, connection.platform)
            if lost == "dropped_before":
                raise UnknownOutcome
            async with tx.atomic():
                yield tx
            if lost == "dropped_after":
                raise UnknownOutcome

    async def _answers(self, tx: Tx, platform_id: str) -> str:
        platform = await bank.read(tx, Platform, platform_id)
        if platform.answers == "normal":
            return "normal"
        async with tx.atomic():
            platform = await bank.lock(tx, Platform, platform_id)
            lost = platform.answers
            platform.answers_left -= 1
            if platform.answers_left <= 0:
                platform.answers = "normal"
            await bank.save(tx, platform)
        return lost

    async def connect(self, reference: Id, notice_url: str, given: Mapping[str, str], *, key: str) -> Connection:  # noqa: ARG002 - the sandbox needs no keys
        """Open a platform's account; it needs no form and no keys."""
        platform = Platform(f"sbx_{reference}", notice_url)
        async with self.database.open() as tx, tx.atomic():
            if await bank.once(tx, platform.id, key, [reference], platform.id) is None:
                await bank.put(tx, platform)
        credentials = {
            "secret_key": self._secret(platform.id, "keys", "sk_sandbox_"),
            "notice_secret": self.notice_secret(platform.id),
        }
        return Connection(platform.id, credentials)

    async def create_merchant(self, connection: Connection, seller: protocol.Seller, *, key: str) -> protocol.Merchant:
        """Make a seller known."""
        made = SandboxMerchant(
            id=bank.new_id("merchant"),
            platform=connection.platform,
            reference=seller.reference,
            name=seller.name,
            country=seller.country,
            email=seller.email,
            token=bank.new_token(),
        )
        async with self._effect(connection) as tx:
            before = await bank.once(tx, connection.platform, key, [seller.reference], made.id)
            if before is None:
                await bank.put(tx, made)
            else:
                made = await bank.read(tx, SandboxMerchant, before)
        return _merchant(made)

    async def get_merchant(self, connection: Connection, merchant: str) -> protocol.Merchant:
        """Return a seller."""
        async with self._open(connection) as tx:
            return _merchant(_own(connection, await bank.read(tx, SandboxMerchant, merchant)))

    async def onboarding_link(self, connection: Connection, merchant: str, *, return_url: str, refresh_url: str) -> str:  # noqa: ARG002 - its form does not expire
        """Return the address of the form."""
        async with self._open(connection) as tx, tx.atomic():
            found = _own(connection, await bank.lock(tx, SandboxMerchant, merchant))
            found.return_url = return_url
            await bank.save(tx, found)
        return f"{self.public_url}/sandbox/onboard/{found.token}"

    async def create_payment(
        self, connection: Connection, request: protocol.PaymentRequest, *, key: str
    ) -> protocol.Payment:
        """Open a payment."""
        async with self._effect(connection) as tx:
            payment = await self._made(tx, connection, request, key)
            await bank.pass_time(tx, payment)
            return self._shown(payment)

    async def charge_saved(
        self,
        connection: Connection,
        request: protocol.PaymentRequest,
        saved: Saved,
        *,
        key: str,
        present: bool = False,  # noqa: ARG002 - its page waits for the payer
    ) -> protocol.Payment:
        """Charge a saved card."""
        async with self._effect(connection) as tx:
            method = await bank.read(tx, Method, saved.method)
            if (method.customer, method.merchant) != (saved.customer, request.merchant):
                raise Refused(why="the saved card is not that of this customer")
            payment = await self._made(tx, connection, request, key)
            if payment.status == Status.OPEN and not payment.off_session:
                model.charge_off_session(payment, method)
                await bank.save(tx, payment)
                await bank.announce_payment(tx, payment)
            return self._shown(payment)

    async def _made(self, tx: Tx, connection: Connection, request: protocol.PaymentRequest, key: str) -> SandboxPayment:
        """Return the payment of a key, made now if it is the first time; held until the transaction ends."""
        merchant = _own(connection, await bank.read(tx, SandboxMerchant, request.merchant))
        if merchant.state != "enabled":
            raise Refused(why="this merchant may not charge")
        if not 0 <= request.fee <= request.amount or request.amount <= 0:
            raise Refused(why="the fee must not be above the amount, nor the amount below one")
        payment = SandboxPayment(
            id=bank.new_id("payment"),
            platform=connection.platform,
            merchant=merchant.id,
            token=bank.new_token(),
            reference=request.reference,
            amount=request.amount,
            currency=request.currency,
            fee=request.fee,
            description=request.description,
            seller=merchant.name,
            return_url=request.return_url,
            expires_at=request.expires_at,
            save=request.save,
        )
        asked = msgspec.to_builtins(request)
        before = await bank.once(tx, connection.platform, key, asked, payment.id)
        if before is not None:
            return await bank.lock(tx, SandboxPayment, before)
        await bank.put(tx, payment)
        return payment

    async def get_payment(self, connection: Connection, merchant: str, payment: str) -> protocol.Payment:
        """Return a payment as time has made it."""
        async with self._open(connection) as tx:
            found: SandboxPayment = _own(connection, await bank.read(tx, SandboxPayment, payment))
            if found.merchant != merchant:
                raise Refused(why="the payment is not that of this merchant")
            if model.resolve(found, tx.now):
                async with tx.atomic():
                    found = await bank.lock(tx, SandboxPayment, payment)
                    await bank.pass_time(tx, found)
            return self._shown(found)

    async def change_payment(
        self, connection: Connection, merchant: str, payment: protocol.Payment, amount: int, fee: int, *, key: str
    ) -> protocol.Payment:
        """Refuse: the sandbox has pages only."""
        del connection, merchant, payment, amount, fee, key
        raise Refused(why="the sandbox has no form for other pages")

    async def trace(self, connection: Connection, subject: str, account: str) -> Id | None:
        """Return nothing: every notice of the sandbox carries our reference."""
        del connection, subject, account
        return None

    async def _held(self, tx: Tx, connection: Connection, merchant: str, payment: str) -> SandboxPayment:
        """Return a merchant's payment as time has made it, held until the transaction ends. Raises Refused."""
        found: SandboxPayment = _own(connection, await bank.lock(tx, SandboxPayment, payment))
        if found.merchant != merchant:
            raise Refused(why="the payment is not that of this merchant")
        await bank.pass_time(tx, found)
        return found

    async def cancel_payment(
        self,
        connection: Connection,
        merchant: str,
        payment: str,
        *,
        key: str,  # noqa: ARG002 - once canceled is canceled
    ) -> protocol.Payment:
        """Cancel a payment that is open; any other comes back as it is."""
        async with self._effect(connection) as tx:
            found = await self._held(tx, connection, merchant, payment)
            if found.is_open:
                found.status = Status.CANCELED
                await bank.save(tx, found)
                await bank.announce_payment(tx, found)
            return self._shown(found)

    async def refund(
        self, connection: Connection, merchant: str, payment: str, amount: int, fee: int, *, key: str
    ) -> protocol.Refund:
        """Give money back."""
        async with self._effect(connection) as tx:
            found = await self._held(tx, connection, merchant, payment)
            refund_id = f"re_{found.id[4:]}_{len(found.refunds)}"
            before = await bank.once(tx, connection.platform, key, [payment, amount, fee], refund_id)
            if before is not None:
                return next(part for part in found.refunds if part.id == before)
            if not 0 < amount <= model.refundable(found):
                raise Refused(why="there is not as much left to give back")
            made = model.refund(found, refund_id, amount, fee)
            await bank.save(tx, found)
            await bank.announce_payment(tx, found, "refund.updated")
            return made

    async def read_notices(
        self, connection: Connection, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Sequence[protocol.Notice]:
        """Return the one notice of a call."""
        return [notices.read(connection.credentials["notice_secret"], headers, body, now)]

    def _shown(self, payment: SandboxPayment) -> protocol.Payment:
        return model.shown(payment, self.page_of(payment))


def _own(connection: Connection, found: Any) -> Any:
    """Return what was found, if it is this platform's. Raises Refused."""
    if found.platform != connection.platform:
        raise Refused(why=f"there is no {found.id}")
    return found


def _merchant(merchant: SandboxMerchant) -> protocol.Merchant:
    reasons = {"pending": "The onboarding form has not been sent yet.", "disabled": merchant.reason, "enabled": ""}
    return protocol.Merchant(merchant.id, merchant.state == "enabled", reasons[merchant.state])
