"""What the tests need of the machine beside Python: what is missing is said and skips a test; in CI it fails it."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import playwright
import pytest

NODE = str(Path(playwright.__file__).parent / "driver" / "node")
"""The Node.js that Playwright brings along."""


def missing(what: str) -> NoReturn:
    """End a test that cannot run here."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI nothing may be missing: {what}")
    pytest.skip(what)


def program(name: str) -> str:
    """Return where a program is."""
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not installed")
    return found
