"""The one table that says which status a kind of refusal has; each face renders its own envelope."""

from typing import Final

from billhook.kernel.problems import Kind, Problem

STATUS_OF: Final = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.THROTTLED: 429,
    Kind.UNAVAILABLE: 503,
}


class Malformed(Problem):
    """The body cannot be read: {why}"""

    kind = Kind.MALFORMED
    code = "MALFORMED_BODY"


class BodyTooLarge(Problem):
    """The body is larger than the {limit} bytes this server accepts."""

    kind = Kind.TOO_LARGE
    code = "BODY_TOO_LARGE"
