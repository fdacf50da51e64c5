"""Credentials: what programs show to be let in, and how fast they may ask."""

from billhook.credentials.consent import (
    NotAskable,
    Wish,
    allowed,
    consent,
    disallow,
    exchange,
    permitted,
    wish_of,
    withdraw,
)
from billhook.credentials.grants import SCOPES, Allowed
from billhook.credentials.judge import Verdict
from billhook.credentials.model import ApiClient, Fresh
from billhook.credentials.pace import Pace
from billhook.credentials.service import listed, make, proved, revoke

__all__ = [
    "SCOPES",
    "Allowed",
    "ApiClient",
    "Fresh",
    "NotAskable",
    "Pace",
    "Verdict",
    "Wish",
    "allowed",
    "consent",
    "disallow",
    "exchange",
    "listed",
    "make",
    "permitted",
    "proved",
    "revoke",
    "wish_of",
    "withdraw",
]
