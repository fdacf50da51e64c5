"""The port: taken at once, so that two starts cannot both believe they have it; and who has it otherwise."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

from billhook.app import bind
from billhook.cli.problems import AddressUnusable, PortTaken

BACKLOG = 2048
_LISTENING = "0A"  # <net/tcp_states.h>


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one. Raises PortTaken, AddressUnusable.

    It listens from the beginning: who connects while Billhook is still starting waits instead of being refused.
    """
    try:
        sock = bind(host, port)
        sock.listen(BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host=host, port=port, by=_holder(port), free=_free(host)) from None
        raise AddressUnusable(host=host, port=port, reason=(error.strerror or str(error)).lower()) from None
    return sock


def _free(host: str) -> int:
    with bind(host, 0) as sock:
        port: int = sock.getsockname()[1]
        return port


def _holder(port: int) -> str:
    """Return ` by python3 (process 4711)` where the system tells: on Linux, for processes we may look at."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(entry.readlink()) in wanted for entry in (process / "fd").iterdir()):
                return f" by {(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue  # somebody else's, or gone meanwhile
    return ""


def _inodes(port: int) -> Iterator[str]:
    """Yield the inodes of the sockets that listen on a port. Columns: sl, local address, remote, state, …, inode."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        lines = table.read_text("ascii").splitlines()[1:] if table.exists() else []
        for columns in map(str.split, lines):
            if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]
