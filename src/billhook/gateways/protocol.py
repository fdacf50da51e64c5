"""What Billhook asks of a payment provider, in our words. One folder beside this file for each provider.

Amounts are whole minor units of an ISO 4217 currency; a provider's own exponents are its adapter's affair. A refused
card is an answer: a `Payment` with a `failure`. What is raised says that nothing is known (`UnknownOutcome`), that the
provider is away (`Unavailable`), or that it will not do it whoever pays (`Refused`).
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Kind, Problem


class UnknownOutcome(Problem):
    """The payment provider did not answer: whether it happened will be known when it is asked again."""

    kind = Kind.UNAVAILABLE
    code = "GATEWAY_OUTCOME_UNKNOWN"


class Unavailable(Problem):
    """The payment provider cannot be reached at the moment; nothing happened. Try again shortly."""

    kind = Kind.UNAVAILABLE
    code = "GATEWAY_UNAVAILABLE"


class Refused(Problem):
    """The payment provider refused: {why}"""

    kind = Kind.INVALID
    code = "GATEWAY_REFUSED"


class Forged(Problem):
    """The notice was not accepted: {why}"""

    kind = Kind.UNAUTHENTICATED
    code = "NOTICE_REFUSED"


class Capability(enum.StrEnum):
    """What not every provider can do."""

    FEE = "fee"
    OFF_SESSION = "off_session"
    PARTIAL_REFUND = "partial_refund"
    DELAYED = "delayed"
    EMBEDDED = "embedded"
    """Payments made in a form of the seller's own page, and changed while they are open."""


class Status(enum.StrEnum):
    """Where a payment stands at the provider. SUCCEEDED, FAILED, CANCELED and EXPIRED are final."""

    OPEN = "open"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Connection(msgspec.Struct, frozen=True):
    """A platform's account with a provider: its id there and what opens it. Never shown, never logged."""

    platform: str
    credentials: dict[str, str]

    def __repr__(self) -> str:
        return f"Connection({self.platform})"


class Seller(msgspec.Struct, frozen=True):
    """Who is to be paid; `reference` is ours and comes back in notices."""

    reference: Id
    name: str
    country: str
    email: str


class Merchant(msgspec.Struct, frozen=True):
    """A seller as the provider knows it; `reason` says why it may not be charged for (yet)."""

    id: str
    charges_enabled: bool
    reason: str = ""


class PaymentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to be collected for a merchant; with `save`, the payer agreed to be charged again later.

    `asked_at` is when it was decided to ask for it: providers forget idempotency keys after a while, and what may have
    been asked for longer ago has to be looked for first. `embedded` wants a form instead of a page.
    """

    merchant: str
    reference: Id
    amount: int
    currency: str
    fee: int
    description: str
    return_url: str
    expires_at: datetime
    asked_at: datetime
    save: bool = False
    embedded: bool = False


class Failure(msgspec.Struct, frozen=True):
    """Why the last attempt came to nothing: a stable code, and a sentence that may be shown to the payer."""

    code: str
    message: str


class Saved(msgspec.Struct, frozen=True):
    """What a payer can be charged by again: the provider's ids, what to call it ("Visa 4242"), and what sort it is.

    `kind` is `card`, `sepa_debit` or another word of the provider's; empty where that is not known.
    """

    customer: str
    method: str
    label: str = ""
    kind: str = ""


class Refund(msgspec.Struct, frozen=True):
    """Money that goes back; `status` is pending, succeeded or failed, `fee` what is given back of the fee."""

    id: str
    amount: int
    status: str
    fee: int = 0


class Dispute(msgspec.Struct, frozen=True):
    """Money the payer's bank takes back; `status` is open, won or lost (from the seller's side)."""

    id: str
    amount: int
    status: str
    reason: str = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as the provider sees it: the one source of truth of what was collected.

    `transaction` is what the provider's statements call the money, where that is another name; `client` is what a form
    in a browser is opened with.
    """

    id: str
    reference: Id
    status: Status
    amount: int
    currency: str
    fee: int = 0
    page_url: str = ""
    transaction: str = ""
    client: dict[str, str] = {}
    failure: Failure | None = None
    saved: Saved | None = None
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """What a provider calls to tell us: a hint to look at something, never a fact. `reference` is ours.

    Without a reference, `subject` is the provider's name of a merchant, or `trace` finds the payment from it.
    """

    id: str
    kind: str
    subject: str
    reference: Id | None
    account: str = ""


def operation_key(subject: Id, attempt: int, operation: str) -> str:
    """Return the idempotency key of an operation: never of time or chance, so a repetition is the same operation."""
    return f"{subject}:{attempt}:{operation}"


class Gateway(Protocol):
    """A payment provider. Every method may raise UnknownOutcome, Unavailable and Refused."""

    name: str
    capabilities: frozenset[Capability]
    page_origins: tuple[str, ...]
    """Where its hosted pages are, for forms that lead there; empty when on our own address."""

    async def connect(self, reference: Id, notice_url: str, given: Mapping[str, str], *, key: str) -> Connection:
        """Open (or check the keys of) a platform's account, and have notices sent to `notice_url`."""
        ...

    async def create_merchant(self, connection: Connection, seller: Seller, *, key: str) -> Merchant:
        """Make a seller known; it may be charged for once it has gone through onboarding."""
        ...

    async def get_merchant(self, connection: Connection, merchant: str) -> Merchant:
        """Return a seller as it is now."""
        ...

    async def onboarding_link(self, connection: Connection, merchant: str, *, return_url: str, refresh_url: str) -> str:
        """Return where the seller says what the provider has to know; for one visit, never stored."""
        ...

    async def create_payment(self, connection: Connection, request: PaymentRequest, *, key: str) -> Payment:
        """Open a payment; its `page_url` is where the payer goes."""
        ...

    async def get_payment(self, connection: Connection, merchant: str, payment: str) -> Payment:
        """Return a payment as it is now."""
        ...

    async def change_payment(
        self, connection: Connection, merchant: str, payment: Payment, amount: int, fee: int, *, key: str
    ) -> Payment:
        """Let an open, embedded payment ask for another amount. Only of providers that are EMBEDDED."""
        ...

    async def cancel_payment(self, connection: Connection, merchant: str, payment: str, *, key: str) -> Payment:
        """Cancel a payment that has not been made; one that has been comes back as it is."""
        ...

    async def charge_saved(
        self, connection: Connection, request: PaymentRequest, saved: Saved, *, key: str, present: bool = False
    ) -> Payment:
        """Charge somebody who is not there. A refusal is a FAILED payment, or one that REQUIRES_ACTION.

        Then it is asked for again, under the same key, when the payer is `present`, and has a page.
        """
        ...

    async def refund(
        self, connection: Connection, merchant: str, payment: str, amount: int, fee: int, *, key: str
    ) -> Refund:
        """Give money back, and `fee` of what was kept of it."""
        ...

    async def read_notices(
        self, connection: Connection, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Sequence[Notice]:
        """Return what a call to our notice route says. Raises Forged when its signature, age or form is not right."""
        ...

    async def trace(self, connection: Connection, subject: str, account: str) -> Id | None:
        """Return our reference of the payment that a notice without one is about; None when it is none of ours."""
        ...
