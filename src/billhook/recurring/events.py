"""What the recurring room puts into the outbox."""

from typing import Final

SWEEP: Final = "recurring.sweep"
"""The clock: look which recurrences are due."""

DUE: Final = "recurrence.due"
"""A period of a recurrence has begun. Payload: `recurrence_id`, `account_id`."""
