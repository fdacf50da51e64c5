"""Signals: the first asks to end, the second ends at once."""

import asyncio
import os
import signal


class Ending:
    """Set when we are asked to end. Until `started` is called, being asked cancels the task that is starting up."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._starting = asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._ask, number)

    def _ask(self, number: int) -> None:
        if self._asked.is_set():
            os._exit(128 + number)  # what was acknowledged is safe, and the database ends with us
        self._asked.set()
        if self._starting is not None:
            self._starting.cancel()

    def started(self) -> None:
        """Note that from here on there is something to end in good order."""
        self._starting = None

    @property
    def asked(self) -> bool:
        """Whether we were asked to end."""
        return self._asked.is_set()

    async def wait(self) -> None:
        """Return when we are asked to end."""
        await self._asked.wait()
