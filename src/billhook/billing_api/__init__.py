"""The billing API, `/billing` and beside it: the same documents and payments in another dialect. No rule, no SQL."""

from billhook.billing_api.admission import PURPOSE, admit
from billhook.billing_api.envelope import HANDLERS
from billhook.billing_api.openapi import description
from billhook.billing_api.routes import is_here, routes
from billhook.billing_api.wire import words

__all__ = ["HANDLERS", "PURPOSE", "admit", "description", "is_here", "routes", "words"]
