"""The application behind its server, for as long as a block runs."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from billhook.app.asgi import Application
from billhook.app.server import Server
from billhook.db import Database
from billhook.documents import Press
from billhook.settings import Settings


@asynccontextmanager
async def serving(
    settings: Settings, database: Database, press: Press, sock: socket.socket, *, public_url: str
) -> AsyncIterator[None]:
    """Answer on a bound socket while the block runs; requests under way at its end are finished."""
    application = Application(settings, database, press, public_url=public_url)
    server = Server(application.asgi, sock)
    try:
        await application.authentication.start()
        await server.start()
        yield
    finally:
        application.release()
        await server.stop()
        await application.close()
