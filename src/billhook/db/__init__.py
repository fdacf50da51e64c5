"""PostgreSQL: the pool, transactions, named statements and migrations; the only room that knows the driver."""

from billhook.db.errors import Check, DatabaseUnavailable, Unique, constraint_of
from billhook.db.pool import Database, OneTransaction, Tx
from billhook.db.schema import migrate
from billhook.db.statements import Dynamic, Statements, all_statements

__all__ = [
    "Check",
    "Database",
    "DatabaseUnavailable",
    "Dynamic",
    "OneTransaction",
    "Statements",
    "Tx",
    "Unique",
    "all_statements",
    "constraint_of",
    "migrate",
]
