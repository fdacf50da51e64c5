"""Gateways: payment providers behind one protocol, one folder each."""

from billhook.gateways import sandbox, stripe
from billhook.gateways.protocol import (
    Capability,
    Connection,
    Dispute,
    Failure,
    Forged,
    Gateway,
    Merchant,
    Notice,
    Payment,
    PaymentRequest,
    Refund,
    Refused,
    Saved,
    Seller,
    Status,
    Unavailable,
    UnknownOutcome,
    operation_key,
)
from billhook.gateways.registry import Gateways

__all__ = [
    "Capability",
    "Connection",
    "Dispute",
    "Failure",
    "Forged",
    "Gateway",
    "Gateways",
    "Merchant",
    "Notice",
    "Payment",
    "PaymentRequest",
    "Refund",
    "Refused",
    "Saved",
    "Seller",
    "Status",
    "Unavailable",
    "UnknownOutcome",
    "operation_key",
    "sandbox",
    "stripe",
]
