"""The web application: faces, plumbing and rooms wired together."""

from billhook.app.asgi import build
from billhook.app.server import Server

__all__ = ["Server", "build"]
