"""Delivery: mail to people, and what became of it."""

from billhook.delivery.jobs import TICKS, handlers
from billhook.delivery.mail.opened import Opened, Part, open_mail
from billhook.delivery.model import Caught, CaughtRaw, Email, NothingOverdue
from billhook.delivery.postman import Postman, postman
from billhook.delivery.reminders import remind_client
from billhook.delivery.requests import request_sending
from billhook.delivery.service import caught, caught_mail, emails

__all__ = [
    "TICKS",
    "Caught",
    "CaughtRaw",
    "Email",
    "NothingOverdue",
    "Opened",
    "Part",
    "Postman",
    "caught",
    "caught_mail",
    "emails",
    "handlers",
    "open_mail",
    "postman",
    "remind_client",
    "request_sending",
]
