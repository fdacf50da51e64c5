"""Narrowing: what equals a few values is looked up in one index of them before the filter compares it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.columns import COLUMNS, TERMS
from billhook.kernel.ids import Id
from billhook.web import Compiled

NOWHERE: Final = Id("0" * 24)
"""The id of no document: of an empty list the planner thinks nothing, and would read all there is."""
_LONG: Final = 90
"""Arguments from which on a filter is long enough."""
MOST: Final = 1_000
"""What more documents match than this is read in order instead: naming each would take longer."""


async def narrowed(tx: Tx, where: dict[str, Any]) -> dict[str, Any]:
    """Return a condition, which is known to compile, with the ids of what can match if those are few; else as it is.

    It costs a look-up, and only where a term is asked for. Deleted documents have no terms.
    """
    terms = list(_terms(where))
    if not terms or "id" in where or len(Compiled.of_where(where, COLUMNS, first=1).arguments) > _LONG:
        return where
    found = await store.with_terms(tx, [name for name, _ in terms], [text for _, text in terms], MOST + 1)
    return where if len(found) > MOST else where | {"id": {"inq": found or [NOWHERE]}}


def _terms(where: Any) -> Iterator[tuple[str, str]]:
    """Yield the names and texts that every match has."""
    for name, value in where.items() if isinstance(where, Mapping) else ():
        if name == "and":
            for part in value if isinstance(value, list) else [value]:
                yield from _terms(part)
        elif name in TERMS or name.startswith("custom."):
            said = value.get("eq") if isinstance(value, Mapping) else value
            if not isinstance(said, list) and said not in (None, ""):
                [text] = Compiled.of_where({name: said}, COLUMNS, first=1).arguments
                yield name, text
