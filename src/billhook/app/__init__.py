"""The web application: faces, plumbing and rooms wired together."""

from billhook.app.asgi import Application
from billhook.app.server import Server, bind
from billhook.app.serving import serving

__all__ = ["Application", "Server", "bind", "serving"]
