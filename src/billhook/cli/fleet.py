"""Several processes: web processes that share one socket, and a worker; replaced when they die, gone when we are."""

import asyncio
import logging
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Literal

from billhook.settings import Settings

log = logging.getLogger("billhook.fleet")

Role = Literal["web", "worker"]

PATIENCE_SECONDS = 30
_SOON_SECONDS = 2  # who dies sooner than this after its start is not replaced at once
_PAUSES_SECONDS = (0, 1, 2, 5, 10)


@asynccontextmanager
async def fleet(settings: Settings, url: str, sock: socket.socket) -> AsyncIterator[None]:
    """Run `settings.workers` web processes and one worker while the block runs; it begins when all are ready."""
    members = _Members(_environment(settings, url), sock)
    try:
        web: list[Role] = ["web"] * settings.workers
        await members.start(["worker", *web])
        yield
    finally:
        await members.stop()


def _environment(settings: Settings, url: str) -> Mapping[str, str]:
    """Return our environment with what the command line and the database we keep say otherwise."""
    told = {name: getattr(settings, name) for name, source in settings.sources.items() if source == "command line"}
    told |= {"port": settings.port, "database_url": url}
    environment = {name: value for name, value in os.environ.items() if name != "BILLHOOK_DATABASE_URL_FILE"}
    return environment | {f"BILLHOOK_{name.upper()}": str(value) for name, value in told.items()}


class _Members:
    """The processes. They hold the reading end of a pipe whose other end is ours alone: it closes when we die."""

    def __init__(self, environment: Mapping[str, str], sock: socket.socket) -> None:
        self._environment = environment
        self._socket = sock.fileno()
        self._alive, self._ours = os.pipe()
        self._tasks: list[asyncio.Task[None]] = []
        self._running: set[Process] = set()
        self._stopping = asyncio.Event()

    async def start(self, roles: list[Role]) -> None:
        """Start all and return when each has said that it is ready."""
        ready = [asyncio.Event() for _ in roles]
        self._tasks = [asyncio.create_task(self._keep(*pair)) for pair in zip(roles, ready, strict=True)]
        await asyncio.gather(*[event.wait() for event in ready])

    async def stop(self) -> None:
        """Ask all to end in good order; kill those who have not after half a minute."""
        self._stopping.set()
        for process in self._running:
            process.terminate()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=PATIENCE_SECONDS)
            for process in self._running:
                process.kill()
            await asyncio.gather(*late)
        os.close(self._alive)
        os.close(self._ours)

    async def _keep(self, role: Role, ready: asyncio.Event) -> None:
        """Keep one process running; pause longer each time it does not get beyond its start."""
        loop, failures = asyncio.get_running_loop(), 0
        while not self._stopping.is_set():
            begun = loop.time()
            try:
                status = str(await self._run(role, ready))
            except OSError as error:
                status = str(error)
            if not self._stopping.is_set():
                failures = failures + 1 if loop.time() - begun < _SOON_SECONDS else 0
                log.warning("a %s process ended (status %s) and is replaced", role, status)
                await self._pause(_PAUSES_SECONDS[min(failures, len(_PAUSES_SECONDS) - 1)])

    async def _pause(self, seconds: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _run(self, role: Role, ready: asyncio.Event) -> int:
        """Run one process to its end and return its status."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "billhook.cli.member", role, str(self._socket), str(self._alive)),
            stdin=DEVNULL,
            stdout=PIPE,
            env=self._environment,
            pass_fds=[self._alive, *([self._socket] if role == "web" else [])],
            start_new_session=True,  # Ctrl-C in the terminal is ours to pass on
        )
        self._running.add(process)
        try:
            if self._stopping.is_set():
                process.terminate()
            if process.stdout is not None and await process.stdout.readline():
                ready.set()
                log.info("a %s process is ready (process %s)", role, process.pid)
            return await process.wait()
        finally:
            self._running.discard(process)
