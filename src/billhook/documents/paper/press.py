"""The press: renders in one worker process, started when there is work, replaced when it grows, gone when idle."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Final

import msgspec

from billhook.documents.paper.job import Done, Job
from billhook.documents.paper.sanitise import Alphabet, drawable
from billhook.documents.paper.view import PaperView

MAX_RSS_BYTES: Final = 300 * 1024**2
"""The compiler keeps about ten documents' worth of caches; after a few of 500 lines a fresh process is cheaper."""
ATTEMPTS: Final = 2

# The worker needs the paper, not what `billhook.documents` opens for other rooms (the database among it): a bare
# package stands in for the room. Its path and the parent's import path come as arguments.
_START = """
import sys, types
room = types.ModuleType("billhook.documents")
room.__path__ = [sys.argv[1]]
sys.path[:] = sys.argv[2:]
sys.modules[room.__name__] = room
from billhook.documents.paper.worker import main
main()
"""
_ROOM = Path(__file__).parents[1]


class PressError(RuntimeError):
    """A document could not be rendered: the template is at fault, or the worker died of it twice."""


class _BrokenError(Exception):
    """The worker died, or did not answer in time."""


class Press:
    """Renders documents one after the other in a worker process of its own. Belongs to one event loop."""

    def __init__(
        self,
        *,
        idle_seconds: int = 60,
        deadline_seconds: int = 60,
        max_rss_bytes: int = MAX_RSS_BYTES,
        max_jobs: int = 5000,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._deadline_seconds = deadline_seconds
        self._max_rss_bytes = max_rss_bytes
        self._max_jobs = max_jobs
        self._turn = asyncio.Lock()
        self._worker: Process | None = None
        self._jobs = 0
        self._idle: asyncio.TimerHandle | None = None
        self._resting: asyncio.Task[None] | None = None
        self._busy = False
        self._rested = asyncio.Event()
        self._rested.set()

    @property
    def pid(self) -> int | None:
        """Return the worker's process id, None while there is no worker."""
        return self._worker.pid if self._worker else None

    @property
    def busy(self) -> bool:
        """Return whether the worker has a document at hand."""
        return self._busy

    async def rested(self) -> None:
        """Return when there is no worker, as after `idle_seconds` without work."""
        await self._rested.wait()

    async def render(self, view: PaperView, issued_at: int) -> bytes:
        """Return the PDF of a view; `issued_at` in Unix seconds. Same view and instant, same bytes.

        A worker that dies or hangs meanwhile is replaced and the document tried once more; then PressError.
        """
        job = _encoded(view, issued_at)
        async with self._turn:
            self._stay()
            try:
                done = await self._do(job)
                if self._jobs >= self._max_jobs or done.rss_bytes > self._max_rss_bytes:
                    await self._retire()
                    await self._ready()
            finally:
                self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._rest)
        if done.problem:
            raise PressError(done.problem)
        return done.pdf

    async def close(self) -> None:
        """End the worker. A later `render` starts another."""
        async with self._turn:
            self._stay()
            await self._retire()

    async def _do(self, job: bytes) -> Done:
        for _ in range(ATTEMPTS):
            worker = await self._ready()
            try:
                done = await self._ask(worker, job)
            except _BrokenError:
                await self._kill()
            except BaseException:
                await self._kill()  # cancelled half-way: the answer would be taken for the next document's
                raise
            else:
                self._jobs += 1
                return done
        raise PressError(f"the worker died or hung {ATTEMPTS} times")

    async def _ready(self) -> Process:
        if self._worker is None:
            self._worker = await _start()
            self._rested.clear()
        return self._worker

    async def _ask(self, worker: Process, job: bytes) -> Done:
        if worker.stdin is None or worker.stdout is None:
            raise _BrokenError
        self._busy = True
        try:
            async with asyncio.timeout(self._deadline_seconds):
                worker.stdin.write(len(job).to_bytes(4) + job)
                await worker.stdin.drain()
                length = int.from_bytes(await worker.stdout.readexactly(4))
                return msgspec.msgpack.decode(await worker.stdout.readexactly(length), type=Done)
        except (
            OSError,
            RuntimeError,
            asyncio.IncompleteReadError,
            TimeoutError,
        ) as error:  # uvloop: "handler is closed"
            raise _BrokenError from error
        finally:
            self._busy = False

    async def _retire(self) -> None:
        """Let the worker end by itself: it does when its input ends."""
        if self._worker is not None and self._worker.stdin is not None:
            self._worker.stdin.close()
            await self._gone(self._worker)

    async def _kill(self) -> None:
        if self._worker is not None:
            if self._worker.returncode is None:
                self._worker.kill()
            await self._gone(self._worker)

    async def _gone(self, worker: Process) -> None:
        self._worker, self._jobs = None, 0
        try:
            async with asyncio.timeout(self._deadline_seconds):
                await worker.communicate()
        except TimeoutError:
            worker.kill()
            await worker.wait()
        self._rested.set()

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _rest(self) -> None:
        if not self._turn.locked():
            self._resting = asyncio.get_running_loop().create_task(self.close())


def _encoded(view: PaperView, issued_at: int) -> bytes:
    try:
        return msgspec.msgpack.encode(Job(view, issued_at))
    except UnicodeEncodeError:  # a lone surrogate somewhere
        plain = drawable(msgspec.to_builtins(view), Alphabet(view.direction))
        return msgspec.msgpack.encode(Job(msgspec.convert(plain, PaperView), issued_at))


async def _start() -> Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BILLHOOK_")}
    environment["RAYON_NUM_THREADS"] = "1"  # one page gains nothing from threads that wait for one another
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-S", "-c", _START),
        str(_ROOM),
        *sys.path,
        stdin=PIPE,
        stdout=PIPE,
        env=environment,  # without our settings: the worker has no use for a secret
    )
