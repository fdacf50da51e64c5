"""Embedded PostgreSQL: a server of our own beside the data, alive exactly as long as the process that started it."""

from billhook.db.embedded.cluster import Cluster, start
from billhook.db.embedded.problems import (
    BinariesClosed,
    DirectoryClosed,
    DirectoryUnusable,
    ForeignData,
    InitFailed,
    MajorMismatch,
    NoAccount,
    NoBinaries,
    NoOwner,
    NotPermitted,
    PasswordLost,
    StartFailed,
)

__all__ = [
    "BinariesClosed",
    "Cluster",
    "DirectoryClosed",
    "DirectoryUnusable",
    "ForeignData",
    "InitFailed",
    "MajorMismatch",
    "NoAccount",
    "NoBinaries",
    "NoOwner",
    "NotPermitted",
    "PasswordLost",
    "StartFailed",
    "start",
]
