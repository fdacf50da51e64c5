"""Transfer: tables out and in as CSV and Excel, and papers by the dozen; memory stays flat whatever their size."""

from billhook.transfer.exporting import TABLES, export, prepare
from billhook.transfer.model import Asked, Format, asked
from billhook.transfer.papers import papers, zipped

__all__ = ["TABLES", "Asked", "Format", "asked", "export", "papers", "prepare", "zipped"]
