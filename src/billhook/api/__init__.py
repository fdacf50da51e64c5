"""The invoicing API, `/v1`: wire types and routes, one module per resource. No rule, no SQL."""

from billhook.api.envelope import HANDLERS, decode_wire, envelope
from billhook.api.routes import routes
from billhook.api.wire import words

__all__ = ["HANDLERS", "decode_wire", "envelope", "routes", "words"]
