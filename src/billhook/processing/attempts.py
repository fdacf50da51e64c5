"""Attempts to pay a document online, as they are told to others: with what went back, all at once."""

from datetime import datetime
from decimal import Decimal

import msgspec

from billhook.kernel.ids import Id


class OnlineRefund(msgspec.Struct, frozen=True):
    """What went back of an online payment, or is to."""

    id: str
    """The hexadecimal digits of its UUID, as JSON carries it."""
    amount: int
    """Without what went back of the surcharge."""
    status: str
    payment_id: str | None
    created_at: datetime


class OnlinePayment(msgspec.Struct, frozen=True):
    """An attempt to pay a document online, with all that is to be told of it at once.

    Amounts are without its surcharge: what it pays, or would, of the document.
    """

    id: Id
    organization_id: Id
    document_id: Id
    gateway: str
    status: str
    amount: int
    currency: str
    exponent: int
    off_session: bool
    label: str
    payment_id: Id | None
    disputed: int
    disputed_at: datetime | None
    refunds: tuple[OnlineRefund, ...]
    created_at: datetime
    surcharge: int
    surcharge_percentage: Decimal | None
