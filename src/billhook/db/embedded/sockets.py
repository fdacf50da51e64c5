"""The directory of the server's socket: beside the data, or where that path is too long a private one elsewhere."""

import contextlib
import hashlib
import os
import re
import stat
import sys
import tempfile
from pathlib import Path

from billhook.db.embedded.account import Account
from billhook.db.embedded.home import Home

PORT = 5432  # only a part of the socket's name; nothing listens on TCP
_LONGEST = 103 if sys.platform == "darwin" else 107  # sun_path without its NUL
_PLAIN = re.compile(r"[A-Za-z0-9/._ +~=@-]+\Z")  # commas separate directories, other signs differ between readers


def prepare(home: Home, account: Account | None) -> Path:
    """Return a directory of mode 0700 for the socket, owned by the server's user and without a dead one's sockets."""
    directory = home.run if _fits(home.run) else _elsewhere(home, account)
    if not _claim(directory, account):
        directory = Path(tempfile.mkdtemp(prefix="billhook-", dir="/tmp"))
        _claim(directory, account)
    for left_over in directory.glob(".s.PGSQL.*"):  # the lock beside a socket holds a pid that may be reused, too
        left_over.unlink()
    return directory


def leave(home: Home, directory: Path) -> None:
    """Remove a directory that was made elsewhere."""
    if directory != home.run:
        with contextlib.suppress(OSError):
            directory.rmdir()


def _elsewhere(home: Home, account: Account | None) -> Path:
    """Return a path in the system's directory for temporary files, the same one at each start."""
    uid = os.geteuid() if account is None else account.uid
    name = hashlib.sha256(b"%d:%s" % (uid, os.fsencode(home.path))).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"billhook-{name}"
    if account is None and _fits(path):
        return path
    return Path("/tmp") / path.name  # noqa: S108 - claimed before it is used; root's own choice may be closed to others


def _fits(directory: Path) -> bool:
    socket = os.fsencode(directory / f".s.PGSQL.{PORT}")
    return len(socket) <= _LONGEST and _PLAIN.match(str(directory)) is not None


def _claim(directory: Path, account: Account | None) -> bool:
    """Make sure that `directory` is one, belongs to the server's user and is closed to all others."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    if account is not None and found.st_uid == 0:
        os.chown(directory, account.uid, account.gid, follow_symlinks=False)
        found = directory.lstat()
    if found.st_uid != (os.geteuid() if account is None else account.uid):
        return False
    directory.chmod(0o700)
    return True
