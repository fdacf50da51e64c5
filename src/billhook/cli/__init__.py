"""The command `billhook`: starts what there is to start, and says in one line why it could not."""

from billhook.cli.program import main

__all__ = ["main"]
