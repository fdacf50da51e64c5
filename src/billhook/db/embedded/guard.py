"""Run a program that must not outlive the process that asked for it.

Started by its path, on the standard library alone: `guard.py HOW PARENT UID:GID SIGNAL PROGRAM ARGUMENT…`, where
UID:GID may be `-`. HOW is `kernel` (Linux: the kernel sends SIGNAL when the parent's thread dies, and this process
becomes the program) or `pipe` (anywhere: this process stays, and sends SIGNAL when its standard input closes).
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # first of all: a traceback in the log would explain nothing

import os  # noqa: E402 - see above
import sys  # noqa: E402 - see above
import threading  # noqa: E402 - see above
import time  # noqa: E402 - see above

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
PATIENCE_SECONDS = 60


def by_kernel(parent: int, account: tuple[int, int] | None, number: int, command: list[str]) -> None:
    """Become the program, bound to the parent's life."""
    import ctypes

    if account is not None:
        os.setgroups([])
        os.setgid(account[1])
        os.setuid(account[0])  # before prctl: the kernel forgets the wish when the user changes
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it died before the wish was made
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - that is what this is for


def by_pipe(account: tuple[int, int] | None, number: int, command: list[str]) -> None:
    """Start the program, end it when nobody holds the other end of standard input, exit when it has ended."""
    import subprocess

    uid, gid = account if account is not None else (None, None)
    child = subprocess.Popen(  # noqa: S603 - that is what this is for
        command, stdin=subprocess.DEVNULL, user=uid, group=gid, extra_groups=None if account is None else []
    )
    threading.Thread(target=lambda: os._exit(child.wait() & 0xFF)).start()
    while os.read(0, 1):
        pass
    for next_number in (number, signal.SIGQUIT, signal.SIGKILL):
        child.send_signal(next_number)
        time.sleep(PATIENCE_SECONDS)


def main(how: str, parent: str, account: str, number: str, *command: str) -> None:
    """Read the arguments."""
    uid, _, gid = account.partition(":")
    who = None if account == "-" else (int(uid), int(gid))
    if how == "kernel":
        by_kernel(int(parent), who, int(number), list(command))
    else:
        by_pipe(who, int(number), list(command))


if __name__ == "__main__":
    main(*sys.argv[1:])
