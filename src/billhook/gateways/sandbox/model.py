"""The sandbox's own objects, and how a payment moves: pure, as if it were somebody else's system."""

from datetime import datetime
from typing import Final

import msgspec

from billhook.gateways.protocol import Dispute, Failure, Payment, Refund, Saved, Status
from billhook.gateways.sandbox.cards import ACCOUNTS, CARDS, MESSAGES, Card
from billhook.kernel.ids import Id

NOTICES: Final = ("normal", "lost", "late", "twice", "out_of_order")
ANSWERS: Final = ("normal", "dropped_before", "dropped_after")


class Platform(msgspec.Struct):
    """A customer of the sandbox: where its notices go, and what goes wrong for it on purpose."""

    id: str
    notice_url: str
    notices: str = "normal"
    """How notices reach it: one of NOTICES."""
    answers: str = "normal"
    """What becomes of our answers: one of ANSWERS."""
    answers_left: int = 0
    """How many answers that is still to happen to."""


class SandboxMerchant(msgspec.Struct):
    """A seller: `pending` until its form is sent, then `enabled`; `disabled` with a reason."""

    id: str
    platform: str
    reference: str
    name: str
    country: str
    email: str
    token: str
    state: str = "pending"
    reason: str = ""
    return_url: str = ""


class Method(msgspec.Struct):
    """A card that was saved: its number is one of the test numbers."""

    id: str
    customer: str
    merchant: str
    number: str


class SandboxPayment(msgspec.Struct):
    """A payment, from the form to the refund."""

    id: str
    platform: str
    merchant: str
    token: str
    reference: str
    amount: int
    currency: str
    fee: int
    description: str
    seller: str
    return_url: str
    expires_at: datetime
    save: bool
    status: Status = Status.OPEN
    failure_code: str = ""
    number: str = ""
    """The test card or account it is being paid with."""
    off_session: bool = False
    customer: str = ""
    method: str = ""
    due_at: datetime | None = None
    """When the bank will have answered, while it is processing."""
    refunds: list[Refund] = []
    disputes: list[Dispute] = []

    @property
    def is_open(self) -> bool:
        """Whether somebody may still pay it."""
        return self.status in (Status.OPEN, Status.REQUIRES_ACTION)

    @property
    def card(self) -> Card:
        """How the card behaves that it is paid with."""
        return CARDS.get(self.number, Card())


def pay_by_card(payment: SandboxPayment, number: str) -> None:
    """Move an open payment as the card says: succeeded, to be confirmed, or still open with a failure."""
    payment.number, payment.failure_code = number, ""
    card = CARDS[number]
    if card.declined:
        _fail(payment, card.declined)
    elif card.challenge and card.challenge.on_session:
        payment.status = Status.REQUIRES_ACTION
    else:
        _succeed(payment)


def answer_challenge(payment: SandboxPayment, *, confirmed: bool) -> None:
    """Move a payment that is to be confirmed: the payer has confirmed it, or has not."""
    challenge = payment.card.challenge
    if not confirmed:
        _fail(payment, "authentication_failed")
    elif challenge and challenge.declined:
        _fail(payment, challenge.declined)
    else:
        payment.failure_code = ""
        _succeed(payment)


def pay_by_account(payment: SandboxPayment, iban: str, due_at: datetime) -> None:
    """Move an open payment on to processing: what the bank says is known when `due_at` has come."""
    payment.number, payment.failure_code, payment.status, payment.due_at = iban, "", Status.PROCESSING, due_at


def charge_off_session(payment: SandboxPayment, method: Method) -> None:
    """Move a payment whose payer is not there: succeeded, failed for good, or waiting to be confirmed."""
    card = CARDS[method.number]
    payment.number, payment.off_session = method.number, True
    payment.customer, payment.method = method.customer, method.id
    if card.challenge and card.challenge.off_session and not card.challenge.unless_saved:
        payment.status, payment.failure_code = Status.REQUIRES_ACTION, "authentication_required"
    elif card.challenge and card.challenge.declined:
        payment.status, payment.failure_code = Status.FAILED, card.challenge.declined
    elif card.declined_later:
        payment.status, payment.failure_code = Status.FAILED, "generic_decline"
    else:
        _succeed(payment)


def resolve(payment: SandboxPayment, now: datetime) -> bool:
    """Let time do its work: the bank answers, the form expires. Return whether anything changed."""
    if payment.status == Status.PROCESSING and payment.due_at and payment.due_at <= now:
        payment.due_at = None
        account = ACCOUNTS[payment.number]
        if account.failed:
            payment.status, payment.failure_code = Status.FAILED, account.failed
        else:
            _succeed(payment)
            _dispute(payment, account.dispute)
        return True
    if payment.is_open and payment.expires_at <= now:
        payment.status = Status.EXPIRED
        return True
    return False


def refund(payment: SandboxPayment, refund_id: str, amount: int, fee: int) -> Refund:
    """Give money back as the card says; the caller has seen to it that there is as much."""
    made = Refund(refund_id, amount, payment.card.refund, 0 if payment.card.refund == "failed" else fee)
    payment.refunds = [*payment.refunds, made]
    return made


def refundable(payment: SandboxPayment) -> int:
    """Return how much of a payment can still be given back."""
    gone = sum(part.amount for part in payment.refunds if part.status != "failed")
    lost = sum(part.amount for part in payment.disputes if part.status != "won")
    return payment.amount - gone - lost if payment.status == Status.SUCCEEDED else 0


def end_dispute(payment: SandboxPayment, *, won: bool) -> bool:
    """Decide the open dispute of a payment; return whether there was one."""
    status = "won" if won else "lost"
    before = payment.disputes
    payment.disputes = [
        msgspec.structs.replace(part, status=status) if part.status == "open" else part for part in before
    ]
    return payment.disputes != before


def _succeed(payment: SandboxPayment) -> None:
    payment.status = Status.SUCCEEDED
    _dispute(payment, payment.card.dispute)


def _dispute(payment: SandboxPayment, reason: str) -> None:
    if reason:
        payment.disputes = [Dispute(f"dp_{payment.id[4:]}", payment.amount, "open", reason)]


def _fail(payment: SandboxPayment, code: str) -> None:
    """Note a failure on session: the payer may try again with something else."""
    payment.status, payment.failure_code = Status.OPEN, code


def shown(payment: SandboxPayment, page_url: str) -> Payment:
    """Return a payment as the protocol speaks of it."""
    code = payment.failure_code
    label = f"{payment.card.brand} {payment.number[-4:]}" if payment.number in CARDS else ""
    return Payment(
        id=payment.id,
        reference=Id(payment.reference),
        status=payment.status,
        amount=payment.amount,
        currency=payment.currency,
        fee=payment.fee,
        page_url=page_url,
        failure=Failure(code, MESSAGES.get(code, "")) if code else None,
        saved=Saved(payment.customer, payment.method, label, "card") if payment.method else None,
        refunds=tuple(payment.refunds),
        disputes=tuple(payment.disputes),
    )
