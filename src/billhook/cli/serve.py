"""`billhook serve` and `billhook worker`: the database, the API and the worker, in one process or in several."""

import asyncio
import logging
import socket
from contextlib import AsyncExitStack, suppress

import msgspec
import uvloop

from billhook.cli import demo, logs, ports, store
from billhook.cli.calls import until_ready
from billhook.cli.database import opened, prepare
from billhook.cli.fleet import fleet
from billhook.cli.keeper import Keeper
from billhook.cli.process import running, settle
from billhook.cli.signals import Ending
from billhook.kernel.problems import Problem
from billhook.settings import Settings

log = logging.getLogger("billhook.serve")

READY_SECONDS = 60


def serve(settings: Settings, *, any_port: bool) -> None:
    """Serve until a signal asks to end. With `any_port` a free port is picked instead of the setting's."""
    logs.begin(settings.log_level)
    with ports.listen(settings.host, 0 if any_port else settings.port) as sock:
        settings = msgspec.structs.replace(settings, port=sock.getsockname()[1])
        with Keeper(settings) as keeper, suppress(asyncio.CancelledError):
            uvloop.run(_run(settings, keeper, sock))


def work(settings: Settings) -> None:
    """Work off the outbox until a signal asks to end."""
    logs.begin(settings.log_level)
    with Keeper(settings) as keeper, suppress(asyncio.CancelledError):
        uvloop.run(_run(settings, keeper, None))


async def _run(settings: Settings, keeper: Keeper, sock: socket.socket | None) -> None:
    """Run what is to run, say when it is ready, and end in good order when asked to."""
    ending = Ending()
    async with AsyncExitStack() as stack:
        for name in await prepare(keeper.url):
            log.info("migration %s was applied", name)
        is_empty = await _is_empty(keeper.url)
        stack.callback(asyncio.create_task(keeper.keep(), name="keeper").cancel)
        if sock is not None and settings.workers > 1:
            await stack.enter_async_context(fleet(settings, keeper.url, sock))
        else:
            await stack.enter_async_context(running(settings, keeper.url, sock=sock, works=True))
        if sock is None:
            print("billhook worker ready", flush=True)
        else:
            await _welcome(settings, sock, ending, is_empty=is_empty)
        ending.started()
        settle()
        await ending.wait()
        log.info("ending: what is under way is finished first")
    log.info("ended")


async def _is_empty(url: str) -> bool:
    async with opened(url, 1) as database, database.open() as tx:
        return await store.is_empty(tx)


async def _welcome(settings: Settings, sock: socket.socket, ending: Ending, *, is_empty: bool) -> None:
    """Say where Billhook answers, once it does, and play the demo on an empty database."""
    address = _address(sock)
    await until_ready(address, READY_SECONDS)
    ending.started()
    own = msgspec.structs.replace(settings, base_url="").public_url()
    print(f"billhook ready on {own}" + (f" (public: {settings.base_url})" if settings.base_url else ""), flush=True)
    if is_empty and settings.demo and settings.signup == "open":
        await _play(settings, address, ending)


async def _play(settings: Settings, address: str, ending: Ending) -> None:
    """Play the demo; Billhook serves whether that works or not."""
    playing = asyncio.create_task(asyncio.to_thread(demo.play, address, send=not settings.smtp_url))
    asked = asyncio.create_task(ending.wait())
    await asyncio.wait([playing, asked], return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not playing.done():
        playing.cancel()
        return
    try:
        played = playing.result()
    except Problem as problem:
        log.warning("the demo could not be played: %s", problem.message)
        return
    print("\nThe quick start was played on the empty database (--no-demo leaves it empty):\n")
    print(demo.summary(played, settings.public_url()), end="\n\n", flush=True)


def _address(sock: socket.socket) -> str:
    """Return where we reach ourselves: a server on every address answers on the loopback one, too."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
