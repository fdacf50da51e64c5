"""Where the browser is: the one that is named, one that is installed, or Debian's package where we may install it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
INSTALL_SECONDS = 900


class NoBrowser(Exception):  # noqa: N818 - says what is the matter
    """No Chromium; the message says what was tried."""


def find(environment: Mapping[str, str], which: Callable[[str], str | None] = shutil.which) -> str | None:
    """Return the path of a Chromium, None where there is none. Raises NoBrowser if the one that is named is not there."""
    named = environment.get("CHROMIUM")
    if named:
        if not Path(named).is_file():
            raise NoBrowser(f"CHROMIUM names {named}, which is not there")
        return named
    return next((found for name in NAMES if (found := which(name))), None)


def install() -> str:
    """Install Debian's package and return the browser's path. Raises NoBrowser where that cannot be done."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoBrowser("no Chromium is installed (install one, or name one in CHROMIUM)")
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        try:
            subprocess.run(["apt-get", "-q", *command], check=True, capture_output=True, timeout=INSTALL_SECONDS)
        except subprocess.SubprocessError as failure:
            raise NoBrowser(f"no Chromium is installed, and it could not be: {failure}") from failure
    found = find({})
    if found is None:
        raise NoBrowser("Debian's package chromium brought no browser")
    return found
