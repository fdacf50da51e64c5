"""What the clock asks of this room."""

from typing import Final

SWEEP: Final = "idempotency.sweep"
"""Answers that made nothing and are older than 30 days are to be forgotten."""
