"""What the clock puts into the outbox for this room."""

from typing import Final

SWEEP: Final = "usage.sweep"
"""Every hour: requests older than the setting `request_log_days` are forgotten."""
