"""The hosted pages: what people see, server-rendered, in their language, without a script."""

from billhook.pages.refusals import missing, wants_page
from billhook.pages.routes import routes

__all__ = ["missing", "routes", "wants_page"]
