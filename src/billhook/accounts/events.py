"""What accounts announce: kinds of outbox rows. The payload of each is `{"account_id": Id}`, never a token."""

from typing import Final

CONFIRM: Final = "accounts.confirm"
"""The account's address wants to be confirmed by mail."""
RESET: Final = "accounts.reset"
"""Somebody asked for a new password for the account."""
