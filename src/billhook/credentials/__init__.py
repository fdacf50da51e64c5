"""Credentials: what programs show to be let in, and how fast they may ask."""

from billhook.credentials.consent import NotAskable, Wish, consent, exchange, permitted, wish_of, withdraw
from billhook.credentials.grants import SCOPES
from billhook.credentials.judge import Verdict
from billhook.credentials.model import ApiClient, Fresh
from billhook.credentials.pace import Pace
from billhook.credentials.service import listed, make, proved, revoke

__all__ = [
    "SCOPES",
    "ApiClient",
    "Fresh",
    "NotAskable",
    "Pace",
    "Verdict",
    "Wish",
    "consent",
    "exchange",
    "listed",
    "make",
    "permitted",
    "proved",
    "revoke",
    "wish_of",
    "withdraw",
]
