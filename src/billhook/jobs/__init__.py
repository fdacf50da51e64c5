"""The outbox: what must happen later, written with what happened now; and the worker that works it off."""

from billhook.jobs.model import Handler, Job, Postponed, Ticks
from billhook.jobs.service import enqueue, wake
from billhook.jobs.store import queued
from billhook.jobs.worker import Worker

__all__ = ["Handler", "Job", "Postponed", "Ticks", "Worker", "enqueue", "queued", "wake"]
