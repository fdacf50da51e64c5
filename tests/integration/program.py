"""The real program in processes of its own: `billhook …` as a user starts it."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import billhook as billhook_package
from billhook.db.embedded import postmaster
from billhook.db.embedded.account import Account, way_to
from tests.integration import embedded_cast

PATIENCE_SECONDS = 120
place = embedded_cast.place


def environment(**settings: str) -> dict[str, str]:
    """Return a bare environment with `BILLHOOK_…` settings: nothing of ours reaches the program."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return bare | {f"BILLHOOK_{name.upper()}": value for name, value in settings.items()}


def command(*arguments: object, python: str = sys.executable) -> list[str]:
    return [python, "-m", "billhook.cli", *map(str, arguments)]


def billhook(*arguments: object, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end, with `typed` on its standard input."""
    return subprocess.run(
        command(*arguments),
        input=typed,
        capture_output=True,
        text=True,
        env=environment(**settings),
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line in which a command said why it did not do it."""
    assert done.returncode == 1, (done.stdout, done.stderr)
    line, *others = done.stderr.splitlines()
    assert not others, done.stderr
    assert line.startswith("billhook: ")
    return line


NOBODY = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}


def python_of_nobody() -> str | None:
    """Return a Python like ours that the user nobody may run."""
    nobody = Account("nobody", 65534, 65534)
    for python in (Path(sys.executable).resolve(), Path("/usr/bin/python3").resolve()):
        same = python.name == f"python3.{sys.version_info.minor}"
        if same and nobody.first_closed(way_to(python)) is None:
            return str(python)
    return None


class Program:
    """A command that stays: `serve`, `worker`. What it prints and logs is read by a thread, so no pipe fills up."""

    def __init__(self, *arguments: object, python: str = sys.executable, **settings: str) -> None:
        path = f"{Path(billhook_package.__file__).parents[1]}:{sysconfig.get_path('platlib')}"
        own = python == sys.executable
        self.process = subprocess.Popen(
            command(*arguments, python=python),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(**settings) | ({} if own else {"PYTHONPATH": path, "HOME": "/"}),
            **({} if own else NOBODY),
        )
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line.rstrip("\n"))
                self._more.notify_all()
        with self._more:
            self.lines.append("")
            self._more.notify_all()

    def said(self, pattern: str, times: int = 1) -> list[re.Match[str]]:
        """Wait until a pattern was said so many times; return where."""
        with self._more:
            found: list[re.Match[str]] = []

            def enough() -> bool:
                found[:] = [match for line in self.lines if (match := re.search(pattern, line))]
                return len(found) >= times or not self._reader.is_alive()

            assert self._more.wait_for(enough, PATIENCE_SECONDS), self.text
            assert len(found) >= times, self.text
            return found

    @property
    def text(self) -> str:
        """Everything said so far."""
        return "\n".join(self.lines)

    @property
    def url(self) -> str:
        """Where it answers, once it does."""
        return self.said(r"billhook ready on (http://\S+)")[0][1]

    @property
    def pid(self) -> int:
        return self.process.pid

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; return its exit status."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait until it has ended; return its exit status."""
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join()
        return status

    def clear_away(self) -> None:
        self.process.kill()
        self.ended()
        self.process.stdout.close()
        print(f"--- {self.process.args}\n{self.text}")  # noqa: T201 - shown when the test fails


@pytest.fixture
def start(place: Path) -> Iterator[Callable[..., Program]]:
    """Start programs; whatever still runs after the test is killed."""
    started: list[Program] = []

    def begin(*arguments: object, **settings: str) -> Program:
        started.append(Program(*arguments, **settings))
        return started[-1]

    yield begin
    for program in started:
        program.clear_away()


@pytest.fixture
def serve(start: Callable[..., Program], place: Path) -> Callable[..., Program]:
    """Start `billhook serve` on a free port with the embedded database in `place`."""

    def begin(*arguments: object, **settings: str) -> Program:
        return start("serve", "--port", "0", "--data-dir", place, *arguments, **settings)

    return begin


def postgres_pid(place: Path) -> int:
    """Return the process of the embedded server, which runs."""
    server = postmaster.read(place.resolve() / "postgres" / "data")
    assert server is not None
    return server.pid


@contextmanager
def account(url: str) -> Iterator[httpx.Client]:
    """Lend a client with the token of a fresh account."""
    with httpx.Client(base_url=f"{url}/v1", timeout=PATIENCE_SECONDS) as client:
        who = {"email": "alice@example.com", "password": "correct horse battery staple"}
        assert client.post("/Accounts", json=who).status_code == 200
        client.headers["Authorization"] = client.post("/Accounts/login", json=who).json()["id"]
        yield client
