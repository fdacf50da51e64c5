"""The OpenAPI document as tests read it: its operations, and whether an answer is one it describes."""

import json
from typing import Any, NamedTuple

import jsonschema_rs

METHODS = ("get", "post", "put", "patch", "delete")


class Operation(NamedTuple):
    """One operation of the document."""

    path: str
    method: str
    about: dict[str, Any]

    @property
    def id(self) -> str:
        found: str = self.about["operationId"]
        return found

    @property
    def is_public(self) -> bool:
        return self.about.get("security") == []

    @property
    def in_path(self) -> list[str]:
        return [parameter["name"] for parameter in self.about["parameters"] if parameter["in"] == "path"]

    @property
    def body(self) -> Any:
        """The example of a JSON body; None where it takes none."""
        content = self.about.get("requestBody", {}).get("content", {})
        return content["application/json"].get("example", {}) if "application/json" in content else None

    @property
    def query(self) -> dict[str, str]:
        """The examples of the query parameters."""
        parameters = self.about["parameters"]
        return {p["name"]: p["example"] for p in parameters if p["in"] == "query" and "example" in p}


def operations(document: dict[str, Any]) -> list[Operation]:
    found = [
        Operation(path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    assert len(found) > 40
    return found


class Judge:
    """Says what is wrong with an answer in the eyes of the document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.operations = {operation.id: operation for operation in operations(document)}
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            at: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            node = at
        return node

    def validator(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        key = str(schema)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]

    def faults(self, operation_id: str, status: int, content_type: str, content: bytes) -> list[str]:
        answers = self.operations[operation_id].about["responses"]
        if str(status) not in answers:
            return [f"{operation_id} does not say that it may answer {status}"]
        described = self.resolve(answers[str(status)]).get("content", {})
        if not described:
            return [f"{operation_id} {status}: an empty answer was described"] if content else []
        kind = content_type.partition(";")[0]
        if kind not in described:
            return [f"{operation_id} {status}: {kind} is none of {list(described)}"]
        if kind != "application/json":
            return []
        value = json.loads(content)
        validator = self.validator(described[kind]["schema"])
        return [
            f"{operation_id} {status} {'/'.join(map(str, e.instance_path))}: {e.message}"
            for e in validator.iter_errors(value)
        ]
