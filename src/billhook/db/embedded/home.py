"""The directory of a cluster: its lock, data, sockets, password and log, all under `<data dir>/postgres`."""

import fcntl
import os
import secrets
from pathlib import Path

_LOG_BYTES = 10 * 1024**2
_TAIL_BYTES = 2000


class Home:
    """Where everything of one cluster lies. What root writes here never follows a link somebody else planted."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir.resolve() / "postgres"
        self.lock = self.path / "lock"
        self.data = self.path / "data"
        self.run = self.path / "run"
        self.password_file = self.path / "password"
        self.log = self.path / "log"

    def make(self) -> None:
        """Create the directories that are missing; those that exist keep their modes.

        What root creates may be passed through by the server's user (0711); listing stays with root.
        """
        mode = 0o711 if os.geteuid() == 0 else 0o700
        missing = [directory for directory in (self.path, *self.path.parents) if not directory.exists()]
        for directory in reversed(missing):
            directory.mkdir(mode=mode, exist_ok=True)
            directory.chmod(mode)  # mkdir's mode has passed the umask

    def try_lock(self) -> int | None:
        """Return a descriptor that holds the lock until it is closed or the process dies; None when another has it."""
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def major(self) -> int | None:
        """Return the PostgreSQL major version that made the data, or None when there is no database yet."""
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    def password(self) -> str | None:
        """Return the superuser's password, or None when there is none yet."""
        try:
            return self.password_file.read_text(encoding="ascii") or None
        except FileNotFoundError:
            return None

    def make_password(self) -> str:
        """Return the password, first drawing and keeping one if there is none: 192 random bits, mode 0600."""
        password = self.password()
        if password is None:
            password = secrets.token_hex(24)
            draft = self.path / "password.new"
            draft.unlink(missing_ok=True)
            write_private(draft, password)
            draft.replace(self.password_file)
            self.sync()
        return password

    def sync(self) -> None:
        """Make renames within this directory survive a power cut."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def open_log(self) -> int:
        """Return a descriptor to append to the log; a log beyond 10 MiB is set aside as `log.1` first."""
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_name("log.1"))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(self.log, flags, 0o600)

    def log_tail(self, since: int) -> str:
        """Return the end of what was logged after byte `since`, at most 2000 bytes."""
        with self.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(since, size - _TAIL_BYTES))
            return log.read().decode("utf-8", "replace").strip()


def write_private(path: Path, text: str) -> None:
    """Write a new file of mode 0600 and wait until it is on disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
