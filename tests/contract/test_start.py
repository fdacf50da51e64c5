"""What a server loads before it answers: what few of them ever use stays out, for the memory's and the start's sake."""

import subprocess
import sys

LATE = ("httpx", "rich", "xlsxwriter", "typst", "billhook.outgoing")


def test_what_is_rarely_used_is_loaded_when_it_is() -> None:
    program = f"import sys, billhook.cli.serve, billhook.app, billhook.worker; print([n for n in {LATE!r} if n in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"
