"""The words of the reference that do not stand in the routes themselves: `words.toml` and `examples.json`."""

import tomllib
from importlib import resources
from typing import Any, Final

import msgspec


class Words(msgspec.Struct, frozen=True):
    """Descriptions, enumerations and examples by name."""

    tags: dict[str, str]
    fields: dict[str, dict[str, dict[str, Any]]]
    parameters: dict[str, dict[str, Any]]
    responses: dict[str, str]
    examples: dict[str, dict[str, Any]]

    def field(self, struct: str, name: str) -> dict[str, Any]:
        """Return what is to be said of a field: of this struct's, of all answers', else of any of this name."""
        anywhere = self.fields.get("any", {}).get(name, {})
        return anywhere | self.fields.get(struct, {}).get(name, {})

    def example(self, operation_id: str, part: str) -> Any:
        """Return an example of an operation: its `query`, `body` or `answer`, or the `call` that differs from these.

        A `call` holds a `query` or a `body` with variables (`$EMAIL`) for what the reader of a page fills in.
        """
        return self.examples.get(operation_id, {}).get(part)


def _load() -> Words:
    folder = resources.files(__package__)
    words = tomllib.loads(folder.joinpath("words.toml").read_text("utf-8"))
    examples = msgspec.json.decode(folder.joinpath("examples.json").read_bytes())
    return Words(**words, examples=examples)


WORDS: Final = _load()
