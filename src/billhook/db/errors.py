"""What the database refuses, in words the rooms may know."""

import asyncpg

from billhook.kernel.problems import Kind, Problem

Unique = asyncpg.UniqueViolationError
"""Raised when a row would stand twice; `constraint_of` names the rule that was broken."""
Check = asyncpg.CheckViolationError
"""Raised when a row would break a rule of its table; `constraint_of` names it."""


class DatabaseUnavailable(Problem):
    """The database cannot be reached at the moment. Try again shortly; repeat a write with the same `uniqueId`."""

    kind = Kind.UNAVAILABLE
    code = "DATABASE_UNAVAILABLE"


class QueryTooSlow(Problem):
    """The database took longer than {seconds} seconds and was stopped; nothing was changed. Ask for less at once."""

    kind = Kind.UNAVAILABLE
    code = "QUERY_TOO_SLOW"


class BadPattern(Problem):
    """A filter's regular expression cannot be read: {why}"""

    kind = Kind.INVALID
    code = "BAD_PATTERN"


def constraint_of(error: Exception) -> str:
    """Return the name of the constraint or unique index that an error is about, or an empty text."""
    return str(getattr(error, "constraint_name", None) or "")
