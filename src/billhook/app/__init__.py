"""The web application: faces, plumbing and rooms wired together."""

from billhook.app.asgi import Application
from billhook.app.server import Server, bind

__all__ = ["Application", "Server", "bind"]
