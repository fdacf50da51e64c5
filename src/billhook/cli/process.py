"""What a long-lived process of ours runs, alone or as one of several."""

import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from billhook.app import serving
from billhook.cli.database import opened
from billhook.documents import Press
from billhook.settings import Settings
from billhook.worker import working


@asynccontextmanager
async def running(settings: Settings, url: str, *, sock: socket.socket | None, works: bool) -> AsyncIterator[None]:
    """Answer on `sock`, if there is one, and work off the outbox, if this process `works`, while the block runs."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened(url, settings.database_connections))
        press, public_url = Press(), settings.public_url()
        stack.push_async_callback(press.close)
        if works:
            await stack.enter_async_context(working(database, settings, press, public_url=public_url))
        if sock is not None:
            await stack.enter_async_context(serving(settings, database, press, sock, public_url=public_url))
        yield


def settle() -> None:
    """Keep the collector away from what start-up left: it lives as long as we do. Shortens the slowest requests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
