"""Starting, attaching to and stopping the server: the first process owns it, later ones are its guests."""

import os
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from billhook.db.embedded import account as accounts
from billhook.db.embedded import binaries as programs
from billhook.db.embedded import child as children
from billhook.db.embedded import creation, postmaster, sockets
from billhook.db.embedded.account import Account
from billhook.db.embedded.binaries import Binaries
from billhook.db.embedded.child import Child
from billhook.db.embedded.home import Home
from billhook.db.embedded.postmaster import POLL_SECONDS, Postmaster
from billhook.db.embedded.problems import (
    DirectoryClosed,
    DirectoryUnusable,
    NoOwner,
    NotPermitted,
    PasswordLost,
    StartFailed,
)

_PATIENCE_SECONDS = 3600  # recovery after a crash takes as long as there is log to replay
_OWNERLESS_SECONDS = 60  # how long a guest waits for an owner who has no server running
_BUSY_SECONDS = 60  # how long children of a killed server may take to notice
_STILL_IN_USE = "pre-existing shared memory block"


class Cluster:
    """A running server. `owned` tells whether it is ours to stop; a guest loses it when its owner goes."""

    def __init__(self, home: Home, server: Postmaster, child: Child | None = None, lock: int | None = None) -> None:
        self._home, self._password, self._child, self._lock = home, _password(home), child, lock
        self.pid = server.pid
        self.port = server.port
        self.socket_dir = server.socket_dir
        self.owned = child is not None

    @property
    def owner_url(self) -> str:
        """The URL of the superuser on the database `postgres`, over the Unix socket. It holds the password."""
        return self.url("postgres")

    def url(self, database: str) -> str:
        """Return the superuser's URL for another database of the server."""
        host = quote(str(self.socket_dir), safe="/")
        user = f"{creation.SUPERUSER}:{self._password}"
        return f"postgresql://{user}@/{quote(database, safe='')}?host={host}&port={self.port}"

    def stop(self) -> None:
        """Stop the server if it is ours, and return when it is gone; open transactions are rolled back."""
        if self._child is None or self._lock is None:
            return
        self._child.end()
        sockets.leave(self._home, self.socket_dir)
        os.close(self._lock)
        self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    data_dir: Path, *, connections: int = 60, patience_seconds: int = _PATIENCE_SECONDS, how: str = children.USUAL
) -> Cluster:
    """Return the server of `data_dir`, created and started if need be; blocks until it answers.

    `connections` is the most the server accepts. `how` is how the server learns of our death (see guard.py).
    Raises a problem of this room, each with what to do about it.
    """
    home = Home(data_dir)
    try:
        home.make()
        begun = time.monotonic()
        while True:
            lock = home.try_lock()
            if lock is not None:
                return _own(home, lock, connections, patience_seconds, how)
            server = postmaster.read(home.data)
            alive = server is not None and postmaster.is_running(server.pid, home.data)
            if server is not None and alive and server.ready:
                return Cluster(home, server)
            limit = patience_seconds if alive else min(patience_seconds, _OWNERLESS_SECONDS)
            if time.monotonic() - begun > limit:
                raise NoOwner(lock=home.lock, seconds=limit)
            time.sleep(POLL_SECONDS)
    except PermissionError as error:
        raise NotPermitted(path=error.filename or home.path) from error
    except OSError as error:
        raise DirectoryUnusable(path=error.filename or home.path, reason=error.strerror) from error


def _own(home: Home, lock: int, connections: int, patience_seconds: int, how: str) -> Cluster:
    """Start the server as the holder of the lock, which is given back when that fails."""
    try:
        account = accounts.choose(home.data)
        _refuse_closed(home.path, account)
        binaries = programs.find(home.data, home.major(), account)
        _clear_away(home)
        if home.major() is None:
            creation.create(home, binaries, account, how)
        _password(home)  # a server nobody can log in to is of no use
        socket_dir = sockets.prepare(home, account)
        _refuse_closed(socket_dir.parent, account)
        command = _command(binaries, home, socket_dir, connections)
        child, server = _launch(home, command, account, how, patience_seconds)
        return Cluster(home, server, child, lock)
    except BaseException:
        os.close(lock)
        raise


def _password(home: Home) -> str:
    password = home.password()
    if password is None:
        raise PasswordLost(data=home.data, password=home.password_file)
    return password


def _refuse_closed(path: Path, account: Account | None) -> None:
    closed = account.first_closed(accounts.way_to(path)) if account is not None else None
    if account is not None and closed is not None:
        raise DirectoryClosed(user=account.name, directory=closed)


def _clear_away(home: Home) -> None:
    """See off what a dead owner has left: a server still stopping, or word of one that no longer is."""
    creation.clear(home)
    server = postmaster.read(home.data)
    if server is not None:
        postmaster.end(server.pid, home.data)
    elif home.data.exists():  # cut short while being written: PostgreSQL would refuse it, and it names no memory
        (home.data / "postmaster.pid").unlink(missing_ok=True)


def _command(binaries: Binaries, home: Home, socket_dir: Path, connections: int) -> list[str | Path]:
    """Return the call of the server. What is set here cannot be unset in postgresql.conf."""
    settings = {
        "listen_addresses": "",
        "port": sockets.PORT,
        "unix_socket_permissions": "0700",
        "max_connections": connections,
        "shared_buffers": "48MB",
        "huge_pages": "off",
        "jit": "off",
        "max_parallel_workers_per_gather": 0,  # statements are short, and containers have little shared memory
        "max_wal_size": "256MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
        "log_destination": "stderr",
        "log_checkpoints": "off",
        "log_error_verbosity": "terse",  # neither rows nor statements in the log: they hold clients' data
        "log_min_error_statement": "panic",
    }
    flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
    return [binaries.postgres, "-D", home.data, "-k", socket_dir, *flags]


def _launch(
    home: Home, command: list[str | Path], account: Account | None, how: str, patience_seconds: int
) -> tuple[Child, Postmaster]:
    """Start the server and wait until it is ready, however long it recovers. Raises StartFailed."""
    begun, since = time.monotonic(), None
    while True:
        postmaster.disown(home.data)
        log = home.open_log()
        try:
            since = os.fstat(log).st_size if since is None else since
            child = Child(command, how=how, account=account, on_death=signal.SIGINT, output=log)
        finally:
            os.close(log)
        try:
            server = _until_ready(home, child, begun + patience_seconds)
        except BaseException:
            child.end()
            raise
        if server is not None:
            return child, server
        what = "ended before it was ready" if child.ended() else f"was not ready after {patience_seconds} seconds"
        child.end()
        tail = home.log_tail(since)
        if _STILL_IN_USE not in tail or time.monotonic() - begun > min(patience_seconds, _BUSY_SECONDS):
            raise StartFailed(what=what, log=home.log, tail=tail)
        time.sleep(POLL_SECONDS)


def _until_ready(home: Home, child: Child, deadline: float) -> Postmaster | None:
    """Return the server once it accepts connections, None when it ends before that or is not by the deadline."""
    while not child.ended() and time.monotonic() < deadline:
        server = postmaster.read(home.data)
        if server is not None and server.ready and postmaster.is_running(server.pid, home.data):
            return server
        time.sleep(POLL_SECONDS)
    return None
