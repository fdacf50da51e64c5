"""Where the database is: yours, or the embedded one, which is kept running as long as we run."""

import asyncio
import logging
import os
from types import TracebackType
from typing import Self

from billhook.cli.problems import NoDataHere
from billhook.db import embedded
from billhook.kernel.problems import Problem
from billhook.settings import Settings

log = logging.getLogger("billhook.database")

_SPARE_CONNECTIONS = 12  # for commands and guests
_LISTENERS = 2  # each process hears revocations; a migration may run
_PAUSE_SECONDS = 1


class Keeper:
    """The database of these settings while the block runs. `url` is its owner's and does not change.

    Who only works with what is there says so (`makes`): raises NoDataHere then, before anything is made.
    """

    def __init__(self, settings: Settings, *, makes: bool = True) -> None:
        if not (makes or settings.database_url or (settings.data_dir / "postgres").exists()):
            raise NoDataHere(place=settings.data_dir.absolute())
        self._settings = settings
        self._cluster = None if settings.database_url else self._start()
        self.url = self._cluster.owner_url if self._cluster else settings.database_url

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded one."""
        return self._cluster is not None

    def _start(self) -> embedded.Cluster:
        processes = self._settings.workers + 1 if self._settings.workers > 1 else 1
        wanted = processes * (self._settings.database_connections + _LISTENERS) + _SPARE_CONNECTIONS
        return embedded.start(self._settings.data_dir, connections=max(60, wanted))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the embedded server if it is ours."""
        if self._cluster is not None:
            self._cluster.stop()

    async def keep(self) -> None:
        """Start the embedded server anew whenever it ends: it was killed, or its owner, whose guests we were, went."""
        while self._cluster is not None:
            await _gone(self._cluster.pid)
            log.warning("the database server (process %s) is gone and is started anew", self._cluster.pid)
            await asyncio.to_thread(self._cluster.stop)
            self._cluster = await self._start_anew()
            log.warning("the database server is back (process %s)", self._cluster.pid)

    async def _start_anew(self) -> embedded.Cluster:
        while True:
            try:
                return await asyncio.to_thread(self._start)
            except Problem as problem:
                log.error("the database server cannot be started, trying again: %s", problem.message)  # noqa: TRY400 - a refusal
                await asyncio.sleep(_PAUSE_SECONDS)


async def _gone(pid: int) -> None:
    """Return when a process has ended."""
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(descriptor, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
        return
    while _lives(pid):  # noqa: ASYNC110 - macOS tells nobody but the parent
        await asyncio.sleep(_PAUSE_SECONDS)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as another user's
        return True
    return True
