"""Calculating: what a document would come to, without writing any of it."""

import msgspec

from billhook.db import Tx
from billhook.documents.model import links
from billhook.documents.model.document import Document
from billhook.documents.model.links import NOTHING
from billhook.documents.model.new import NewDocument
from billhook.documents.model.received import oriented
from billhook.documents.model.steps import Steps, explained
from billhook.documents.service.issuing import ground_of, linked_of
from billhook.documents.service.linking import hold


class Calculation(msgspec.Struct, frozen=True):
    """A document that was composed and not written, and how its totals came about."""

    document: Document
    steps: Steps


async def calculate(tx: Tx, new: NewDocument) -> Calculation:
    """Return what `issue` would make of a document: nothing is written, no number is taken. Raises what that raises."""
    new = oriented(new)
    ground = await ground_of(tx, new)
    credited = None if new.draft else links.credited_by(new, ground)
    linked = NOTHING
    if credited is not None or new.advance_ids:
        async with tx.atomic():
            linked = await hold(tx, new, credited)
    composed = linked_of(tx, new, ground, linked)
    return Calculation(composed.document, explained(composed.document, composed.said))
