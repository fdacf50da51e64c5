"""The verbs of money taken online, each inside one unit of work."""

from billhook.processing.service.fees import FeeStatement, fee_statement, fee_table
from billhook.processing.service.intents import (
    count,
    count_moved,
    enter,
    moved,
    of_documents,
    page,
    read,
    refunds_of_payment,
)
from billhook.processing.service.methods import forget_method, keep_method, methods_of
from billhook.processing.service.set_up import change, merchant, platform, platform_of, switch
from billhook.processing.service.verifying import is_offered, obstacle, verify

__all__ = [
    "FeeStatement",
    "change",
    "count",
    "count_moved",
    "enter",
    "fee_statement",
    "fee_table",
    "forget_method",
    "is_offered",
    "keep_method",
    "merchant",
    "methods_of",
    "moved",
    "obstacle",
    "of_documents",
    "page",
    "platform",
    "platform_of",
    "read",
    "refunds_of_payment",
    "switch",
    "verify",
]
