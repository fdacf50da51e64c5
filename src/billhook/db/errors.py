"""What the database refuses, in words the rooms may know."""

import asyncpg

from billhook.kernel.problems import Kind, Problem

Unique = asyncpg.UniqueViolationError
"""Raised when a row would stand twice; `constraint_of` names the rule that was broken."""


class DatabaseUnavailable(Problem):
    """The database cannot be reached at the moment; nothing was changed, try again shortly."""

    kind = Kind.UNAVAILABLE
    code = "DATABASE_UNAVAILABLE"


def constraint_of(error: Exception) -> str:
    """Return the name of the constraint or unique index that an error is about, or an empty text."""
    return str(getattr(error, "constraint_name", None) or "")
