"""Usage: what an account has asked for, request by request, and what was issued in its name, month by month."""

from billhook.usage.jobs import TICKS, handlers
from billhook.usage.model import Month, Request
from billhook.usage.recorder import Recorder
from billhook.usage.service import count_months, count_requests, months, requests

__all__ = ["TICKS", "Month", "Recorder", "Request", "count_months", "count_requests", "handlers", "months", "requests"]
