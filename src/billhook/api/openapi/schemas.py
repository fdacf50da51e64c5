"""JSON Schemas of the wire types: what msgspec says of them, in the numbers, nulls and words of the API."""

import ast
import functools
import inspect
import itertools
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from billhook.api.openapi.words import WORDS
from billhook.web import Instant

Schema = dict[str, Any]
_REF = "#/components/schemas/"
_DATE_TIME = {"type": "string", "format": "date-time"}


def _hook(kind: type) -> Schema:
    if kind is Instant:
        return dict(_DATE_TIME)
    raise NotImplementedError(f"no schema for {kind}")  # how msgspec is told that a hook does not know a type


def schemas_of(types: Sequence[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """Return a schema for each type, and the named structs they refer to, by name; `Out` is not part of a name."""
    found, components = msgspec.json.schema_components(types, schema_hook=_hook, ref_template=_REF + "{name}")
    structs = {kind.__name__: kind for kind in _structs(types)}
    for name, component in components.items():
        if name in structs:
            _describe(component, structs[name])
    shorter = {name: name.removesuffix("Out") for name in components}
    names = {name: short if list(shorter.values()).count(short) == 1 else name for name, short in shorter.items()}
    polished = {names[name]: _polished(component, names) for name, component in components.items()}
    return [_polished(schema, names) for schema in found], dict(sorted(polished.items()))


def _structs(types: Iterable[Any]) -> set[type[msgspec.Struct]]:
    """Return every struct that is reached from some types."""
    found: set[type[msgspec.Struct]] = set()
    waiting = [msgspec.inspect.type_info(kind) for kind in types]
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in found:
                continue
            found.add(info.cls)
            waiting += [field.type for field in info.fields]
        for part in ("item_type", "item_types", "types", "key_type", "value_type"):
            inner = getattr(info, part, ())
            waiting += inner if isinstance(inner, tuple) else [inner]
    return found


def _describe(component: Schema, struct: type[msgspec.Struct]) -> None:
    """Put words, enumerations and limits on the fields of a struct; say what is left out rather than null."""
    words = _words_of(struct)
    required = set(component.get("required", ()))
    for field in msgspec.structs.fields(struct):
        schema = component["properties"][field.encode_name]
        more = WORDS.field(struct.__name__, field.encode_name)
        if field.name in words:
            more = more | {"description": words[field.name]}
        if struct.__struct_config__.omit_defaults and field.encode_name not in required:
            _never_null(schema)
        if more.get("format") == "date-time" and not struct.__name__.endswith("Out"):
            more = {key: value for key, value in more.items() if key != "format"}
        if "$ref" in schema and more:
            schema["allOf"] = [{"$ref": schema.pop("$ref")}]
        schema.update(more)


def _never_null(schema: Schema) -> None:
    """An answer leaves out what has its default; a null default is therefore never seen."""
    if "anyOf" in schema and schema.get("default", "") is None:
        del schema["default"]
        schema["anyOf"] = [option for option in schema["anyOf"] if option != {"type": "null"}]


@functools.cache
def _words_of(struct: type) -> dict[str, str]:
    """Return the texts that stand below the fields of a struct (and of those it derives from) in its source."""
    words: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if base.__module__.startswith("billhook."):
            try:
                source = inspect.getsource(base)
            except OSError:  # installed without its source: the texts are then missing, no more
                continue
            body = ast.parse(textwrap.dedent(source)).body[0]
            statements = body.body if isinstance(body, ast.ClassDef) else []
            for above, below in itertools.pairwise(statements):
                if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name) and _is_text(below):
                    words[above.target.id] = _text(below)
    return words


def _is_text(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(statement, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str)


def _text(statement: ast.stmt) -> str:
    return " ".join(str(statement.value.value).split())  # type: ignore[attr-defined] # `_is_text` has looked


def _polished(schema: Any, names: dict[str, str]) -> Any:
    """Return a schema in our dialect: Decimals are numbers, null is one of the types, names are the short ones."""
    if isinstance(schema, list):
        return [_polished(element, names) for element in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _polished(value, names) for key, value in schema.items() if key != "title"}
    if "properties" in schema:
        result["properties"] = {name: _polished(value, names) for name, value in schema["properties"].items()}
    if "$ref" in result:
        result["$ref"] = _REF + names[result["$ref"].removeprefix(_REF)]
    if result.get("format") == "decimal":
        return {**{key: value for key, value in result.items() if key != "format"}, "type": "number"}
    if "anyOf" in result:
        return _merged(result)
    return result


def _merged(schema: Schema) -> Schema:
    """Join what is merely one of several plain types: `anyOf: [string, null]` is `type: [string, null]`."""
    options = schema.pop("anyOf")
    if {"type": "number"} in options:
        options = [option for option in options if option != {"type": "integer"}]
    if len(options) == 1:
        return {**options[0], **schema}
    nulls = [option for option in options if option == {"type": "null"}]
    rest = [option for option in options if option != {"type": "null"}]
    if len(rest) == 1 and nulls and isinstance(rest[0].get("type"), str):
        return {**rest[0], "type": [rest[0]["type"], "null"], **schema}
    return {"anyOf": options, **schema}
