"""One call of the API as an example shows it, before it is written down in a language."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from billhook.api.openapi import UPLOAD, Operation
from billhook.api.openapi.words import WORDS

_NAMES: Final = {"fk": "TOKEN_ID", "link": "SHAREABLE_ID"}
_FILE_OF: Final = {"application/pdf": "invoice.pdf", "image/png": "picture.png", "application/xml": "document.xml"}
_VARIABLE: Final = re.compile(r"\$([A-Z][A-Z_]+)")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request; `$NAME` in its path, query and body is a variable that the reader sets."""

    method: str
    base_url: str
    path: str
    query: dict[str, str] = {}
    body: Any = None
    is_signed: bool = True
    uploads: str | None = None
    """The file that is sent, as a field of a multipart form."""
    saves: str | None = None
    """The file that the answer is written to."""
    is_silent: bool = False
    """Whether the answer is empty."""

    @property
    def variables(self) -> list[str]:
        """The variables it uses, without the dollar signs, in order of appearance."""
        texts = [self.path, *self.query.values(), *_texts(self.body)]
        found = ["ACCESS_TOKEN"] if self.is_signed else []
        found += [name for text in texts for name in _VARIABLE.findall(text)]
        return list(dict.fromkeys(found))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for element in value.values() for text in _texts(element)]
    if isinstance(value, list):
        return [text for element in value for text in _texts(element)]
    return [value] if isinstance(value, str) else []


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def variable_of(parameter: str) -> str:
    """Return the name of the variable that stands for a path parameter: `account_id` is `ACCOUNT_ID`."""
    return _NAMES.get(parameter, parameter.upper())


def pieces(text: str) -> list[tuple[str, bool]]:
    """Split a text into plain pieces and names of variables (True)."""
    parts = _VARIABLE.split(text)
    return [(part, bool(index % 2)) for index, part in enumerate(parts) if part]


def _file_for(media_types: Sequence[str]) -> str:
    """Return the name of a file that an operation takes: a picture where only pictures are taken, a table of rows."""
    if "text/csv" in media_types and "application/pdf" not in media_types:
        return "clients.csv"
    return "logo.png" if all(kind.startswith("image/") for kind in media_types) else "time-sheet.pdf"


def call_of(operation: Operation, described: dict[str, Any], base_url: str) -> Call:
    """Return the example call of an operation, made of the examples in its description."""
    path = operation.path
    for parameter in operation.path_parameters:
        path = path.replace(f"{{{parameter}}}", f"${variable_of(parameter)}")
    filled = WORDS.example(operation.id, "call") or {}
    query = filled.get("query", WORDS.example(operation.id, "query") or {})
    body = filled.get("body", WORDS.example(operation.id, "body"))
    answer = described["responses"][str(operation.handler.status_code)].get("content", {})
    first = next(iter(answer), "")
    return Call(
        method=operation.method.upper(),
        base_url=base_url,
        path=path,
        query={name: value if isinstance(value, str) else _json(value) for name, value in query.items()},
        body=body,
        is_signed=not operation.is_public,
        uploads=_file_for(operation.handler.opt[UPLOAD]) if UPLOAD in operation.handler.opt else None,
        saves=None if first in ("", "application/json") else _FILE_OF.get(first, "download.bin"),
        is_silent=not answer,
    )
