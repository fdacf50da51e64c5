"""Keys that were meant to say something: what looks like a key we know, and is none, is a slip.

Unknown keys are left alone, as clients of the dialect send more than anybody reads. But `amonut` means all that is due
where `amount` would have meant 5, and what was issued stays issued.
"""

import difflib
import functools
import typing
from typing import Any, Final

import msgspec

from billhook.kernel.problems import Fault

_ALIKE: Final = 0.75
"""How much of two words must be the same, from 0 to 1, for one to be taken for the other: `rloe` for `role`."""
_MOST_FAULTS: Final = 20


def slips(content: Any, annotation: Any, words: frozenset[str]) -> list[Fault]:
    """Return the keys of a body that are near to a key its type has and that was not said.

    `words` are those that mean something elsewhere in the API: somebody who sends back what was read does not misspell.
    """
    found: list[Fault] = []
    _walk(content, annotation, "", words, found)
    return found[:_MOST_FAULTS]


def words_of(*roots: type[msgspec.Struct]) -> frozenset[str]:
    """Return every wire name of a field of these structs and of all that are made after them."""
    found, waiting = set[str](), list(roots)
    while waiting:
        struct = waiting.pop()
        waiting += struct.__subclasses__()
        found |= {field.encode_name for field in msgspec.structs.fields(struct)}
    return frozenset(found)


def _walk(content: Any, annotation: Any, path: str, words: frozenset[str], found: list[Fault]) -> None:
    if isinstance(content, dict):
        struct = _struct_of(annotation)
        if struct is None:
            return
        known = _fields_of(struct)
        for key in content.keys() - known.keys() - words:
            near = difflib.get_close_matches(str(key), known.keys() - content.keys(), 1, _ALIKE)
            if near:
                where = f"{path}.{key}".strip(".")[:120]
                found.append(Fault(where, "unknown_field", f"means nothing here; did you mean `{near[0]}`?"))
        for key, inner in known.items():
            if inner is not None and key in content:
                _walk(content[key], inner, f"{path}.{key}".strip("."), words, found)
    elif isinstance(content, list):
        for index, element in enumerate(content):
            _walk(element, annotation, f"{path}.{index}".strip("."), words, found)


@functools.cache
def _fields_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the wire names of a struct's fields, each with its type where that holds structs."""
    fields = msgspec.structs.fields(struct)
    return {field.encode_name: field.type if _struct_of(field.type) else None for field in fields}


@functools.cache
def _struct_of(annotation: Any) -> type[msgspec.Struct] | None:
    """Return the struct that a type is, or holds in a list or beside null."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    return next((found for part in typing.get_args(annotation) if (found := _struct_of(part))), None)
