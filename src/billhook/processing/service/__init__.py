"""The verbs of money taken online, each inside one unit of work."""

from billhook.processing.service.intents import (
    count,
    count_moved,
    enter,
    moved,
    page,
    read,
    refunds_of_payment,
)
from billhook.processing.service.set_up import change, merchant, platform, platform_of, switch

__all__ = [
    "change",
    "count",
    "count_moved",
    "enter",
    "merchant",
    "moved",
    "page",
    "platform",
    "platform_of",
    "read",
    "refunds_of_payment",
    "switch",
]
