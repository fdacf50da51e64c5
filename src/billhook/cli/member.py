"""One process of several: `python -m billhook.cli.member ROLE SOCKET ALIVE`, started by `fleet.py`."""

import os
import sys
import threading


def die_with_parent(alive: int) -> None:
    """End at once when the parent is gone: then nobody holds the other end of the pipe. Works in a stuck process."""

    def watch() -> None:
        os.read(alive, 1)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def main(role: str, descriptor: str, alive: str) -> None:
    """Read the arguments. Everything else is imported under the eyes of the thread that watches our parent."""
    os.set_inheritable(int(alive), False)
    die_with_parent(int(alive))
    from billhook.cli.role import play

    play(int(descriptor) if role == "web" else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
