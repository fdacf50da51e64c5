"""What the clock asks of this room."""

from typing import Final

SWEEP: Final = "webhooks.sweep"
"""Look for webhooks that something was missed for."""

FORGET: Final = "webhooks.forget"
"""What was delivered or given up more than 30 days ago leaves the log."""
