"""A program of PostgreSQL running as our child, which ends when we do, however we end."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from billhook.db.embedded import guard
from billhook.db.embedded.account import Account

BY_KERNEL = "kernel"
BY_PIPE = "pipe"
_PATIENCE_SECONDS = 60
USUAL = BY_KERNEL if sys.platform == "linux" else BY_PIPE


class Child:
    """A guarded program.

    A thread of its own starts it and stays until it has ended: the kernel's death signal comes with the death of the
    thread that started the child, and the caller's thread may well end before the process does.
    """

    def __init__(
        self, command: list[str | Path], *, how: str, account: Account | None, on_death: signal.Signals, output: int
    ) -> None:
        who = "-" if account is None else f"{account.uid}:{account.gid}"
        guarded = [sys.executable, "-I", "-S", guard.__file__, how, os.getpid(), who, int(on_death), *command]
        self._command = [part if isinstance(part, Path) else str(part) for part in guarded]
        self._piped = how == BY_PIPE
        self._output = output
        self._begun, self._ended = threading.Event(), threading.Event()
        self._failure: OSError | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.exit_status: int | None = None
        threading.Thread(target=self._keep, name="postgres-keeper", daemon=True).start()
        self._begun.wait()
        if self._failure is not None:
            raise self._failure

    def _keep(self) -> None:
        # Nothing of our environment but what is needed: PGDATA, PGPORT and the like would change what is started.
        environment = {"PATH": os.defpath, "LC_ALL": "C", "PG_GRANDPARENT_PID": str(os.getpid())}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs, found by us
                self._command,
                env=environment,
                cwd="/",
                stdin=subprocess.PIPE if self._piped else subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is ours to act on
            )
        except OSError as error:
            self._failure = error
            return
        finally:
            self._begun.set()
        with self._process as process:
            self.exit_status = process.wait()
        self._ended.set()

    def ended(self) -> bool:
        """Tell whether the program has ended."""
        return self._ended.is_set()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._ended.wait()

    def end(self) -> None:
        """End the server and return when it is gone: politely first, by force when it does not answer."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()  # the guard does the rest
        elif process is not None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                process.send_signal(number)
                if self._ended.wait(_PATIENCE_SECONDS):
                    break
        self._ended.wait()
