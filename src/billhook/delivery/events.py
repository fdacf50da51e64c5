"""What the delivery room puts into the outbox; mailings themselves are `document.sending`."""

from typing import Final

SWEEP: Final = "reminders.sweep"
"""The clock: look which reminders are due."""
