"""Where the browser tests look for their browser."""

from pathlib import Path

import pytest

from tests.e2e import chromium


def test_the_named_one_is_taken_and_must_be_there(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.touch()
    assert chromium.find({"CHROMIUM": str(program)}, lambda _: "/elsewhere") == str(program)
    with pytest.raises(chromium.NoBrowser, match="is not there"):
        chromium.find({"CHROMIUM": str(tmp_path / "none")}, lambda _: "/elsewhere")


def test_the_first_installed_one_is_taken() -> None:
    assert chromium.find({}, {"google-chrome": "/g", "chromium-browser": "/c"}.get) == "/c"
    assert chromium.find({}, lambda _: None) is None
