"""The API reference as one page, made of the OpenAPI document."""

import re
from typing import Any, Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from billhook.api.openapi import Description, Operation
from billhook.api.reference_page.call import Call, call_of
from billhook.api.reference_page.quick_start import BEFORE, STEPS
from billhook.api.reference_page.snippets import LANGUAGES, snippets

_CODE: Final = re.compile(r"`([^`]+)`")
_FEW: Final = 12
_FORM: Final = "multipart/form-data"
_SIGN_IN: Final = (
    '<p class="token"><a href="/sign-in?to=/docs">Sign in</a> to have your own access token in the examples.</p>'
)
_SIGNED_IN: Final = (
    '<p class="token">The examples carry the access token of your session; it ends when you sign out.</p>'
)


def inline(text: str) -> Markup:
    """Return a text as HTML, with what stands in backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped one call before


class Field(msgspec.Struct):
    """A row of a table of fields or parameters."""

    name: str
    type: str
    link: str
    """The name of the schema behind the type; empty when it is a plain one."""
    is_required: bool
    description: str


class Section(msgspec.Struct):
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    is_public: bool
    is_old: bool
    parameters: list[Field]
    body: str
    """The name of the body's schema; empty when it takes none or a file."""
    body_fields: list[Field]
    takes_file: str
    answers: list[tuple[str, str, str, str]]
    """Status, description, name of the schema, type."""
    refusals: list[str]
    answer_example: str
    call: Call
    snippets: dict[str, str]

    @property
    def is_long(self) -> bool:
        """Whether the body has so many fields that they are folded."""
        return len(self.body_fields) > _FEW


class _Builder:
    def __init__(self, description: Description, public_url: str) -> None:
        self.document = description.document
        self.public_url = public_url
        self.schemas: dict[str, Any] = self.document["components"]["schemas"]

    def section(self, operation: Operation) -> Section:
        described = self.document["paths"][operation.path][operation.method]
        call = call_of(operation, described, self.public_url)
        body = described.get("requestBody", {}).get("content", {})
        body_name = _name_of(body.get("application/json", {}).get("schema", {}))
        answers = [
            (status, answer["description"], *self.answer_type(answer))
            for status, answer in described["responses"].items()
            if "$ref" not in answer
        ]
        answered = described["responses"][str(operation.handler.status_code)].get("content", {})
        example = answered.get("application/json", {}).get("example")
        return Section(
            id=operation.id,
            method=operation.method.upper(),
            path=operation.path,
            summary=operation.handler.summary or "",
            description=described["description"],
            is_public=operation.is_public,
            is_old=bool(operation.alias),
            parameters=[
                self.parameter(parameter) for parameter in described["parameters"] if parameter["in"] != "header"
            ],
            body=body_name,
            body_fields=self.fields(self.schemas[body_name]) if body_name else [],
            takes_file=", ".join(kind for kind in body if _FORM in body and kind != _FORM),
            answers=answers,
            refusals=[status for status, answer in described["responses"].items() if "$ref" in answer],
            answer_example=msgspec.json.format(msgspec.json.encode(example), indent=2).decode() if example else "",
            call=call,
            snippets=snippets(call),
        )

    def answer_type(self, answer: dict[str, Any]) -> tuple[str, str]:
        """Return the schema's name and the type of an answer: of its JSON, or of the file it is."""
        content = answer.get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return (_name_of(schema), self.type(schema)) if schema else ("", ", ".join(content))

    def parameter(self, parameter: dict[str, Any]) -> Field:
        schema = parameter.get("schema") or parameter["content"]["application/json"]["schema"]
        where = "path" if parameter["in"] == "path" else "query"
        words = parameter.get("description", "")
        return Field(parameter["name"], f"{where}, {self.type(schema)}", _name_of(schema), parameter["required"], words)

    def fields(self, schema: dict[str, Any]) -> list[Field]:
        """Return the rows of a struct's table, required ones first."""
        required = schema.get("required", [])
        rows = [
            Field(name, self.type(part), _name_of(part), name in required, part.get("description", ""))
            for name, part in schema.get("properties", {}).items()
        ]
        return sorted(rows, key=lambda row: not row.is_required)

    def type(self, schema: dict[str, Any]) -> str:
        """Return the words for a type: `text`, `list of DocumentItem`, `number or null`."""
        if "$ref" in schema or "allOf" in schema:
            return _name_of(schema)
        if "anyOf" in schema:
            return " or ".join(self.type(option) for option in schema["anyOf"])
        kinds = schema.get("type", "anything")
        names: list[str] = []
        for kind in kinds if isinstance(kinds, list) else [str(kinds)]:
            word = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)
            if kind == "array":
                word = f"list of {self.type(schema['items'])}" if "items" in schema else "list"
            if schema.get("format") == "date-time" and kind == "string":
                word = "date and time"
            names.append(word)
        return " or ".join(names) + (f": {', '.join(schema['enum'])}" if "enum" in schema else "")


def _name_of(schema: dict[str, Any]) -> str:
    """Return the name of the struct that a schema refers to, directly, in a list or as one of several."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [*schema.get("allOf", []), *schema.get("anyOf", [])] + [schema[key] for key in ("items",) if key in schema]
    return next((name for part in inner if (name := _name_of(part))), "")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("billhook.api.reference_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inline"] = inline
    return environment


def with_token(page: bytes, token: str) -> bytes:
    """Return the page for somebody who is signed in: the token of the session stands in the examples."""
    mine = str(escape(token))
    for written, filled in (
        (str(escape('os.environ["ACCESS_TOKEN"]')), str(escape(f'"{token}"'))),
        (str(escape("{os.environ['ACCESS_TOKEN']}")), mine),
        ("${process.env.ACCESS_TOKEN}", mine),
        ("process.env.ACCESS_TOKEN", str(escape(f'"{token}"'))),
        ("$ACCESS_TOKEN", mine),
        ('<span class="needs"> with <code>ACCESS_TOKEN</code></span>', ""),
        (" <code>ACCESS_TOKEN</code>", ""),
        (_SIGN_IN, _SIGNED_IN),
    ):
        page = page.replace(written.encode(), filled.encode())
    return page


def render(description: Description, public_url: str, asset_version: str) -> bytes:
    """Return the page. `asset_version` changes with the style sheet and the script, which may be kept for ever."""
    builder = _Builder(description, public_url)
    sections = [builder.section(operation) for operation in description.operations]
    by_id = {section.id: section for section in sections}
    tag_of = {operation.id: operation.tag for operation in description.operations}
    tags = [
        (tag["name"], tag["description"], [section for section in sections if tag_of[section.id] == tag["name"]])
        for tag in description.document["tags"]
    ]
    schemas = [
        (name, schema.get("description", ""), builder.fields(schema)) for name, schema in builder.schemas.items()
    ]
    page = _environment().get_template("page.html")
    return page.render(
        info=description.document["info"],
        sign_in=Markup(_SIGN_IN),  # noqa: S704 - a text of ours
        public_url=public_url,
        version=asset_version,
        languages=LANGUAGES,
        before=BEFORE,
        steps=[(step, by_id[step.operation_id]) for step in STEPS],
        tags=tags,
        schemas=schemas,
        refusals=description.document["components"]["responses"],
    ).encode()
