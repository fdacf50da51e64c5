"""Ids of invoice items: the invoice's id, with what tells its lines apart at the end; or of what no invoice has yet."""

import uuid
from collections.abc import Sequence

from billhook.documents import Document
from billhook.documents.model.document import Line
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours

_TAIL = 6


def ids_of(document: Document, lines: Sequence[Line]) -> list[str]:
    """Return the ids of some lines, all those of a document in their order: no two are the same."""
    taken = {0}
    found = []
    for line in lines:
        tail = int(line.id.replace("-", "")[:_TAIL], 16)
        while tail in taken:
            tail = (tail + 1) % 16**_TAIL
        taken.add(tail)
        found.append(str(uuid.UUID(f"{ids.to_hex(document.id)[:-_TAIL]}{tail:06x}")))
    return found


def invoice_of(item_id: str) -> Id | None:
    """Return the invoice that an item's id is of; None when it names what no invoice has. Raises NotYours."""
    try:
        digits = uuid.UUID(item_id).hex
    except ValueError:
        raise NotYours from None
    whole = f"{digits[:-_TAIL]}{'0' * _TAIL}"
    found = ids.of_uuid_text(whole)
    if found is None:
        raise NotYours
    return None if whole == digits else found


def line_of(document: Document, item_id: str) -> Line:
    """Return the line that an id names. Raises NotYours."""
    lines = [line for line in document.lines if not line.is_separator]
    wanted = str(uuid.UUID(item_id))
    for line, its_id in zip(lines, ids_of(document, lines), strict=True):
        if its_id == wanted:
            return line
    raise NotYours
