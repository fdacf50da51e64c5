"""What the processing room leaves itself to do, as kinds of outbox jobs."""

from typing import Final

NOTICED: Final = "processing.noticed"
"""A gateway has told us to look at something. Payload: `kind`, `subject`, `reference`."""

SWEEP: Final = "processing.sweep"
"""Once a minute: look after what nobody has told us about."""

CHARGING: Final = "processing.charging"
"""A document is to be charged by its client's method. Payload: `document_id`, `account_id`, `operation`, `attempt`."""
