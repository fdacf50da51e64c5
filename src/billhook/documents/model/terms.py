"""Terms: what a document says under a name, or that it lacks it; what of a condition asks for one."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from billhook.documents.columns import COLUMNS, LACKED, TERMS
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.web import Compiled, parts_of

_MOST: Final = 20
"""More values of one name are not asked for by term."""


class TermMark(msgspec.Struct, frozen=True):
    """How many documents with the term asked for at `at` stand behind a mark; without an id: that it is counted."""

    at: int
    id: Id | None
    n: int


class Asked(msgspec.Struct, frozen=True):
    """Documents that have one of these terms, each a name and what it says or None for nothing; or that have none."""

    terms: list[tuple[str, str | None]]
    is_other: bool = False

    def can_be_found(self, at: int) -> bool:
        """Tell whether an index has the term: it has none of what is lacked, and none of units."""
        name, text = self.terms[at]
        return name != "unitId" and text not in (None, "")


def asked_of(where: Any) -> Asked | None:
    """Return what a condition, which is known to compile, asks for if that is terms of one name; else None."""
    parts = list(parts_of(where))
    name, value = parts[0] if len(parts) == 1 else ("", None)
    if not (name.startswith("custom.") or name == "unitId" or name in TERMS or name in LACKED):
        return None
    said = value if isinstance(value, Mapping) else {"inq" if isinstance(value, list) else "eq": value}
    operator, operand = next(iter(said.items())) if len(said) == 1 else ("", None)
    if operator == "exists":
        return _lacking(name, is_there=Compiled.of_where({"draft": operand}, COLUMNS, first=1).arguments[0])
    values = operand if operator in ("inq", "nin") and isinstance(operand, list) else [operand]
    if operator in ("eq", "neq", "inq", "nin") and values == [None]:
        return _lacking(name, is_there=operator in ("neq", "nin"))
    if operator not in ("eq", "neq", "inq", "nin") or not _are_counted(name, values):
        return None
    return Asked(sorted({(name, _text(name, one)) for one in values}, key=repr), operator in ("neq", "nin"))


def _lacking(name: str, *, is_there: bool) -> Asked:
    """Return what asks for documents that lack a name, or for those where it is there."""
    own, dot, key = name.partition(".")
    if dot and own == "custom":  # which keys there are is a term, as those that are not there cannot be listed
        return Asked([(own, key)], not is_there)
    return Asked([(name, None)], is_there)


def _are_counted(name: str, values: list[Any]) -> bool:
    """Tell whether each of some values is a term: of what is counted by being there alone, none is but its lack."""
    if len(values) > _MOST or any(isinstance(value, (list, Mapping)) for value in values):
        return False
    if name.startswith("custom."):
        return None not in values and "" not in values
    return name not in LACKED


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    [text] = Compiled.of_where({name: value}, COLUMNS, first=1).arguments
    return str(ids.to_uuid(Id(text))) if name == "unitId" else str(text)
