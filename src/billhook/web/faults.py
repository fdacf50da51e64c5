"""The second pass over a refused body: msgspec stops at the first error, this lists them all."""

import types
import typing
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from billhook.kernel.problems import Fault, Invalid
from billhook.web.types import is_sane

MAX_FAULTS = 100


class Faults:
    """A list of faults that a rule fills while it walks a body; `done` raises them all at once."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.found: list[Fault] = []

    def add(self, path: str, code: str, message: str) -> None:
        """Note one fault."""
        if len(self.found) < MAX_FAULTS:
            self.found.append(Fault(path, code, message))

    def done(self) -> None:
        """Raise Invalid if there was a fault."""
        if self.found:
            raise Invalid(self.what, self.found)


def find_faults(value: Any, annotation: Any, hook: Callable[[type, Any], Any]) -> list[Fault]:
    """Return everything in `value` that does not fit `annotation`, with wire paths such as `_documentItems.0.price`."""
    faults = Faults("")
    _walk(value, annotation, "", hook, faults)
    return faults.found


def _optional(annotation: Any) -> Any:
    """Return the one type behind `X | None | UnsetType`, or the annotation itself."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        rest = [a for a in typing.get_args(annotation) if a not in (type(None), msgspec.UnsetType)]
        return rest[0] if len(rest) == 1 else annotation
    return annotation


def _walk(value: Any, annotation: Any, path: str, hook: Callable[[type, Any], Any], faults: Faults) -> None:
    inner = _optional(annotation)
    if value is None and inner is not annotation:
        _convert(value, annotation, path, hook, faults)
    elif isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        _walk_struct(value, inner, path, hook, faults)
    elif typing.get_origin(inner) in (list, tuple) and isinstance(value, list):
        for index, element in enumerate(value):
            _walk(element, typing.get_args(inner)[0], f"{path}.{index}".strip("."), hook, faults)
    else:
        _convert(value, annotation, path, hook, faults)


def _walk_struct(
    value: Any, struct: type[msgspec.Struct], path: str, hook: Callable[[type, Any], Any], faults: Faults
) -> None:
    if not isinstance(value, dict):
        faults.add(path, "type", "must be an object")
        return
    before = len(faults.found)
    for field in msgspec.structs.fields(struct):
        where = f"{path}.{field.encode_name}".strip(".")
        if field.encode_name in value:
            _walk(value[field.encode_name], field.type, where, hook, faults)
        elif field.required:
            faults.add(where, "presence", "can't be blank")
    if len(faults.found) == before:  # a rule over several fields, in the struct itself
        _convert(value, struct, path, hook, faults)


def _convert(value: Any, annotation: Any, path: str, hook: Callable[[type, Any], Any], faults: Faults) -> None:
    try:
        converted = msgspec.convert(value, annotation, strict=False, dec_hook=hook, str_keys=True)
        if isinstance(converted, Decimal) and not is_sane(converted):
            faults.add(path, "type", "must be a number of a sane size")
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at `$")
        faults.add((path + at.rstrip("`").replace("[", ".").replace("]", "")).strip("."), "type", _lowered(message))


def _lowered(message: str) -> str:
    """`Expected `str`, got `int`` -> `expected text, got a whole number`, to follow the field's name."""
    words = {"`str`": "text", "`int`": "a whole number", "`decimal`": "a number", "`float`": "a number"}
    words |= {"`bool`": "true or false", "`object`": "an object", "`array`": "a list", "`null`": "null"}
    message = message.replace(" | null", "")
    for word, plain in words.items():
        message = message.replace(word, plain)
    return message[:1].lower() + message[1:]
