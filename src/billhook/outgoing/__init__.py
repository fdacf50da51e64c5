"""Outgoing: calls to addresses that somebody else has named, which may lead nowhere but into the public internet."""

from billhook.outgoing.calls import Answer, call
from billhook.outgoing.model import AddressRefused, CallFailed

__all__ = ["AddressRefused", "Answer", "CallFailed", "call"]
