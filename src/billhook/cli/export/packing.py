"""Where an export is written to: a folder or a ZIP file, hashed as it is written, and there only once it is whole."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from billhook.cli.export.form import MANIFEST, SUMS
from billhook.cli.export.problems import TargetTaken, TargetUnusable


class Writer(Protocol):
    """What a file of an export is written through."""

    def write(self, content: bytes) -> object:
        """Add bytes to the file."""


class _Hashing:
    """Hashes what goes through."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def write(self, content: bytes) -> None:
        self.sha256.update(content)
        self._file.write(content)


class Package(ABC):
    """An export being written; it gets its name when it is whole."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.partial = target.with_name(f"{target.name}.partial")
        self.files = 0
        self._sums = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the package is

    @contextmanager
    def file(self, path: str) -> Iterator[Writer]:
        """Write one file; one at a time."""
        with self._open(path) as raw:
            hashing = _Hashing(raw)
            yield hashing
        self._sums.write(f"{hashing.sha256.hexdigest()}  {path}\n".encode())
        self.files += 1

    def sums(self) -> str:
        """Write SHA256SUMS, which `sha256sum --check` reads, and return its own hash."""
        self._sums.seek(0)
        with self._open(SUMS) as raw:
            hashing = _Hashing(raw)
            shutil.copyfileobj(self._sums, hashing)
        return hashing.sha256.hexdigest()

    def finish(self, manifest: bytes) -> None:
        """Write the manifest, and give the export its name."""
        with self._open(MANIFEST) as raw:
            raw.write(manifest)
        self.close()
        self.partial.rename(self.target)

    def close(self) -> None:
        """Let go of what is open; twice is as good as once."""
        self._sums.close()

    @abstractmethod
    def _open(self, path: str) -> IO[bytes]:
        """Open a file for writing."""

    @abstractmethod
    def discard(self) -> None:
        """Take away what was written so far."""


class Folder(Package):
    """An export in a folder that only its owner may read."""

    def __init__(self, target: Path) -> None:
        super().__init__(target)
        if self.partial.exists():
            shutil.rmtree(self.partial)
        self.partial.mkdir(mode=0o700)

    def _open(self, path: str) -> IO[bytes]:
        place = self.partial / path
        place.parent.mkdir(exist_ok=True)
        return place.open("wb")

    def discard(self) -> None:
        """Take away what was written so far."""
        self.close()
        shutil.rmtree(self.partial, ignore_errors=True)


class Zip(Package):
    """An export in a ZIP file that only its owner may read."""

    def __init__(self, target: Path) -> None:
        super().__init__(target)
        self.partial.unlink(missing_ok=True)
        descriptor = os.open(self.partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._raw = os.fdopen(descriptor, "wb")
        self._zip = zipfile.ZipFile(self._raw, "w", zipfile.ZIP_DEFLATED)

    def _open(self, path: str) -> IO[bytes]:
        return self._zip.open(path, "w", force_zip64=True)

    def close(self) -> None:
        """Let go of what is open."""
        self._zip.close()
        self._raw.close()
        super().close()

    def discard(self) -> None:
        """Take away what was written so far."""
        with suppress(OSError, ValueError):
            self.close()
        self.partial.unlink(missing_ok=True)


@contextmanager
def package(target: Path) -> Iterator[Package]:
    """Lend a package that is discarded unless it was finished. Raises TargetTaken, TargetUnusable."""
    if target.exists():
        raise TargetTaken(target=target)
    try:
        opened = Zip(target) if target.suffix.lower() == ".zip" else Folder(target)
    except OSError as error:
        raise TargetUnusable(target=target, reason=error.strerror) from None
    try:
        yield opened
    except OSError as error:
        raise TargetUnusable(target=target, reason=error.strerror or error) from error
    finally:
        opened.discard()
