"""Bracket nesting, as forms and query strings write it: `_documentItems[0][name]=x` becomes nested JSON."""

import re
from typing import Any
from urllib.parse import parse_qsl

from billhook.web.problems import Malformed

MAX_FIELDS = 5_000
MAX_DEPTH = 12
_KEY = re.compile(r"([^\[\]]*)((?:\[[^\[\]]*\])*)\Z")
_INDEX = re.compile(r"[0-9]{1,9}\Z")
_PART = re.compile(r"\[([^\[\]]*)\]")


def nest(text: str) -> dict[str, Any]:
    """Return the nested value of a form body or query string; numbered keys become lists, all values are text."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise Malformed(why=f"it is not a valid form of at most {MAX_FIELDS} fields in UTF-8") from None
    root: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.match(key)
        path = [match[1], *_PART.findall(match[2])] if match else [key]
        if len(path) > MAX_DEPTH:
            raise Malformed(why=f"`{key[:40]}` is nested more than {MAX_DEPTH} levels deep")
        _put(root, path, value)
    return {key: _lists(value) for key, value in root.items()}


def _put(node: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        child = node.setdefault(part or str(len(node)), {})
        if not isinstance(child, dict):
            raise Malformed(why=f"`{part[:40]}` is both a value and a group of values")
        node = child
    last = path[-1] if path[-1] or len(path) == 1 else str(len(node))
    if isinstance(node.get(last), dict):
        raise Malformed(why=f"`{last[:40]}` is both a value and a group of values")
    node[last] = value


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    children = {key: _lists(value) for key, value in node.items()}
    if children and all(_INDEX.match(key) for key in children):
        return [children[key] for key in sorted(children, key=int)]
    return children
