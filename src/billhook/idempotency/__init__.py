"""Idempotency: a request that is repeated with its key is answered as the first time, and happens once."""

from billhook.idempotency.jobs import TICKS, handlers
from billhook.idempotency.model import Reply, request_of
from billhook.idempotency.service import Claim, Known, begin

__all__ = ["TICKS", "Claim", "Known", "Reply", "begin", "handlers", "request_of"]
