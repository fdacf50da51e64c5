"""Transfer: tables out and in as CSV and Excel, and papers by the dozen; memory stays flat whatever their size."""

from billhook.transfer.exporting import TABLES, export, prepare
from billhook.transfer.importing import enter_import, read_import, take_in
from billhook.transfer.jobs import handlers
from billhook.transfer.model import Asked, Checked, Format, Import, asked, asking
from billhook.transfer.papers import papers, zipped

__all__ = [
    "TABLES",
    "Asked",
    "Checked",
    "Format",
    "Import",
    "asked",
    "asking",
    "enter_import",
    "export",
    "handlers",
    "papers",
    "prepare",
    "read_import",
    "take_in",
    "zipped",
]
