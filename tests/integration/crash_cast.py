"""What tests share that kill what they talk to with -9: dice that can be thrown again, and who is hit."""

import os
import random
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.program import Program, postgres_pid

READY = r"a (web|worker) process is ready \(process (\d+)\)"


@pytest.fixture
def dice() -> random.Random:
    seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10**6)))
    print(f"CRASH_SEED={seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)


def members(running: Program, role: str) -> list[int]:
    """The processes that have ever been ready in a role, the newest last."""
    return [int(found[2]) for line in running.lines if (found := re.search(READY, line)) and found[1] == role]


def crash(what: str, running: Program, place: Path, begin: Callable[[], Program]) -> Program:
    """Kill something with -9; return the program once all is up again."""
    said, recoveries = running.text.count("process is ready"), running.text.count("the database server is back")
    if what in {"postgres", "both"}:
        os.kill(postgres_pid(place), signal.SIGKILL)
    if what in {"server", "both"}:
        running.end(signal.SIGKILL)
        running = begin()
        assert running.url
    elif what == "postgres":
        running.said("the database server is back", recoveries + 1)
    else:
        os.kill(members(running, what)[-1], signal.SIGKILL)
        running.said("process is ready", said + 1)
    return running
