"""The sandbox's counter: what payers and sellers do on its pages, and what tests do in their place."""

import msgspec

from billhook.db import Database
from billhook.gateways.protocol import Status
from billhook.gateways.sandbox import bank, cards
from billhook.gateways.sandbox.model import Platform, SandboxMerchant, SandboxPayment


class Paper(msgspec.Struct, frozen=True):
    """What somebody filled in: a card (number, expiry, security code) or a bank account."""

    number: str = ""
    expiry: str = ""
    cvc: str = ""
    iban: str = ""

    def __repr__(self) -> str:
        return "Paper()"


class Troubles(msgspec.Struct, frozen=True):
    """What goes wrong on purpose: how notices travel, what becomes of the next so many answers."""

    notices: str
    answers: str
    answers_left: int


async def form(database: Database, token: str) -> SandboxPayment:
    """Return the payment of a page, as time has made it. Raises NotFound."""
    async with database.open() as tx, tx.atomic():
        return await bank.by_token(tx, SandboxPayment, token)


async def pay(database: Database, token: str, paper: Paper, delay_seconds: int) -> tuple[SandboxPayment, str]:
    """Pay by what was filled in; return the payment and the failure code, if what was filled in cannot be used.

    What is no longer open comes back as it is. Raises NotFound.
    """
    async with database.open() as tx, tx.atomic():
        payment = await bank.by_token(tx, SandboxPayment, token)
        if payment.status != Status.OPEN:
            return payment, ""
        if paper.iban:
            fault = cards.fault_of_iban(paper.iban, payment.currency)
            if not fault:
                await bank.pay_by_account(tx, payment, cards.account_of(paper.iban), delay_seconds)
        else:
            fault = cards.fault_of_card(paper.number, paper.expiry, paper.cvc, tx.now.date())
            if not fault:
                await bank.pay_by_card(tx, payment, cards.digits(paper.number))
        return payment, fault


async def answer(database: Database, token: str, *, confirmed: bool) -> SandboxPayment:
    """Answer the challenge of a payment. Raises NotFound."""
    async with database.open() as tx, tx.atomic():
        payment = await bank.by_token(tx, SandboxPayment, token)
        await bank.answer_challenge(tx, payment, confirmed=confirmed)
        return payment


async def merchant_form(database: Database, token: str) -> SandboxMerchant:
    """Return the merchant of an onboarding page. Raises NotFound."""
    async with database.open() as tx, tx.atomic():
        return await bank.by_token(tx, SandboxMerchant, token)


async def submit(database: Database, token: str, *, refused: str = "") -> SandboxMerchant:
    """Send the onboarding form. Raises NotFound."""
    async with database.open() as tx, tx.atomic():
        merchant = await bank.by_token(tx, SandboxMerchant, token)
        await bank.onboard(tx, merchant, refused=refused)
        return merchant


async def approve(database: Database, merchant_id: str, *, refused: str = "") -> None:
    """Let a merchant charge, or no longer, as if its form had been sent. Raises Refused."""
    async with database.open() as tx, tx.atomic():
        await bank.onboard(tx, await bank.lock(tx, SandboxMerchant, merchant_id), refused=refused)


async def decide(database: Database, payment_id: str, what: str, *, good: bool) -> None:
    """Let the bank decide what is open: `what` is `dispute` (won) or `refund` (succeeded). Raises Refused."""
    async with database.open() as tx, tx.atomic():
        payment = await bank.lock(tx, SandboxPayment, payment_id)
        if what == "dispute":
            await bank.decide_dispute(tx, payment, won=good)
        else:
            await bank.settle_refunds(tx, payment, "succeeded" if good else "failed")


async def troubles(database: Database, platform_id: str) -> Troubles:
    """Return what goes wrong on purpose. Raises Refused."""
    async with database.open() as tx:
        platform = await bank.read(tx, Platform, platform_id)
    return Troubles(platform.notices, platform.answers, platform.answers_left)


async def set_troubles(database: Database, platform_id: str, wanted: Troubles) -> None:
    """Let things go wrong on purpose, or no longer. Raises Refused."""
    async with database.open() as tx, tx.atomic():
        platform = await bank.lock(tx, Platform, platform_id)
        platform.notices, platform.answers = wanted.notices, wanted.answers
        platform.answers_left = wanted.answers_left
        await bank.save(tx, platform)
