"""What becomes of telling programs, as kinds of outbox jobs."""

from typing import Final

PAUSED: Final = "webhook.paused"
"""A webhook has failed for days and is told nothing any more. Payload: `webhook_id`, and `address`, its host."""
