"""What the sandbox leaves itself to do later, as kinds of outbox jobs."""

from typing import Final

NOTICE: Final = "sandbox.notice"
"""A platform of the sandbox is to be told something over HTTP. Payload: `platform`, `notice`."""

RESOLVE: Final = "sandbox.resolve"
"""The bank of a direct debit answers. Payload: `payment`, the sandbox's own id."""
