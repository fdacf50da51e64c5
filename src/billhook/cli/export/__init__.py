"""`billhook export`: everything of an organization in files, and the proof of such files without any database."""

from billhook.cli.export.proving import Proof, prove
from billhook.cli.export.writing import Exported, export

__all__ = ["Exported", "Proof", "export", "prove"]
