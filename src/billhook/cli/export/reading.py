"""Reading an export: the files of a folder or of a ZIP file, as streams."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from billhook.cli.export.problems import NotAnExport
from billhook.kernel.archives import DAMAGED

_BYTES_AT_ONCE = 1 << 20


class Source(Protocol):
    """An export being read."""

    def names(self) -> set[str]:
        """Return the path of every file in it."""

    def open(self, name: str) -> IO[bytes]:
        """Open one of them."""


class _Folder:
    """An export in a folder. A link leads out of it, so it counts as no file of it."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def names(self) -> set[str]:
        found = (path for path in self._place.rglob("*") if path.is_file() and not path.is_symlink())
        return {path.relative_to(self._place).as_posix() for path in found}

    def open(self, name: str) -> IO[bytes]:
        return (self._place / name).open("rb")


class _Zip:
    """An export in a ZIP file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def names(self) -> set[str]:
        return {name for name in self._archive.namelist() if not name.endswith("/")}

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(name)


@contextmanager
def reading(place: Path) -> Iterator[Source]:
    """Lend the export at a place. Raises NotAnExport."""
    if place.is_dir():
        yield _Folder(place)
        return
    try:
        archive = zipfile.ZipFile(place)
    except DAMAGED as error:
        raise NotAnExport(source=place, reason=getattr(error, "strerror", None) or str(error)) from None
    with archive:
        yield _Zip(archive)


def sha256_of(source: Source, name: str) -> str:
    """Return the hash of a file in hexadecimal digits."""
    sha256 = hashlib.sha256()
    with source.open(name) as file:
        while part := file.read(_BYTES_AT_ONCE):
            sha256.update(part)
    return sha256.hexdigest()
