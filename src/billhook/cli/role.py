"""What a process of the fleet does: answers on the socket it was given, or works off the outbox."""

import asyncio
import os
import socket
from contextlib import suppress

import uvloop

from billhook.cli import logs
from billhook.cli.process import running, settle
from billhook.cli.signals import Ending
from billhook.settings import Settings, load


def play(descriptor: int | None) -> None:
    """Run the API on the socket of a descriptor, or without one the worker, until a signal asks to end."""
    settings = load(os.environ)
    logs.begin(settings.log_level)
    sock = socket.socket(fileno=descriptor) if descriptor is not None else None
    if sock is not None:
        sock.set_inheritable(False)  # what we start in our turn has no use for it, and would hold the port when we end
    with suppress(asyncio.CancelledError):
        uvloop.run(_run(settings, sock))


async def _run(settings: Settings, sock: socket.socket | None) -> None:
    """Say `ready` once everything runs, and end in good order when asked to."""
    ending = Ending()
    async with running(settings, settings.database_url, sock=sock, works=sock is None):
        ending.started()
        print("ready", flush=True)
        os.dup2(2, 1)  # nobody reads our standard output from here on
        settle()
        await ending.wait()
