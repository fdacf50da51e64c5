"""Webhooks: an organization's events told to addresses it has named, signed, until they are taken."""

from billhook.webhooks.courier import Courier
from billhook.webhooks.jobs import TICKS, handlers
from billhook.webhooks.model import Attempt, Delivery, Webhook
from billhook.webhooks.service import (
    Range,
    change,
    count,
    create,
    delete,
    deliveries,
    delivery,
    enter,
    page,
    read,
    redeliver,
    redeliver_one,
    rotate,
)

__all__ = [
    "TICKS",
    "Attempt",
    "Courier",
    "Delivery",
    "Range",
    "Webhook",
    "change",
    "count",
    "create",
    "delete",
    "deliveries",
    "delivery",
    "enter",
    "handlers",
    "page",
    "read",
    "redeliver",
    "redeliver_one",
    "rotate",
]
