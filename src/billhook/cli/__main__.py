"""`python -m billhook.cli`: the command without its script."""

from billhook.cli import main

main()
