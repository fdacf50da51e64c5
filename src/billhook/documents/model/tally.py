"""Where a page begins: how many documents stand from one mark of an order to the next says which mark to start from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from billhook.kernel.ids import Id

FIRST: Final = Id("0" * 24)
"""The id of the mark that stands before all documents."""


class Mark(msgspec.Struct, frozen=True):
    """A mark of an order, and how many matching documents stand from it to the next; the first mark has no key."""

    key: str
    id: Id
    n: int


class Place(msgspec.Struct, frozen=True):
    """Where to begin: from a mark on (descending: below it; None is the very end), and how many to leave out then."""

    mark: Mark | None
    skip: int


def is_tallied(where: Any, names: frozenset[str]) -> bool:
    """Tell whether a condition asks for nothing but these names, however it is nested."""
    if not isinstance(where, Mapping):
        return False
    for name, value in where.items():
        if name in ("and", "or"):
            parts = [value] if isinstance(value, Mapping) else value
            if not isinstance(parts, list) or not all(is_tallied(part, names) for part in parts):
                return False
        elif name not in names:
            return False
    return True


def place_of(marks: Sequence[Mark], skip: int, *, descending: bool) -> Place:
    """Return where the page behind `skip` documents begins, marks given in ascending order."""
    if not descending:
        for mark in marks:
            if skip < mark.n:
                return Place(mark, skip)
            skip -= mark.n
        return Place(marks[-1] if marks else None, skip + (marks[-1].n if marks else 0))
    above: Mark | None = None
    for mark in reversed(marks):
        if skip < mark.n:
            break
        skip -= mark.n
        above = mark
    return Place(above, skip)
