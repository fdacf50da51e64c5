"""What a job is."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Kind, Problem
from billhook.kernel.time import EPOCH


class Job(msgspec.Struct, frozen=True):
    """One row of the outbox, claimed. `attempts` counts this one too."""

    id: int
    kind: str
    organization_id: Id | None
    payload: dict[str, Any]
    attempts: int
    max_attempts: int

    @property
    def is_last_attempt(self) -> bool:
        """Whether a failure now is final."""
        return self.attempts >= self.max_attempts


Handler = Callable[[Job], Awaitable[None]]
"""What carries out a kind of job. It may run twice: it has to find out what was done already."""


Ticks = Mapping[str, timedelta]
"""What comes round: kinds of jobs that the clock puts into the outbox, and how often each."""


def slot(now: datetime, every: timedelta) -> datetime:
    """Return when the present slot of something that comes round began: the same for every worker."""
    return now - (now - EPOCH) % every


class Postponed(Problem):
    """The job could not be done now: {why}"""

    kind = Kind.UNAVAILABLE
    code = "JOB_POSTPONED"
