"""The server process as others see it: what `postmaster.pid` says, whether that is true, and how to end it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

POLL_SECONDS = 0.005
_PATIENCE_SECONDS = 60


class Postmaster(msgspec.Struct, frozen=True):
    """What a server has written about itself."""

    pid: int
    port: int
    socket_dir: Path
    ready: bool


def read(data: Path) -> Postmaster | None:
    """Return what `postmaster.pid` says, or None while it is absent or says nothing.

    Its lines are pid, data directory, start, port, socket directory, address, shared memory, status; PostgreSQL
    writes the status last and pads it with blanks.
    """
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape").split("\n")
        pid = int(lines[0])
    except (FileNotFoundError, ValueError):
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return Postmaster(pid, 0, Path(), ready=False)
    return Postmaster(pid, int(lines[3]), Path(lines[4]), ready=True)


def is_running(pid: int, data: Path) -> bool:
    """Tell whether `pid` is a server on `data`, and not a process that has been given a dead server's number."""
    arguments = arguments_by_proc(pid) if sys.platform == "linux" else arguments_by_ps(pid)
    return f"\0-D\0{data}\0" in arguments


def arguments_by_proc(pid: int) -> str:
    """Return a process's arguments, each followed by NUL; empty when it is gone or a zombie."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return ""


def arguments_by_ps(pid: int) -> str:
    """Return the same where there is no /proc; blanks within an argument cannot be told from those between."""
    told = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603, S607 - the system's own, with fixed arguments
    program, _, rest = os.fsdecode(told.stdout).strip().partition(" -D ")
    data, _, others = rest.partition(" -k ")
    return f"{program}\0-D\0{data}\0-k\0{others}\0" if rest else ""


def end(pid: int, data: Path) -> None:
    """End a server and return when it is gone: politely first, by force when it does not answer."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if not is_running(pid, data):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while is_running(pid, data) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def disown(data: Path) -> None:
    """Make the next server see that the one `postmaster.pid` speaks of is dead; only under the lock.

    PostgreSQL refuses to start while any process of its user has that number, which in a container is likely. The
    file is not removed, as it also names the shared memory that tells whether children of the dead server still
    work on the data. Instead the number becomes ours: PostgreSQL knows that its own parent is no rival.
    """
    path = data / "postmaster.pid"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "rb+") as file:
        _, _, rest = file.read().partition(b"\n")
        file.seek(0)
        file.write(b"%d\n%s" % (os.getpid(), rest))
        file.truncate()
