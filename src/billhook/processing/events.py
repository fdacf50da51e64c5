"""What the processing room leaves itself to do, as kinds of outbox jobs."""

from typing import Final

NOTICED: Final = "processing.noticed"
"""A gateway has told us to look at something. Payload: `kind`, `subject`, `reference`."""

SWEEP: Final = "processing.sweep"
"""Once a minute: look after what nobody has told us about."""
