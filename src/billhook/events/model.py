"""An event as stored, and its place in the order. Pure."""

from datetime import datetime
from typing import Any, Final

import msgspec

from billhook.kernel import ids
from billhook.kernel.ids import Id

_WIDTHS: Final = (3, 11, 10)


class Position(msgspec.Struct, frozen=True, order=True):
    """A place in the order: the cluster's era, the transaction, the row. Written as one word it is an event's id."""

    era: int
    xid: int
    sequence: int

    @property
    def word(self) -> Id:
        """Return 24 hex digits that sort as the position does."""
        parts = zip((self.era, self.xid, self.sequence), _WIDTHS, strict=True)
        return Id("".join(f"{part:0{width}x}" for part, width in parts))

    @classmethod
    def of(cls, word: str) -> "Position | None":
        """Return the position that was written so; None for what is none."""
        if not ids.is_id(word):
            return None
        return cls(int(word[:3], 16), int(word[3:14], 16), int(word[14:], 16))


BEGINNING: Final = Position(0, 0, 0)


class Event(msgspec.Struct, frozen=True):
    """Something that has happened; `data` as the trigger wrote it: UUIDs, minor units."""

    era: int
    xid: int
    sequence: int
    type: str
    change: str
    organization_id: Id
    at: datetime
    data: dict[str, Any]

    @property
    def position(self) -> Position:
        """Where it stands in the order."""
        return Position(self.era, self.xid, self.sequence)

    @property
    def id(self) -> Id:
        """What it is called: its position, written as one word."""
        return self.position.word

    @property
    def event(self) -> "Event":
        """The event alone, of one that was read with something beside it."""
        return Event(*(getattr(self, name) for name in Event.__struct_fields__))


class Page(msgspec.Struct, frozen=True):
    """Some events, up to where they were looked for, and whether there is more to read at once."""

    events: list[Event]
    end: Position
    more: bool
