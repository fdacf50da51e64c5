"""What a tax of an organization is, and which rate it has on a day."""

from datetime import datetime
from decimal import Decimal

import msgspec

from billhook.kernel.ids import Id


class DatedRate(msgspec.Struct, frozen=True):
    """A rate, in percent, and the instant from which it is valid."""

    id: str
    valid_from: datetime
    rate: Decimal


class Tax(msgspec.Struct, frozen=True):
    """One tax; `rates` newest first."""

    id: Id
    name: str
    abbreviation: str
    classification: str
    recoverable: bool
    compound: bool
    rates: tuple[DatedRate, ...]
    tax_number: str | None = None
