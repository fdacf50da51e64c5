"""The nouns of money taken online, how an intent moves. Amounts are whole minor units."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.gateways import Connection, Failure, Payment, Saved, Status
from billhook.kernel import money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem


class NotEnabled(Problem):
    """Payments cannot be collected: the account has to set up payment processing (`POST /payment-processing`), and then
    the organization has to be onboarded (`POST /Organizations/:id/merchant`); or both with the account's own Stripe
    (`POST /stripe-connect`, `POST /Organizations/:id/stripe-connect/account`).
    """

    kind = Kind.CONFLICT
    code = "PROCESSING_NOT_ENABLED"


class AlreadyEnabled(Problem):
    """It was set up before; change it by PATCH."""

    kind = Kind.CONFLICT
    code = "PROCESSING_ENABLED"


class ChargesDisabled(Problem):
    """The organization cannot take payments online: {reason}"""

    kind = Kind.CONFLICT
    code = "CHARGES_DISABLED"


class NotCollectable(Problem):
    """Nothing can be collected for this document: {why}"""

    kind = Kind.CONFLICT
    code = "NOT_COLLECTABLE"


class IntentClosed(Problem):
    """The payment intent is {status}; it can no longer be paid or canceled."""

    kind = Kind.CONFLICT
    code = "PAYMENT_INTENT_CLOSED"


class NotRefundable(Problem):
    """The payment cannot be given back online: {why}"""

    kind = Kind.CONFLICT
    code = "NOT_REFUNDABLE"


class SandboxOnly(Problem):
    """That is for the sandbox only: nobody plays a person where money is real."""

    kind = Kind.CONFLICT
    code = "SANDBOX_ONLY"


class State(enum.StrEnum):
    """Where an intent stands."""

    INITIATED = "initiated"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"


class Face(enum.StrEnum):
    """Which of an account's set-ups: the ready-made payment processing, or Stripe with the account's own keys."""

    PROCESSING = "processing"
    CONNECT = "connect"


PAID: Final = frozenset({State.SUCCEEDED, State.CAPTURED})
OPEN: Final = frozenset({State.INITIATED, State.REQUIRES_ACTION})
_STEP: Final = {
    State.INITIATED: 0,
    State.REQUIRES_ACTION: 0,
    State.PROCESSING: 1,
    State.FAILED: 2,
    State.EXPIRED: 2,
    State.CANCELED: 2,
    State.SUCCEEDED: 3,
    State.CAPTURED: 3,
}
"""An intent goes to a higher step, or between the two first ones. Money that comes in after all is taken: step 3."""

_LEAST_MAJOR: Final[dict[str, str]] = {
    **dict.fromkeys("EUR USD CHF AUD CAD NZD SGD BRL INR".split(), "0.5"),
    "GBP": "0.3",
    **dict.fromkeys("PLN RON AED MYR".split(), "2"),
    **dict.fromkeys("SEK NOK".split(), "3"),
    "DKK": "2.5",
    "CZK": "15",
    "HUF": "175",
    "JPY": "50",
    "HKD": "4",
    **dict.fromkeys("MXN THB".split(), "10"),
}
"""What card schemes are not worth using below, in major units (Stripe's table of minimum amounts)."""


class Platform(msgspec.Struct, frozen=True):
    """A set-up of an account; `application_fee` is a percentage, `options` what a gateway wants beside its keys."""

    id: Id
    account_id: Id
    face: str
    gateway: str
    environment: str
    active: bool
    approved: bool
    application_fee: Decimal
    refund_fee: str
    return_url: str | None
    remote_id: str
    options: dict[str, Any]
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    refused: bool
    """Whether its verification was refused."""


class Merchant(msgspec.Struct, frozen=True):
    """An organization as a gateway knows it; `reason` says why it cannot charge."""

    id: Id
    organization_id: Id
    platform_id: Id
    remote_id: str | None
    charges_enabled: bool
    reason: str
    active: bool
    created_at: datetime
    updated_at: datetime


class Desk(msgspec.Struct, frozen=True):
    """What it takes to collect money for an organization: its merchant, the platform, and what opens the gateway."""

    merchant_id: Id
    merchant_remote_id: str | None
    charges_enabled: bool
    reason: str
    merchant_active: bool
    platform_id: Id
    platform_remote_id: str
    platform_active: bool
    platform_approved: bool
    face: str
    gateway: str
    credentials: bytes
    application_fee: Decimal
    refund_fee: str
    return_url: str | None
    options: dict[str, Any]
    seller: str

    @property
    def obstacle(self) -> str:
        """Why nothing can be collected; empty when all is well."""
        if not self.platform_active:
            return "Payment processing is switched off."
        if not self.platform_approved:
            return "The account that runs payment processing is not verified yet."
        if not self.merchant_active:
            return "The organization has switched it off."
        if not self.charges_enabled or self.merchant_remote_id is None:
            return self.reason or "The onboarding is not finished."
        return ""

    def connection(self, credentials: dict[str, str]) -> Connection:
        """Return what the gateway is called with."""
        return Connection(self.platform_remote_id, credentials)


class Consent(msgspec.Struct, frozen=True):
    """What a payer agreed to: the version of the text, when, and from which address."""

    version: str
    at: datetime
    address: str


class Intent(msgspec.Struct, frozen=True):
    """A payment that is to be collected, or was."""

    id: Id
    organization_id: Id
    account_id: Id
    merchant_id: Id
    document_id: Id | None
    token: str
    status: str
    amount: int
    currency: str
    exponent: int
    application_fee: int
    operator_fee: int
    reference: str
    return_url: str | None
    allow_recurring: bool
    initial_intent_id: Id | None
    saved: Saved | None
    consent: Consent | None
    attempt: int
    remote_id: str | None
    page_url: str | None
    failure: Failure | None
    payment_id: Id | None
    refunded: int
    disputed: int
    expires_at: datetime
    settled_at: datetime | None
    created_at: datetime
    updated_at: datetime
    settlements: int
    """How often it was changed by what a gateway said."""
    embedded: bool
    """Whether it is paid in a form of the seller's own page."""
    revision: int
    begun_at: datetime | None
    """When it was decided to ask the gateway for it."""
    surcharge: int
    """How much of the amount is asked for because of the method, and pays nothing off."""
    surcharge_percentage: Decimal | None

    @property
    def asked(self) -> int:
        """The amount without its surcharge: what is paid off."""
        return self.amount - self.surcharge

    @property
    def succeeded(self) -> bool:
        """Whether the money was collected."""
        return self.status in PAID

    @property
    def fee(self) -> int:
        """What is kept of it for the platform and the operator."""
        return self.application_fee + self.operator_fee


class NewIntent(msgspec.Struct, frozen=True, kw_only=True):
    """A payment intent as asked for; the amount in major units, the currency the organization's when not said."""

    amount: Decimal
    currency: str | None = None
    reference: str = ""
    return_url: str | None = None
    allow_recurring: bool = False
    expires_at: datetime | None = None
    initial_intent_id: str | None = None
    embedded: bool = False
    operation: Id | None = None
    """What is being done, where the same may be asked for again: then there is one intent of it."""


class Transaction(msgspec.Struct, frozen=True):
    """Something that moved."""

    id: Id
    organization_id: Id
    intent_id: Id
    document_id: Id | None
    gateway: str
    kind: str
    type: str
    amount: int
    currency: str
    exponent: int
    processor_id: str
    date: datetime
    created_at: datetime


class Refund(msgspec.Struct, frozen=True):
    """Money that goes back to who paid."""

    id: Id
    organization_id: Id
    account_id: Id
    intent_id: Id
    amount: int
    fee: int
    currency: str
    exponent: int
    reason: str | None
    status: str
    remote_id: str | None
    payment_id: Id | None
    created_at: datetime
    updated_at: datetime
    surcharge: int
    """How much of the amount is of the payment's surcharge."""


class Method(msgspec.Struct, frozen=True):
    """What a client can be charged by again; its id is that of the payment whose payer agreed to it.

    What is `automatic` is charged as soon as an invoice is issued.
    """

    id: Id
    client_id: Id
    gateway: str
    label: str
    automatic: bool
    created_at: datetime
    kind: str
    """What sort of method it is, in the gateway's word: `card`, `sepa_debit`; empty where that is not known."""


class Movement(msgspec.Struct, frozen=True):
    """A transaction that is to be noted; noting it twice is noting it once."""

    id: str
    """The hexadecimal digits of its UUID, as JSON carries it."""
    kind: str
    amount: int
    processor_id: str


def least(currency: str) -> int:
    """Return the smallest amount that can be collected online, in minor units."""
    return money.to_minor(Decimal(_LEAST_MAJOR.get(currency, "0")), money.exponent(currency)) or 1


def state_of(payment: Payment, *, off_session: bool, late: bool) -> State:
    """Return the state that a payment at the gateway means; `late` says that the intent's time is over."""
    if payment.status == Status.SUCCEEDED:
        return State.CAPTURED if off_session else State.SUCCEEDED
    if payment.status == Status.CANCELED and late:
        return State.EXPIRED
    return State.INITIATED if payment.status == Status.OPEN else State(payment.status)


def may_move(now: str, to: State) -> bool:
    """Tell whether an intent may go from one state to another; what it may not is old news or a repetition."""
    before, after = _STEP[State(now)], _STEP[to]
    return after > before or (after == before == 0 and now != to)


def faults_of(new: NewIntent, currency: str, now: datetime) -> list[Fault]:
    """Return what is wrong with an intent as asked for, in wire paths."""
    if currency not in money.EXPONENT_OF:
        return [Fault("currencyId", "inclusion", "is not a currency code such as EUR")]
    faults, exponent = [], money.exponent(currency)
    if not money.fits(new.amount, exponent):
        faults.append(Fault("amount", "numericality", f"must be a number with at most {exponent} decimals"))
    elif not least(currency) <= money.to_minor(new.amount, exponent) < 10**11:
        smallest = money.to_major(least(currency), exponent)
        faults.append(Fault("amount", "numericality", f"must be at least {smallest} {currency}, and of a sane size"))
    if len(new.reference) > 200:
        faults.append(Fault("reference", "length", "must have at most 200 characters"))
    if new.return_url is not None and not is_web_address(new.return_url):
        faults.append(Fault("returnURL", "format", "must be a web address such as https://example.com/thanks"))
    if new.expires_at is not None and not 0 < (new.expires_at - now).total_seconds() <= 366 * 24 * 3600:
        faults.append(Fault("expiresAt", "date", "must lie ahead, within a year"))
    return faults


def is_web_address(text: str) -> bool:
    """Tell whether a text is an absolute web address that a page may lead to."""
    from urllib.parse import urlsplit

    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and len(text) <= 2000 and text.isprintable()
    except ValueError:
        return False
