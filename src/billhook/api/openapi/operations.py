"""One operation of the OpenAPI document: what a route handler says of itself, in the words of OpenAPI 3.1."""

import inspect
import typing
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from billhook.api.openapi.schemas import Schema
from billhook.api.openapi.words import WORDS

FORM: Final = "application/x-www-form-urlencoded"
PUBLIC: Final = "public"
UPLOAD: Final = "upload"
"""In the `opt` of a route that takes a file: the media types it accepts."""
PRODUCES: Final = "produces"
"""In the `opt` of a route that answers with a file: the media types it may have."""
IDEMPOTENCY_KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name for this request, of your choosing. When it comes again with the same key, it is answered "
    "as the first time (`Idempotency-Replayed: true`) and does nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
_REFUSALS: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    404: "NotFound",
    409: "Conflict",
    413: "TooLarge",
    422: "Unprocessable",
    429: "TooManyRequests",
    503: "Unavailable",
}


class Operation(msgspec.Struct):
    """A method of a path, and the handler behind it."""

    path: str
    """As OpenAPI writes it: `/v1/Documents/{document_id}`."""
    method: str
    handler: HTTPRouteHandler
    alias: str = ""
    """What its id ends with, if it is another way to call an operation that has a shorter path or a fitter method."""

    @property
    def id(self) -> str:
        """The operation id: module and function, such as `documentsCreate`."""
        if self.handler.operation_id:
            return f"{self.handler.operation_id}{self.alias}"
        module = self.handler.fn.__module__.rpartition(".")[2]
        head, *rest = f"{module}_{self.handler.fn.__name__.strip('_')}".split("_")
        return head + "".join(word.capitalize() for word in rest) + self.alias

    @property
    def tag(self) -> str:
        """The section of the reference it belongs to."""
        return next(iter(self.handler.tags or ("Other",)))

    @property
    def is_public(self) -> bool:
        """Whether it needs no token."""
        return bool(self.handler.opt.get(PUBLIC))

    @property
    def is_repeatable(self) -> bool:
        """Whether it takes an Idempotency-Key: it writes for an account."""
        return self.method in ("post", "put", "patch", "delete") and not self.is_public

    @property
    def body_type(self) -> Any:
        """The wire type of the body, or None."""
        field = self.handler.parsed_data_field
        return None if field is None else field.annotation

    @property
    def answer_type(self) -> Any:
        """The wire type of the answer: a struct, a list of structs, bytes, or None for an empty answer."""
        annotation = self.handler.parsed_return_field.annotation
        if typing.get_origin(annotation) is Response:
            annotation = typing.get_args(annotation)[0]
        return None if annotation is type(None) else annotation

    @property
    def path_parameters(self) -> list[str]:
        """The names between braces."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def wire_types(self) -> list[Any]:
        """Return all the types whose schemas the document needs for it."""
        types = [self.body_type, self.answer_type]
        types += [spec.data_container for spec in (self.handler.responses or {}).values()]
        return [kind for kind in types if kind is not None and kind is not bytes]

    def query_types(self) -> list[Any]:
        """Return the types of its query parameters."""
        fields = self.handler.parsed_fn_signature.parameters.values()
        return [field.annotation for field in fields if isinstance(field.kwarg_definition, QueryParameter)]

    def describe(self, schema_of: "SchemaOf") -> dict[str, Any]:
        """Return the operation object."""
        described = {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.handler.summary or "",
            "description": inspect.cleandoc(self.handler.description or self.handler.fn.__doc__ or ""),
            "parameters": [*self._in_path(), *self._in_query(schema_of), *self._in_header()],
            "requestBody": self._body(schema_of),
            "responses": self._answers(schema_of),
            "security": [] if self.is_public else None,
            "deprecated": True if self.alias else None,
        }
        return {key: value for key, value in described.items() if value is not None}

    def _in_path(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string"},
                **WORDS.parameters.get(name, {}),
            }
            for name in self.path_parameters
        ]

    def _in_query(self, schema_of: "SchemaOf") -> list[dict[str, Any]]:
        examples = WORDS.example(self.id, "query") or {}
        described = []
        for name, field in self.handler.parsed_fn_signature.parameters.items():
            definition = field.kwarg_definition
            if not isinstance(definition, QueryParameter):
                continue
            wire = definition.name or name
            words = WORDS.parameters.get(f"{self.id}.{wire}") or WORDS.parameters.get(f"?{wire}", {})
            parameter: dict[str, Any] = {"name": wire, "in": "query", "required": field.is_required}
            if definition.description or "description" in words:
                parameter["description"] = words.get("description") or definition.description
            if wire in ("filter", "where"):
                ref = {"$ref": f"#/components/schemas/{wire.capitalize()}"}
                parameter["content"] = {"application/json": {"schema": ref}}
                if wire in examples:
                    parameter["content"]["application/json"]["example"] = examples[wire]
            else:
                parameter["schema"] = _without_null(schema_of(field.annotation)) | words.get("schema", {})
                if not field.is_required and field.default is not None:
                    parameter["schema"]["default"] = field.default
                if wire in examples:
                    parameter["example"] = examples[wire]
            described.append(parameter)
        return described

    def _in_header(self) -> list[dict[str, Any]]:
        return [IDEMPOTENCY_KEY] if self.is_repeatable else []

    def _body(self, schema_of: "SchemaOf") -> dict[str, Any] | None:
        if UPLOAD in self.handler.opt:
            return _upload(self.handler.opt[UPLOAD])
        if self.body_type is None:
            return None
        schema = schema_of(self.body_type)
        content: dict[str, Any] = {"application/json": {"schema": schema}, FORM: {"schema": schema}}
        example = WORDS.example(self.id, "body")
        if example is not None:
            content["application/json"]["example"] = example
        return {
            "description": "JSON, or a form with nested names in brackets: `_documentItems[0][name]=Suit`.",
            "required": bool(self.body_type.__struct_fields__ and _has_required(self.body_type)),
            "content": content,
        }

    def _answers(self, schema_of: "SchemaOf") -> dict[str, Any]:
        answers: dict[str, Any] = {str(self.handler.status_code): self._answer(schema_of)}
        for status, spec in (self.handler.responses or {}).items():
            answers[str(status)] = {"description": spec.description}
            if spec.data_container is not None:
                schema = schema_of(spec.data_container)
                answers[str(status)]["content"] = {"application/json": {"schema": schema}}
        for status in self._refusals():
            answers.setdefault(str(status), {"$ref": f"#/components/responses/{_REFUSALS[status]}"})
        return dict(sorted(answers.items()))

    def _answer(self, schema_of: "SchemaOf") -> dict[str, Any]:
        words = WORDS.responses.get(self.id, "Done; there is nothing to say." if self.answer_type is None else "Done.")
        answer: dict[str, Any] = {"description": words}
        if self.answer_type is bytes:
            media_types = self.handler.opt.get(PRODUCES, [self.handler.media_type])
            answer["content"] = {str(kind): {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
        elif self.answer_type is not None:
            content: dict[str, Any] = {"schema": schema_of(self.answer_type)}
            example = WORDS.example(self.id, "answer")
            if example is not None:
                content["example"] = example
            answer["content"] = {MediaType.JSON.value: content}
        names = self.handler.parsed_fn_signature.parameters
        if typing.get_origin(self.answer_type) is list and "filter" in names:
            total = {"description": "How many there are in all.", "schema": {"type": "integer", "minimum": 0}}
            answer["headers"] = {"x-total-count": total}
        return answer

    def _refusals(self) -> list[int]:
        """Return the statuses it may refuse with."""
        has_input = bool(self.path_parameters or self.body_type or self._in_query(lambda _: {}))
        if self.is_public and not has_input and self.method == "get":
            return []
        with_body = [409, 413] if self.method in ("post", "put", "patch") else []
        repeatable = [409, 413] if self.is_repeatable else []
        acting = [409] if self.handler.opt.get("acts") else []  # it reads, but for what it makes where nothing is yet
        return [400, 401, 404, 422, 429, 503, *with_body, *repeatable, *acting]


class SchemaOf(typing.Protocol):
    """Returns the schema of a wire type."""

    def __call__(self, kind: Any, /) -> Schema:
        """Return the schema; structs are referred to by name."""
        ...


def _has_required(struct: type[msgspec.Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(struct))


def _without_null(schema: Schema) -> Schema:
    """A query parameter that may be null is one that may be left out."""
    if isinstance(schema.get("type"), list):
        return schema | {"type": next(kind for kind in schema["type"] if kind != "null")}
    return dict(schema)


def _upload(media_types: list[str]) -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    form = {
        "schema": {"type": "object", "properties": {"file": binary}, "required": ["file"]},
        "encoding": {"file": {"contentType": ", ".join(media_types)}},
    }
    return {
        "description": "The file: a field of a multipart form, whatever its name, or the bytes themselves.",
        "required": True,
        "content": {"multipart/form-data": form, **{kind: {"schema": binary} for kind in media_types}},
    }
