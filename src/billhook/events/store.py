"""The statements of events."""

import msgspec

from billhook.db import Statements, Tx
from billhook.events.model import Event, Position
from billhook.kernel.ids import Id

sql = Statements(__package__)


class Read(Event, frozen=True):
    """An event as read; `scanned` says how many were looked at in all."""

    scanned: int


class Latest(msgspec.Struct, frozen=True):
    """Where an organization's feed ends for now."""

    organization_id: Id
    era: int
    xid: int
    sequence: int

    @property
    def position(self) -> Position:
        """The place of its last event."""
        return Position(self.era, self.xid, self.sequence)


@sql.many
async def feed(
    tx: Tx, era: int, xid: int, sequence: int, types: list[str] | None, window: int, most: int
) -> list[Read]: ...


@sql.many
async def latest(tx: Tx, shards: list[int], organizations: list[Id]) -> list[Latest]: ...


sql.finish()
