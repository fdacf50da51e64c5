"""The account the server runs as: our own, or when we are root a lesser one, as PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec

from billhook.db.embedded.problems import NoAccount

_CANDIDATES = ("postgres", "nobody")
_FIRST_CLOSED = 'for path do test -x "$path" || { printf %s "$path"; exit 0; }; done'


class Account(msgspec.Struct, frozen=True):
    """A user to become."""

    name: str
    uid: int
    gid: int

    def first_closed(self, paths: Iterable[Path]) -> Path | None:
        """Return the first of `paths` this user may not enter (a directory) or run (a file).

        The system is asked as that user, so access lists and the like count too.
        """
        asked = subprocess.run(  # noqa: S603 - a fixed program; the paths are arguments, not shell text
            ["/bin/sh", "-c", _FIRST_CLOSED, "sh", *paths],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd="/",
            check=True,
        )
        return Path(os.fsdecode(asked.stdout)) if asked.stdout else None


def choose(data: Path) -> Account | None:
    """Return who shall run the server on `data`, or None for ourselves.

    Data that exist keep their owner: PostgreSQL runs as nobody else. Raises NoAccount.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(_name_of(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoAccount


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def way_to(path: Path) -> list[Path]:
    """Return the directories that lead to `path`, from the root, and `path` itself."""
    return [*reversed(path.parents), path]
