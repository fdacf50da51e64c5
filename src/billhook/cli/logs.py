"""Logging: one line per event to standard error, in UTC."""

import logging
import re
import sys
from datetime import UTC, datetime

from billhook.kernel.time import iso

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class OneLine(logging.Formatter):
    """Whatever an event holds (a traceback, somebody's line breaks) stays on its line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return `2026-04-30T06:14:03.266Z warning billhook.jobs[4711]: message`."""
        at = iso(datetime.fromtimestamp(record.created, UTC))
        text = _CONTROL.sub(" ", super().format(record).replace("\n", " | "))
        return f"{at} {record.levelname.lower()} {record.name}[{record.process}]: {text}"


def begin(level: str) -> None:
    """Log events of at least `level` (debug, info, warning, error); of the libraries only what is worth a warning."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("billhook").setLevel(level.upper())
    logging.getLogger("asyncpg").setLevel(logging.ERROR)  # a database that is away is told once, by us
