"""Credentials: what programs show to be let in, and how fast they may ask."""

from billhook.credentials.model import ApiClient, Fresh
from billhook.credentials.pace import Pace
from billhook.credentials.service import listed, make, proved, revoke

__all__ = ["ApiClient", "Fresh", "Pace", "listed", "make", "proved", "revoke"]
