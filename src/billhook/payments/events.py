"""What the clock puts into the outbox for this room."""

from typing import Final

GATHER: Final = "payment.gather"
"""The clock says that changes of payments are to be gathered into the tallies they are counted by. No payload."""
