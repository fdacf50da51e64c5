"""Bracket nesting of forms and query strings, as client libraries write it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.web.brackets import MAX_DEPTH, MAX_FIELDS, nest
from billhook.web.problems import Malformed

NESTED: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("a=1", {"a": "1"}),
    ("a=", {"a": ""}),
    ("a", {"a": ""}),
    ("a=1&a=2", {"a": "2"}),
    ("a[b]=1", {"a": {"b": "1"}}),
    ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
    ("a[0]=x&a[1]=y", {"a": ["x", "y"]}),
    ("a[1]=y&a[0]=x", {"a": ["x", "y"]}),
    ("a[5]=y&a[2]=x", {"a": ["x", "y"]}),
    ("a[10]=k&a[9]=j", {"a": ["j", "k"]}),
    ("a[]=x&a[]=y", {"a": ["x", "y"]}),
    ("a[0][b]=1&a[1][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
    ("a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
    ("a[0]=x&a[b]=y", {"a": {"0": "x", "b": "y"}}),
    ("_documentItems%5B0%5D%5Bname%5D=Space+suit", {"_documentItems": [{"name": "Space suit"}]}),
    ("a%5Bb%5D=%C3%A9", {"a": {"b": "é"}}),
    ("a]b=1", {"a]b": "1"}),
    ("a[b=1", {"a[b": "1"}),
    ("a[b]c=1", {"a[b]c": "1"}),
    ("0=x", {"0": "x"}),
    ("a[٣]=x", {"a": {"٣": "x"}}),
    ("a[²]=x", {"a": {"²": "x"}}),
    ("a[" + "1" * 5000 + "]=x", {"a": {"1" * 5000: "x"}}),
]


@pytest.mark.parametrize(("text", "value"), NESTED)
def test_nests(text: str, value: dict[str, Any]) -> None:
    assert nest(text) == value


REFUSED = [
    ("a=1&a[b]=2", "both a value and a group"),
    ("a[b]=1&a[b][c]=2", "both a value and a group"),
    ("a[b]=1&a=2", "both a value and a group"),
    ("a" + "[x]" * MAX_DEPTH + "=1", "levels deep"),
    ("a=%ff", "not a valid form"),
    ("&".join(["a=1"] * (MAX_FIELDS + 1)), "not a valid form"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=lambda value: str(value)[:20])
def test_refuses(text: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        nest(text)


def flattened(value: Any, name: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, part in value.items() for pair in flattened(part, f"{name}[{key}]")]
    if isinstance(value, list):
        return [pair for index, part in enumerate(value) for pair in flattened(part, f"{name}[{index}]")]
    return [(name, value)]


KEYS = st.from_regex(r"[a-zA-Z_]{1,8}", fullmatch=True)
VALUES = st.recursive(
    st.text(st.characters(codec="utf-8"), max_size=10),
    lambda inner: st.lists(inner, min_size=1, max_size=12) | st.dictionaries(KEYS, inner, min_size=1, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_flattened_comes_back(value: dict[str, Any]) -> None:
    pairs = [pair for key, part in value.items() for pair in flattened(part, key)]
    deepest = max((name.count("[") for name, _ in pairs), default=0)
    if deepest < MAX_DEPTH:
        assert nest(urlencode(pairs)) == value


@given(st.text(max_size=80))
def test_any_text_is_nested_or_refused(text: str) -> None:
    try:
        nested = nest(text)
    except Malformed:
        return
    assert isinstance(nested, dict)
