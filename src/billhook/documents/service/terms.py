"""Counting by terms: what many documents say alike, or lack, is told by marks; what few say is found."""

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate
from typing import Any, Final

import msgspec

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.columns import ORDERS
from billhook.documents.model.terms import Asked, asked_of
from billhook.documents.service.narrowing import MOST, NOWHERE
from billhook.kernel.ids import Id
from billhook.web import Begin, Mark, Query, Tally

FOUND: Final = 10_000
"""So many documents at most are found one by one: what a hundredth of a million says."""


class Told(msgspec.Struct, frozen=True):
    """What matches a condition: so many behind each mark of the order of ids; or, where few do, the ids themselves."""

    marks: list[Mark]
    found: list[Id] | None

    @property
    def total(self) -> int:
        """How many match."""
        return sum(mark.n for mark in self.marks) if self.found is None else len(self.found)

    def begin(self, tally: Tally, query: Query, first: int) -> Begin:
        """Return where a page in the order of ids is: its own ids, or a condition between two marks."""
        descending = bool(query.order) and query.order[0][1] == "DESC"
        if self.found is not None:
            page = (self.found[::-1] if descending else self.found)[query.skip : query.skip + query.limit]
            return Begin(f" and id = any(${first}::uuid[])", [page], 0, self.total)
        low, high, skip = between(self.marks, query.skip, query.limit, descending=descending)
        sql, arguments = tally.condition(query.where, first)
        for sign, end in ((">=", low), ("<", high)):
            if end is not None:
                sql += f" and id {sign} ${first + len(arguments)}::uuid"
                arguments.append(end)
        return Begin(sql, arguments, skip, self.total)

    def where(self, where: dict[str, Any]) -> dict[str, Any]:
        """Return the condition with the ids of what matches, where those are few enough for a filter."""
        return (
            where if self.found is None or len(self.found) > MOST else where | {"id": {"inq": self.found or [NOWHERE]}}
        )


def between(marks: list[Mark], skip: int, limit: int, *, descending: bool) -> tuple[Id | None, Id | None, int]:
    """Return the mark that a page stands behind and the one it stands before, and how many rows to leave out there.

    Both ends are said, though one would do: of a condition on a part of jsonb the planner believes that hardly a row
    meets it, and would rather look through all than walk on from a mark.
    """
    if not marks:
        return None, None, skip
    blocks = range(len(marks))[:: -1 if descending else 1]
    sums = list(accumulate(marks[at].n for at in blocks))
    first, last = (min(at, len(marks) - 1) for at in (bisect_right(sums, skip), bisect_left(sums, skip + limit)))
    low, high = sorted((blocks[first], blocks[last]))
    left = skip - (sums[first - 1] if first else 0)
    return marks[low].id, marks[high + 1].id if high + 1 < len(marks) else None, left


async def told(tx: Tx, tally: Tally, where: dict[str, Any]) -> Told | None:
    """Return what matches a condition, which is known to compile, if it asks for terms and they are counted or few."""
    asked = asked_of(where)
    if asked is None:
        return None
    rows = await store.term_marks(tx, [name for name, _ in asked.terms], [text for _, text in asked.terms])
    counted = {row.at for row in rows if row.id is None}
    others = [at for at in range(len(asked.terms)) if at + 1 not in counted]
    found = await _found(tx, asked, others)
    if found is None:
        return None
    if not counted and not asked.is_other:
        return Told([], sorted(found))
    n = Counter[Id]()
    for row in rows:
        if row.id is not None:
            n[row.id] += row.n
    marks = await tally.marks_of(tx, ORDERS["id"], {})
    begins = [mark.id for mark in marks]
    n.update(begins[bisect_right(begins, one) - 1] for one in found)
    return Told(
        [
            msgspec.structs.replace(mark, n=max(mark.n - n[mark.id] if asked.is_other else n[mark.id], 0))
            for mark in marks
        ],
        None,
    )


async def _found(tx: Tx, asked: Asked, places: list[int]) -> list[Id] | None:
    """Return the ids of the documents that have the terms at these places; None if they are many or in no index."""
    found = list[Id]()
    for at in places:
        name, text = asked.terms[at]
        if text is None or not asked.can_be_found(at) or len(found) > FOUND:
            return None
        found += await store.with_terms(tx, [name], [text], FOUND + 1)
    return found if len(found) <= FOUND else None
