"""Events: what has happened in an organization, in order and without a gap, for programs to read."""

from billhook.events.catalogue import (
    TYPES,
    Announced,
    Message,
    announced_of,
    matching,
    message_of,
    pattern_of,
    schema_of,
)
from billhook.events.model import BEGINNING, Event, Page, Position
from billhook.events.service import WINDOW, end, read
from billhook.events.watch import Watch

__all__ = [
    "BEGINNING",
    "TYPES",
    "WINDOW",
    "Announced",
    "Event",
    "Message",
    "Page",
    "Position",
    "Watch",
    "announced_of",
    "end",
    "matching",
    "message_of",
    "pattern_of",
    "read",
    "schema_of",
]
