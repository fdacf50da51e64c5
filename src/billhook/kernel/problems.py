"""Problems: one class per refusal, with a stable `code`; its docstring is the message."""

import enum
import inspect
from collections.abc import Sequence
from typing import ClassVar

import msgspec


class Kind(enum.StrEnum):
    """What sort of refusal it is; each face maps it to a status of its own."""

    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with one field: `path` in wire names (`_documentItems.0.price`), a stable code, a message."""

    path: str
    code: str
    message: str


class Problem(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """Something was refused."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "REFUSED"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        text = inspect.cleandoc(type(self).__doc__ or "").replace("\n", " ")
        self.message = text.format(**facts)
        super().__init__(self.message)


class Invalid(Problem):
    """The {what} is not valid. Details: {details}"""

    kind = Kind.INVALID
    code = "VALIDATION_FAILED"

    def __init__(self, what: str, faults: Sequence[Fault]) -> None:
        self.what = what
        self.faults = tuple(faults)
        details = "; ".join(f"`{f.path}` {f.message}" if f.path else f.message for f in self.faults)
        super().__init__(what=what, details=details)


class NotYours(Problem):
    """Authorization required: no resource of yours has this id."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTHORIZATION_REQUIRED"


class NotFound(Problem):
    """There is no {what} here."""

    kind = Kind.NOT_FOUND
    code = "MODEL_NOT_FOUND"


def invalid(what: str, path: str, code: str, message: str) -> Invalid:
    """Return the problem of a single field."""
    return Invalid(what, [Fault(path, code, message)])
